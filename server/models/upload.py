"""Uploads of photographs that several servers take turns at, and what is still to be removed from the store."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import moment, project_key


class PartialUpload(Base):
    """An upload on its way; its bytes are in the store, a piece an object."""

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_touched_at", "touched_at"),)

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    app_user_id: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str] = mapped_column(String(255))
    key_id: Mapped[str | None] = mapped_column(String(255))
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes that arrived: whoever adds a piece moves it on from where he found it, or adds nothing."""
    done: Mapped[bool] = mapped_column(default=False)
    touched_at: Mapped[moment]


class UploadPiece(Base):
    __tablename__ = "upload_pieces"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "upload_id"], ["uploads.project_id", "uploads.id"], ondelete="CASCADE"),
    )

    project_id: Mapped[project_key]
    upload_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    """Of the object in the store."""


class BlobRemoval(Base):
    """A file whose record was erased and whose bytes are still to be removed: written with the erasure itself."""

    __tablename__ = "blob_removals"

    project_id: Mapped[project_key]
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[moment]
