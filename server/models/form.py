"""Forms and their immutable versions."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import maybe_moment, moment, project_key, text_key


class Form(Base):
    __tablename__ = "forms"

    project_id: Mapped[project_key]
    form_id: Mapped[text_key]
    title: Mapped[str] = mapped_column(String)
    version: Mapped[str] = mapped_column(String(255))
    """The version that phones are offered; older ones are retired but still accepted."""
    withdrawn_at: Mapped[maybe_moment]


class FormVersion(Base):
    __tablename__ = "form_versions"
    __table_args__ = (ForeignKeyConstraint(["project_id", "form_id"], ["forms.project_id", "forms.form_id"]),)

    project_id: Mapped[project_key]
    form_id: Mapped[text_key]
    version: Mapped[text_key]
    title: Mapped[str] = mapped_column(String)
    hash: Mapped[str] = mapped_column(String(64))
    """sha256 of the XForm and of the names and hashes of its attachments: what a phone compares."""
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The XLSForm it was made from, as it was given."""
    published_at: Mapped[moment]
    published_by: Mapped[str] = mapped_column(String(255), default="")


class FormAttachment(Base):
    """A media file or plain CSV that a form version needs. Entity lists are not here: phones pull them."""

    __tablename__ = "form_attachments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "form_id", "version"],
            ["form_versions.project_id", "form_versions.form_id", "form_versions.version"],
        ),
        ForeignKeyConstraint(["project_id", "sha256"], ["blobs.project_id", "blobs.sha256"]),
        Index("ix_form_attachments_project_id_sha256", "project_id", "sha256"),
    )

    project_id: Mapped[project_key]
    form_id: Mapped[text_key]
    version: Mapped[text_key]
    name: Mapped[text_key]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """None while the file was not given yet."""
