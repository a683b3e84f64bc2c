"""The submissions of a form for programs: read from the database as they are written, in Central's order and terms.

An edited submission is one row under the id of its original, as in Central, so that a program that joins by ``__id`` or
``KEY`` goes on finding it. Where two edits replace the same original and nobody has decided, each is a row under its
own id: nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from exports.central import CentralForm, to_stamp
from exports.odatafilter import Expression
from exports.odataquery import Term
from exports.programme import Submission as ExportedSubmission
from server.auth import Actor
from server.database import db, transaction
from server.errors import Problem
from server.models import AppUser, EntityActionRow, Form, FormVersion, Project, Submission, SubmissionAttachment
from server.models.columns import Moment
from server.services import audits
from server.services.forms import definition_of
from server.services.odata_filters import Order, comes_after, order_by, to_condition, to_order
from server.services.requests import find_withheld
from server.services.submissions import count_edits, count_files
from server.services.xml_batch import XmlBatch

BATCH = 500
_Root = aliased(Submission)
_CREATED: ColumnElement[datetime] = func.coalesce(_Root.received_at, Submission.received_at)
_EDITED = Submission.instance_id != Submission.root_id
_UPDATED: ColumnElement[Any] = case((_EDITED, Submission.received_at), else_=null())
_SUBMITTER: ColumnElement[Any] = func.coalesce(_Root.app_user_id, Submission.app_user_id)
COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "__id": Submission.root_id.expression,
    "__system/submissionDate": _CREATED,
    "__system/updatedAt": _UPDATED,
    "__system/deletedAt": literal(None, Moment),
    "__system/submitterId": _SUBMITTER,
    "__system/reviewState": func.coalesce(
        Submission.review_state, case((_EDITED, literal("edited")), else_=null())
    ),
}


_NEWEST_FIRST: Order = (
    (_CREATED, True), (Submission.root_id.expression, True), (Submission.instance_id.expression, True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which submissions, or records, a program asks for.

    ``after`` is the id that the last page ended with; ``one`` asks for a single submission; ``search`` is a condition
    on ``Submission``, or of records on ``RecordIndex``.
    """

    condition: Expression | None = None
    skip: int = 0
    top: int | None = None
    after: str | None = None
    one: str | None = None
    order: tuple[Term, ...] = ()
    search: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One submission for the tables.

    ``submission.key`` is the id it is known by, ``instance_id`` that of what was sent last.
    """

    submission: ExportedSubmission
    instance_id: str
    submitter_id: int | None
    updated_at: datetime | None
    instance_name: str

    @property
    def system(self) -> dict[str, Any]:
        """Give OData's ``__system``."""
        it = self.submission
        return {
            "submissionDate": to_stamp(it.submitted_at),
            "updatedAt": to_stamp(self.updated_at) if self.updated_at else None,
            "deletedAt": None,
            "submitterId": None if self.submitter_id is None else str(self.submitter_id),
            "submitterName": it.author or None,
            "attachmentsPresent": it.attachments_present or 0,
            "attachmentsExpected": it.attachments_expected or 0,
            "status": None,
            "reviewState": it.state or None,
            "deviceId": it.device or None,
            "edits": it.edits,
            "formVersion": it.definition.version,
        }


def find_form(project_id: int, form_id: str) -> CentralForm:
    """Return how the answers of a form are read.

    :raises Problem: 404.1.
    """
    versions = db.session.scalars(
        select(FormVersion)
        .where(FormVersion.project_id == project_id, FormVersion.form_id == form_id)
        .order_by(FormVersion.published_at, FormVersion.version)
    ).all()
    if db.session.get(Form, (project_id, form_id)) is None or not versions:
        raise Problem("404.1")
    return CentralForm([definition_of(version) for version in versions])


def note_export(project_id: int, actor: Actor, what: str, target: str, **details: Any) -> None:
    """Note in the operations log that somebody took a table away.

    :raises Problem: 404.1 for an unknown project.
    """
    with transaction() as session:
        if session.get(Project, project_id) is None:
            raise Problem("404.1")
        audits.note(session, project_id, actor, what, target, datetime.now(UTC), **details)


def count_rows(project_id: int, form_id: str, wanted: Wanted) -> int:
    """Count the submissions that a filter and a search leave, whatever the page."""
    whole = Wanted(wanted.condition, search=wanted.search)
    counted = _select(project_id, form_id, whole).with_only_columns(func.count()).order_by(None)
    return db.session.scalar(counted) or 0


