"""Lists of women that an officer sent in: an exported list that she edited, or one that somebody typed."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_list, json_object, maybe_moment, moment, project_key


class ImportedList(Base):
    __tablename__ = "imported_lists"
    __table_args__ = (Index("ix_imported_lists_project_id_at", "project_id", "at"),)

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file, which is kept until it was taken over or dropped."""
    kind: Mapped[str] = mapped_column(String(16))
    """``returned``: an exported list; ``typed``: any other."""
    state: Mapped[str] = mapped_column(String(16))
    """``open``, ``applied``, ``undone`` or ``dropped``."""
    at: Mapped[moment]
    by: Mapped[str] = mapped_column(String(255))
    mapping: Mapped[json_object]
    """Of a typed list: place of a column → what it is."""
    consent_on: Mapped[str] = mapped_column(String(10), default="")
    """The day that the women who are new consented on paper."""
    actions: Mapped[json_list]
    """Ids of what was done to the register, in order."""
    counts: Mapped[json_object]
    decided_at: Mapped[maybe_moment]
    decided_by: Mapped[str] = mapped_column(String(255), default="")
