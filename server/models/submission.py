"""What phones sent: raw XML byte for byte, and what was set aside."""

from __future__ import annotations

from random import getrandbits

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_object, maybe_moment, moment, project_key, text_key

WORD_CHARS = 40
"""Letters kept of a word that submissions are found by."""
_PLAIN = String(WORD_CHARS).with_variant(String(WORD_CHARS, collation="C"), "postgresql")
"""Compared letter by letter on both databases, so that an index finds what begins with some letters."""


def make_stamp() -> int:
    """Draw a stamp."""
    return getrandbits(52)


class Submission(Base):
    """One accepted instance. An edit is a row of its own, chained by ``deprecated_id`` and sharing ``root_id``."""

    __tablename__ = "submissions"
    __table_args__ = (
        Index("ix_submissions_project_id_root_id", "project_id", "root_id"),
        Index("ix_submissions_project_id_deprecated_id", "project_id", "deprecated_id"),
        Index("ix_submissions_project_id_form_id_received_at", "project_id", "form_id", "received_at"),
        Index(
            "ix_submissions_stamps", "project_id", "form_id", "superseded", "received_at", "instance_id", "stamp"
        ),  # all that is asked to know which blocks of the workbook must be made anew
        Index("ix_submissions_project_id_received_at", "project_id", "received_at"),
        Index("ix_submissions_project_id_app_user_id_device_id_seq", "project_id", "app_user_id", "device_id", "seq"),
        ForeignKeyConstraint(
            ["project_id", "form_id", "form_version"],
            ["form_versions.project_id", "form_versions.form_id", "form_versions.version"],
        ),
        Index("ix_submissions_project_id_form_id_form_version", "project_id", "form_id", "form_version"),
        # those found by their records: put in order without the rows, which are wide, being read
        Index("ix_submissions_found", "project_id", "instance_id", "superseded", "form_id", "received_at"),
        Index("ix_submissions_current", "project_id", "superseded", "received_at", "instance_id"),
        # Of few submissions each: where nearly all say nothing, an index of all is passed over, and all are read.
        Index(
            "ix_submissions_project_id_review_state", "project_id", "review_state",
            sqlite_where=text("review_state IS NOT NULL"), postgresql_where=text("review_state IS NOT NULL"),
        ),
        Index(
            "ix_submissions_flagged", "project_id", "received_at",
            sqlite_where=text("problem IS NOT NULL OR outside_scope IS 1"),
            postgresql_where=text("problem IS NOT NULL OR outside_scope IS true"),
        ),  # fmt: skip
        ForeignKeyConstraint(["project_id", "app_user_id"], ["app_users.project_id", "app_users.id"]),
    )

    project_id: Mapped[project_key]
    instance_id: Mapped[text_key]
    root_id: Mapped[str] = mapped_column(String(255))
    deprecated_id: Mapped[str | None] = mapped_column(String(255))
    superseded: Mapped[bool] = mapped_column(default=False)
    """An accepted edit replaces it."""
    form_id: Mapped[str] = mapped_column(String(255))
    form_version: Mapped[str] = mapped_column(String(255))
    instance_name: Mapped[str] = mapped_column(String, default="")
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    xml_sha256: Mapped[str] = mapped_column(String(64))
    finalized_at: Mapped[maybe_moment]
    """As the phone's clock said."""
    at: Mapped[moment]
    """When it happened, clock offset taken off, clamped: breaks ties, never loses."""
    received_at: Mapped[moment]
    app_user_id: Mapped[int | None]
    device_id: Mapped[str | None] = mapped_column(String(255))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    answer: Mapped[json_object]
    """What its sender was told, told again to a repeat."""
    problem: Mapped[str | None] = mapped_column(String)
    """Why its entity work was impossible, if it was; the submission is kept all the same."""
    outside_scope: Mapped[bool] = mapped_column(default=False)
    review_state: Mapped[str | None] = mapped_column(String(16))
    """What an officer said of it (``hasIssues``, ``approved``, ``rejected``); None while nobody looked at it."""
    stamp: Mapped[int] = mapped_column(BigInteger, default=make_stamp, onupdate=make_stamp)
    """Another number whenever anything changes that the workbook shows of the submission: of itself (by itself), its
    files, its chain of edits or its agent's name (whoever changes those says so: ``server.services.stamps``). Random,
    so that no two writers meet over it and a restored database does not give a number a second meaning."""
    erased_at: Mapped[maybe_moment]
    """When answers about a woman whose data were erased were taken out of it."""


class SubmissionWord(Base):
    """A folded word of a submission's name, as `instance_name` stands: made from it, and found by how it begins."""

    __tablename__ = "submission_words"
    __table_args__ = ({"sqlite_with_rowid": False},)  # the key is all there is

    project_id: Mapped[project_key]
    word: Mapped[str] = mapped_column(_PLAIN, primary_key=True)
    instance_id: Mapped[text_key]


class SubmissionAttachment(Base):
    """A file that a submission names; ``present`` once its bytes are here and their hash was verified."""

    __tablename__ = "submission_attachments"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "instance_id"], ["submissions.project_id", "submissions.instance_id"]),
        Index("ix_submission_attachments_project_id_sha256", "project_id", "sha256"),
        Index("ix_submission_attachments_missing", "project_id", "present", "removed_at"),
    )

    project_id: Mapped[project_key]
    instance_id: Mapped[text_key]
    name: Mapped[text_key]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    content_type: Mapped[str] = mapped_column(String(255), default="application/octet-stream")
    present: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[maybe_moment]
    """When its time was over: the place is empty since, without a hash, and nobody is asked for the file."""


class Quarantined(Base):
    """Stored whole, not applied, with the reason; an officer releases it. Never emptied by itself."""

    __tablename__ = "quarantine"
    __table_args__ = (
        Index("ix_quarantine_project_id_instance_id", "project_id", "instance_id"),
        Index("ix_quarantine_project_id_received_at", "project_id", "received_at"),
        Index("ix_quarantine_project_id_app_user_id_device_id_seq", "project_id", "app_user_id", "device_id", "seq"),
        ForeignKeyConstraint(["project_id", "app_user_id"], ["app_users.project_id", "app_users.id"]),
    )

    project_id: Mapped[project_key]
    content_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Of instance id and content: the same thing sent again is one row."""
    instance_id: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the content."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    item: Mapped[json_object]
    """The item as it was sent, without its content."""
    code: Mapped[str] = mapped_column(String(16))
    message: Mapped[str] = mapped_column(String)
    received_at: Mapped[moment]
    app_user_id: Mapped[int | None]
    device_id: Mapped[str | None] = mapped_column(String(255))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    clock_offset_s: Mapped[float] = mapped_column(default=0.0)
    literal: Mapped[bool] = mapped_column(default=False)
    """Its actions will be ``literal``: it came by OpenRosa."""
    released_at: Mapped[maybe_moment]
