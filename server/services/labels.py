"""Say what things are called: properties, choices, questions and forms, in the reader's language.

A value is kept by its name ("pates"), a person reads its label ("Pâtes alimentaires"). Labels come from the published
forms, the newest version that has one; choices from an entity list (associations) are looked up in the register.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import select

from exports.labels import Labeller, in_language, pick
from exports.rows import mask
from exports.tables import is_secret
from forms.definition import FormDefinition, Node
from server.database import db
from server.models import Entity, FormVersion, ListProperty
from server.services.forms import definition_of

MAX_PICKED = 500
"""Records of a list offered as choices; more than that nobody scrolls through."""
SINGLE, SEVERAL = frozenset({"select_one", "select1"}), frozenset({"select_multiple", "select", "rank"})

_KNOWN: Final[Mapping[str, Mapping[str, str]]] = {
    "label": {"fr": "Nom affiché", "ar": "الاسم المعروض", "en": "Displayed name"},
    "_deleted": {"fr": "Fiche supprimée", "ar": "حذف البطاقة", "en": "Record deleted"},
    "code_artisane": {"fr": "Code de l’artisane", "ar": "رمز الحرفية", "en": "Code"},
    "annee_naissance": {"fr": "Année de naissance", "ar": "سنة الميلاد", "en": "Year of birth"},
    "etape": {"fr": "Étape du parcours", "ar": "مرحلة المسار", "en": "Stage"},
    "nb_visites": {"fr": "Nombre de visites", "ar": "عدد الزيارات", "en": "Number of visits"},
    "derniere_visite": {"fr": "Dernière visite", "ar": "آخر زيارة", "en": "Latest visit"},
}
"""Properties that the programme's forms calculate, or fill from a question that says something narrower."""

