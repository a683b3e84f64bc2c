"""Which records are part of which, as merges stand now."""

from __future__ import annotations

from sqlalchemy import select

from server.database import db
from server.models import Entity


def find_part_ids(project_id: int, entity: Entity) -> list[str]:
    """Name the ids whose records are one with a record now, its own first."""
    others = db.session.scalars(
        select(Entity.id)
        .where(
            Entity.project_id == project_id,
            Entity.component == entity.component,
            Entity.merged_into == entity.id,
        )
        .order_by(Entity.id)
    )
    return [entity.id, *others]
