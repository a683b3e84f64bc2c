"""How long photographs are kept, apart from the records: their files go, the forms and all other answers stay.

A photograph is what answers a question for a picture; a signature or a drawing is none, nor is a picture of a paper
that the settings name (an attendance sheet proves a training). Its time counts from the last form that names its bytes.
What is being asked or disputed keeps its pictures until that is closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.arrival import find_file_questions
from forms.definition import FormDefinition
from forms.errors import FormsError
from forms.instance import parse_instance
from server.auth import Actor
from server.database import db, retried, transaction
from server.models import (
    Erased,
    FormAttachment,
    FormVersion,
    Quarantined,
    Submission,
    SubmissionAttachment,
)
from server.services import audits
from server.services.erased import FILE, forget_files, hide_hash
from server.services.forms import definition_of
from server.services.held import find_held_submissions
from server.services.items import find_announced
from server.services.stamps import stamp

YEAR_DAYS = 365.25
AT_ONCE = 200
"""Photographs removed in one transaction: whoever pushes waits no longer than that."""
_DRAWN = frozenset({"signature", "draw"})
_FILES: Any = SubmissionAttachment.__table__.c


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form names a photograph whose time is over."""

    instance_id: str
    name: str
    sha256: str
    size: int
    form_id: str
    question: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """The photographs whose time is over, and how many more wait for a request, a dispute or a correction."""

    places: tuple[Place, ...]
    held: int

    @property
    def files(self) -> int:
        return len({place.sha256 for place in self.places})

    @property
    def size_bytes(self) -> int:
        return sum({place.sha256: place.size for place in self.places}.values())

    def count_questions(self) -> list[tuple[str, str, int]]:
        """Count the photographs of each question: (form, question, how many)."""
        counts = Counter((place.form_id, place.question) for place in self.places)
        return [(form_id, question, count) for (form_id, question), count in sorted(counts.items())]


def find_due(project_id: int, now: datetime, years: int, papers: Collection[str] = ()) -> Due:
    """Find the photographs that no form received in so many years names; nothing is changed.

    :param papers: names of questions whose pictures are of papers, and stay with the record.
    """
    before = now - timedelta(days=YEAR_DAYS * years)
    held = find_held_submissions(db.session(), project_id)
    due: dict[str, list[Place]] = {}
    kept: set[str] = set()
    waiting: set[str] = set()
    for place, is_photograph in _read_places(project_id, before, papers):
        due.setdefault(place.sha256, []).append(place)
        if place.instance_id in held:
            waiting.add(place.sha256)
        elif not is_photograph:
            kept.add(place.sha256)
    kept |= _find_named_elsewhere(project_id, {sha256: len(places) for sha256, places in due.items()})
    found = [place for sha256, places in due.items() if sha256 not in kept | waiting for place in places]
    found.sort(key=lambda place: (place.received_at, place.instance_id, place.name))
    return Due(tuple(found), len(waiting - kept))


def _read_places(project_id: int, before: datetime, papers: Collection[str]) -> Iterator[tuple[Place, bool]]:
    """Give every place of a file in the forms received before a day, and whether a photograph is asked for there."""
    definitions = _Definitions(project_id)
    rows = db.session.execute(
        select(
            _FILES.instance_id, _FILES.name, _FILES.sha256, _FILES.size,
            Submission.form_id, Submission.form_version, Submission.received_at, Submission.xml,
        )  # fmt: skip
        .join(
            Submission,
            (Submission.project_id == SubmissionAttachment.project_id)
            & (Submission.instance_id == SubmissionAttachment.instance_id),
        )
        .where(
            SubmissionAttachment.project_id == project_id,
            SubmissionAttachment.sha256.is_not(None),
            Submission.received_at < before,
        )
        .execution_options(yield_per=AT_ONCE)
    )
    for instance_id, file, sha256, size, form_id, version, received_at, xml in rows:
        questions = definitions.find_questions(form_id, version, xml, file)
        photograph = bool(questions) and not any(drawn or name in papers for name, drawn in questions)
        told = ", ".join(sorted({name for name, _ in questions}))
        yield Place(instance_id, file, sha256, size or 0, form_id, told, received_at), photograph


