"""What is shown of a record: its row in the register, the scopes whose phones hold it, its disputes.

All of it is computed from what was recorded and can be made anew at any time; nothing here is the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from server.models import ConflictEntry, Entity, EntityScope
from server.rows import rows_of
from sync.feed import changes, is_gone, place
from sync.merge import EntityState

_ENTITIES = cast(Table, Entity.__table__)
_SCOPES = cast(Table, EntityScope.__table__)
_COLUMNS = tuple(_ENTITIES.columns.keys())
_NAMED = _ENTITIES.alias("named")
_PROJECT: Any = bindparam("project")
_IDS: Any = bindparam("ids", expanding=True)
# Sorted where they are read: asked to sort, SQLite walks all records of the project and tests the condition on each.
_KEPT = select(*_ENTITIES.columns).where(_ENTITIES.c.project_id == _PROJECT)
_THESE = _KEPT.where(_ENTITIES.c.id.in_(_IDS))
_JOINED = _KEPT.where(
    _ENTITIES.c.component.in_(
        select(_NAMED.c.component).where(_NAMED.c.project_id == _PROJECT, _NAMED.c.id.in_(_IDS))
    )
)
_HOLDERS = select(_SCOPES.c.entity_id, _SCOPES.c.scope, _SCOPES.c.present).where(
    _SCOPES.c.project_id == _PROJECT, _SCOPES.c.entity_id.in_(_IDS)
)


@dataclass(slots=True)
class Kept:
    """A record as its row in the register is, or will be at the commit; what waits is not in the database yet."""

    project_id: int
    id: str
    list: str
    version: int
    counter: int
    data: dict[str, str]
    open: Sequence[str]
    deleted: bool
    merged_into: str | None
    component: str
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None = None
    is_new: bool = False

    @property
    def key(self) -> tuple[int, str]:
        return (self.project_id, self.id)


def read_kept(session: Session, project_id: int, entity_ids: Iterable[str], *, joined: bool = False) -> list[Kept]:
    """Read records, sorted by id.

    :param joined: and those that are merged with them.
    """
    given = {"project": project_id, "ids": list(entity_ids)}
    found = session.execute(_JOINED if joined else _THESE, given)
    return sorted((Kept(*row) for row in found), key=lambda kept: kept.id)


def new_kept(project_id: int, entity_id: str, list_name: str, now: datetime) -> Kept:
    """Make a record that is written once its first action was applied."""
    return Kept(project_id, entity_id, list_name, 0, 0, {}, [], False, None, entity_id, now, now, is_new=True)


def write_kept(session: Session, kept: Kept, after: EntityState, counter: int, now: datetime) -> None:
    """Write what is shown of a record from now on."""
    kept.counter, kept.updated_at = counter, now
    kept.data = dict(after.values)
    kept.open = sorted(conflict.property for conflict in after.conflicts if conflict.open)
    kept.deleted, kept.merged_into = is_gone(after), after.merged_into
    rows = rows_of(session)
    if kept.is_new:
        kept.is_new = False
        rows.add(_ENTITIES, {name: getattr(kept, name) for name in _COLUMNS}, kept.key)
        return
    changed = ("version", "counter", "data", "open", "deleted", "merged_into", "updated_at")
    rows.change(_ENTITIES, kept.key, {name: getattr(kept, name) for name in changed})


def read_scopes(session: Session, project_id: int, entity_ids: Iterable[str]) -> dict[str, dict[str, bool]]:
    """Tell for each entity the scopes that ever held it, and whether they do."""
    wanted = list(entity_ids)
    found: dict[str, dict[str, bool]] = {entity_id: {} for entity_id in wanted}
    for entity_id, scope, present in session.execute(_HOLDERS, {"project": project_id, "ids": wanted}):
        found[entity_id][scope] = present
    return found


def write_scopes(
    session: Session, kept: Kept, after: EntityState, scope_property: str, scopes: dict[str, bool]
) -> frozenset[str]:
    """Write which scopes' phones hold a record now; return those that held it before or do.

    :param scopes: the scopes that ever held it and whether they do; brought up to date.
    """
    before = frozenset(scope for scope, present in scopes.items() if present)
    holding = frozenset() if kept.erased_at else place(after, scope_property)
    told = changes(before, holding)
    rows = rows_of(session)
    for scope, present in (*((s, False) for s in told.gone), *((s, True) for s in told.present)):
        key = (kept.project_id, scope, kept.id)
        if scope in scopes:
            rows.change(_SCOPES, key, {"counter": kept.counter, "present": present})
        else:
            row = {"project_id": kept.project_id, "scope": scope, "entity_id": kept.id}
            rows.add(_SCOPES, {**row, "counter": kept.counter, "present": present}, key)
        scopes[scope] = present
    return before | holding


def write_conflicts(session: Session, kept: Kept, after: EntityState, now: datetime) -> None:
    """Write which properties are disputed now; those that were settled stay listed as settled."""
    rows = {
        row.property: row
        for row in session.scalars(
            select(ConflictEntry).where(ConflictEntry.project_id == kept.project_id, ConflictEntry.entity_id == kept.id)
        )
    }
    listed = {conflict.property: conflict for conflict in after.conflicts}
    for name, row in rows.items():
        if name not in listed and row.settled_at is None:  # closed ones that are listed too
            row.open, row.settled_at = False, now
            row.shown = after.values.get(name, "")
    for name, conflict in listed.items():
        candidates = [
            {
                "action": head.action_id,
                "value": head.value,
                "at": head.at.isoformat(),
                "author": head.author,
                "device": head.device,
                "formId": head.form_id,
            }
            for head in conflict.candidates
        ]
        found = rows.get(name)
        row = found or ConflictEntry(project_id=kept.project_id, entity_id=kept.id, property=name)
        if found is None:
            row.opened_at = now
            session.add(row)
        elif conflict.open and not row.open:
            row.opened_at = now
        row.open, row.settled_at = conflict.open, None
        row.policy, row.shown, row.candidates = conflict.policy, conflict.shown, candidates


def read_shown(session: Session, kept: Kept) -> tuple[Any, ...]:
    """Return what is shown of a record, to be compared with ``to_shown``."""
    listed = session.execute(
        select(ConflictEntry.property, ConflictEntry.open).where(
            ConflictEntry.project_id == kept.project_id,
            ConflictEntry.entity_id == kept.id,
            ConflictEntry.settled_at.is_(None),
        )
    ).all()
    conflicts = sorted((name, is_open) for name, is_open in listed)
    return (kept.data, sorted(kept.open), kept.deleted, kept.merged_into, conflicts)


def to_shown(after: EntityState) -> tuple[Any, ...]:
    """Return what should be shown of a record."""
    return (
        dict(after.values),
        sorted(c.property for c in after.conflicts if c.open),
        is_gone(after),
        after.merged_into,
        sorted((c.property, c.open) for c in after.conflicts),
    )
