"""What was erased, by its ids alone: so that it is refused when it comes again, and erased again after a restore."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import moment, project_key, text_key


class Erased(Base):
    """One id. ``kind``: ``entity``, ``instance`` (a submission about nobody else), ``file`` (the hash of its hash)."""

    __tablename__ = "erased"
    __table_args__ = (
        Index("ix_erased_project_id_app_user_id_device_id_seq", "project_id", "app_user_id", "device_id", "seq"),
    )

    project_id: Mapped[project_key]
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    id: Mapped[text_key]
    at: Mapped[moment]
    app_user_id: Mapped[int | None]
    device_id: Mapped[str | None] = mapped_column(String(255))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    """Of a form that came after the erasure and was not stored: its number is not missed."""
