"""The operations log: who did what to what, when (law 18-07 art. 41 bis 3), as a chain."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_object, moment, project_key


class Audit(Base):
    __tablename__ = "audits"
    __table_args__ = (
        Index("ix_audits_project_id_at", "project_id", "at"),
        Index("ix_audits_project_id_seq", "project_id", "seq", unique=True),
        Index("ix_audits_project_id_actor", "project_id", "actor", "seq"),
        Index("ix_audits_project_id_action", "project_id", "action", "seq"),
        Index("ix_audits_project_id_target", "project_id", "target", "seq"),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[moment]
    actor: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(255), default="")
    details: Mapped[json_object]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    """1, 2, 3… in the order of commits; None only inside the transaction that writes it."""
    hash: Mapped[str] = mapped_column(String(64), default="")
    """sha256 of the line before and of this one (services.audits)."""


class AuditHead(Base):
    """The last line of a project's operations log: locked last in each transaction that adds to it."""

    __tablename__ = "audit_heads"

    project_id: Mapped[project_key]
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")
