"""What happened to one woman, told by her forms: registration, training, exam, certificate, loan file, visits.

The same reading as the workbook's (`exports.indicators.gather`), fed with the forms about her alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select

from exports.events import Life
from exports.indicators import gather
from exports.programme import Programme, Woman
from exports.programme import Roles as FormRoles
from exports.programme import Submission as ToldSubmission
from server.database import db
from server.models import Entity, EntityActionRow, FormVersion, SessionWoman, Submission
from server.services.facts import take_in
from server.services.forms import definition_of
from server.services.parts import find_part_ids

MAX_FORMS: Final = 400
"""Forms read about one woman; nobody has so many."""
SECONDS: Final = 0.3
"""Spent at most on reading sheets of attendance that came since."""


def read_life(project_id: int, entity: Entity) -> Life:
    """Gather what the current forms say happened to a woman and to those that are part of her record.

    Of a training session only what she attended is read: how many half-days it had is not known here.
    """
    ids = find_part_ids(project_id, entity)
    rows = _find_forms(project_id, ids)
    wanted = {(row.form_id, row.form_version) for row in rows}
    versions = {key: definition_of(db.session.get_one(FormVersion, (project_id, *key))) for key in sorted(wanted)}
    named: dict[str, list[str]] = {}
    for instance_id, entity_id in db.session.execute(
        select(EntityActionRow.instance_id, EntityActionRow.named_id).where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.instance_id.in_([row.instance_id for row in rows]),
        )
    ):
        named.setdefault(instance_id or "", []).append(entity_id)
    xml = {row.instance_id: row.xml for row in rows}

    def tell(form_id: str) -> Iterable[ToldSubmission]:
        for row in rows:
            if row.form_id == form_id and row.erased_at is None:
                yield ToldSubmission(
                    versions[row.form_id, row.form_version], row.instance_id, xml.__getitem__, row.received_at,
                    state=row.review_state or "", entity_ids=tuple(named.get(row.instance_id, ())),
                )  # fmt: skip

    woman = Woman(entity.id, entity.version, entity.data, frozenset(entity.open), None)
    programme = Programme(
        extracted_at=datetime.now(UTC), author="", forms=list(versions.values()), submissions=tell, women=[woman],
        merged=dict.fromkeys(ids[1:], entity.id),
    )  # fmt: skip
    return gather(programme).lives([woman])[0]


def _find_forms(project_id: int, ids: list[str]) -> list[Submission]:
    about = select(EntityActionRow.instance_id).where(
        EntityActionRow.project_id == project_id,
        EntityActionRow.entity_id.in_(ids) | EntityActionRow.named_id.in_(ids),
        EntityActionRow.instance_id.is_not(None),
    )
    wanted = (
        select(Submission)
        .where(Submission.project_id == project_id, Submission.superseded.is_(False), Submission.instance_id.in_(about))
        .order_by(Submission.received_at, Submission.instance_id)
        .limit(MAX_FORMS)
    )
    # a sheet of attendance acts on no record: hers are those that name her
    if take_in(project_id, SECONDS):
        hers = or_(*(_holds(entity_id) for entity_id in ids))  # not all of them are read yet: look into each
    else:
        hers = Submission.instance_id.in_(
            select(SessionWoman.instance_id).where(
                SessionWoman.project_id == project_id, SessionWoman.entity_id.in_(ids)
            )
        )
    present = (
        select(Submission)
        .where(
            Submission.project_id == project_id,
            Submission.form_id == FormRoles().attendance,
            Submission.superseded.is_(False),
            hers,
        )
        .order_by(Submission.received_at, Submission.instance_id)
        .limit(MAX_FORMS)
    )
    found = {row.instance_id: row for query in (wanted, present) for row in db.session.scalars(query)}
    return list(found.values())


def _holds(entity_id: str) -> ColumnElement[bool]:
    if db.engine.dialect.name == "postgresql":
        return Submission.xml.op("LIKE")(f"%{entity_id}%".encode())
    return func.instr(Submission.xml, entity_id.encode()) > 0
