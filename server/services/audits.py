"""Write and read the operations log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from server.auth import Actor
from server.models import Audit


def note(
    session: Session, project_id: int, actor: Actor, action: str, target: str, at: datetime, **details: Any
) -> None:
    """Add a line to the operations log, inside the caller's transaction."""
    session.add(
        Audit(
            project_id=project_id,
            id=str(uuid4()),
            at=at,
            actor=actor.label,
            action=action,
            target=target[:255],
            details=details,
        )
    )
