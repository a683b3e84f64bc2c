"""The register: entity lists, entities, their actions, version rows, conflicts, and what each scope's phones hold."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_list, json_object, maybe_moment, moment, project_key, text_key


class EntityList(Base):
    __tablename__ = "entity_lists"

    project_id: Mapped[project_key]
    name: Mapped[text_key]
    scope_property: Mapped[str] = mapped_column(String(255), default="commune")


_LIST = (["project_id", "list"], ["entity_lists.project_id", "entity_lists.name"])
_ENTITY = (["project_id", "entity_id"], ["entities.project_id", "entities.id"])


class ListProperty(Base):
    """One property's rules, gathered from the published forms that save to it."""

    __tablename__ = "list_properties"
    __table_args__ = (ForeignKeyConstraint(*_LIST),)

    project_id: Mapped[project_key]
    list: Mapped[text_key]
    name: Mapped[text_key]
    type: Mapped[str] = mapped_column(String(32), default="text")
    policy: Mapped[str] = mapped_column(String(16), default="review")
    visibility: Mapped[str] = mapped_column(String(16), default="")
    unit: Mapped[str | None] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16), default="")
    """What it tells of a person, where a form declares it (`sync.people`)."""
    choices: Mapped[json_list]
    """Choice names in the form's order: the canonical order of a union."""
    labels: Mapped[json_object]
    """The question's label by language."""
    position: Mapped[int] = mapped_column(default=0)


class Entity(Base):
    __tablename__ = "entities"
    __table_args__ = (
        ForeignKeyConstraint(*_LIST),
        Index("ix_entities_project_id_list_counter", "project_id", "list", "counter"),
        Index("ix_entities_project_id_component", "project_id", "component"),
    )

    project_id: Mapped[project_key]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    list: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    counter: Mapped[int] = mapped_column(BigInteger)
    """The change at which what is shown of it last changed."""
    data: Mapped[json_object]
    """Property → value shown; ``label`` among them. Rebuilt from the actions, never the truth."""
    open: Mapped[json_list]
    """Properties in open conflict."""
    deleted: Mapped[bool] = mapped_column(default=False)
    merged_into: Mapped[str | None] = mapped_column(String(36))
    component: Mapped[str] = mapped_column(String(36))
    """Entities ever joined by a merge share it: their actions are read together."""
    created_at: Mapped[moment]
    updated_at: Mapped[moment]
    erased_at: Mapped[maybe_moment]
    """When her data were erased; nothing about her is stored from then on."""


class EntityVersion(Base):
    """What was served after each applied action: recorded once, never recomputed."""

    __tablename__ = "entity_versions"
    __table_args__ = (
        ForeignKeyConstraint(*_ENTITY),
        Index("ix_entity_versions_project_id_action_id", "project_id", "action_id", unique=True),
    )

    project_id: Mapped[project_key]
    entity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    counter: Mapped[int] = mapped_column(BigInteger)
    action_id: Mapped[str] = mapped_column(String(255))
    row: Mapped[json_object]
    """Property → value served, ``by``, ``heads`` (sync.actions.row_to_json)."""
    at: Mapped[moment]
    """When it was committed."""


class EntityActionRow(Base):
    """What one submission, or one officer, did to one entity."""

    __tablename__ = "entity_actions"
    __table_args__ = (
        ForeignKeyConstraint(*_ENTITY),
        # with what it tells: from women to their forms without a row being read
        Index("ix_entity_actions_project_id_entity_id_instance_id", "project_id", "entity_id", "instance_id"),
        Index("ix_entity_actions_project_id_instance_id", "project_id", "instance_id"),
        Index("ix_entity_actions_project_id_named_id", "project_id", "named_id"),
    )

    project_id: Mapped[project_key]
    id: Mapped[text_key]
    entity_id: Mapped[str] = mapped_column(String(36))
    """The entity whose version it took (the winner's, if the one it names was merged)."""
    named_id: Mapped[str] = mapped_column(String(36))
    list: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    branch: Mapped[str | None] = mapped_column(String(255))
    pos: Mapped[int | None]
    base: Mapped[int | None]
    saved: Mapped[json_object]
    prefilled: Mapped[json_list]
    blankable: Mapped[json_list]
    at: Mapped[moment]
    author: Mapped[str] = mapped_column(String(255))
    device: Mapped[str | None] = mapped_column(String(255))
    form_id: Mapped[str | None] = mapped_column(String(255))
    form_version: Mapped[str | None] = mapped_column(String(255))
    instance_id: Mapped[str | None] = mapped_column(String(255))
    edits: Mapped[str | None] = mapped_column(String(255))
    target: Mapped[str | None] = mapped_column(String(255))
    literal: Mapped[bool] = mapped_column(default=False)
    """Sent by a client that shows its own unsent answers word for word (ODK Collect)."""


class EntityScope(Base):
    """Whether the phones of a scope hold an entity, and since which change: what a pull reads."""

    __tablename__ = "entity_scopes"
    __table_args__ = (
        ForeignKeyConstraint(*_ENTITY),
        Index("ix_entity_scopes_project_id_entity_id", "project_id", "entity_id"),
        Index("ix_entity_scopes_project_id_scope_counter", "project_id", "scope", "counter"),
    )

    project_id: Mapped[project_key]
    scope: Mapped[text_key]
    entity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    counter: Mapped[int] = mapped_column(BigInteger)
    present: Mapped[bool]


class ConflictEntry(Base):
    """One disputed property of one entity, open or closed: a list for officers, rebuilt from the actions."""

    __tablename__ = "conflicts"
    __table_args__ = (
        ForeignKeyConstraint(*_ENTITY),
        Index("ix_conflicts_project_id_open_opened_at", "project_id", "open", "opened_at"),
    )

    project_id: Mapped[project_key]
    entity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    property: Mapped[text_key]
    policy: Mapped[str] = mapped_column(String(16))
    open: Mapped[bool]
    shown: Mapped[str] = mapped_column(String)
    candidates: Mapped[json_list]
    opened_at: Mapped[moment]
    settled_at: Mapped[maybe_moment]
