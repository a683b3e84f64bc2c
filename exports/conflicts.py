"""``Conflits``: what two people said differently, one line a candidate, so that nobody's answer is out of sight.

Open disagreements and those a policy settled are both there. Values are shown as the form shows them (words for
choices, real dates), an identification number masked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from exports.headings import CONFLICTS
from exports.labels import Labeller, pick
from exports.programme import ConflictRow, Options, Programme
from exports.register import to_columns
from exports.rows import Reader, mask, to_reader
from exports.tables import Sheet, is_secret
from exports.texts import POLICIES, say
from forms.definition import FormDefinition, Node

ORDER: Final = 10**9


class Properties:
    """What the forms say of the properties of the women: the question, its words, and how an answer is read."""

    def __init__(self, programme: Programme, options: Options, labeller: Labeller) -> None:
        self._language = options.language
        self._labeller = labeller
        self._reveal = options.reveal
        self._nodes: dict[str, tuple[FormDefinition, Node]] = {}
        for definition in programme.forms:
            for node in definition.nodes:
                if node.save_to and node.list in (None, programme.list_name):
                    known = self._nodes.get(node.save_to)
                    # the newest version speaks, but a question people see rather than a calculation
                    if known is None or node.labels or not known[1].labels:
                        self._nodes[node.save_to] = definition, node
        self._readers: dict[str, Reader] = {}

    def label(self, name: str) -> str:
        """Give the words for a property: its question, or its name."""
        if name in ("_deleted", "label"):
            return say(name.lstrip("_"), self._language)
        if name not in self._nodes:
            return name
        definition, node = self._nodes[name]
        return pick(node.labels, self._language, definition.default_language) or name

    def read(self, name: str, text: str) -> object:
        """Give what a text means as that property."""
        if not text:
            return None
        return self._reader(name)(text)

    def _reader(self, name: str) -> Reader:
        reader = self._readers.get(name)
        if reader is None:
            if name in self._nodes:
                definition, node = self._nodes[name]
                labels = self._labeller.labels_of(definition, node.choice_list)
                reader = mask if is_secret(node) and not self._reveal else to_reader(node, labels)
            else:
                reader = mask if name.lower() == "nin" and not self._reveal else str
            self._readers[name] = reader
        return reader


def build_conflicts(
    programme: Programme, options: Options, properties: Properties, counts: list[int]
) -> tuple[Sheet, Iterator[list[object]]]:
    """Give the sheet and its rows; ``counts`` gets the number of open and of settled disagreements as they pass."""
    sheet = Sheet("Conflits", to_columns(CONFLICTS, options.language), ORDER, key=11, frozen=2, personal=True, fit=1)
    titles = {definition.form_id: definition.title for definition in programme.forms}
    return sheet, _to_rows(programme, options.language, properties, titles, counts)


def _to_rows(
    programme: Programme, language: str, properties: Properties, titles: Mapping[str, str], counts: list[int]
) -> Iterator[list[object]]:
    for conflict in programme.conflicts:
        counts[0 if conflict.open else 1] += 1
        head = _to_head(conflict, language, properties)
        if not conflict.candidates:
            yield [*head, None, None, None, None, None, conflict.entity_id]
        for number, (value, author, at, form_id) in enumerate(conflict.candidates, start=1):
            shown = properties.read(conflict.property, value)
            form = titles.get(form_id or "") or form_id
            yield [*head, number, shown, author, at, form, conflict.entity_id]


def _to_head(conflict: ConflictRow, language: str, properties: Properties) -> list[object]:
    policy = POLICIES.get(conflict.policy)
    return [
        conflict.code,
        conflict.name,
        properties.label(conflict.property),
        policy.to(language) if policy else conflict.policy,
        say("open" if conflict.open else "settled", language),
        properties.read(conflict.property, conflict.shown),
    ]
