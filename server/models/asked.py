"""What the office asks of agents: a form to correct, a disputed property to ask about."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import maybe_moment, moment, project_key


class Correction(Base):
    """A submission that an officer sent back with words; open until its edit arrives or it is withdrawn."""

    __tablename__ = "corrections"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "instance_id"], ["submissions.project_id", "submissions.instance_id"]),
        ForeignKeyConstraint(["project_id", "app_user_id"], ["app_users.project_id", "app_users.id"]),
        Index("ix_corrections_project_id_instance_id", "project_id", "instance_id"),
        Index("ix_corrections_project_id_app_user_id", "project_id", "app_user_id"),
        Index("ix_corrections_project_id_open", "project_id", "open"),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(255))
    app_user_id: Mapped[int]
    """Who is asked to correct it: its author, or whom an officer chose."""
    given_at: Mapped[moment]
    comment: Mapped[str] = mapped_column(String)
    at: Mapped[moment]
    by: Mapped[str] = mapped_column(String(255))
    open: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[maybe_moment]
    ended: Mapped[str] = mapped_column(String(16), default="")
    """How it ended: ``edited`` or ``withdrawn``."""


class Question(Base):
    """A disputed property of a record that agents of its scope are asked about; open until a visit answers it."""

    __tablename__ = "questions"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "entity_id"], ["entities.project_id", "entities.id"]),
        Index("ix_questions_project_id_entity_id", "project_id", "entity_id"),
        Index("ix_questions_project_id_open", "project_id", "open"),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(36))
    property: Mapped[str] = mapped_column(String(255))
    words: Mapped[str] = mapped_column(String)
    at: Mapped[moment]
    by: Mapped[str] = mapped_column(String(255))
    open: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[maybe_moment]
    ended: Mapped[str] = mapped_column(String(16), default="")
    """How it ended: ``answered``, ``settled`` or ``withdrawn``."""
    answer: Mapped[str | None] = mapped_column(String(255))
    """The action that answered it."""
