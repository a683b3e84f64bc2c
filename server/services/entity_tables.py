"""The entity lists for programs: projects, lists and records in Central's terms, read as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, null, select

from exports.central import to_identifier, to_stamp
from exports.odatafilter import fields_of
from exports.rows import mask
from server.database import db
from server.errors import Problem
from server.models import (
    AppUser,
    Entity,
    EntityActionRow,
    EntityList,
    Form,
    FormVersion,
    ListProperty,
    Project,
    RecordIndex,
    Submission,
)
from server.services.entities import find_author_names
from server.services.labels import Labels
from server.services.odata_filters import Order, comes_after, order_by, to_condition, to_order
from server.services.requests import find_withheld
from server.services.tables import Wanted

BATCH = 500
_DELETED = "__system/deletedAt"
_IN_CONFLICT = func.length(cast(Entity.open, String)) > len("[]")
COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "__id": Entity.id.expression,
    "__system/createdAt": Entity.created_at.expression,
    "__system/updatedAt": case((Entity.version > 1, Entity.updated_at), else_=null()),
    _DELETED: case((Entity.deleted, Entity.updated_at), else_=null()),
    "__system/conflict": case((_IN_CONFLICT, literal("hard")), else_=null()),
}


_NEWEST_FIRST: Order = ((Entity.created_at.expression, True), (Entity.id.expression, True))


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``data`` with identification numbers masked."""

    id: str
    label: str
    data: Mapping[str, str]
    creator_id: int
    creator_name: str
    created_at: datetime
    updated_at: datetime | None
    deleted_at: datetime | None
    version: int
    conflict: str | None

    @property
    def updates(self) -> int:
        return self.version - 1

    @property
    def system(self) -> dict[str, Any]:
        """Give OData's ``__system``."""
        return {
            "createdAt": to_stamp(self.created_at),
            "creatorId": str(self.creator_id),
            "creatorName": self.creator_name,
            "updates": self.updates,
            "updatedAt": to_stamp(self.updated_at) if self.updated_at else None,
            "deletedAt": to_stamp(self.deleted_at) if self.deleted_at else None,
            "version": self.version,
            "conflict": self.conflict,
        }


@dataclass(frozen=True, slots=True)
class ListShape:
    """An entity list: its properties in order, those that are masked, those that are positions."""

    name: str
    properties: tuple[str, ...]
    secrets: frozenset[str]
    geometries: tuple[tuple[str, str], ...]


def list_projects() -> list[dict[str, Any]]:
    """List the projects as Central does."""
    return [describe_project(project_id) for project_id in db.session.scalars(select(Project.id).order_by(Project.id))]


def describe_project(project_id: int) -> dict[str, Any]:
    """Describe a project as Central does.

    :raises Problem: 404.1.
    """
    project = db.session.get(Project, project_id)
    if project is None:
        raise Problem("404.1")
    last = db.session.scalar(select(func.max(Submission.received_at)).where(Submission.project_id == project_id))
    agents = select(func.count()).select_from(AppUser).where(AppUser.project_id == project_id)
    forms = select(func.count()).select_from(Form).where(Form.project_id == project_id, Form.withdrawn_at.is_(None))
    return {
        "id": project.id,
        "name": project.name,
        "description": None,
        "archived": False,
        "keyId": None,
        "appUsers": db.session.scalar(agents.where(AppUser.revoked_at.is_(None))) or 0,
        "forms": db.session.scalar(forms) or 0,
        "lastSubmission": to_stamp(last) if last else None,
        "createdAt": to_stamp(project.created_at),
        "updatedAt": None,
        "deletedAt": None,
    }


def describe_forms(project_id: int, form_id: str | None = None) -> list[dict[str, Any]]:
    """Describe forms as Central does, withdrawn ones as "closed"."""
    wanted = (
        select(Form, FormVersion)
        .join(
            FormVersion,
            (Form.project_id == FormVersion.project_id)
            & (Form.form_id == FormVersion.form_id)
            & (Form.version == FormVersion.version),
        )
        .where(Form.project_id == project_id)
        .order_by(Form.form_id)
    )
    if form_id is not None:
        wanted = wanted.where(Form.form_id == form_id)
    first = dict(
        db.session.execute(
            select(FormVersion.form_id, func.min(FormVersion.published_at))
            .where(FormVersion.project_id == project_id)
            .group_by(FormVersion.form_id)
        ).all()
    )
    return [
        {
            "projectId": project_id,
            "xmlFormId": form.form_id,
            "name": version.title or None,
            "version": version.version,
            "hash": version.hash,
            "state": "closed" if form.withdrawn_at else "open",
            "keyId": None,
            "enketoId": None,
            "createdAt": to_stamp(first[form.form_id]),
            "updatedAt": None,
            "publishedAt": to_stamp(version.published_at),
        }
        for form, version in db.session.execute(wanted)
    ]


def list_datasets(project_id: int) -> list[dict[str, Any]]:
    """List the entity lists as Central does."""
    names = db.session.scalars(
        select(EntityList.name).where(EntityList.project_id == project_id).order_by(EntityList.name)
    ).all()
    return [describe_dataset(project_id, name, whole=False) for name in names]


