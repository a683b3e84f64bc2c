"""Forms and their immutable versions."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_list, maybe_moment, moment, project_key, text_key


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
    audience: Mapped[str] = mapped_column(String(16), default="both")
    """Who fills it: ``agents`` on phones, ``office`` at the desk, or ``both``."""


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


class FormDraft(Base):
    """A form that is being prepared: one at most for each form id; published, or replaced by the next upload."""

    __tablename__ = "form_drafts"

    project_id: Mapped[project_key]
    form_id: Mapped[text_key]
    version: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String)
    audience: Mapped[str] = mapped_column(String(16), default="both")
    name: Mapped[str] = mapped_column(String(255))
    """Of the file."""
    source: Mapped[bytes] = mapped_column(LargeBinary)
    xform: Mapped[bytes] = mapped_column(LargeBinary)
    warnings: Mapped[json_list]
    at: Mapped[moment]
    by: Mapped[str] = mapped_column(String(255))
    tested: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The last test submission: shown, never received."""
    tested_at: Mapped[maybe_moment]


class DraftFile(Base):
    """A media file or CSV given with a draft."""

    __tablename__ = "draft_files"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "form_id"], ["form_drafts.project_id", "form_drafts.form_id"]),
        ForeignKeyConstraint(["project_id", "sha256"], ["blobs.project_id", "blobs.sha256"]),
        Index("ix_draft_files_project_id_sha256", "project_id", "sha256"),
    )

    project_id: Mapped[project_key]
    form_id: Mapped[text_key]
    name: Mapped[text_key]
    sha256: Mapped[str] = mapped_column(String(64))
