"""What needs somebody today, counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from server.database import db
from server.models import AppUser, Device, Erased, Quarantined, Submission
from server.services import breaches, duplicates, entities, requests, submissions
from server.services.submission_filters import Filter, to_conditions

SILENT_DAYS: Final = 14
"""A phone that was not heard of for so long may hold visits that nobody else has."""
_EARLIER: Final[dict[type[Submission | Quarantined], Any]] = {
    Submission: aliased(Submission), Quarantined: aliased(Quarantined),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Today:
    """Counts of what waits for somebody."""

    conflicts: int
    duplicates_sure: int
    duplicates_likely: int
    unseen: int
    """Forms that no officer looked at yet, counted up to ten thousand."""
    issues: int
    """Forms that an officer said have a problem."""
    quarantine: int
    outside: int
    """Forms about women outside their agent's communes, or whose effect on a record was impossible."""
    silent: int
    missing: int
    """Forms that phones numbered and that never came."""
    photos: int
    """Forms that name files which have not come yet."""
    legal: int
    late: int
    """Requests by law 18-07 that wait, and those of them whose day is past."""
    breaches: int
    untold: int
    """Breaches that are open, and those of them that the ANPDP was not told of in time."""


def read_today(project_id: int, list_name: str, now: datetime | None = None) -> Today:
    """Count what waits."""
    now = now or datetime.now(UTC)
    pairs = duplicates.count_pairs(project_id, list_name)
    legal, late = requests.count_open(project_id, now)
    broken, untold = breaches.count_open(project_id, now)
    return Today(
        conflicts=entities.count_open_conflicts(project_id),
        duplicates_sure=pairs["sure"],
        duplicates_likely=pairs["likely"],
        unseen=_count(project_id, Filter(state="todo")),
        issues=_count(project_id, Filter(state="hasIssues")),
        quarantine=submissions.count_quarantine(project_id),
        outside=_count(project_id, Filter(flagged=True)),
        silent=_count_silent(project_id, now),
        missing=_count_missing(project_id),
        photos=_count(project_id, Filter(waiting=True)),
        legal=legal,
        late=late,
        breaches=broken,
        untold=untold,
    )


def _count(project_id: int, asked: Filter) -> int:
    """Count the forms of a filter, as far as their list counts them."""
    wanted = select(Submission.instance_id).where(*to_conditions(project_id, asked)).limit(submissions.COUNTED)
    return db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def _count_silent(project_id: int, now: datetime) -> int:
    """Count agents at work whose newest phone was not heard of for long."""
    last = (
        select(Device.app_user_id, func.max(Device.last_seen_at).label("seen"))
        .where(Device.project_id == project_id)
        .group_by(Device.app_user_id)
        .subquery()
    )
    wanted = (
        select(func.count())
        .select_from(AppUser)
        .join(last, last.c.app_user_id == AppUser.id)
        .where(
            AppUser.project_id == project_id,
            AppUser.revoked_at.is_(None),
            last.c.seen < now - timedelta(days=SILENT_DAYS),
        )
    )
    return db.session.scalar(wanted) or 0


def _count_missing(project_id: int) -> int:
    """Count the numbers below each phone's highest that came in no form, neither accepted, set aside nor erased."""
    highest = db.session.scalar(select(func.sum(Device.max_seq)).where(Device.project_id == project_id)) or 0
    came = _count_numbers(Submission, project_id)
    for table, earlier in ((Quarantined, (Submission,)), (Erased, (Submission, Quarantined))):
        came += _count_numbers(table, project_id, *earlier)
    return max(int(highest) - came, 0)


def _count_numbers(
    table: type[Submission | Quarantined | Erased], project_id: int, *earlier: type[Submission | Quarantined]
) -> int:
    """Count the numbers of phones in a table that are in none of the earlier ones."""
    key = (table.app_user_id, table.device_id, table.seq)
    numbers = select(*key).where(table.project_id == project_id, table.seq.is_not(None))
    numbers = numbers.join(
        Device,
        and_(
            Device.project_id == table.project_id,
            Device.app_user_id == table.app_user_id,
            Device.device_id == table.device_id,
        ),
    )
    for one in earlier:
        other = _EARLIER[one]
        numbers = numbers.where(
            ~select(other.seq)
            .where(
                other.project_id == project_id,
                other.app_user_id == table.app_user_id,
                other.device_id == table.device_id,
                other.seq == table.seq,
            )
            .exists()
        )
    return db.session.scalar(select(func.count()).select_from(numbers.distinct().subquery())) or 0
