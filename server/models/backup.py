"""Backups that were made and read back: what phones may count on, and what the administrator is shown."""

from __future__ import annotations

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import moment


class Backup(Base):
    __tablename__ = "backups"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[moment]
    """The moment whose state it holds: all that was committed before is in it."""
    verified_at: Mapped[moment]
    counts: Mapped[bool]
    """Whether phones may forget what it holds: complete, and not on the disk that it is a backup of."""
    row_count: Mapped[int] = mapped_column(BigInteger)
    file_count: Mapped[int] = mapped_column(BigInteger)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    """Written by this run, as it lies in the vault."""
