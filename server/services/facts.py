"""Who took part in exams and trainings: what their forms tell is read from XML once, for the workbook and for this.

It is kept beside the workbook's blocks (``exports.told``), under stamps: a piece of which anything changed is read
again (``submission_batches``). Erasure throws all of them away, as it does the blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flask import current_app
from sqlalchemy import select

from exports.events import Life, Story
from exports.programme import Programme, Woman
from exports.tally import Tally
from exports.told import Teller
from server.auth import Actor
from server.database import db
from server.kept import KeptBlocks
from server.models import Entity, FormVersion
from server.services.exports import WOMEN, values_of
from server.services.forms import definition_of
from server.services.submission_batches import read_batches

AT_ONCE = 500
"""Women read by one statement."""


def read_lives(project_id: int, actor: Actor) -> list[Life]:
    """Read what happened at exams and trainings to the women who took part in any. Call it inside ``snapshot()``.

    Of forms that were read before nothing but their stamps is asked, of the other women nothing but their ids.
    """
    ids: set[str] = set()
    merged: dict[str, str] = {}
    for entity_id, list_name, winner in db.session.execute(
        select(Entity.id, Entity.list, Entity.merged_into).where(
            Entity.project_id == project_id, Entity.deleted.is_(False)
        )
    ):
        if winner:
            merged[entity_id] = winner
        elif list_name == WOMEN:
            ids.add(entity_id)
    programme = Programme(extracted_at=datetime.now(UTC), author=actor.name, merged=merged)
    tally = Tally(programme, ids)
    kept = KeptBlocks(current_app.config["HIRFA"].kept, project_id)
    for form_id in (programme.roles.exam, programme.roles.attendance):
        versions = db.session.scalars(
            select(FormVersion).where(FormVersion.project_id == project_id, FormVersion.form_id == form_id)
        )
        teller = Teller(form_id, map(definition_of, versions), kept)
        for batch in read_batches(project_id, form_id):
            for submission, facts in teller.tell(batch.mark, batch.load):
                tally.add(submission, facts)
    tally.close()
    return list(tally.lives(_read_women(project_id, [each for each in sorted(ids) if _took_part(tally.story(each))])))


def _took_part(story: Story) -> bool:
    return bool(story.exams or story.trainings)


def _read_women(project_id: int, ids: Sequence[str]) -> Iterator[Woman]:
    columns = (Entity.id, Entity.version, Entity.data, Entity.open, Entity.erased_at)
    for begin in range(0, len(ids), AT_ONCE):
        wanted = Entity.id.in_(ids[begin : begin + AT_ONCE])
        for row in db.session.execute(select(*columns).where(Entity.project_id == project_id, wanted)):
            yield Woman(row.id, row.version, values_of(row.data, row.erased_at), frozenset(row.open))
