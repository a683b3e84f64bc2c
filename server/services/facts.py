"""Who took part in exams and trainings: their forms are read from XML once, and kept beside the workbook's blocks.

Some two hundred submissions make a piece; its name follows from their stamps, so a piece of which anything changed has
another name and is read again (``submission_batches``). Erasure throws all of them away, as it does the blocks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import select

from exports.events import Life, Story, to_facts
from exports.programme import Batch, Programme, Submission, Woman
from exports.tally import Tally
from forms.definition import FormDefinition
from forms.reading import AnswerReader
from server.auth import Actor
from server.database import db
from server.kept import KeptBlocks
from server.models import Entity, FormVersion
from server.services.exports import WOMEN, values_of
from server.services.forms import definition_of
from server.services.submission_batches import read_batches

AT_ONCE = 500
"""Women read by one statement."""
_OF = "facts 1"


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
    for form_id in (programme.roles.exam, programme.roles.attendance):
        newest = db.session.scalar(
            select(FormVersion)
            .where(FormVersion.project_id == project_id, FormVersion.form_id == form_id)
            .order_by(FormVersion.published_at.desc(), FormVersion.version.desc())
            .limit(1)
        )
        if newest is not None:
            for submission, facts in _read_facts(project_id, definition_of(newest)):
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


def _read_facts(project_id: int, newest: FormDefinition) -> Iterator[tuple[Submission, dict[str, str]]]:
    """Give the current submissions of a form with what figures are made of.

    :param newest: a version of the form; it stands for the version of each.

    The XML cannot be loaded from what is given.
    """
    kept = KeptBlocks(current_app.config["HIRFA"].kept, project_id)
    readers: dict[str, AnswerReader] = {}
    for batch in read_batches(project_id, newest.form_id):
        name = sha256(f"{_OF}\n{newest.form_id}\n{batch.mark}".encode()).hexdigest()
        told = _unpack(kept.get(name))
        if told is None:
            told = _read(batch, readers)
            kept.put(name, _pack(told))
        for facts, key, at, author, state, entities in told:
            yield (
                Submission(newest, key, _nothing, datetime.fromisoformat(at), author, "", state, tuple(entities)),
                facts,
            )


def _read(batch: Batch, readers: dict[str, AnswerReader]) -> list[Any]:
    told = []
    for one in batch.load():
        version = one.definition.version
        reader = readers.get(version) or readers.setdefault(version, AnswerReader(one.definition))
        answers = reader.read(one.load(one.key), one.key)
        facts = to_facts(reader.questions[""], answers.rows[0].texts)
        told.append([facts, one.key, one.submitted_at.isoformat(), one.author, one.state, list(one.entity_ids)])
    return told


def _pack(told: list[Any]) -> bytes:
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return sha256(data).digest() + data


def _unpack(data: bytes | None) -> list[Any] | None:
    """Read a piece; None when it is not here or damaged."""
    if data is None or sha256(data[32:]).digest() != data[:32]:
        return None
    found: list[Any] = json.loads(data[32:].decode("utf-8", "surrogatepass"))
    return found


def _nothing(key: str) -> bytes:
    raise LookupError(key)
