"""Where in a filled form there is something to do when it arrives: worked out once for each form version.

A server that receives a form wants only some of its nodes: those saved to an entity, the entity declarations, the
questions whose answers are files, and when it was finished. They make a tree by element name, so that a filled form is
walked once and everything else is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.definition import EntityDeclaration, Node, Saving

FILE_TYPES = frozenset({"image", "audio", "video", "file", "audit"})


@dataclass(slots=True)
class Step:
    """One element on the way to something; `below` goes from the local name of a child to its step."""

    path: str
    below: dict[str, Step] = field(default_factory=dict)
    saving: Saving | None = None
    entity: int | None = None
    """The declaration whose `<entity>` node this is."""
    container: int | None = None
    """The declaration that is made anew in each of these."""
    is_parent: bool = False
    """Whether something is saved or declared below."""
    kind: str = ""
    """`group`, `repeat`, `question`; `group` also for a `meta` that is no node of the form, "" for anything else."""
    is_told: bool = False
    """Whether its answer is a file, or when the form was finished."""


def find_end(nodes: Iterable[Node]) -> str | None:
    """Return the path of the question that says when a form was finished."""
    return next((node.path for node in nodes if node.type == "end" and node.repeat is None), None)


def build_steps(
    root: str, nodes: Mapping[str, Node], entities: Iterable[EntityDeclaration], savings: Mapping[str, Saving]
) -> Step:
    """Build the tree of a form; its first step is the root element."""
    declared = tuple(entities)
    told = {node.path for node in nodes.values() if node.type in FILE_TYPES}
    end = find_end(nodes.values())
    wanted = {*savings, *told, *(one.path for one in declared), *(one.container for one in declared)}
    first = Step(root)
    steps = {root: first}
    for path in sorted(wanted | ({end} if end else set())):
        _reach(path, root, steps)
    for path, step in steps.items():
        node = nodes.get(path)
        step.kind = node.kind if node else "group" if path.endswith("/meta") else ""
        step.saving = savings.get(path)
        step.is_told = path in told or path == end
    for number, one in enumerate(declared):
        if one.path in steps:
            steps[one.path].entity = number
        if one.container in steps:
            steps[one.container].container = number
    for path in (*savings, *(one.path for one in declared)):
        while "/" in path[1:]:
            path = path.rpartition("/")[0]
            if path in steps:
                steps[path].is_parent = True
    return first


def _reach(path: str, root: str, steps: dict[str, Step]) -> None:
    """Make the steps from the root element to a path; none for a path elsewhere."""
    if not path.startswith(root + "/"):
        return
    at = steps[root]
    for name in path[len(root) + 1 :].split("/"):
        below = at.below.get(name)
        if below is None:
            below = at.below[name] = steps[f"{at.path}/{name}"] = Step(f"{at.path}/{name}")
        at = below
