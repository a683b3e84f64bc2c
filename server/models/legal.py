"""What law 18-07 has registers of: what women asked, with due days and proofs; breaches of their data."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_object, maybe_moment, moment, project_key


class LegalRequest(Base):
    """One request about one record; it stays after an erasure, without words."""

    __tablename__ = "legal_requests"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "entity_id"], ["entities.project_id", "entities.id"]),
        Index("ix_legal_requests_project_id_entity_id", "project_id", "entity_id"),
        Index("ix_legal_requests_project_id_state_due_at", "project_id", "state", "due_at"),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    entity_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(16))
    """``access``, ``correction``, ``objection``, ``withdrawal``, ``erasure``; ``guardian``: she is under age, her
    guardian must agree."""
    state: Mapped[str] = mapped_column(String(16), default="open")
    """``open``, ``done``, ``refused``, or ``lifted`` (an objection she took back)."""
    received_at: Mapped[moment]
    due_at: Mapped[moment]
    words: Mapped[str] = mapped_column(String, default="")
    """How and by whom it was asked."""
    by: Mapped[str] = mapped_column(String(255))
    closed_at: Mapped[maybe_moment]
    closed_by: Mapped[str] = mapped_column(String(255), default="")
    outcome: Mapped[str] = mapped_column(String, default="")
    """What was done, in words; why, when it was refused."""
    proof: Mapped[json_object]
    """What shows that it was done: the hash of the file she was given, the moment of the erasure."""


class Breach(Base):
    """One breach of personal data, as the register of art. 43 asks: nobody is named in it but who noted it."""

    __tablename__ = "breaches"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "app_user_id"], ["app_users.project_id", "app_users.id"]),
        Index("ix_breaches_project_id_closed_at", "project_id", "closed_at", "known_at"),
        Index("ix_breaches_project_id_app_user_id", "project_id", "app_user_id"),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """``phone``, ``server``, ``error`` or ``other``."""
    words: Mapped[str] = mapped_column(String, default="")
    """What happened."""
    app_user_id: Mapped[int | None]
    """Whose phone it was."""
    known_at: Mapped[moment]
    since: Mapped[maybe_moment]
    """When the leak is known to have begun: records that did not change since are not affected."""
    due_at: Mapped[moment]
    """When the ANPDP must know at the latest."""
    noted_at: Mapped[moment]
    by: Mapped[str] = mapped_column(String(255))
    affected: Mapped[int]
    """Women at most, counted when it was noted."""
    effects: Mapped[str] = mapped_column(String, default="")
    measures: Mapped[str] = mapped_column(String, default="")
    reference: Mapped[str] = mapped_column(String(255), default="")
    """What the ANPDP gave as a receipt."""
    notified_at: Mapped[maybe_moment]
    informed_at: Mapped[maybe_moment]
    """When the women were told."""
    closed_at: Mapped[maybe_moment]
