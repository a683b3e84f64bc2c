"""Erase a woman's data (law 18-07): her values, forms, texts and photographs go; ids, forms, dates and counts stay.

For every id that is one with hers. What history held of her becomes marks salted for this erasure alone, and the salt
is forgotten (``sync.erasure``); so the records of others, whose rows may hold a value of hers, compute to what they
were. Phones are told ``gone``. The list of what was erased (ids alone) is kept in the database and beside it, in
``erasures.jsonl`` of the data folder, because a restored backup knows nothing of it: ``apply_erasures`` erases again.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from forms.erasure import MARK, erase_answers
from server.auth import Actor
from server.database import db, retried, scrub, transaction
from server.errors import Problem
from server.kept import KeptBlocks
from server.models import (
    ConflictEntry,
    Correction,
    Entity,
    EntityActionRow,
    EntityVersion,
    Erased,
    FormVersion,
    Project,
    Quarantined,
    Question,
    Remark,
    Submission,
    SubmissionAttachment,
)
from server.services import audits, backups, indexing, photographs, requests, workbooks
from server.services.erased import (
    ENTITY,
    INSTANCE,
    find_kept,
    forget_files,
    is_kept_in,
    names_any,
    note_erased,
    remove_dropped,
)
from server.services.erasure_list import read_list, write_list
from server.services.facts import forget_forms
from server.services.forms import definition_of
from server.services.items import Definitions, Parsed, find_announced, parse_item
from server.services.parts import find_part_ids
from server.services.quarantine import to_item
from server.services.register import Register
from server.services.submission_words import change_words
from sync.erasure import Eraser


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did."""

    entity_ids: tuple[str, ...]
    submissions: int
    files: int
    scrubbed: bool
    """Whether the database was rewritten, so that nothing is left in its free pages either."""


