"""Write a filled form as XML, from the form's own definition, as a form engine would send it.

Only relevant nodes are written, in the order of the form. Whoever answers says what is relevant: a question with no
answer given is left out as irrelevant; a blank answer (or a note) is given as "". Follows the instance parts of
https://getodk.github.io/xforms-spec and its entities part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

from forms.definition import FormDefinition, Node

Answer: TypeAlias = "str | Sequence[Filled]"


@dataclass(frozen=True, slots=True)
class EntityNode:
    """What stands in ``<entity>``: its attributes as computed by the form, and its label when the form has one."""

    attributes: Mapping[str, str]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """The answers of one table: the form itself, or one pass of a repeat.

    Keys are question names, or paths where two questions share a name. A repeat's answer is a sequence of ``Filled``.
    """

    answers: Mapping[str, Answer]
    entity: EntityNode | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """Who the instance is; ids with ``uuid:``."""

    instance_id: str
    instance_name: str = ""
    deprecated_id: str = ""


def write_instance(definition: FormDefinition, filled: Filled, meta: Meta) -> str:
    """Write one filled form.

    :raises ValueError: when an answer is given to a question that the form does not have.
    """
    writer = _Writer(definition, _children(definition))
    known = {node.name for node in definition.nodes} | {node.path for node in definition.nodes}
    for name in _names(filled):
        if name not in known:
            raise ValueError(f"{definition.form_id} has no question {name}")
    root = definition.root
    inside = writer.write(root, filled, meta)
    name = root.rpartition("/")[2]
    return f'<{name} id="{escape(definition.form_id)}" version="{escape(definition.version)}">{inside}</{name}>'


def _names(filled: Filled) -> Iterator[str]:
    for name, answer in filled.answers.items():
        yield name
        if not isinstance(answer, str):
            for below in answer:
                yield from _names(below)


def _children(definition: FormDefinition) -> Mapping[str, tuple[Node, ...]]:
    meta = f"{definition.root}/meta/"
    found: dict[str, list[Node]] = {}
    for node in definition.nodes:
        if not node.path.startswith(meta):
            found.setdefault(node.path.rpartition("/")[0], []).append(node)
    return {parent: tuple(nodes) for parent, nodes in found.items()}


@dataclass(frozen=True, slots=True)
class _Writer:
    definition: FormDefinition
    children: Mapping[str, tuple[Node, ...]]

    def write(self, path: str, filled: Filled, meta: Meta | None = None) -> str:
        """Write what stands inside one node."""
        parts = [self._node(node, filled) for node in self.children.get(path, ())]
        declared = any(declaration.container == path for declaration in self.definition.entities)
        own = _entity(filled.entity) if declared and filled.entity is not None else ""
        if meta is not None:
            own += _leaf("instanceID", meta.instance_id)
            own += _leaf("deprecatedID", meta.deprecated_id) if meta.deprecated_id else ""
            own += _leaf("instanceName", meta.instance_name)
        return "".join(parts) + (f"<meta>{own}</meta>" if own else "")

    def _node(self, node: Node, filled: Filled) -> str:
        answer = filled.answers.get(node.path, filled.answers.get(node.name))
        if node.kind == "question":
            return _leaf(node.name, answer) if isinstance(answer, str) else ""
        if node.kind == "group":
            inside = self.write(node.path, filled)
            return f"<{node.name}>{inside}</{node.name}>" if inside else ""
        passes = () if answer is None or isinstance(answer, str) else answer
        return "".join(f"<{node.name}>{self.write(node.path, below)}</{node.name}>" for below in passes)


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text, quote=False)}</{name}>" if text else f"<{name}/>"


def _entity(entity: EntityNode) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in entity.attributes.items())
    inside = "" if entity.label is None else f"<label>{escape(entity.label, quote=False)}</label>"
    return f"<entity{attributes}>{inside}</entity>"
