"""Workbooks that were asked for: those being made, those that people ask for again, and what the year should reach."""

from __future__ import annotations

from sqlalchemy import Float, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_object, maybe_moment, moment, project_key


class WorkbookJob(Base):
    """One workbook being made or made; its file lies in the data folder under the same id."""

    __tablename__ = "workbook_jobs"
    __table_args__ = (Index("ix_workbook_jobs_project_id_asked_at", "project_id", "asked_at"),)

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    asked_at: Mapped[moment]
    asked_by: Mapped[str] = mapped_column(String(255))
    asked: Mapped[json_object]
    """The options, as ``services.workbook_options`` reads them."""
    state: Mapped[str] = mapped_column(String(16))
    """``running``, ``cancelling``, ``cancelled``, ``done`` or ``failed``."""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    touched_at: Mapped[moment]
    """When whoever makes it last said so; one that is silent for long was interrupted."""
    size_bytes: Mapped[int] = mapped_column(default=0)


class WorkbookPreset(Base):
    """Options under a name, and when the workbook is made by itself."""

    __tablename__ = "workbook_presets"

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    asked: Mapped[json_object]
    every: Mapped[str] = mapped_column(String(16), default="")
    """"" (never by itself), ``day``, ``week`` (on Mondays) or ``month``."""
    made_at: Mapped[maybe_moment]
    """The moment that the last workbook shows."""


class WorkbookTemplate(Base):
    """A workbook of the chamber's own that exports fill; in the database, so that backups and moves have it."""

    __tablename__ = "workbook_templates"

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size_bytes: Mapped[int]
    put_at: Mapped[moment]
    put_by: Mapped[str] = mapped_column(String(255))


class Target(Base):
    """What the chamber wants to reach in a year, by indicator; rates as fractions."""

    __tablename__ = "targets"

    project_id: Mapped[project_key]
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[float] = mapped_column(Float)