@retried
def erase_entity(project_id: int, entity_id: str, actor: Actor) -> Erasure:
    """Erase the data of the woman that a record is about.

    :raises Problem: 404.1 when there is no such record.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        register = Register(session, project_id, now)
        register.lock([entity_id])
        winner = register.winner(entity_id)
        if winner is None:
            raise Problem("404.1")
        ids = find_part_ids(project_id, session.get_one(Entity, (project_id, winner.id)))
        count = _erase(session, project_id, ids, now)
        for one in ids:
            audits.note(session, project_id, actor, "entity.erase", one, now)
    return _finish(project_id, ids, count)


@retried
def apply_erasures(project_id: int, actor: Actor) -> Erasure:
    """Erase again whatever the list says was erased: in the database, and in the file beside it.

    :raises Problem: 404.1 for an unknown project.
    """
    now = datetime.now(UTC)
    listed = read_list(project_id)
    with transaction() as session:
        if session.get(Project, project_id) is None:
            raise Problem("404.1")
        for (kind, id_), at in sorted(listed.items()):
            note_erased(session, project_id, kind, id_, at or now)
        known = set(session.scalars(select(Erased.id).where(Erased.project_id == project_id, Erased.kind == ENTITY)))
        ids = sorted(session.scalars(select(Entity.id).where(Entity.project_id == project_id, Entity.id.in_(known))))
        gone = set(session.scalars(select(Erased.id).where(Erased.project_id == project_id, Erased.kind == INSTANCE)))
        count = _erase(session, project_id, ids, now, also=gone)
        pictures = photographs.remove_again(session, project_id, now)
        if count or pictures:
            audits.note(session, project_id, actor, "entity.erase_again", "", now, count=len(ids), pictures=pictures)
    return _finish(project_id, ids, count)


def _finish(project_id: int, ids: Iterable[str], count: int) -> Erasure:
    return Erasure(tuple(ids), count, finish_removal(project_id), scrub(project_id))


def finish_removal(project_id: int) -> int:
    """Remove, after a commit, what lies beside the database of what was erased; return how many files."""
    files = remove_dropped(db.session(), anyway=True)
    KeptBlocks(current_app.config["HIRFA"].kept, project_id).forget()
    workbooks.forget_workbooks(project_id)
    write_list()
    backups.copy_erasures(current_app.config["HIRFA"])
    return files


def _erase(
    session: Session, project_id: int, ids: Collection[str], now: datetime, *, also: Collection[str] = ()
) -> int:
    """Erase all that is stored about some records, and the submissions ``also``; return how many submissions."""
    Register(session, project_id, now).lock(ids)
    for entity_id in ids:
        note_erased(session, project_id, ENTITY, entity_id, now)
    forms = _Forms(session, project_id, now, frozenset(ids))
    forms.erase(also)
    forms.erase_aside()
    others = _History(session, project_id, frozenset(ids), forms.whole).erase()
    _forget_asked(session, project_id, ids, forms.erased)
    session.execute(update(Entity).where(Entity.project_id == project_id, Entity.id.in_(ids)).values(erased_at=now))
    indexing.forget_records(session, project_id, ids)
    requests.close_erased(session, project_id, list(ids), now)
    session.execute(
        delete(ConflictEntry).where(ConflictEntry.project_id == project_id, ConflictEntry.entity_id.in_(ids))
    )
    session.flush()
    session.expire_all()
    register = Register(session, project_id, now)
    register.lock([*ids, *others])
    for entity_id in sorted({*ids, *others}):
        kept = register.entity(entity_id)
        assert kept is not None  # noqa: S101 - it is here
        register.recompute(kept)
    return len(forms.erased)


def _forget_asked(session: Session, project_id: int, ids: Collection[str], instance_ids: Collection[str]) -> None:
    asked = delete(Question).where(Question.project_id == project_id, Question.entity_id.in_(ids))
    sent_back = delete(Correction).where(Correction.project_id == project_id, Correction.instance_id.in_(instance_ids))
    said = delete(Remark).where(Remark.project_id == project_id, Remark.instance_id.in_(instance_ids))
    session.execute(asked)
    session.execute(sent_back)
    session.execute(said)


class _Forms:
    """The forms about some women: submissions and what is in quarantine."""

    def __init__(self, session: Session, project_id: int, now: datetime, ids: frozenset[str]) -> None:
        self._session = session
        self._project_id = project_id
        self._now = now
        self._ids = ids
        self._is_kept = is_kept_in(session, project_id)
        self.erased: set[str] = set()
        self.whole: set[str] = set()
        """Of those erased, the ones that were about nobody else."""

    def erase(self, also: Collection[str]) -> None:
        """Erase submissions: those that name a woman, and older versions of the same form."""
        session, project_id = self._session, self._project_id
        direct = set(
            session.scalars(
                select(EntityActionRow.instance_id).where(
                    EntityActionRow.project_id == project_id,
                    EntityActionRow.entity_id.in_(self._ids) | EntityActionRow.named_id.in_(self._ids),
                    EntityActionRow.instance_id.is_not(None),
                )
            )
        )
        roots = select(Submission.root_id).where(
            Submission.project_id == project_id, Submission.instance_id.in_({*direct, *also})
        )
        rows = session.scalars(
            select(Submission).where(
                Submission.project_id == project_id, Submission.root_id.in_(roots), Submission.erased_at.is_(None)
            )
        ).all()
        for row in rows:
            if row.instance_id in direct or row.instance_id in also or row.superseded:
                self._erase_one(row, self._find_others(row.instance_id), row.instance_id in direct)

    def _find_others(self, instance_id: str) -> set[str]:
        """Name the women of a submission whose data stay."""
        return (
            set(
                self._session.scalars(
                    select(EntityActionRow.named_id).where(
                        EntityActionRow.project_id == self._project_id,
                        EntityActionRow.instance_id == instance_id,
                        EntityActionRow.kind.in_(("create", "update")),
                    )
                )
            )
            - self._ids
        )

    def _erase_one(self, row: Submission, others: Collection[str], names_her: bool) -> None:
        """Erase a submission, or her part of it."""
        session, project_id = self._session, self._project_id
        whole = not (others and names_her)
        version = session.get_one(FormVersion, (project_id, row.form_id, row.form_version))
        left = erase_answers(definition_of(version), row.xml, None if whole else self._ids, self._is_kept)
        row.xml, row.xml_sha256 = left.xml, ""
        change_words(session, row, MARK)
        forget_forms(session, project_id, [row.instance_id])
        row.problem, row.erased_at = None, self._now
        dropped = [
            file
            for file in session.scalars(
                select(SubmissionAttachment).where(
                    SubmissionAttachment.project_id == project_id,
                    SubmissionAttachment.instance_id == row.instance_id,
                )
            )
            if whole or file.name not in left.files
        ]
        hashes = [file.sha256 for file in dropped if file.sha256]
        for file in dropped:
            session.delete(file)
        session.flush()
        forget_files(session, project_id, hashes, self._now)
        self.erased.add(row.instance_id)
        if whole:
            self.whole.add(row.instance_id)
            note_erased(session, project_id, INSTANCE, row.instance_id, self._now)

    def erase_aside(self) -> None:
        """Erase what was set aside about the women, waiting still or not."""
        session, project_id = self._session, self._project_id
        definitions = Definitions(project_id)
        keys = session.scalars(select(Quarantined.content_sha256).where(Quarantined.project_id == project_id)).all()
        for key in keys:
            row = session.get_one(Quarantined, (project_id, key))
            parsed = parse_item(definitions, to_item(row))
            if self._is_about(row, parsed):
                self._erase_item(row, parsed)
            session.flush()
            session.expunge(row)

    def _is_about(self, row: Quarantined, parsed: Parsed) -> bool:
        replaced = parsed.instance.deprecated_id if parsed.instance else None
        named = {request.entity_id for request in parsed.requests}
        same_form = bool({row.instance_id, replaced} & self.whole) and not named - self._ids
        return same_form or names_any(row.content, self._ids)

    def _erase_item(self, row: Quarantined, parsed: Parsed) -> None:
        others = {request.entity_id for request in parsed.requests} - self._ids
        announced = list(find_announced(row.item))
        left = b""
        kept: frozenset[str] = frozenset()
        if others and parsed.definition is not None:
            found = erase_answers(parsed.definition, row.content, self._ids, self._is_kept)
            left, kept = found.xml, found.files
        row.content, row.message, row.sha256 = left, MARK, ""
        row.item = {"attachments": [entry for entry in announced if entry["name"] in kept]}
        if not left:
            row.released_at = row.released_at or self._now
            if row.instance_id:
                note_erased(self._session, self._project_id, INSTANCE, row.instance_id, self._now)
        self._session.flush()
        hashes = [entry["sha256"] for entry in announced if entry["name"] not in kept]
        forget_files(self._session, self._project_id, hashes, self._now)


class _History:
    """The actions and recorded rows of some women, and what of their values stands in the rows of others."""

    def __init__(self, session: Session, project_id: int, ids: frozenset[str], whole: Collection[str]) -> None:
        self._session = session
        self._project_id = project_id
        self._ids = ids
        self._whole = whole
        self._salt = secrets.token_bytes(32)
        self._erasers: dict[str, Eraser] = {}
        self._register = Register(session, project_id, datetime.now(UTC))

    def erase(self) -> set[str]:
        """Replace values by marks; return the ids of others whose rows were touched."""
        session, project_id = self._session, self._project_id
        actions = session.scalars(
            select(EntityActionRow).where(
                EntityActionRow.project_id == project_id,
                EntityActionRow.entity_id.in_(self._ids)
                | EntityActionRow.named_id.in_(self._ids)
                | EntityActionRow.instance_id.in_(self._whole),
            )
        ).all()
        lists: dict[str, str] = {}
        for action in actions:
            action.saved = self._eraser(action.list).erase_saved(action.saved)
            lists[action.entity_id] = action.list
        done = frozenset(action.id for action in actions)
        touched = set(lists) | self._ids
        components = select(Entity.component).where(Entity.project_id == project_id, Entity.id.in_(touched))
        others: set[str] = set()
        for entity_id, list_name in session.execute(
            select(Entity.id, Entity.list).where(Entity.project_id == project_id, Entity.component.in_(components))
        ).all():
            hers = entity_id in self._ids
            others |= set() if hers else {entity_id}
            eraser = self._eraser(list_name)
            for version in session.scalars(
                select(EntityVersion).where(
                    EntityVersion.project_id == project_id, EntityVersion.entity_id == entity_id
                )
            ):
                row = eraser.erase_row(version.row, None if hers else done)
                if row != version.row:
                    version.row = row
        session.flush()
        return others

    def _eraser(self, list_name: str) -> Eraser:
        if list_name not in self._erasers:
            kept = find_kept(self._session, self._project_id, list_name)
            self._erasers[list_name] = Eraser(self._salt, self._register.rules(list_name), kept.__contains__)
        return self._erasers[list_name]
