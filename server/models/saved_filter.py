"""Filters of the register that officers keep."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import moment, project_key


class SavedFilter(Base):
    """A filter of the register that an officer gave a name."""

    __tablename__ = "saved_filters"
    __table_args__ = (Index("ix_saved_filters_project_id_owner", "project_id", "owner"),)

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(1000))
    """As in the page's address."""
    created_at: Mapped[moment]
