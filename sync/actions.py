"""What is recorded about an entity: who did what, and what each version showed.

Actions are append-only and are the truth. Everything served is computed from the set of actions of a woman and from
what was recorded when each first arrived: its version and its row. A version number alone does not say what somebody
saw, for a conflict has values that were not shown and a merge brings those of another record; so a row keeps, for
each property, the value served, who stands behind it (`by`) and who stands at all (`heads`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sync.errors import SyncError

KINDS: Final = ("create", "update", "delete", "resolve", "merge", "unmerge", "undo")
# Kinds that can answer properties.
ANSWERING: Final = frozenset({"create", "update", "resolve"})

LABEL: Final = "label"
DELETED: Final = "_deleted"
YES: Final = "true"

_POSITION_MARK: Final = "#"


def action_id(instance_id: str, position: int) -> str:
    """Name the action that the entity node at `position` of a submission asks for."""
    return f"{instance_id}{_POSITION_MARK}{position}"


def instance_of(action: str) -> str:
    """Name the submission that an action id belongs to; an id of any other make is its own submission."""
    instance, mark, position = action.rpartition(_POSITION_MARK)
    return instance if mark and position.isdecimal() else action


@dataclass(frozen=True, slots=True)
class EntityAction:
    """What one submission, or one officer, does to one entity.

    `saved` has the properties the form saved, as text: a node that is absent from the XML is absent here, a blank one
    is "". `prefilled` are those whose answer was prefilled from the record, `blankable` those of them that a person
    could answer, where a blank is an answer. `base` is the version row of `entity_id` the author saw, None when she
    saw none. `branch` and `pos` place the action in the author's own offline chain. `at` is UTC and only breaks ties.

    `literal` is true for a client that shows its own unsent answers word for word in the next form, as ODK Collect
    does: after "3" was saved to a total of 10, the next form shows 3, where ours shows 13.
    """

    id: str
    entity_id: str
    list: str
    kind: str
    saved: Mapping[str, str]
    prefilled: frozenset[str]
    blankable: frozenset[str]
    branch: str | None
    pos: int | None
    base: int | None
    at: datetime
    author: str
    device: str | None
    form_id: str | None
    form_version: str | None
    edits: str | None = None
    target: str | None = None
    literal: bool = False


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """What one version served for one property: the value, who has it, and all who stand."""

    value: str
    by: tuple[str, ...]
    heads: tuple[str, ...]


VersionRow = Mapping[str, PropertyRow]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An action with what was recorded when it first arrived: the entity it numbered, its version, and the row."""

    action: EntityAction
    numbered: str
    version: int
    row: VersionRow = field(default_factory=dict)


def order(record: Recorded) -> tuple[datetime, str]:
    """Return what breaks ties: the time, then the id. A time without zone is UTC."""
    at = record.action.at
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC), record.action.id)


def row_to_json(row: VersionRow) -> dict[str, Any]:
    """Turn a row into what JSON can hold: property -> {value, by, heads}; `heads` is left out where it equals `by`."""
    return {
        name: {"value": shown.value, "by": [*shown.by]}
        if shown.heads is shown.by or shown.heads == shown.by
        else {"value": shown.value, "by": [*shown.by], "heads": [*shown.heads]}
        for name, shown in row.items()
    }


def row_from_json(data: object) -> VersionRow:
    """Read a row back.

    :raises SyncError: code "bad_row", when it is not what `row_to_json` makes.
    """
    if not isinstance(data, dict):
        raise SyncError("bad_row", "A version row must be an object.")
    row: dict[str, PropertyRow] = {}
    for name, shown in data.items():
        if not isinstance(shown, dict) or not isinstance(shown.get("value"), str):
            raise SyncError("bad_row", f"The property {name!r} of a version row has no value.")
        by = _to_ids(name, shown.get("by"))
        row[str(name)] = PropertyRow(shown["value"], by, _to_ids(name, shown["heads"]) if "heads" in shown else by)
    return row


def _to_ids(name: object, data: object) -> tuple[str, ...]:
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        raise SyncError("bad_row", f"The property {name!r} of a version row must list action ids.")
    return tuple(data)
