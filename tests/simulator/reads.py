"""What is read of the server, past its pages and answers: what an officer has before her eyes, and all there is in the end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from server.database import db
from server.models import (
    Correction,
    Entity,
    EntityVersion,
    Quarantined,
    Question,
    Submission,
    SubmissionAttachment,
)
from server.services import entities
from sync.actions import instance_of
from tests.simulator.questionnaires import WOMEN


def read_sent_back() -> list[str]:
    """Name the forms whose correction is asked for."""
    return sorted(db.session.scalars(select(Correction.instance_id).where(Correction.open.is_(True))))


def read_forms() -> list[str]:
    """Name the forms that an officer can send back: those that nothing replaced."""
    return sorted(
        db.session.scalars(
            select(Submission.instance_id).where(Submission.superseded.is_(False), Submission.erased_at.is_(None))
        )
    )


def read_pages() -> list[dict[str, Any]]:
    """Read the pages of all women that are not part of another."""
    rows = db.session.scalars(
        select(Entity).where(Entity.list == WOMEN, Entity.merged_into.is_(None)).order_by(Entity.id)
    )
    return [{"entity": row.id, "version": row.version, "deleted": row.deleted} for row in rows]


def read_merged() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Entity).where(Entity.merged_into.is_not(None)).order_by(Entity.id))
    return [(row.id, str(row.merged_into)) for row in rows]


def read_disputes() -> list[dict[str, Any]]:
    """Read the pages of disputed records as an officer sees them."""
    pages: dict[str, dict[str, Any]] = {}
    for conflict, entity in entities.list_conflicts(1):
        page = pages.setdefault(
            entity.id,
            {"entity": entity.id, "version": entity.version, "values": dict(entity.data), "open": [], "candidates": {}},
        )
        page["open"].append(conflict.property)
        page["candidates"][conflict.property] = sorted({c["value"] for c in conflict.candidates})
    return [pages[key] for key in sorted(pages)]


def read_aside() -> list[tuple[str, str]]:
    rows = db.session.scalars(
        select(Quarantined)
        .where(Quarantined.released_at.is_(None))
        .order_by(Quarantined.received_at, Quarantined.content_sha256)
    )
    return [(row.content_sha256, row.instance_id) for row in rows]


def read_register() -> dict[str, Any]:
    """Read all that the desk shows in the end: records, disputes, history, submissions, what is aside."""
    records, disputes, history = {}, {}, {}
    counters = {row.action_id: row.counter for row in db.session.scalars(select(EntityVersion))}
    for entity in db.session.scalars(select(Entity).order_by(Entity.id)):
        records[entity.id] = {
            "list": entity.list, "version": entity.version, "values": dict(entity.data), "deleted": entity.deleted,
            "merged_into": entity.merged_into, "component": entity.component, "erased": entity.erased_at is not None,
            "open": list(entity.open),
        }
        for entry in entities.find_history(1, entity):
            history[entry.action.id] = {
                "id": entry.action.id, "instance": instance_of(entry.action.id), "kind": entry.action.kind,
                "named": entry.action.named_id, "entity": entry.action.entity_id, "version": entry.version,
                "base": entry.action.base, "target": entry.action.target, "counter": counters[entry.action.id],
                "writes": sorted({*entry.writes, *history.get(entry.action.id, {}).get("writes", ())}),
            }
    for conflict, entity in entities.list_conflicts(1, open_only=False):
        if conflict.settled_at is None:
            values = frozenset(c["value"] for c in conflict.candidates)
            disputes.setdefault(entity.id, {})[conflict.property] = (values, conflict.open)
    files = db.session.scalars(select(SubmissionAttachment).order_by(SubmissionAttachment.instance_id)).all()
    return {
        "records": records,
        "disputes": disputes,
        "history": list(history.values()),
        "submissions": sorted(db.session.scalars(select(Submission.instance_id))),
        "aside": sorted(instance for _, instance in read_aside()),
        "kept_aside": sorted(db.session.scalars(select(Quarantined.instance_id))),
        "replaced": sorted(filter(None, db.session.scalars(select(Submission.deprecated_id)))),
        "corrections": [
            (row.instance_id, row.app_user_id, row.open, row.ended)
            for row in db.session.scalars(select(Correction).order_by(Correction.at, Correction.instance_id))
        ],
        "questions": [
            (row.entity_id, row.property, row.open, row.ended, row.answer)
            for row in db.session.scalars(select(Question).order_by(Question.at, Question.entity_id))
        ],
        "files": [(file.instance_id, file.name, file.sha256, file.present) for file in files],
    }