class _Definitions:
    """Which questions a file answers, by the version of the form it came with."""

    def __init__(self, project_id: int) -> None:
        self._project_id = project_id
        self._known: dict[tuple[str, str], FormDefinition] = {}

    def find_questions(self, form_id: str, version: str, xml: bytes, file: str) -> list[tuple[str, bool]]:
        """Return the name of each question the file answers, and whether something else than a photograph is meant.

        Of a form that cannot be read nothing is known, and nothing goes.
        """
        key = (form_id, version)
        if key not in self._known:
            self._known[key] = definition_of(db.session.get_one(FormVersion, (self._project_id, *key)))
        definition = self._known[key]
        try:
            paths = find_file_questions(definition, parse_instance(xml)).get(file, frozenset())
        except FormsError:
            return []
        nodes = [node for node in map(definition.node, sorted(paths)) if node is not None]
        return [(node.name, node.type != "image" or bool(_DRAWN & set(node.appearance.split()))) for node in nodes]


def _find_named_elsewhere(project_id: int, counts: Mapping[str, int]) -> set[str]:
    """Find which files something else than so many places names: a later form, a form's media, what was set aside."""
    hashes, found = sorted(counts), set()
    for start in range(0, len(hashes), AT_ONCE):
        some = hashes[start : start + AT_ONCE]
        named = db.session.execute(
            select(_FILES.sha256, func.count())
            .where(SubmissionAttachment.project_id == project_id, _FILES.sha256.in_(some))
            .group_by(_FILES.sha256)
        )
        found |= {sha256 for sha256, count in named if count != counts[sha256]}
        media = select(FormAttachment.sha256).where(
            FormAttachment.project_id == project_id, FormAttachment.sha256.in_(some)
        )
        found |= set(db.session.scalars(media))
    aside = select(Quarantined.item).where(Quarantined.project_id == project_id, Quarantined.released_at.is_(None))
    for item in db.session.scalars(aside):
        found |= counts.keys() & {entry["sha256"] for entry in find_announced(item)}
    return found


@retried
def remove_photographs(project_id: int, places: Sequence[Place], years: int, actor: Actor, now: datetime) -> int:
    """Empty some places; the bytes are dropped where nothing else names them. Return how many were emptied.

    What was asked or disputed since they were found stays. The files go by ``erased.remove_dropped``, after the commit.
    """
    with transaction() as session:
        held = find_held_submissions(session, project_id)
        free = ((place.instance_id, place.name, place.sha256, now) for place in places if place.instance_id not in held)
        emptied = _empty(session, project_id, list(free), now)
        if emptied:
            audits.note(session, project_id, actor, "retention.photographs", "", now, count=emptied, years=years)
        return emptied


def _empty(
    session: Session, project_id: int, places: Sequence[tuple[str, str, str, datetime]], now: datetime
) -> int:
    """Empty places (submission, name, hash, since when), if they are as they were found; return how many."""
    done: list[tuple[str, str]] = []
    for instance_id, name, sha256, at in places:
        row = session.get(SubmissionAttachment, (project_id, instance_id, name))
        if row is not None and row.sha256 == sha256:
            row.sha256, row.size, row.present, row.removed_at = None, None, False, at
            done.append((instance_id, sha256))
    session.flush()
    forget_files(session, project_id, {sha256 for _, sha256 in done}, now)
    ids = sorted({instance_id for instance_id, _ in done})
    for start in range(0, len(ids), AT_ONCE):
        stamp(session, project_id, Submission.instance_id.in_(ids[start : start + AT_ONCE]))
    return len(done)


def remove_again(session: Session, project_id: int, now: datetime) -> int:
    """Empty, after a restore, the places of files that were dropped since the backup; return how many.

    A form that came after the drop, and names the file anew, keeps it.
    """
    dropped = select(Erased.id, Erased.at).where(Erased.project_id == project_id, Erased.kind == FILE)
    gone: dict[str, datetime] = {row.id: row.at for row in session.execute(dropped)}
    if not gone:
        return 0
    rows = session.execute(
        select(_FILES.instance_id, _FILES.name, _FILES.sha256, Submission.received_at)
        .join(
            Submission,
            (Submission.project_id == SubmissionAttachment.project_id)
            & (Submission.instance_id == SubmissionAttachment.instance_id),
        )
        .where(SubmissionAttachment.project_id == project_id, SubmissionAttachment.sha256.is_not(None))
    )
    found = [
        (instance_id, name, sha256, gone[hidden])
        for instance_id, name, sha256, received_at in rows
        if (hidden := hide_hash(sha256)) in gone and received_at < gone[hidden]
    ]
    return _empty(session, project_id, found, now)
