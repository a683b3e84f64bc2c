"""A phone as its batches show it: when it was seen, how its clock is off, which of its numbers never arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.database import db
from server.models import Device, Erased, Quarantined, Submission
from server.services.items import Parsed, Sender

MISSING_TOLD = 1000


def see_device(session: Session, project_id: int, sender: Sender, chunk: Sequence[Parsed]) -> None:
    """Note that a phone was seen, with its clock's offset and its highest number; the desk is none."""
    if sender.app_user_id is None:
        return
    key = (project_id, sender.actor.id, sender.device_id)
    device = session.get(Device, key, with_for_update={"key_share": True})
    if device is None:
        device = Device(
            project_id=project_id,
            app_user_id=sender.actor.id,
            device_id=sender.device_id,
            first_seen_at=sender.received_at,
            last_seen_at=sender.received_at,
            max_seq=0,
        )
        session.add(device)
    if not sender.carried:
        device.last_seen_at, device.clock_offset_s = sender.received_at, sender.offset_s
    device.max_seq = max([device.max_seq, *(p.seq for p in chunk if p.seq is not None)])
    session.flush()


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
    arrived = select(func.count(Submission.seq.distinct())).where(
        Submission.project_id == project_id,
        Submission.app_user_id == app_user_id,
        Submission.device_id == device_id,
        Submission.seq > 0,
    )
    if db.session.scalar(
        select(Device.max_seq == arrived.scalar_subquery()).where(
            Device.project_id == project_id, Device.app_user_id == app_user_id, Device.device_id == device_id
        )
    ):
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
