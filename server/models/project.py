"""A project: what holds forms, entity lists and app users; and the places that its scopes name."""

from __future__ import annotations

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import moment, project_key, text_key


class Project(Base):
    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(255))
    """Of the chamber, in both languages: "Chambre … – غرفة …" (``exports.labels.in_language`` chooses)."""
    town: Mapped[str] = mapped_column(String(255), default="")
    """Where its papers are made, in both languages; may be empty."""
    era: Mapped[int] = mapped_column(default=1)
    """Grows by one at each restore from a backup."""
    counter: Mapped[int] = mapped_column(BigInteger, default=0)
    """The change counter: locked last in each writing transaction, so commit order is cursor order."""
    created_at: Mapped[moment]


class Place(Base):
    """A value that a scope may have, with its names: for Oran, the 26 communes."""

    __tablename__ = "places"

    project_id: Mapped[project_key]
    code: Mapped[text_key]
    name_fr: Mapped[str] = mapped_column(String(255))
    name_ar: Mapped[str] = mapped_column(String(255))
    variants: Mapped[str] = mapped_column(String, default="")
    """Other spellings, separated by ``|``."""
    district_fr: Mapped[str] = mapped_column(String(255), default="")
    district_ar: Mapped[str] = mapped_column(String(255), default="")
    pilot: Mapped[bool] = mapped_column(default=False)
    lat: Mapped[float | None]
    lng: Mapped[float | None]
