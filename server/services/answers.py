"""Turn a submission into questions and answers as people read them: in the form's order, under its headings."""

from __future__ import annotations

from dataclasses import dataclass, field

from exports.rows import mask
from exports.tables import is_secret
from forms.definition import FormDefinition, Node
from forms.instance import Instance, InstanceRow, find_rows
from forms.steps import FILE_TYPES
from server.services.labels import Labels

METADATA = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "subscriberid", "simserial", "audit"}
)
MIN_SECRET = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer."""

    name: str
    label: str
    type: str
    text: str
    """As people read it; "" when it was left blank."""
    raw: str
    """As the phone sent it; "" when it may not be shown."""
    unit: str
    file: bool
    """Whether ``text`` names a photograph or another file."""
    place: str = ""
    """Where it stands: its path, with the pass of each repeat around it; the same in all versions of a submission."""
    exact: str = field(default="", repr=False)
    """As the phone sent it, also what may not be shown: to be compared, never written."""


@dataclass(frozen=True, slots=True)
class Section:
    """Answers under one heading of the form; ``index`` counts the passes of a repeat from 1, 0 outside of any."""

    heading: str
    index: int
    answers: list[Answer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answers:
    sections: list[Section]
    technical: list[Answer]
    """What nobody typed: times, device, calculations without a label."""


def read_answers(definition: FormDefinition, instance: Instance, labels: Labels) -> Answers:
    """Read a submission; questions that were not relevant are left out, blank ones kept."""
    rows = list(find_rows(definition, instance))
    reader = _Reader(definition, labels, rows)
    return Answers(reader.read(rows[0]), reader.technical)


class _Reader:
    def __init__(self, definition: FormDefinition, labels: Labels, rows: list[InstanceRow]) -> None:
        self._definition = definition
        self._labels = labels
        self._rows = rows
        self.technical: list[Answer] = []
        self._headings = {
            node.path: labels.question(definition, node) for node in definition.nodes if node.kind != "question"
        }
        secret = {node.path for node in definition.nodes if is_secret(node)}
        self._secret_paths = secret
        numbers = {row.values[path].strip() for row in rows for path in secret if row.values.get(path)}
        self._secrets = tuple(number for number in numbers if len(number) > MIN_SECRET)

    def read(self, row: InstanceRow) -> list[Section]:
        """Return the sections of one pass: its own answers, and those of the repeats in it where they stand."""
        sections: list[Section] = []
        parent = None
        for node in self._definition.nodes:
            if node.repeat != (row.table or None):
                continue
            if node.kind == "repeat":
                parent = None
                for below in self._rows:
                    if below.table == node.path and below.parent_key == row.key:
                        sections += self.read(below)
            elif node.kind == "question" and node.path in row.values and node.type != "note":
                answer = self._answer(node, row.values[node.path], row)
                if self._is_technical(node, answer):
                    if answer.text:
                        self.technical.append(answer)
                    continue
                above = node.path.rsplit("/", 1)[0]
                if above != parent:
                    sections.append(Section(self._heading(above), row.index if row.table else 0))
                    parent = above
                sections[-1].answers.append(answer)
        return sections

    def _heading(self, path: str) -> str:
        """Join the labels of the groups around a question, outermost first; those without a label say nothing."""
        steps = path.split("/")
        paths = ["/".join(steps[:length]) for length in range(2, len(steps) + 1)]
        return " › ".join(filter(None, (self._headings.get(p, "") for p in paths)))

    def _is_technical(self, node: Node, answer: Answer) -> bool:
        if node.type in METADATA:
            return True
        return not node.answerable and not answer.file and not self._labels.question(self._definition, node)

    def _answer(self, node: Node, text: str, row: InstanceRow) -> Answer:
        raw = text.strip()
        shown = self._labels.answer(self._definition, node, raw)
        hidden = node.path in self._secret_paths
        if hidden and raw:
            shown = mask(raw)
        elif any(number in raw for number in self._secrets):
            hidden = True
            for number in self._secrets:
                shown = shown.replace(number, mask(number))
        return Answer(
            name=node.name,
            label=self._labels.question(self._definition, node) or node.name,
            type=node.type,
            text=shown,
            raw="" if hidden else raw,
            unit=node.unit or "",
            file=node.type in FILE_TYPES and bool(raw),
            place=f"{row.key.partition('/')[2]} {node.path}",
            exact=raw,
        )
