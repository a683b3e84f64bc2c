"""Filters of the register that an officer gave a name: hers alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import select

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import SavedFilter

MAX_KEPT: Final = 30
MAX_NAME, MAX_QUERY = 80, 1000


def list_filters(project_id: int, actor: Actor) -> list[SavedFilter]:
    return list(
        db.session.scalars(
            select(SavedFilter)
            .where(SavedFilter.project_id == project_id, SavedFilter.owner == actor.label)
            .order_by(SavedFilter.name, SavedFilter.id)
        )
    )


@retried
def save_filter(project_id: int, name: str, query: str, actor: Actor) -> None:
    """Keep a filter under a name; the same name replaces it.

    :raises Problem: 400.2 without a name; 400.8 for a query too long, or one filter too many.
    """
    name = " ".join(name.split())[:MAX_NAME]
    if not name:
        raise Problem("400.2", field="name")
    if len(query) > MAX_QUERY:
        raise Problem("400.8", field="query", reason="it is too long")
    with transaction() as session:
        mine = session.scalars(
            select(SavedFilter).where(SavedFilter.project_id == project_id, SavedFilter.owner == actor.label)
        ).all()
        same = next((row for row in mine if row.name == name), None)
        if same is not None:
            same.query = query
            return
        if len(mine) >= MAX_KEPT:
            raise Problem("400.8", field="name", reason=f"{MAX_KEPT} filters are kept at most")
        session.add(
            SavedFilter(
                project_id=project_id,
                id=str(uuid4()),
                owner=actor.label,
                name=name,
                query=query,
                created_at=datetime.now(UTC),
            )  # fmt: skip
        )


@retried
def drop_filter(project_id: int, filter_id: str, actor: Actor) -> None:
    """Forget a filter.

    :raises Problem: 404.1 when it is not hers.
    """
    with transaction() as session:
        found = session.get(SavedFilter, (project_id, filter_id))
        if found is None or found.owner != actor.label:
            raise Problem("404.1")
        session.delete(found)
