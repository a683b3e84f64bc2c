"""A phone as its batches show it: when it was seen, how its clock is off, which of its numbers never arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from server.database import db
from server.models import Device, Erased, Quarantined, Submission
from server.rows import rows_of
from server.services.items import Parsed, Sender

MISSING_TOLD = 1000

_DEVICES, _SUBMISSIONS = cast(Table, Device.__table__), Submission.__table__.c
_THIS = (
    _DEVICES.c.project_id == bindparam("project"),
    _DEVICES.c.app_user_id == bindparam("agent"),
    _DEVICES.c.device_id == bindparam("device"),
)
_HIGHEST = select(_DEVICES.c.max_seq).where(*_THIS).with_for_update(key_share=True)
_IS_WHOLE = select(
    _DEVICES.c.max_seq
    == select(func.count(_SUBMISSIONS.seq.distinct()))
    .where(
        _SUBMISSIONS.project_id == bindparam("project"),
        _SUBMISSIONS.app_user_id == bindparam("agent"),
        _SUBMISSIONS.device_id == bindparam("device"),
        _SUBMISSIONS.seq > 0,
    )
    .scalar_subquery()
).where(*_THIS)


def see_device(session: Session, project_id: int, sender: Sender, chunk: Sequence[Parsed]) -> None:
    """Note that a phone was seen, with its clock's offset and its highest number; the desk is none."""
    if sender.app_user_id is None:
        return
    key = (project_id, sender.actor.id, sender.device_id)
    highest = session.scalar(_HIGHEST, dict(zip(("project", "agent", "device"), key, strict=True)))
    if highest is None:
        session.add(
            Device(
                project_id=project_id,
                app_user_id=sender.actor.id,
                device_id=sender.device_id,
                first_seen_at=sender.received_at,
                last_seen_at=sender.received_at,
                max_seq=0,
            )
        )
        session.flush()
    seen: dict[str, Any] = {"max_seq": max([highest or 0, *(p.seq for p in chunk if p.seq is not None)])}
    if not sender.carried:
        seen |= {"last_seen_at": sender.received_at, "clock_offset_s": sender.offset_s}
    rows_of(session).change(_DEVICES, key, seen)


_COUNTS = ("waiting", "drafts", "aside", "photos", "records", "usage", "quota")
"""Whole numbers that an app may tell: forms that wait, drafts, set aside, photographs; bytes used and granted."""


def read_report(given: Any) -> dict[str, Any] | None:
    """Read what an app says of itself; None when it says nothing. Whatever is no such thing is passed over.

    :param given: as it came: ``{version, waiting, drafts, aside, photos, records, usage, quota, persisted}``.
    """
    if not isinstance(given, dict):
        return None
    report: dict[str, Any] = {}
    version = given.get("version")
    if isinstance(version, str) and version.isprintable():
        report["version"] = version[:32]
    for name in _COUNTS:
        value = given.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53:
            report[name] = int(value)
    if isinstance(given.get("persisted"), bool):
        report["persisted"] = given["persisted"]
    return report or None


@dataclass(frozen=True, slots=True)
class Seen:
    """One enrolment of an agent as the desk shows it."""

    device: Device
    missing: int
    """Numbers below the highest that never arrived, at most a thousand."""
    received: int


def list_devices(project_id: int, app_user_id: int) -> list[Seen]:
    """List the enrolments of an agent, the latest heard of first."""
    counts = dict(
        db.session.execute(
            select(Submission.device_id, func.count())
            .where(Submission.project_id == project_id, Submission.app_user_id == app_user_id)
            .group_by(Submission.device_id)
        ).all()
    )
    rows = db.session.scalars(
        select(Device)
        .where(Device.project_id == project_id, Device.app_user_id == app_user_id)
        .order_by(Device.last_seen_at.desc())
        .limit(20)
    ).all()
    return [
        Seen(row, len(find_missing(project_id, app_user_id, row.device_id)), counts.get(row.device_id, 0))
        for row in rows
    ]


def find_missing(project_id: int, app_user_id: int, device_id: str) -> list[int]:
    """Name the ``seq`` numbers below the highest seen that never arrived, at most a thousand.

    Counting is enough where nothing is missing, which is nearly always: no row is read for it.
    """
    if db.session.scalar(_IS_WHOLE, {"project": project_id, "agent": app_user_id, "device": device_id}):
        return []
    seen: set[int] = set()
    for table in (Submission, Quarantined, Erased):
        seen |= {
            seq
            for seq in db.session.scalars(
                select(table.seq).where(
                    table.project_id == project_id, table.app_user_id == app_user_id, table.device_id == device_id
                )
            )
            if seq is not None
        }
    missing: list[int] = []
    expected = 1
    for seq in sorted(seen):
        while expected < seq and len(missing) < MISSING_TOLD:
            missing.append(expected)
            expected += 1
        expected = max(expected, seq + 1)
    return missing