def stream_rows(project_id: int, form_id: str, wanted: Wanted) -> Iterator[TableRow]:
    """Give submissions newest first, a batch in memory at a time. Call it inside ``snapshot()``.

    :raises Problem: 400.34 when the last page's end is not known; those of ``to_condition``.
    """
    session = db.session
    definitions = {
        version.version: definition_of(version)
        for version in session.scalars(
            select(FormVersion).where(FormVersion.project_id == project_id, FormVersion.form_id == form_id)
        )
    }
    people = session.execute(select(AppUser.id, AppUser.name).where(AppUser.project_id == project_id))
    names: dict[int | None, str] = {app_user_id: name for app_user_id, name in people.all()}  # noqa: C416
    with session.execute(_select(project_id, form_id, wanted), execution_options={"yield_per": BATCH}) as found:
        for rows in found.partitions():
            ids = [row.instance_id for row in rows]
            edited = [row.root_id for row in rows if row.root_id != row.instance_id]
            forked, edits = _forks(project_id, edited), count_edits(project_id, edited)
            files = count_files(project_id, ids)
            load = XmlBatch(project_id, ids).load
            for row in rows:
                expected, present = files.get(row.instance_id, (0, 0))
                forks = row.root_id in forked
                yield TableRow(
                    ExportedSubmission(
                        definition=definitions[row.form_version],
                        key=row.instance_id if forks else row.root_id,
                        load=partial(_load, load, row.instance_id),
                        submitted_at=row.created,
                        author=names.get(row.submitter, ""),
                        device=row.device or "",
                        state=row.review_state or ("edited" if row.root_id != row.instance_id else ""),
                        edits=edits.get(row.root_id, 0),
                        attachments_present=present,
                        attachments_expected=expected,
                    ),
                    row.instance_id,
                    row.submitter,
                    row.updated,
                    row.instance_name,
                )


def _select(project_id: int, form_id: str, wanted: Wanted) -> Select[Any]:
    order = to_order(wanted.order, COLUMNS, _NEWEST_FIRST)
    query = (
        select(
            Submission.instance_id,
            Submission.root_id,
            Submission.form_version,
            Submission.instance_name,
            Submission.review_state,
            _CREATED.label("created"),
            _UPDATED.label("updated"),
            _SUBMITTER.label("submitter"),
            func.coalesce(_Root.device_id, Submission.device_id).label("device"),
        )
        .outerjoin(_Root, and_(_Root.project_id == Submission.project_id, _Root.instance_id == Submission.root_id))
        .where(Submission.project_id == project_id, Submission.form_id == form_id, Submission.superseded.is_(False))
        .order_by(*order_by(order))
    )
    if wanted.condition is not None:
        query = query.where(to_condition(wanted.condition, COLUMNS, datetime.now(UTC)))
    if wanted.search is not None:
        query = query.where(wanted.search)
    withheld = find_withheld(project_id) if wanted.one is None else frozenset()
    if withheld:  # women who object are in no table; one submission that is asked for is shown to whoever may see it
        about = select(EntityActionRow.instance_id).where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.entity_id.in_(withheld) | EntityActionRow.named_id.in_(withheld),
            EntityActionRow.instance_id.is_not(None),
        )
        query = query.where(Submission.instance_id.not_in(about))
    if wanted.one is not None:
        query = query.where(or_(Submission.root_id == wanted.one, Submission.instance_id == wanted.one))
    if wanted.after is not None:
        query = query.where(_after(project_id, form_id, wanted.after, order))
    if wanted.top is not None:
        query = query.limit(wanted.top)
    return query.offset(wanted.skip) if wanted.skip else query


def _after(project_id: int, form_id: str, last: str, order: Order) -> ColumnElement[bool]:
    """Say where a page begins that comes after the row of an id."""
    columns = [column.label(f"o{number}") for number, (column, _) in enumerate(order)]
    rows = db.session.execute(_select(project_id, form_id, Wanted(one=last)).with_only_columns(*columns)).all()
    if not rows:
        raise Problem("400.34")
    return comes_after(order, list(rows[-1]))


def _forks(project_id: int, root_ids: Sequence[str]) -> set[str]:
    if not root_ids:
        return set()
    return set(
        db.session.scalars(
            select(Submission.root_id)
            .where(
                Submission.project_id == project_id, Submission.root_id.in_(root_ids), Submission.superseded.is_(False)
            )
            .group_by(Submission.root_id)
            .having(func.count() > 1)
        )
    )


def _load(load: Callable[[str], bytes], own: str, _key: str) -> bytes:
    return load(own)


def find_current(project_id: int, form_id: str, instance_id: str) -> TableRow:
    """Return one submission, by the id it is known by or the one of its last edit.

    :raises Problem: 404.1.
    """
    row = next(stream_rows(project_id, form_id, Wanted(one=instance_id, top=1)), None)
    if row is None:
        raise Problem("404.1")
    return row


def list_files(project_id: int, instance_ids: Sequence[str]) -> list[SubmissionAttachment]:
    """List the files that some submissions name, in order of name."""
    return list(
        db.session.scalars(
            select(SubmissionAttachment)
            .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.instance_id.in_(instance_ids))
            .order_by(SubmissionAttachment.name, SubmissionAttachment.instance_id)
        )
    )