_KNOWN_VALUES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "etape": {
        "inscrite": {"fr": "Inscrite", "ar": "مسجلة", "en": "Registered"},
        "examen": {"fr": "Examen", "ar": "الامتحان", "en": "Examination"},
        "qualifiee": {"fr": "Qualifiée", "ar": "مؤهلة", "en": "Qualified"},
        "entreprise": {"fr": "Entreprise en activité", "ar": "مؤسسة ناشطة", "en": "Running a business"},
        "arretee": {"fr": "Activité arrêtée", "ar": "توقف النشاط", "en": "Stopped"},
    },
    "_deleted": {
        "true": {"fr": "Supprimée", "ar": "محذوفة", "en": "Deleted"},
        "": {"fr": "Conservée", "ar": "محفوظة", "en": "Kept"},
    },
}


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a list, as a page names and treats it."""

    name: str
    label: str
    type: str
    policy: str
    unit: str
    office: bool
    """Never sent to a phone."""
    secret: bool
    """A national identification number: shown masked."""


@dataclass(frozen=True, slots=True)
class _Forms:
    """What the published forms say, in one language; kept for as long as no form is published."""

    definitions: tuple[FormDefinition, ...]
    labeller: Labeller
    saved: Mapping[tuple[str, str], tuple[FormDefinition, Node]]
    secrets: frozenset[tuple[str, str]]
    titles: Mapping[str, str]


class Labels:
    """The words of one project in one language, for the time of one page."""

    def __init__(self, project_id: int, language: str) -> None:
        self._project_id = project_id
        self.language = language
        self._forms = _read_forms(project_id, language)
        self._properties: dict[str, dict[str, Property]] = {}
        self._records: dict[tuple[str, str], str] = {}

    def property(self, list_name: str, name: str) -> Property:
        """Return a property, also one that no form declares any more."""
        found = self.properties(list_name).get(name)
        if found is not None:
            return found
        policy = "" if name == "_deleted" else "review"
        return Property(name, self._known(_KNOWN, name) or name, "text", policy, "", False, name.lower() == "nin")

    def properties(self, list_name: str) -> Mapping[str, Property]:
        """Return the properties of a list, in the order of the forms."""
        if list_name not in self._properties:
            rows = db.session.scalars(
                select(ListProperty)
                .where(ListProperty.project_id == self._project_id, ListProperty.list == list_name)
                .order_by(ListProperty.position)
            )
            self._properties[list_name] = {row.name: self._read_property(row) for row in rows}
        return self._properties[list_name]

    def _read_property(self, row: ListProperty) -> Property:
        key = (row.list, row.name)
        default = self._forms.saved[key][0].default_language if key in self._forms.saved else ""
        return Property(
            name=row.name,
            label=self._known(_KNOWN, row.name) or pick(row.labels, self.language, default) or row.name,
            type=row.type,
            policy=row.policy,
            unit=row.unit or "",
            office=row.visibility == "office",
            secret=key in self._forms.secrets or row.name.lower() == "nin",
        )

    def _known(self, words: Mapping[str, Mapping[str, str]], name: str) -> str:
        return words.get(name, {}).get(self.language, "")

    def value(self, list_name: str, name: str, text: str, *, whole: bool = False) -> str:
        """Return a property's value as people read it: labels of choices, identification numbers masked.

        :param whole: do not mask.
        """
        known = self._known(_KNOWN_VALUES.get(name, {}), text)
        if known or not text:
            return known
        if self.property(list_name, name).secret and not whole:
            return mask(text)
        if (list_name, name) not in self._forms.saved:
            return text
        return self.answer(*self._forms.saved[list_name, name], text)

    def answer(self, definition: FormDefinition, node: Node, text: str) -> str:
        """Return the answer to a question as people read it; a choice that nobody knows keeps its name."""
        if not text or node.type not in SINGLE | SEVERAL:
            return text
        labels = self._forms.labeller.labels_of(definition, node.choice_list)
        names = [text.strip()] if node.type in SINGLE else text.split()
        words = [labels.get(name) or self._record(node.choice_list or "", name) for name in names]
        return ("، " if self.language == "ar" else ", ").join(words)

    def _record(self, list_name: str, name: str) -> str:
        """Find the label of a record that a question offered as a choice, by its id or its code."""
        list_name = list_name.rsplit(".", 1)[0] if list_name.endswith((".csv", ".xml", ".geojson")) else list_name
        key = (list_name, name)
        if key not in self._records:
            label = db.session.scalar(
                select(Entity.data["label"].as_string())
                .where(
                    Entity.project_id == self._project_id,
                    Entity.list == list_name,
                    (Entity.id == name) | (Entity.data["code"].as_string() == name),
                )
                .limit(1)
            )
            self._records[key] = in_language(label, self.language) if label else name
        return self._records[key]

    def choices(self, list_name: str, name: str) -> Sequence[tuple[str, str]]:
        """Return what can be answered to a property, as (name, label); () when anything can."""
        if (list_name, name) not in self._forms.saved:
            return ()
        definition, node = self._forms.saved[list_name, name]
        if node.type not in SINGLE | SEVERAL or not node.choice_list:
            return ()
        labels = self._forms.labeller.labels_of(definition, node.choice_list)
        if labels:
            return tuple(labels.items())
        rows = db.session.scalars(
            select(Entity)
            .where(
                Entity.project_id == self._project_id,
                Entity.list == node.choice_list.rsplit(".", 1)[0],
                Entity.deleted.is_(False),
                Entity.merged_into.is_(None),
            )
            .limit(MAX_PICKED + 1)
        ).all()
        if len(rows) > MAX_PICKED:
            return ()
        words = [(str(e.data.get("code") or e.id), in_language(e.data.get("label", ""), self.language)) for e in rows]
        return tuple(sorted(words, key=lambda pair: (pair[1].casefold(), pair[0])))

    def question(self, definition: FormDefinition, node: Node) -> str:
        """Return a question as it was asked, "" when it was not asked but calculated."""
        return pick(node.labels, self.language, definition.default_language)

    def choice(self, form_id: str, question: str, text: str) -> str:
        """Return what the newest version of a form calls an answer to a question; its name when no form says."""
        definition = self.definition(form_id)
        node = next((node for node in definition.nodes if node.name == question), None) if definition else None
        return self.answer(definition, node, text) if definition is not None and node is not None else text

    def form_title(self, form_id: str | None) -> str:
        """Return the title of a form's newest version; the id of one that is not here."""
        return self._forms.titles.get(form_id or "", form_id or "")

    def form_titles(self) -> list[tuple[str, str]]:
        """Return every form that was ever published, by id, with the title of its newest version."""
        return sorted((form_id, title or form_id) for form_id, title in self._forms.titles.items())

    def definition(self, form_id: str) -> FormDefinition | None:
        """Return the newest version of a form."""
        return next((d for d in reversed(self._forms.definitions) if d.form_id == form_id), None)


def _read_forms(project_id: int, language: str) -> _Forms:
    rows = db.session.execute(
        select(FormVersion.form_id, FormVersion.version, FormVersion.hash)
        .where(FormVersion.project_id == project_id)
        .order_by(FormVersion.published_at, FormVersion.form_id)
    )
    return _gather(project_id, language, tuple((form_id, version, hashed) for form_id, version, hashed in rows))


@lru_cache(maxsize=32)
def _gather(project_id: int, language: str, versions: tuple[tuple[str, str, str], ...]) -> _Forms:
    definitions = tuple(
        definition_of(db.session.get_one(FormVersion, (project_id, form_id, version)))
        for form_id, version, _hash in versions
    )
    saved: dict[tuple[str, str], tuple[FormDefinition, Node]] = {}
    secrets: set[tuple[str, str]] = set()
    for (
        definition
    ) in definitions:  # oldest first: the newest has the last word, but a calculation never over a question
        for node in definition.nodes:
            if not node.save_to or not node.list:
                continue
            key = (node.list, node.save_to)
            if is_secret(node):
                secrets.add(key)
            if key not in saved or node.answerable or not saved[key][1].answerable:
                saved[key] = (definition, node)
    return _Forms(
        definitions,
        Labeller(definitions, language),
        saved,
        frozenset(secrets),
        {d.form_id: in_language(d.title, language) for d in definitions},
    )
