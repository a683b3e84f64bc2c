"""Read in one walk what a server wants of a filled form that arrives: what it saves, its files, when it was finished.

The answers as rows, for people, are read by `forms.instance.find_rows`; tests compare the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from forms.definition import FormDefinition, Saving
from forms.instance import Instance, is_template, require_form
from forms.steps import FILE_TYPES, Step, find_end
from forms.xmltree import Element, text_of


@dataclass(slots=True)
class Scope:
    """One node of the filled form that holds a declaration of an entity, with what is saved to it."""

    declaration: int
    position: int
    entity: Element | None = None
    saved: dict[str, str] = field(default_factory=dict)
    prefilled: set[str] = field(default_factory=set)
    blankable: set[str] = field(default_factory=set)

    def save(self, saving: Saving, text: str) -> None:
        """Save an answer; of a property that two questions save the first that is not blank counts."""
        name = saving.property
        if self.saved.get(name):
            return
        self.saved[name] = text
        if saving.prefilled:
            self.prefilled.add(name)
        elif text:
            self.prefilled.discard(name)
        if saving.blankable:
            self.blankable.add(name)
        elif text:
            self.blankable.discard(name)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a walk found: the scopes in document order, the names of files, when the form was finished as written."""

    scopes: tuple[Scope, ...]
    files: tuple[str, ...]
    end: str | None


def read_filled(definition: FormDefinition, instance: Instance) -> Reading:
    """Walk through a filled form once.

    File names come each once, in document order; they are as hostile as any answer. Of a question that stands twice
    where it may stand once, the first that is not blank counts.

    :raises InstanceError: `wrong_form`.
    """
    require_form(definition, instance)
    first: dict[str, str] = {}
    walk = _Walk(len(definition.entities), first)
    walk.visit(instance.root, definition.steps, first, scoped=True)
    end = find_end(definition.nodes)
    files = {
        value.strip(): None
        for row in walk.rows
        for path, value in row.items()
        if value and path != end
        if not value.startswith("jr://")  # a file of the form, shown as the default and left as it was
    }
    return Reading(tuple(walk.scopes), tuple(files), first.get(end) if end else None)


def named_attachments(definition: FormDefinition, instance: Instance) -> tuple[str, ...]:
    """Return the file names that the answers name.

    :raises InstanceError: `wrong_form`.
    """
    return read_filled(definition, instance).files


def find_file_questions(definition: FormDefinition, instance: Instance) -> dict[str, frozenset[str]]:
    """Return the paths of the questions that each file name answers.

    :raises InstanceError: `wrong_form`.
    """
    require_form(definition, instance)
    first: dict[str, str] = {}
    walk = _Walk(len(definition.entities), first)
    walk.visit(instance.root, definition.steps, first, scoped=True)
    found: dict[str, frozenset[str]] = {}
    for row in walk.rows:
        for path, value in row.items():
            node = definition.node(path)
            if value and node is not None and node.type in FILE_TYPES:
                found[value.strip()] = found.get(value.strip(), frozenset()) | {path}
    return found


class _Walk:
    def __init__(self, count: int, first: dict[str, str]) -> None:
        self._count = count
        self._passes = [0] * count
        self._open: list[Scope | None] = [None] * count
        self.scopes: list[Scope] = []
        self.rows = [first]

    def visit(self, element: Element, step: Step, row: dict[str, str], *, scoped: bool) -> None:
        """Walk below an element.

        :param row: the answers that are told, by path, of the pass of a repeat it is in.
        :param scoped: whether what is saved below counts: not inside the pattern of a repeat.
        """
        number = step.container if scoped else None
        before = None
        if number is not None:
            before = self._open[number]
            scope = Scope(number, number + self._count * self._passes[number])
            self._passes[number] += 1
            self._open[number] = scope
            self.scopes.append(scope)
        steps = step.below
        for child in element:
            tag = child.tag
            below = steps.get(tag)
            if below is None:
                below = steps.get(tag.rpartition("}")[2])
                if below is None:
                    continue
            if below.kind == "question":
                if below.is_told and not row.get(below.path):
                    row[below.path] = text_of(child)
                if below.saving is not None and scoped:
                    holder = self._open[below.saving.declaration]
                    if holder is not None:
                        holder.save(below.saving, text_of(child))
            elif below.entity is not None:
                holder = self._open[below.entity] if scoped else None
                if holder is not None and holder.entity is None:
                    holder.entity = child
            else:
                self._descend(child, below, row, scoped=scoped)
        if number is not None:
            self._open[number] = before

    def _descend(self, child: Element, step: Step, row: dict[str, str], *, scoped: bool) -> None:
        pattern = is_template(child)
        if step.kind == "repeat":
            if pattern:
                return
            row = {}
            self.rows.append(row)
        if step.kind or step.is_parent:
            self.visit(child, step, row, scoped=scoped and step.is_parent and not pattern)
