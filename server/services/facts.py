"""Who took part in exams and trainings: what their forms tell is read from XML once, and kept by session.

A page reads the forms of the sessions it shows and no others. What is kept of a form stands beside the stamp its
submission had: whoever reads next takes in the forms that came or changed since. Erasure throws away what it kept of
the forms it changes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from exports.events import Life
from exports.programme import Programme, Roles, Woman
from exports.programme import Submission as ToldSubmission
from exports.tally import Tally
from exports.told import Teller
from server.database import db, retried, transaction
from server.models import Entity, FormVersion, SessionForm, SessionWoman, Submission
from server.services.entities import find_page
from server.services.exports import WOMEN, values_of
from server.services.forms import definition_of
from server.services.submission_batches import find_touched

AT_ONCE: Final = 400
"""Forms taken in by one transaction; records asked for by one statement."""
EXAM, ATTENDANCE = Roles().exam, Roles().attendance
CODE: Final = {EXAM: "code_exam", ATTENDANCE: "code_session"}
_DAY: Final = {EXAM: "date_exam", ATTENDANCE: "date_seance"}
_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ON_SHEET: Final = ("presentes", "excusees")
"""Answers of a sheet that name women."""
ID_CHARS: Final = 36
_PART: Final = 2**31
"""Of stamps the lowest bits are added up: the sum of millions of them is then still a whole number of the database."""


class Held(NamedTuple):
    """A session that forms tell of: which form, its code ("" when none was told), its last day."""

    form_id: str
    code: str
    day: str


def take_in(project_id: int, seconds: float | None = None) -> int:
    """Read the forms that came or changed since they were last read; return how many are left.

    :param seconds: nothing more is begun after so many; None takes in all of them.
    """
    if _in_step(project_id):
        return 0
    _take_newest(project_id)
    if _in_step(project_id):
        return 0
    missing = list(db.session.scalars(_missing(project_id)).all())
    end = None if seconds is None else time.monotonic() + seconds
    for begin in range(0, len(missing), AT_ONCE):
        if end is not None and begin and time.monotonic() > end:
            return len(missing) - begin
        some = missing[begin : begin + AT_ONCE]
        _take_some(project_id, some, stale=some)
    if not _in_step(project_id):
        _drop_stale(project_id)
    return 0


def _in_step(project_id: int) -> bool:
    """Compare how many there are and the sums of their stamps, each from an index of its own."""
    given = select(func.count(), func.sum(Submission.stamp % _PART)).where(*_current(project_id))
    kept = select(func.count(), func.sum(SessionForm.stamp % _PART)).where(SessionForm.project_id == project_id)
    return tuple(db.session.execute(given).one()) == tuple(db.session.execute(kept).one())


def _take_newest(project_id: int) -> None:
    """Take in what came last: mostly that is all there is, and no other form need be looked at."""
    newest: dict[str, int] = {}
    for form_id in (EXAM, ATTENDANCE):
        listed = select(Submission.instance_id, Submission.stamp).where(
            Submission.project_id == project_id, Submission.form_id == form_id, Submission.superseded.is_(False)
        )
        for instance_id, stamp in db.session.execute(listed.order_by(Submission.received_at.desc()).limit(AT_ONCE)):
            newest[instance_id] = stamp
    known = select(SessionForm.instance_id, SessionForm.stamp).where(
        SessionForm.project_id == project_id, SessionForm.instance_id.in_(newest)
    )
    kept = {row.instance_id: row.stamp for row in db.session.execute(known)}
    missing = [instance_id for instance_id, stamp in newest.items() if kept.get(instance_id) != stamp]
    if missing and len(missing) < AT_ONCE:
        edited = select(Submission.deprecated_id).where(
            Submission.project_id == project_id, Submission.instance_id.in_(missing),
            Submission.deprecated_id.is_not(None),
        )  # fmt: skip
        _take_some(project_id, missing, stale=[*kept.keys() & missing, *db.session.scalars(edited).all()])


def _current(project_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Submission.project_id == project_id, Submission.form_id.in_((EXAM, ATTENDANCE)),
        Submission.superseded.is_(False),
    )  # fmt: skip


_SAME: Final = and_(
    SessionForm.project_id == Submission.project_id,
    SessionForm.instance_id == Submission.instance_id,
    SessionForm.stamp == Submission.stamp,
)


def _missing(project_id: int) -> Any:
    kept = select(SessionForm.instance_id).where(_SAME).correlate(Submission).exists()
    wanted = select(Submission.instance_id).where(*_current(project_id), ~kept)
    return wanted.order_by(Submission.received_at, Submission.instance_id)


@retried
def _drop_stale(project_id: int) -> None:
    current = select(Submission.instance_id).where(_SAME, Submission.superseded.is_(False)).correlate(SessionForm)
    with transaction() as session:
        session.execute(
            delete(SessionForm)
            .where(SessionForm.project_id == project_id, ~current.exists())
            .execution_options(synchronize_session=False)
        )


@retried
def _take_some(project_id: int, ids: Sequence[str], stale: Collection[Any] = ()) -> None:
    """Read some forms; what is kept of others, or of an earlier state of them, is dropped."""
    with transaction() as session:
        if stale:
            forget_forms(session, project_id, stale)
        rows = session.execute(
            select(
                Submission.instance_id, Submission.form_id, Submission.form_version, Submission.received_at,
                Submission.stamp, Submission.xml,
            ).where(Submission.project_id == project_id, Submission.instance_id.in_(ids))
        ).all()  # fmt: skip
        xml = {row.instance_id: row.xml for row in rows}
        found = []
        for form_id in sorted({row.form_id for row in rows}):
            versions = _read_versions(session, project_id, form_id)
            some = [row for row in rows if row.form_id == form_id]
            told = [
                ToldSubmission(versions[row.form_version], row.instance_id, xml.__getitem__, row.received_at)
                for row in some
            ]
            read = Teller(form_id, versions.values(), None).tell("", lambda _=None, told=told: told)
            for row, (_, facts) in zip(some, read, strict=True):
                found.append({
                    "project_id": project_id, "instance_id": row.instance_id, "form_id": form_id, "stamp": row.stamp,
                    "code": facts.get(CODE[form_id], "")[:255], "day": _to_day(facts.get(_DAY[form_id], "")),
                    "facts": facts,
                })  # fmt: skip
        if found:
            dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
            session.execute(dialect.insert(SessionForm).on_conflict_do_nothing(), found)
        women = [
            {"project_id": project_id, "entity_id": woman, "instance_id": each["instance_id"]}
            for each in found
            for woman in dict.fromkeys(_names(each["facts"], _ON_SHEET))
            if each["form_id"] == ATTENDANCE and len(woman) <= ID_CHARS
        ]
        if women:
            session.execute(dialect.insert(SessionWoman).on_conflict_do_nothing(), women)


def _read_versions(session: Session, project_id: int, form_id: str) -> dict[str, Any]:
    versions = session.scalars(
        select(FormVersion).where(FormVersion.project_id == project_id, FormVersion.form_id == form_id)
    )
    return {version.version: definition_of(version) for version in versions}


def _to_day(text: str) -> str:
    return text[:10] if _WRITTEN.match(text) else ""


def forget_forms(session: Session, project_id: int, instance_ids: Collection[str]) -> None:
    """Throw away what is kept of some forms; part of the caller's transaction."""
    session.execute(
        delete(SessionForm).where(SessionForm.project_id == project_id, SessionForm.instance_id.in_(instance_ids))
    )


