"""A phone as its batches show it: when it was seen, how its clock is off, which of its numbers never arrived."""

from __future__ import annotations

from collections.abc import Sequence

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