def describe_dataset(project_id: int, name: str, *, whole: bool = True) -> dict[str, Any]:
    """Describe an entity list as Central does.

    :raises Problem: 404.1.
    """
    shape = find_shape(project_id, name)
    since = to_stamp(db.session.get_one(Project, project_id).created_at)
    made: dict[str, Any] = {"name": name, "projectId": project_id, "createdAt": since, "approvalRequired": False}
    if whole:
        made["properties"] = [
            {"name": each, "odataName": to_identifier(each), "publishedAt": since, "forms": []}
            for each in shape.properties
        ]
    return made


def find_shape(project_id: int, name: str) -> ListShape:
    """Return what an entity list is made of.

    :raises Problem: 404.1.
    """
    if db.session.get(EntityList, (project_id, name)) is None:
        raise Problem("404.1")
    rows = db.session.scalars(
        select(ListProperty)
        .where(ListProperty.project_id == project_id, ListProperty.list == name)
        .order_by(ListProperty.position, ListProperty.name)
    ).all()
    labels = Labels(project_id, "fr")
    kinds = {"geopoint": "geopoint", "start-geopoint": "geopoint", "geotrace": "geotrace", "geoshape": "geoshape"}
    return ListShape(
        name,
        tuple(row.name for row in rows if row.name != "label"),
        frozenset(row.name for row in rows if labels.property(name, row.name).secret),
        tuple((row.name, kinds[row.type]) for row in rows if row.type in kinds),
    )


def count_records(project_id: int, list_name: str, wanted: Wanted) -> int:
    """Count the records that a filter and a search leave, whatever the page."""
    whole = Wanted(wanted.condition, search=wanted.search)
    counted = _select(project_id, list_name, whole).with_only_columns(func.count()).order_by(None)
    return db.session.scalar(counted) or 0


def stream_records(project_id: int, shape: ListShape, wanted: Wanted) -> Iterator[Record]:
    """Give records newest first, a batch in memory at a time. Call it inside ``snapshot()``.

    Deleted ones only for who filters by ``__system/deletedAt``, as in Central; those merged into another never.

    :raises Problem: 400.34 when the last page's end is not known; those of ``to_condition``.
    """
    names = find_author_names(project_id)
    with db.session.execute(_select(project_id, shape.name, wanted), execution_options={"yield_per": BATCH}) as found:
        for rows in found.partitions():
            authors = _creators(project_id, [row.id for row in rows])
            for row in rows:
                author = authors.get(row.id, "")
                number = author.rpartition(":")[2]
                yield Record(
                    row.id,
                    str(row.data.get("label", "")),
                    {
                        name: mask(str(value)) if name in shape.secrets and value else str(value)
                        for name, value in row.data.items()
                        if name != "label"
                    },
                    int(number) if number.isdigit() else 0,
                    names.get(author, author),
                    row.created_at,
                    row.updated_at if row.version > 1 else None,
                    row.updated_at if row.deleted else None,
                    row.version,
                    "hard" if row.open else None,
                )


def _select(project_id: int, list_name: str, wanted: Wanted) -> Select[Any]:
    order = to_order(wanted.order, COLUMNS, _NEWEST_FIRST)
    query: Any = (
        select(
            Entity.id,
            Entity.data,
            Entity.version,
            Entity.open,
            Entity.deleted,
            Entity.created_at,
            Entity.updated_at,
        )
        .where(Entity.project_id == project_id, Entity.list == list_name, Entity.merged_into.is_(None))
        .order_by(*order_by(order))
    )
    if wanted.condition is None or _DELETED not in fields_of(wanted.condition):
        query = query.where(Entity.deleted.is_(False))
    if wanted.condition is not None:
        query = query.where(to_condition(wanted.condition, COLUMNS, datetime.now(UTC)))
    if wanted.search is not None:
        query = query.join(
            RecordIndex, (RecordIndex.project_id == Entity.project_id) & (RecordIndex.entity_id == Entity.id)
        ).where(wanted.search)
    if wanted.one is not None:
        query = query.where(Entity.id == wanted.one)
    elif withheld := find_withheld(project_id):
        query = query.where(Entity.id.not_in(withheld))
    if wanted.after is not None:
        last = db.session.get(Entity, (project_id, wanted.after))
        if last is None or last.list != list_name:
            raise Problem("400.34")
        ended = db.session.execute(
            select(*(column.label(f"o{number}") for number, (column, _) in enumerate(order))).where(
                Entity.project_id == project_id, Entity.id == wanted.after
            )
        ).one()
        query = query.where(comes_after(order, list(ended)))
    if wanted.top is not None:
        query = query.limit(wanted.top)
    found: Select[Any] = query.offset(wanted.skip) if wanted.skip else query
    return found


def _creators(project_id: int, ids: Sequence[str]) -> dict[str, str]:
    rows = db.session.execute(
        select(EntityActionRow.named_id, EntityActionRow.author)
        .where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.named_id.in_(ids),
            EntityActionRow.kind == "create",
        )
        .order_by(EntityActionRow.at.desc())
    )
    return {named_id: author for named_id, author in rows.all()}  # noqa: C416  # the earliest has the last word
