"""The forms that are simulated: every merge policy, prefilled or not, calculated or typed, office-only, repeats.

What each form means is said here a second time, by hand, so that nothing of it is taken from the code under test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WOMEN, CHILDREN = "women", "children"
HER_MARK = "HER-"
SECRET_MARK = "OFFICE-"  # every office-only value begins so: no answer to a phone may hold it


@dataclass(frozen=True)
class Property:
    policy: str
    type: str
    pool: tuple[str, ...]
    office: bool = False


PROPERTIES: Mapping[str, Property] = {
    "nick": Property("review", "text", ("x", "y", "z", "e\u0301", "\u00e9")),
    "rooms": Property("review", "integer", ("1", "2", "02", "3")),
    "phone": Property("last", "text", (f"{SECRET_MARK}p", f"{SECRET_MARK}q"), office=True),
    "town": Property("last", "text", ("x", "y", "z")),
    "code": Property("first", "text", ("x", "y")),
    "visited": Property("max", "integer", ("1", "2", "3", "03", "10")),
    "floor": Property("min", "decimal", ("1", "1.50", "1.5", "-2")),
    "paid": Property("sum", "integer", ("1", "2", "5", "10")),
    "trades": Property("union", "select_multiple", ("a", "b", "a b", "b a", "a b c", "c d", "b c")),
    "notes": Property("append", "text", ("n1", "n2", "n3")),
    "commune": Property("review", "text", ("c1", "c2", "c3")),
    "secret": Property("review", "text", (f"{SECRET_MARK}s", f"{SECRET_MARK}t"), office=True),
    "weight": Property("max", "integer", ("1", "2", "30")),
}

FILLED, CALCULATED, ASKED = "filled", "calculated", "asked"
"""How a question stands in a form: prefilled and typed over; computed from the record; empty."""


@dataclass(frozen=True)
class Questionnaire:
    """One version of one form. ``asks`` says, property by property, how it is asked."""

    form_id: str
    version: str
    kind: str
    list: str
    asks: Mapping[str, str]
    photo: bool = False
    repeats: bool = False
    attributes: str = field(default="")

    @property
    def prefilled(self) -> frozenset[str]:
        return frozenset(name for name, how in self.asks.items() if how != ASKED)

    @property
    def blankable(self) -> frozenset[str]:
        return frozenset(name for name, how in self.asks.items() if how == FILLED)


def _asks(filled: str = "", calculated: str = "", asked: str = "") -> dict[str, str]:
    how = dict.fromkeys(filled.split(), FILLED)
    how |= dict.fromkeys(calculated.split(), CALCULATED)
    return how | dict.fromkeys(asked.split(), ASKED)


EVERYTHING = "nick rooms phone town code visited floor paid trades notes commune secret"
REGISTER = Questionnaire("register", "1", "create", WOMEN, _asks(asked=EVERYTHING), photo=True)
VISITS = (
    Questionnaire(
        "visit", "1", "update", WOMEN,
        _asks(filled="nick rooms town code visited floor paid trades commune secret", asked="notes phone"), photo=True,
    ),
    Questionnaire(
        "visit", "2", "update", WOMEN,
        _asks(filled="nick town code commune", calculated="paid visited", asked="trades rooms floor secret"),
    ),
    Questionnaire("count", "1", "update", WOMEN, _asks(asked="paid trades visited notes nick town")),
)
FAMILY = Questionnaire("family", "1", "create", CHILDREN, _asks(asked="nick weight"), repeats=True)
LATE = Questionnaire("late", "1", "update", WOMEN, _asks(filled="town paid", asked="notes code"))
"""Filled before it is published: it is unknown, set aside, and counts once the form is there."""
PUBLISHED = (REGISTER, *VISITS, FAMILY)
FORMS = {(form.form_id, form.version): form for form in (*PUBLISHED, LATE)}


def find_mark(entity: str) -> str:
    """Return what stands in every note about one woman, and nowhere else: by it what was erased is found again."""
    return f"{HER_MARK}{entity[:18]}"


def write_xlsform(form: Questionnaire) -> bytes:
    """Write a form as its author would, as a Markdown table."""
    rows = [("type", "name", "label", "save_to", "bind::hirfa:merge", "bind::hirfa:visibility", "calculation", "trigger")]
    if form.kind == "update":
        rows.append((f"select_one_from_file {form.list}.csv", "woman", "Woman", "", "", "", "", ""))
    rows.append(("end", "end", "", "", "", "", "", ""))
    if form.repeats:
        rows.append(("begin_repeat", "child", "Child", "", "", "", "", ""))
    for name, how in form.asks.items():
        known = PROPERTIES[name]
        look = f"instance('{form.list}')/root/item[name=${{woman}}]/{name}"
        kind = "select_multiple trade" if known.type == "select_multiple" else known.type
        visibility = "office" if known.office else ""
        if how == CALCULATED:
            rows.append(("calculate", name, "", name, known.policy, visibility, f"{look} + 1", ""))
        else:
            filled = (look, "${woman}") if how == FILLED else ("", "")
            rows.append((kind, name, name, name, known.policy, visibility, *filled))
    if form.repeats:
        rows.append(("end_repeat", "", "", "", "", "", "", ""))
    if form.photo:
        rows.append(("image", "photo", "Photo", "", "", "", "", ""))
    entity = ("list_name", "label") if form.kind == "create" else ("list_name", "entity_id")
    entities = [entity, (form.list, "${nick}" if form.kind == "create" else "${woman}")]
    if form.repeats:
        entities = [(*entities[0], "repeat"), (*entities[1], "${child}")]
    sheets = {
        "survey": rows,
        "choices": [("list_name", "name", "label"), *(("trade", c, c) for c in "cabd")],
        "entities": entities,
        "settings": [("form_id", "version", "namespaces"), (form.form_id, form.version, 'hirfa="urn:hirfa:xforms:1"')],
    }
    lines = []
    for sheet, table in sheets.items():
        lines.append(f"| {sheet} |")
        lines += ["| | " + " | ".join(row) + " |" for row in table]
    return "\n".join(lines).encode()


@dataclass(frozen=True)
class Place:
    """The version attributes that a follow-up carries: blank where there is nothing."""

    base: int | None = None
    branch: str | None = None
    pos: int | None = None


def write_xml(
    form: Questionnaire,
    instance_id: str,
    bodies: list[tuple[str, Mapping[str, str], Place]],
    *,
    end: str,
    photo: str = "",
    deprecated_id: str | None = None,
) -> str:
    """Write a filled form; each body is one entity with its answers: several in repeats."""
    written = "".join(_write_body(form, entity, saved, place) for entity, saved, place in bodies)
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    entity_node = "" if form.repeats else _write_entity(form, *bodies[0])
    photo_node = f"<photo>{photo}</photo>" if form.photo else ""
    return (
        f'<?xml version="1.0"?><data id="{form.form_id}" version="{form.version}"><end>{end}</end>{written}{photo_node}'
        f"<meta><instanceID>{instance_id}</instanceID>{deprecated}{entity_node}</meta></data>"
    )


def _write_body(form: Questionnaire, entity: str, saved: Mapping[str, str], place: Place) -> str:
    answers = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in saved.items())
    if form.repeats:
        return f"<child>{answers}<meta>{_write_entity(form, entity, saved, place)}</meta></child>"
    return (f"<woman>{entity}</woman>" if form.kind == "update" else "") + answers


def _write_entity(form: Questionnaire, entity: str, saved: Mapping[str, str], place: Place) -> str:
    base = place.base if place.branch is None else place.pos
    trunk = place.base if place.branch is not None and place.base is not None else ""
    versions = f'baseVersion="{"" if base is None else base}" trunkVersion="{trunk}" branchId="{place.branch or ""}"'
    if form.kind == "update":
        return f'<entity dataset="{form.list}" id="{entity}" update="1" {versions}/>'
    label = escape(saved.get("nick", "") or "nobody")
    known = versions if place.branch else ""  # of an edited registration: what its author saw of the record
    return f'<entity dataset="{form.list}" id="{entity}" create="1" {known}><label>{label}</label></entity>'
