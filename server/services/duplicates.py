"""Records that may be one woman: the queue an officer works through, and what she said of two that are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Entity, LinkagePair, RecordIndex
from server.services import audits
from server.services.entities import Page, find_page
from sync.linkage import SURE, find_threshold

BANDS: Final = ("sure", "likely")
DIFFERENT: Final = "different"
PAGE: Final = 20
COUNTED: Final = 1_000
"""Pairs of a band are counted and listed so far: nobody works through more, and each that is counted is looked at."""
_LEFT, _RIGHT = aliased(RecordIndex), aliased(RecordIndex)
"""Made once: each is a thousand objects in a circle."""


@dataclass(frozen=True, slots=True)
class Likely:
    """Two records that may be one woman, with the reasons by their codes."""

    left: Entity
    right: Entity
    score: int
    reasons: tuple[str, ...]
    band: str
    decided_by: str
    decided_at: datetime | None


def count_pairs(project_id: int, list_name: str, *, to_the_end: bool = False) -> dict[str, int]:
    """Count the pairs of each band, and those said to be two women (``different``); `COUNTED` stands for "at least"."""
    most = None if to_the_end else COUNTED
    threshold = _threshold(project_id, list_name)
    return {band: _count(_band(project_id, list_name, band, threshold), most) for band in (*BANDS, DIFFERENT)}


def _band(project_id: int, list_name: str, band: str, threshold: int) -> Select[Any]:
    wanted = _pairs(project_id, list_name)
    if band == DIFFERENT:
        return wanted.where(LinkagePair.decision == DIFFERENT)
    sure = threshold + SURE
    scored = LinkagePair.score >= sure if band == "sure" else LinkagePair.score.between(threshold, sure - 1)
    return wanted.where(LinkagePair.decision == "", scored)


def _count(pairs: Select[Any], most: int | None) -> int:
    found = pairs.with_only_columns(LinkagePair.score).limit(most).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def list_pairs(project_id: int, list_name: str, band: str, *, page: int = 1) -> Page:
    """List pairs of a band, the likeliest first; of ``different``, the newest decision first."""
    threshold = _threshold(project_id, list_name)
    wanted = _band(project_id, list_name, band, threshold)
    first = LinkagePair.decided_at if band == DIFFERENT else LinkagePair.score
    total = _count(wanted, COUNTED)
    number = find_page(page, total, PAGE)
    ordered = wanted.order_by(first.desc(), LinkagePair.left_id, LinkagePair.right_id)
    rows = db.session.scalars(ordered.limit(PAGE).offset((number - 1) * PAGE)).all()
    ids = {entity_id for row in rows for entity_id in (row.left_id, row.right_id)}
    found = db.session.scalars(select(Entity).where(Entity.project_id == project_id, Entity.id.in_(ids)))
    records = {entity.id: entity for entity in found}
    return Page([_to_likely(row, records, threshold) for row in rows], total, number, PAGE)


def find_pair(project_id: int, one: str, other: str) -> LinkagePair | None:
    """Return what is known of two records being one woman."""
    left, right = sorted((one, other))
    return db.session.get(LinkagePair, (project_id, left, right))


@retried
def say_different(project_id: int, one: str, other: str, actor: Actor, *, seen: str) -> None:
    """Remember that two records are two women; they are not proposed again.

    :param seen: the versions that were looked at, as ``seen_of`` writes them.
    :raises Problem: 404.1 unknown; 400.8 the same record or of another list; 409.53 erased; 409.51 one of them changed,
        or somebody decided, since the page was read.
    """
    now = datetime.now(UTC)
    left_id, right_id = sorted((one, other))
    with transaction() as session:
        left, right = session.get(Entity, (project_id, left_id)), session.get(Entity, (project_id, right_id))
        if left is None or right is None:
            raise Problem("404.1")
        if left_id == right_id or left.list != right.list:
            raise Problem("400.8", field="other", reason="another record of the same list is expected")
        if left.erased_at or right.erased_at:
            raise Problem("409.53")
        if left.merged_into or right.merged_into or left.deleted or right.deleted:
            raise Problem("409.51")
        if seen != seen_of(left, right):
            raise Problem("409.51")
        pair = session.get(LinkagePair, (project_id, left_id, right_id), with_for_update={"key_share": True})
        if pair is None:
            pair = LinkagePair(
                project_id=project_id, left_id=left_id, right_id=right_id, list=left.list, score=0, reasons=[],
                found_at=now,
            )  # fmt: skip
            session.add(pair)
        if pair.decision == DIFFERENT:
            return
        pair.decision, pair.decided_by, pair.decided_at = DIFFERENT, actor.label, now
        audits.note(session, project_id, actor, "duplicate.different", left_id, now, other=right_id)


@retried
def take_back(project_id: int, one: str, other: str, actor: Actor, *, seen: str) -> None:
    """Forget that two records were said to be two women; they are proposed again if they are alike.

    :param seen: when it was said, as the page showed it (``isoformat``).
    :raises Problem: 404.1 when nothing was said of them; 409.51 when it was said again since.
    """
    now = datetime.now(UTC)
    left_id, right_id = sorted((one, other))
    with transaction() as session:
        pair = session.get(LinkagePair, (project_id, left_id, right_id), with_for_update={"key_share": True})
        if pair is None or pair.decision != DIFFERENT:
            raise Problem("404.1")
        if pair.decided_at is None or seen != pair.decided_at.isoformat():
            raise Problem("409.51")
        pair.decision, pair.decided_by, pair.decided_at = "", "", None
        audits.note(session, project_id, actor, "duplicate.undo", left_id, now, other=right_id)


def seen_of(left: Entity, right: Entity) -> str:
    """Write which versions of two records a page shows."""
    first, second = sorted((left, right), key=lambda one: one.id)
    return f"{first.version}.{second.version}"


def _threshold(project_id: int, list_name: str) -> int:
    shown = RecordIndex.shown
    count = select(func.count()).where(RecordIndex.project_id == project_id, RecordIndex.list == list_name, shown)
    return find_threshold(db.session.scalar(count) or 0)


def _pairs(project_id: int, list_name: str) -> Select[Any]:
    """Select pairs both of whose records are shown now: a merge, a deletion or an erasure takes them off the queue."""
    left, right = _LEFT, _RIGHT
    return (
        select(LinkagePair)
        .join(left, (left.project_id == LinkagePair.project_id) & (left.entity_id == LinkagePair.left_id))
        .join(right, (right.project_id == LinkagePair.project_id) & (right.entity_id == LinkagePair.right_id))
        .where(LinkagePair.project_id == project_id, LinkagePair.list == list_name, left.shown, right.shown)
    )


def _to_likely(row: LinkagePair, records: dict[str, Entity], threshold: int) -> Likely:
    return Likely(
        records[row.left_id],
        records[row.right_id],
        row.score,
        tuple(row.reasons),
        "sure" if row.score >= threshold + SURE else "likely",
        row.decided_by,
        row.decided_at,
    )