def list_held(project_id: int, *, page: int, size: int) -> tuple[list[Held], int, int]:
    """List the sessions that forms tell of, the newest first: a page of them, how many there are, the page's number.

    An exam's form without a code tells of none.
    """
    day = func.max(SessionForm.day)
    grouped = (
        select(SessionForm.form_id, SessionForm.code, day.label("day"), func.count().over().label("total"))
        .where(*_told(project_id))
        .group_by(SessionForm.form_id, SessionForm.code)
        .order_by(day.desc(), SessionForm.code.desc(), SessionForm.form_id)
    )
    number = max(page, 1)
    rows = db.session.execute(grouped.limit(size).offset((number - 1) * size)).all()
    if not rows and number > 1:  # there are not so many: the last page
        total = db.session.scalar(grouped.with_only_columns(func.count().over()).order_by(None).limit(1)) or 0
        number = find_page(number, total, size)
        rows = db.session.execute(grouped.limit(size).offset((number - 1) * size)).all()
    return [Held(row.form_id, row.code, row.day) for row in rows], rows[0].total if rows else 0, number


def _told(project_id: int) -> tuple[ColumnElement[bool], ...]:
    told = or_(SessionForm.form_id == ATTENDANCE, SessionForm.code != "")
    return SessionForm.project_id == project_id, told


