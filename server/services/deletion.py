"""Delete a record and restore it. Nothing is lost by it: the history stays, phones drop the record or get it back.

A deletion holds against what its author had seen; a visit that she had not seen disputes it, and then the record stays
until an officer decides (rule 5 of sync/README.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from server.auth import Actor
from server.database import retried, transaction
from server.errors import Problem
from server.services import audits, questions
from server.services.history import new_action
from server.services.register import Register
from sync.actions import DELETED


@retried
def delete_entity(project_id: int, entity_id: str, seen_version: int, actor: Actor) -> int:
    """Delete a record; return its new version.

    :raises Problem: 404.1 unknown; 409.51 when it changed meanwhile, is deleted already, or is part of another.
    """
    return _decide(project_id, entity_id, seen_version, actor, delete=True)


@retried
def restore_entity(project_id: int, entity_id: str, seen_version: int, actor: Actor) -> int:
    """Bring a deleted record back; return its new version.

    :raises Problem: 404.1 unknown; 409.51 when it changed meanwhile, is not deleted, or is part of another.
    """
    return _decide(project_id, entity_id, seen_version, actor, delete=False)


def _decide(project_id: int, entity_id: str, seen_version: int, actor: Actor, *, delete: bool) -> int:
    now = datetime.now(UTC)
    with transaction() as session:
        register = Register(session, project_id, now)
        register.lock([entity_id])
        entity = register.entity(entity_id)
        if entity is None:
            raise Problem("404.1")
        if entity.erased_at:
            raise Problem("409.53")
        if entity.version != seen_version or entity.merged_into or entity.deleted == delete:
            raise Problem("409.51")
        applied = register.apply(
            new_action(
                action_id=str(uuid4()),
                entity_id=entity_id,
                list_name=entity.list,
                kind="delete" if delete else "resolve",
                saved={} if delete else {DELETED: ""},
                author=actor.label,
                at=now,
                base=seen_version,
            ),
            None,
        )
        questions.close_answered(session, project_id, [entity_id], now)
        audits.note(session, project_id, actor, "entity.delete" if delete else "entity.restore", entity_id, now)
        return applied.version
