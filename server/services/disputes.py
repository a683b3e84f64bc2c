"""What stands behind the answers that dispute a property: what their authors had been shown, from where they came."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.database import db
from server.models import (
    ConflictEntry,
    EntityActionRow,
    EntityVersion,
    Submission,
    SubmissionAttachment,
)

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
SHOWN_PICTURES = 3


@dataclass(frozen=True, slots=True)
class Background:
    """What stands behind one answer."""

    instance_id: str | None
    seen: str | None
    """What its author had been shown; None when she had no record before her (or no version of it is known)."""
    seen_version: int | None
    outside_scope: bool
    pictures: tuple[SubmissionAttachment, ...]


def find_backgrounds(project_id: int, entries: Collection[ConflictEntry]) -> dict[tuple[str, str], Background]:
    """Find what stands behind the answers of some disputes, by (action, property)."""
    ids = {candidate["action"] for entry in entries for candidate in entry.candidates}
    if not ids:
        return {}
    actions = {
        row.id: row
        for row in db.session.scalars(
            select(EntityActionRow).where(EntityActionRow.project_id == project_id, EntityActionRow.id.in_(ids))
        )
    }
    rows = _find_rows(project_id, list(actions.values()))
    instances = {row.instance_id for row in actions.values() if row.instance_id}
    outside = set(
        db.session.scalars(
            select(Submission.instance_id).where(
                Submission.project_id == project_id,
                Submission.instance_id.in_(instances),
                Submission.outside_scope.is_(True),
            )
        )
    )
    pictures: dict[str, list[SubmissionAttachment]] = {}
    for file in db.session.scalars(
        select(SubmissionAttachment)
        .where(
            SubmissionAttachment.project_id == project_id,
            SubmissionAttachment.instance_id.in_(instances),
            SubmissionAttachment.present.is_(True),
            SubmissionAttachment.content_type.in_(PICTURES),
        )
        .order_by(SubmissionAttachment.name)
    ):
        pictures.setdefault(file.instance_id, []).append(file)
    found = {}
    for entry in entries:
        for candidate in entry.candidates:
            action = actions.get(candidate["action"])
            if action is None:
                continue
            row = rows.get(action.id)
            shown = row.row.get(entry.property) if row is not None else None
            found[action.id, entry.property] = Background(
                action.instance_id,
                None if row is None else str((shown or {}).get("value", "")),
                row.version if row is not None else None,
                action.instance_id in outside,
                tuple(pictures.get(action.instance_id or "", ())[:SHOWN_PICTURES]),
            )
    return found


def _find_rows(project_id: int, actions: Sequence[EntityActionRow]) -> dict[str, EntityVersion]:
    """Find the version row that each action's author had before her: that of its base, or the nearest lower one."""
    versions: dict[str, list[EntityVersion]] = {}
    for row in db.session.scalars(
        select(EntityVersion)
        .where(
            EntityVersion.project_id == project_id,
            EntityVersion.entity_id.in_({action.named_id for action in actions}),
        )
        .order_by(EntityVersion.version)
    ):
        versions.setdefault(row.entity_id, []).append(row)
    found = {}
    for action in actions:
        below = [v for v in versions.get(action.named_id, ()) if action.base is not None and v.version <= action.base]
        if below:
            found[action.id] = below[-1]
    return found


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a dispute: which property, decided by whom and when, for which value, and what is shown now."""

    property: str
    value: str
    by: str
    at: datetime
    open_again: bool
    """A later answer disputes it once more."""


def list_settled(project_id: int, entity_id: str, still_open: Collection[str]) -> list[Settled]:
    """Tell what officers decided about a record, newest first."""
    rows = db.session.scalars(
        select(EntityActionRow)
        .where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.entity_id == entity_id,
            EntityActionRow.kind == "resolve",
        )
        .order_by(EntityActionRow.at.desc(), EntityActionRow.id)
        .limit(50)
    )
    return [
        Settled(name, str(value), row.author, row.at, name in still_open)
        for row in rows
        for name, value in sorted(row.saved.items())
    ]
