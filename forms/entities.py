"""What a filled form asks of entity lists: each `<entity>` node is one request.

Follows https://getodk.github.io/xforms-spec/entities, versions 2022.1 (create), 2023.1 (update), 2024.1 (offline
branches) and 2025.1 (entities in groups and repeats). A form can write attributes that are false: a request whose
`create` and `update` are both false asks nothing; when both are true it is an update if it says on which version.

A request that cannot be understood becomes an `EntityProblem`; the submission is kept all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms.arrival import Reading, Scope, read_filled
from forms.definition import EntityDeclaration, FormDefinition
from forms.instance import Instance
from forms.xmltree import local_name, text_of

_TRUE = frozenset({"1", "true", "true()"})
_UUID4 = re.compile(r"(?:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})")
_VERSION = re.compile(r"[0-9]{1,10}")
_MAX_VERSION = 2**31 - 1
_MAX_BRANCH = 255
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class EntityRequest:
    """What one `<entity>` node asks for.

    `position` tells the nodes of one filled form apart and is the same in every edit of it: the number of the
    declaration in the form, plus the count of declarations for each earlier pass of its repeat. `saved` goes from
    property to text; a question that is absent is absent, one left blank is "". "label" is a property too, and never
    blank. `prefilled` are those of them whose value can come from the record, `blankable` those of these that a person
    can answer: a blank there is an answer.
    """

    position: int
    list: str
    entity_id: str
    kind: str
    """`create` or `update`."""
    branch: str | None
    """The chain of steps one phone made without the server; None when the author saw the server's row `base`."""
    pos: int | None
    """The place in that chain, None outside one; a create begins its chain without saying so."""
    base: int | None
    """The server's version the author saw; None when she saw none."""
    saved: Mapping[str, str]
    prefilled: frozenset[str]
    blankable: frozenset[str]


@dataclass(frozen=True, slots=True)
class EntityProblem:
    """Why an `<entity>` node cannot be followed, in words for an officer."""

    position: int
    message: str


def find_entity_requests(
    definition: FormDefinition, instance: Instance
) -> tuple[tuple[EntityRequest, ...], tuple[EntityProblem, ...]]:
    """Find what a filled form asks of entity lists, in document order.

    :raises InstanceError: `wrong_form`.
    """
    return to_requests(definition, read_filled(definition, instance))


def to_requests(
    definition: FormDefinition, reading: Reading
) -> tuple[tuple[EntityRequest, ...], tuple[EntityProblem, ...]]:
    """Understand what was read in a filled form as requests, and what cannot be understood as problems."""
    requests: list[EntityRequest] = []
    problems: list[EntityProblem] = []
    for scope in reading.scopes:
        if scope.entity is None:
            continue
        found = _read_request(definition.entities[scope.declaration], scope)
        if isinstance(found, EntityRequest):
            requests.append(found)
        elif found is not None:
            problems.append(found)
    return tuple(requests), tuple(problems)


def _read_request(declaration: EntityDeclaration, scope: Scope) -> EntityRequest | EntityProblem | None:
    """Return what one node asks for, why it cannot be followed, or None when it asks nothing."""
    assert scope.entity is not None  # noqa: S101  # the caller passes over the others
    attributes = {str(name).rpartition("}")[2]: str(value).strip() for name, value in scope.entity.attrib.items()}
    creates = attributes.get("create", "").lower() in _TRUE
    updates = attributes.get("update", "").lower() in _TRUE
    if not creates and not updates:
        return None
    position = scope.position
    list_name = attributes.get("dataset") or declaration.list
    if list_name != declaration.list:
        return EntityProblem(position, f"The entity list {_shown(list_name)} is not the form's, {declaration.list}.")
    written = attributes.get("id", "")
    entity_id = _UUID4.fullmatch(written.lower())
    if entity_id is None:
        return EntityProblem(position, f"The entity id {_shown(written)} is not a version 4 UUID.")
    numbers: dict[str, int | None] = {}
    for name in ("baseVersion", "trunkVersion"):
        text = attributes.get(name, "")
        if text and (not _VERSION.fullmatch(text) or int(text) > _MAX_VERSION):
            return EntityProblem(position, f"The {name} {_shown(text)} is not a version number.")
        numbers[name] = int(text) if text else None
    branch = attributes.get("branchId", "").lower() or None
    if branch is not None and len(branch) > _MAX_BRANCH:
        return EntityProblem(position, f"The branchId {_shown(branch)} is too long.")
    base_version, trunk_version = numbers["baseVersion"], numbers["trunkVersion"]
    label = next((text_of(child) for child in scope.entity if local_name(child) == "label"), "")
    if label:
        scope.saved["label"] = label
        if declaration.label_prefilled:
            scope.prefilled.add("label")
    return EntityRequest(
        position=position,
        list=declaration.list,
        entity_id=entity_id[1],
        kind="update" if updates and (not creates or bool(attributes.get("baseVersion"))) else "create",
        branch=branch,
        pos=base_version if branch is not None else None,
        base=trunk_version if branch is not None else base_version,
        saved=scope.saved,
        prefilled=frozenset(scope.prefilled),
        blankable=frozenset(scope.blankable),
    )


def _shown(text: str) -> str:
    return f'"{text[:_SHOWN]}…"' if len(text) > _SHOWN else f'"{text}"'
