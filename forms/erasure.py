"""What stays of a filled form when the data of a woman in it are erased (law 18-07): ids, form, times, and no answer.

A form can be about several women, each in a pass of a repeat: the others' answers stay. What stays of hers are the
attributes that say which record it was about and the answers to questions that the caller keeps, as her commune.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from forms.arrival import named_attachments
from forms.definition import EntityDeclaration, FormDefinition
from forms.instance import parse_instance, require_form
from forms.steps import FILE_TYPES
from forms.xmltree import Element, local_name, text_of, write_xml

MARK = "⌫"
"""Stands for a text that was erased."""
MIN_REPEATED = 4
"""Characters of an erased text that is looked for in the answers around her part: shorter ones stand everywhere."""

_TIMES = frozenset({"start", "end", "today"})
_IDS = frozenset({"instanceID", "deprecatedID"})
_ATTRIBUTES = frozenset({"dataset", "id", "create", "update", "baseVersion", "trunkVersion", "branchId"})
_ROOT_ATTRIBUTES = frozenset({"id", "version", "instanceID"})
_CHOSEN = frozenset({"select_one", "select_multiple", "select", "select1", "rank"})


@dataclass(frozen=True, slots=True)
class Left:
    """A form after erasure."""

    xml: bytes
    files: frozenset[str]
    """The names of files that its remaining answers name."""


def erase_answers(
    definition: FormDefinition,
    xml: bytes,
    entity_ids: Collection[str] | None,
    is_kept: Callable[[str, str], bool],
) -> Left:
    """Erase the answers about some records from a filled form; all of it when `entity_ids` is None.

    `is_kept` tells of a list and a property whether the answer saved to it stays.

    :raises XmlError: when it cannot be read; :raises InstanceError: when it is of another form.
    """
    instance = parse_instance(xml)
    require_form(definition, instance)
    work = _Erasure(definition, entity_ids, is_kept)
    work.visit(instance.root, definition.root, hers=entity_ids is None)
    work.erase_repeated()
    left = write_xml(instance.root)
    return Left(left, frozenset(named_attachments(definition, parse_instance(left))))


@dataclass(slots=True)
class _Erasure:
    definition: FormDefinition
    entity_ids: Collection[str] | None
    is_kept: Callable[[str, str], bool]
    _around: list[tuple[Element, str]] = field(default_factory=list)
    _gone: set[str] = field(default_factory=set)

    def visit(self, element: Element, path: str, *, hers: bool, others: bool = False) -> None:
        """Walk a node; `hers` tells whether the innermost record around it is erased, `others` that it is not."""
        named = [self._whose(element, d) for d in self.definition.entities if d.container == path]
        if any(named) or False in named:
            hers, others = any(named), not any(named)
        self._clean(element, path, hers)
        if not len(element):
            self._visit_leaf(element, path, hers, others)
        for child in element:
            child_path = f"{path}/{local_name(child)}"
            if hers and child.tail and not child.tail.isspace():
                child.tail = None
            self.visit(child, child_path, hers=hers, others=others)

    def _whose(self, container: Element, declaration: EntityDeclaration) -> bool | None:
        """Tell whether the record named in a container is erased; None when none is named there."""
        found = container
        for step in declaration.path.removeprefix(declaration.container + "/").split("/"):
            below = next((child for child in found if local_name(child) == step), None)
            if below is None:
                return None
            found = below
        written = (found.get("id") or "").strip().lower().removeprefix("uuid:")
        return None if not written else self.entity_ids is None or written in self.entity_ids

    def _clean(self, element: Element, path: str, hers: bool) -> None:
        if not hers:
            return
        kept = _ATTRIBUTES if local_name(element) == "entity" else frozenset()
        kept = _ROOT_ATTRIBUTES if path == self.definition.root else kept
        for name in list(element.attrib):
            if str(name).rpartition("}")[2] not in kept:
                del element.attrib[name]
        if len(element) and element.text and not element.text.isspace():
            element.text = None

    def _visit_leaf(self, element: Element, path: str, hers: bool, others: bool) -> None:
        name, text = local_name(element), text_of(element).strip()
        node = self.definition.node(path)
        if not text or name in _IDS or (node is not None and node.type in _TIMES):
            return
        if name in ("label", "instanceName") and node is None:
            if hers or (name == "instanceName" and not others):
                element.text = MARK
            return
        if hers:
            saving = self.definition.savings.get(path)
            kept = saving is not None and self.is_kept(
                self.definition.entities[saving.declaration].list, saving.property
            )
            if not kept:
                if (node is None or node.type not in _CHOSEN) and len(text) >= MIN_REPEATED:
                    self._gone.add(text)
                element.text = None
        elif not others and (node is None or node.type not in _CHOSEN | FILE_TYPES):
            self._around.append((element, text))

    def erase_repeated(self) -> None:
        """Erase what stands around her part and repeats one of her answers."""
        for element, text in self._around:
            if any(gone in text for gone in self._gone):
                element.text = None