def read_lives(project_id: int, held: Iterable[tuple[str, str]]) -> list[Life]:
    """Read what happened in some sessions, as (form, code), to the women who took part. Call it inside ``snapshot()``.

    Of a woman's life only that is told. Sessions without a code are told together.
    """
    forms = list(_read_forms(project_id, held))
    named = {one for _, facts, touched in forms for one in (*touched, *_names(facts))}
    ids, merged = _find_women(project_id, named)
    tally = Tally(Programme(extracted_at=datetime.now(UTC), author="", merged=merged), ids)
    for submission, facts, _ in forms:
        tally.add(submission, facts)
    tally.close()
    took_part = sorted(one for one in ids if (story := tally.story(one)).exams or story.trainings)
    return list(tally.lives(_read_women(project_id, took_part)))


def _read_forms(
    project_id: int, held: Iterable[tuple[str, str]]
) -> Iterator[tuple[ToldSubmission, dict[str, str], tuple[str, ...]]]:
    """Give the forms of some sessions in the order in which they came."""
    codes: dict[str, set[str]] = {}
    for form_id, code in held:
        codes.setdefault(form_id, set()).add(code)
    rows: list[Any] = []
    for form_id, some in sorted(codes.items()):
        rows += db.session.execute(
            select(
                SessionForm.instance_id, SessionForm.form_id, SessionForm.facts, Submission.form_version,
                Submission.received_at, Submission.review_state,
            )
            .join(Submission, _SAME)
            .where(
                SessionForm.project_id == project_id, SessionForm.form_id == form_id, SessionForm.code.in_(some),
                Submission.superseded.is_(False),
            )
        ).all()  # fmt: skip
    rows.sort(key=lambda row: (row.form_id, row.received_at, row.instance_id))
    versions = {form_id: _read_versions(db.session(), project_id, form_id) for form_id in codes}
    for begin in range(0, len(rows), AT_ONCE):
        some_rows = rows[begin : begin + AT_ONCE]
        touched = find_touched(project_id, [row.instance_id for row in some_rows])
        for row in some_rows:
            definition = versions[row.form_id][row.form_version]
            about = touched.get(row.instance_id, ())
            told = ToldSubmission(
                definition, row.instance_id, _nothing, row.received_at, state=row.review_state or "", entity_ids=about
            )
            yield told, row.facts, about


def _nothing(key: str) -> bytes:
    raise LookupError(key)  # what it tells is at hand


def _names(facts: Mapping[str, str], questions: Iterable[str] = ("artisane", *_ON_SHEET)) -> Iterator[str]:
    for name in questions:
        yield from facts.get(name, "").split()


def _find_women(project_id: int, named: Collection[str]) -> tuple[set[str], dict[str, str]]:
    """Find the women that some ids stand for today: their own ids, and whom each merged record went into."""
    women: set[str] = set()
    merged: dict[str, str] = {}
    wanted, known = set(named), set[str]()
    while wanted:
        known |= wanted
        for some in _cut(sorted(wanted)):
            for entity_id, list_name, winner in db.session.execute(
                select(Entity.id, Entity.list, Entity.merged_into).where(
                    Entity.project_id == project_id, Entity.id.in_(some), Entity.deleted.is_(False)
                )
            ):
                if winner:
                    merged[entity_id] = winner
                elif list_name == WOMEN:
                    women.add(entity_id)
        wanted = set(merged.values()) - known
    return women, merged


def _read_women(project_id: int, ids: Sequence[str]) -> Iterator[Woman]:
    columns = (Entity.id, Entity.version, Entity.data, Entity.open, Entity.erased_at)
    for some in _cut(ids):
        wanted = select(*columns).where(Entity.project_id == project_id, Entity.id.in_(some)).order_by(Entity.id)
        for row in db.session.execute(wanted):
            yield Woman(row.id, row.version, values_of(row.data, row.erased_at), frozenset(row.open))


def _cut(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[begin : begin + AT_ONCE] for begin in range(0, len(ids), AT_ONCE))
