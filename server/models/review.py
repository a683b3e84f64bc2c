"""What officers said of a submission: comments, and the states they gave it."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import moment, project_key


class Remark(Base):
    """One comment of an officer on one version of a submission, with the state it was given, if any."""

    __tablename__ = "remarks"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "instance_id"], ["submissions.project_id", "submissions.instance_id"]),
        Index("ix_remarks_project_id_instance_id", "project_id", "instance_id"),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(16), default="")
    """ODK Central's review states; "" for a comment alone."""
    words: Mapped[str] = mapped_column(String)
    at: Mapped[moment]
    by: Mapped[str] = mapped_column(String(255))
