"""Certificates of qualification and training attestations: numbered without gaps, cancelled ones stay listed; and the
forms that tell of the sessions they are issued for."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_object, maybe_moment, moment, project_key, text_key


class Certificate(Base):
    __tablename__ = "certificates"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "entity_id"], ["entities.project_id", "entities.id"]),
        Index("ix_certificates_project_id_entity_id", "project_id", "entity_id"),
        Index("ix_certificates_project_id_kind_session", "project_id", "kind", "session"),
        Index("ix_certificates_project_id_kind_year_number", "project_id", "kind", "year", "number", unique=True),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    """``qualification`` or ``training``."""
    year: Mapped[int]
    number: Mapped[int]
    """1, 2, 3… within a kind and a year, without gap."""
    entity_id: Mapped[str] = mapped_column(String(36))
    session: Mapped[str] = mapped_column(String(255))
    """Code of the exam or training session."""
    subject: Mapped[json_object]
    """What the paper says, as it was when it was issued."""
    action_id: Mapped[str | None] = mapped_column(String(255))
    """What wrote the number into the record."""
    issued_at: Mapped[moment]
    issued_by: Mapped[str] = mapped_column(String(255))
    cancelled_at: Mapped[maybe_moment]
    cancelled_by: Mapped[str] = mapped_column(String(255), default="")
    reason: Mapped[str] = mapped_column(String, default="")
    """Why it was cancelled."""

    @property
    def label(self) -> str:
        """Write the number as on the paper."""
        return f"{self.kind[0].upper()}-{self.year}-{self.number:05d}"


class CertificateCounter(Base):
    """The last number of a kind and a year: locked while a certificate is issued."""

    __tablename__ = "certificate_counters"

    project_id: Mapped[project_key]
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class SessionForm(Base):
    """A form of an exam or a training session, as it was last read: made from the submission, made again at will."""

    __tablename__ = "session_forms"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "instance_id"], ["submissions.project_id", "submissions.instance_id"]),
        Index("ix_session_forms_project_id_form_id_code_day", "project_id", "form_id", "code", "day"),
        Index("ix_session_forms_project_id_stamp", "project_id", "stamp"),
    )

    project_id: Mapped[project_key]
    instance_id: Mapped[text_key]
    form_id: Mapped[str] = mapped_column(String(255))
    stamp: Mapped[int] = mapped_column(BigInteger)
    """Of the submission when it was read: it has another when anything of it has changed."""
    code: Mapped[str] = mapped_column(String(255))
    """Of the session; "" where none was told."""
    day: Mapped[str] = mapped_column(String(10))
    """When it was held."""
    facts: Mapped[json_object]
    """The answers that papers and figures are made of, by question."""


class SessionWoman(Base):
    """A record that a sheet of attendance names: kept and dropped with the form, found by the record."""

    __tablename__ = "session_women"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "instance_id"], ["session_forms.project_id", "session_forms.instance_id"],
            ondelete="CASCADE",
        ),
        Index("ix_session_women_project_id_instance_id", "project_id", "instance_id"),
        {"sqlite_with_rowid": False},  # the key is all there is
    )  # fmt: skip

    project_id: Mapped[project_key]
    entity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """As it stands in the sheet: a record, if it is one."""
    instance_id: Mapped[text_key]
