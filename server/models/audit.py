"""The operations log: who did what to what, when (law 18-07 art. 41 bis 3)."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_object, moment, project_key


class Audit(Base):
    __tablename__ = "audits"
    __table_args__ = (Index("ix_audits_project_id_at", "project_id", "at"),)

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[moment]
    actor: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(255), default="")
    details: Mapped[json_object]
