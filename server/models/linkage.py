"""What the register is searched by, and which records are likely one person: all of it made from the records, and made
again at will, but for what an officer said of two records."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_list, maybe_moment, moment, project_key, text_key

_LIST = (["project_id", "list"], ["entity_lists.project_id", "entity_lists.name"])
_PLAIN = String(255).with_variant(String(255, collation="C"), "postgresql")
"""Compared letter by letter on both databases, so that an index serves the order of a list."""


class IndexProgress(Base):
    """How far the records of a list have been taken in: all that changed up to a counter."""

    __tablename__ = "index_progress"
    __table_args__ = (ForeignKeyConstraint(*_LIST),)

    project_id: Mapped[project_key]
    list: Mapped[text_key]
    stage: Mapped[str] = mapped_column(String(16), primary_key=True)
    """``index`` (words and keys) or ``pairs``."""
    counter: Mapped[int] = mapped_column(BigInteger, default=0)
    basis: Mapped[str] = mapped_column(String(64), default="")
    """By which rules; when they change, all is made again."""


class RecordIndex(Base):
    """One record as it is searched: its words in either script, its place in the order of names."""

    __tablename__ = "record_index"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "entity_id"], ["entities.project_id", "entities.id"]),
        # each with the id: what is passed over on the way to a late page of a list is not read
        Index("ix_record_index_project_id_list_shown_sort", "project_id", "list", "shown", "sort", "entity_id"),
        Index(
            "ix_record_index_project_id_list_shown_scope_sort",
            "project_id", "list", "shown", "scope", "sort", "entity_id",
        ),
        Index(
            "ix_record_index_project_id_list_shown_association_sort",
            "project_id", "list", "shown", "association", "sort", "entity_id",
        ),  # fmt: skip
    )

    project_id: Mapped[project_key]
    entity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    list: Mapped[str] = mapped_column(String(255))
    shown: Mapped[bool]
    """It is neither deleted, nor part of another, nor erased."""
    scope: Mapped[str] = mapped_column(_PLAIN)
    association: Mapped[str] = mapped_column(_PLAIN, default="", server_default=text("''"))
    """The code of the association that it names: the women of one are listed and counted by it."""
    sort: Mapped[str] = mapped_column(_PLAIN)
    """Its label, folded."""
    words: Mapped[str] = mapped_column(String)
    """Folded words, each after a blank; by their consonants after a tilde."""
    facets: Mapped[str] = mapped_column(String, default="", server_default=text("''"))
    """The values by which a list is narrowed, ``name=value``, each between unit separators."""


class LinkageKey(Base):
    """A key under which a record is found by those it could be one with; hashed, so that nobody reads it."""

    __tablename__ = "linkage_keys"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "entity_id"], ["entities.project_id", "entities.id"]),
        Index("ix_linkage_keys_project_id_entity_id", "project_id", "entity_id"),
    )

    project_id: Mapped[project_key]
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entity_id: Mapped[str] = mapped_column(String(36), primary_key=True)


class LinkagePair(Base):
    """Two records that may be one person; ``left_id`` is the smaller. Kept for ever once an officer said no."""

    __tablename__ = "linkage_pairs"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "left_id"], ["entities.project_id", "entities.id"]),
        ForeignKeyConstraint(["project_id", "right_id"], ["entities.project_id", "entities.id"]),
        Index("ix_linkage_pairs_project_id_right_id", "project_id", "right_id"),
        Index("ix_linkage_pairs_project_id_list_decision_score", "project_id", "list", "decision", "score"),
    )

    project_id: Mapped[project_key]
    left_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    right_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    list: Mapped[str] = mapped_column(String(255))
    score: Mapped[int]
    """Tenths of a bit."""
    reasons: Mapped[json_list]
    decision: Mapped[str] = mapped_column(String(16), default="")
    """``different`` when an officer said so."""
    decided_by: Mapped[str] = mapped_column(String(255), default="")
    decided_at: Mapped[maybe_moment]
    found_at: Mapped[moment]
