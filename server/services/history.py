"""What was recorded about records: actions and version rows, as the pure values and as the tables keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, Text, bindparam, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from server.database import from_json
from server.models import EntityActionRow, EntityVersion
from server.rows import rows_of
from sync.actions import EntityAction, Recorded, VersionRow, row_from_json, row_to_json
from sync.line import Place

_ACTIONS = cast(Table, EntityActionRow.__table__)
_VERSIONS = cast(Table, EntityVersion.__table__)

_A, _V = _ACTIONS.c, _VERSIONS.c
_RECORDED = (
    select(
        _A.id, _A.named_id, _A.list, _A.kind, _A.branch, _A.pos, _A.base, _A.at, _A.author, _A.device, _A.form_id,
        _A.form_version, _A.edits, _A.target, _A.literal, as_type(_A.saved, Text), as_type(_A.prefilled, Text),
        as_type(_A.blankable, Text), _V.entity_id, _V.version, _V.at, as_type(_V.row, Text),
    )
    .join_from(_ACTIONS, _VERSIONS, (_V.project_id == _A.project_id) & (_V.action_id == _A.id))
    .where(_A.project_id == bindparam("project"), _A.entity_id.in_(bindparam("ids", expanding=True)))
    .order_by(_V.counter)
)  # fmt: skip


class Past:
    """What was recorded of the entities of one component, in the order of applying.

    What the actions answered is read only when the whole rule is asked: most histories are a line (``sync.line``).
    """

    def __init__(self) -> None:
        self._kept: list[_Kept] = []
        self.places: list[Place] = []

    def keep(self, row: Sequence[Any]) -> None:
        """Add one row of ``_RECORDED``."""
        self._kept.append(row)
        self.places.append(Place(row[0], row[1], row[3], row[4], row[5], row[6], row[12], row[18], row[19]))

    def add(self, recorded: Recorded) -> None:
        """Add what was applied just now."""
        self._kept.append(recorded)
        self.places.append(to_place(recorded.action, recorded.numbered, recorded.version))

    def last_row(self) -> VersionRow:
        """Return the row of the last action, {} before the first."""
        if not self._kept:
            return {}
        last = self._kept[-1]
        return last.row if isinstance(last, Recorded) else row_from_json(from_json(last[-1]))

    def recorded(self) -> list[Recorded]:
        """Return all that was recorded."""
        self._kept = [one if isinstance(one, Recorded) else _to_recorded(one) for one in self._kept]
        return cast(list[Recorded], self._kept)


_Kept = Recorded | Sequence[Any]


def to_place(action: EntityAction, numbered: str, version: int) -> Place:
    """Say where an action stands in a history."""
    return Place(
        action.id,
        action.entity_id,
        action.kind,
        action.branch,
        action.pos,
        action.base,
        action.edits,
        numbered,
        version,
    )


def read_past(
    session: Session, project_id: int, entity_ids: Sequence[str]
) -> Iterator[tuple[Sequence[Any], str, int, datetime]]:
    """Read what was recorded of some entities, in the order of applying: for ``Past.keep``, whom, version, commit."""
    for row in session.execute(_RECORDED, {"project": project_id, "ids": entity_ids}):
        yield row, row[18], row[19], row[20]


def _to_recorded(row: Sequence[Any]) -> Recorded:
    (
        action_id, named_id, list_name, kind, branch, pos, base, at, author, device, form_id,
        form_version, edits, target, literal, saved, prefilled,
        blankable, numbered, version, _committed_at, shown,
    ) = row  # fmt: skip
    action = EntityAction(
        id=action_id,
        entity_id=named_id,
        list=list_name,
        kind=kind,
        saved=from_json(saved),
        prefilled=frozenset(from_json(prefilled)),
        blankable=frozenset(from_json(blankable)),
        branch=branch,
        pos=pos,
        base=base,
        at=at,
        author=author,
        device=device,
        form_id=form_id,
        form_version=form_version,
        edits=edits,
        target=target,
        literal=literal,
    )
    return Recorded(action, numbered, version, row_from_json(from_json(shown)))


def record(
    session: Session, project_id: int, recorded: Recorded, *, counter: int, at: datetime, instance_id: str | None
) -> None:
    """Keep an action with the row it made."""
    action = recorded.action
    rows = rows_of(session)
    rows.add(_ACTIONS, _to_action_row(project_id, recorded.numbered, action, instance_id))
    rows.add(
        _VERSIONS,
        {
            "project_id": project_id,
            "entity_id": recorded.numbered,
            "version": recorded.version,
            "counter": counter,
            "action_id": action.id,
            "row": row_to_json(recorded.row),
            "at": at,
        },
    )


def _to_action_row(project_id: int, entity_id: str, action: EntityAction, instance_id: str | None) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "id": action.id,
        "entity_id": entity_id,
        "named_id": action.entity_id,
        "list": action.list,
        "kind": action.kind,
        "branch": action.branch,
        "pos": action.pos,
        "base": action.base,
        "saved": action.saved,
        "prefilled": sorted(action.prefilled),
        "blankable": sorted(action.blankable),
        "at": action.at,
        "author": action.author,
        "device": action.device,
        "form_id": action.form_id,
        "form_version": action.form_version,
        "instance_id": instance_id,
        "edits": action.edits,
        "target": action.target,
        "literal": action.literal,
    }


def new_action(
    *,
    action_id: str,
    entity_id: str,
    list_name: str,
    kind: str,
    saved: Mapping[str, str],
    author: str,
    at: datetime,
    base: int | None = None,
    target: str | None = None,
) -> EntityAction:
    """Make an officer's action: no branch, no device, no form."""
    return EntityAction(
        id=action_id,
        entity_id=entity_id,
        list=list_name,
        kind=kind,
        saved=dict(saved),
        prefilled=frozenset(saved),
        blankable=frozenset(saved),
        branch=None,
        pos=None,
        base=base,
        at=at.astimezone(UTC),
        author=author,
        device=None,
        form_id=None,
        form_version=None,
        edits=None,
        target=target,
    )
