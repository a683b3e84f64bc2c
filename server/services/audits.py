"""Write, read, verify and shorten the operations log.

Each line holds the hash of itself and of the line before it, so a line that is changed, taken out or put in breaks the
chain from there on. Lines are chained at the end of their transaction: the head of the chain is locked last of all, so
that transactions that write to it never wait for one another in a circle, and commit order is the order of the chain.

Who only looks at somebody's data leaves a line too, with the purpose that the page she opened has; once an hour, for a
log of every reload would hide what it is for.

Lines whose time is over go from the front, and a new line at the end tells the number and hash of the last that went:
the chain begins there now, and this line is part of it, so lines that go any other way are missed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from exports.csvtables import stream_csv
from server.auth import Actor
from server.database import db, do_last, retried, snapshot, transaction
from server.models import Audit, AuditHead
from server.services.held import select_held_records, select_sent_back

REMOVED = "retention.log"
READ_AT_ONCE = 2000
PAGE = 100
READ: Final = ("entity.read", "submission.read")
"""Acts that only looked."""
BUT_READ: Final = "-read"
"""Asks for every act but those."""
READ_AGAIN: Final = timedelta(hours=1)
_AHEAD: Final = {"yield_per": READ_AT_ONCE}
COLUMNS: Final = ("number", "at", "actor", "name", "action", "target", "details", "hash")
"""Of the log as a file; ``details`` are JSON."""


def note(
    session: Session, project_id: int, actor: Actor, action: str, target: str, at: datetime, **details: Any
) -> None:
    """Add a line to the operations log, inside the caller's transaction."""
    session.add(
        Audit(
            project_id=project_id,
            id=str(uuid4()),
            at=at,
            actor=actor.label,
            action=action,
            target=target[:255],
            details=details,
        )
    )
    do_last(session, f"audits {project_id}", lambda ending: _chain(ending, project_id))


@retried
def note_reading(
    project_id: int, actor: Actor, action: str, targets: Sequence[str], purpose: str, now: datetime
) -> None:
    """Note that somebody looked at some data, unless she did so for the same purpose within the hour.

    :param action: one of ``READ``.
    """
    lately = select(Audit.target, Audit.details).where(
        Audit.project_id == project_id, Audit.at > now - READ_AGAIN, Audit.actor == actor.label,
        Audit.action == action, Audit.target.in_(targets),
    )  # fmt: skip
    noted = {target for target, details in db.session.execute(lately) if details.get("purpose") == purpose}
    if not noted.issuperset(targets):
        with transaction() as session:
            for target in dict.fromkeys(targets):
                if target not in noted:
                    note(session, project_id, actor, action, target, now, purpose=purpose)


def _chain(session: Session, project_id: int) -> None:
    """Chain the lines of this transaction; those of others are chained, or not to be seen from here."""
    session.flush()
    head = session.get(AuditHead, (project_id,), with_for_update={"key_share": True}, populate_existing=True)
    if head is None:
        head = AuditHead(project_id=project_id, seq=0, hash="")
        session.add(head)
    unchained = select(Audit).where(Audit.project_id == project_id, Audit.seq.is_(None)).order_by(Audit.at, Audit.id)
    for line in session.scalars(unchained).all():
        head.seq += 1
        head.hash = hash_line(head.hash, head.seq, line)
        line.seq, line.hash = head.seq, head.hash
    session.flush()


def hash_line(before: str, seq: int, line: Audit) -> str:
    """Hash a line with the hash of the one before it."""
    at = line.at.astimezone(UTC).isoformat()
    told = [before, seq, line.id, at, line.actor, line.action, line.target, line.details]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole chain found; ``broken_at`` is the number of the first line that is not as written."""

    lines: int
    """Those that are here; those removed after their time are not counted."""
    hash: str
    """Of the last line: noted apart, it shows later that nothing before it was rewritten."""
    broken_at: int | None = None
    reason: str = ""
    found: bool = True
    """Whether a hash that was asked about is that of some line."""
    removed: int = 0
    """Lines before these that went after their time, as the log tells."""


def verify_audits(project_id: int, *, expected: str = "") -> Verified:
    """Read the whole operations log and compute its chain anew.

    :param expected: a hash noted earlier: it must be that of a line.
    """
    begin, before = _find_beginning(project_id)
    seq, found = begin, expected in ("", before)
    under = select(func.min(Audit.seq)).where(Audit.project_id == project_id, Audit.seq <= begin)
    if (put_in := db.session.scalar(under)) is not None:
        return Verified(0, before, put_in, "changed", found)
    while True:
        lines = db.session.scalars(
            select(Audit)
            .where(Audit.project_id == project_id, Audit.seq > seq)
            .order_by(Audit.seq)
            .limit(READ_AT_ONCE)
            .execution_options(populate_existing=True)
        ).all()
        for line in lines:
            if line.seq != seq + 1:
                return Verified(seq - begin, before, seq + 1, "missing", found)
            if line.hash != hash_line(before, line.seq, line):
                return Verified(seq - begin, before, line.seq, "changed", found)
            before, seq = line.hash, line.seq
            found = found or before == expected
        if len(lines) < READ_AT_ONCE:
            break
    head = db.session.get(AuditHead, (project_id,), populate_existing=True)
    if (head.seq if head else 0) != seq or (head.hash if head else "") != before:
        return Verified(seq - begin, before, seq + 1, "cut", found)
    loose = select(func.count()).select_from(Audit).where(Audit.project_id == project_id, Audit.seq.is_(None))
    if db.session.scalar(loose):
        return Verified(seq - begin, before, seq + 1, "unchained", found)
    return Verified(seq - begin, before, None, "" if found else "unknown", found, begin)


def _find_beginning(project_id: int) -> tuple[int, str]:
    """Return number and hash of the last line that was removed after its time, as the log itself tells."""
    told = db.session.scalar(
        select(Audit.details)
        .where(Audit.project_id == project_id, Audit.action == REMOVED)
        .order_by(Audit.seq.desc())
        .limit(1)
    )
    match told:
        case {"seq": int(seq), "hash": str(hash_)} if seq > 0:
            return seq, hash_
    return 0, ""


@dataclass(frozen=True, slots=True)
class Old:
    """Lines at the front of the log whose time is over."""

    lines: int
    last: int = 0
    """The number of the last of them."""
    waiting: int = 0
    """More that are as old, behind the first line about what is asked or disputed now."""


def find_old_lines(project_id: int, before: datetime) -> Old:
    """Find the lines that may go: from the front up to the first that is younger, or about what is open now."""
    mine = (Audit.project_id == project_id, Audit.seq.is_not(None))
    held = or_(
        Audit.target.in_(select_held_records(project_id)), Audit.target.in_(select_sent_back(project_id))
    )
    young = db.session.scalar(select(func.min(Audit.seq)).where(*mine, Audit.at >= before))
    stays = db.session.scalar(select(func.min(Audit.seq)).where(*mine, held))
    count = select(func.count()).select_from(Audit).where(*mine)
    old = db.session.scalar(count if young is None else count.where(Audit.seq < young)) or 0
    ends = [number for number in (young, stays) if number is not None]
    going = count.where(Audit.seq < min(ends)) if ends else count
    lines = db.session.scalar(going) or 0
    last = db.session.scalar(going.with_only_columns(func.max(Audit.seq))) or 0
    return Old(lines, last, old - lines)


@retried
def remove_old_lines(project_id: int, before: datetime, years: int, actor: Actor, now: datetime) -> int:
    """Remove the lines whose time is over, and say in the log which; return how many."""
    with transaction() as session:
        old = find_old_lines(project_id, before)
        if not old.lines:
            return 0
        mine = (Audit.project_id == project_id, Audit.seq <= old.last)
        hash_ = session.scalar(select(Audit.hash).where(Audit.project_id == project_id, Audit.seq == old.last))
        session.execute(delete(Audit).where(*mine).execution_options(synchronize_session=False))
        note(
            session, project_id, actor, REMOVED, "", now, count=old.lines, years=years, seq=old.last, hash=hash_
        )
        return old.lines


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines are wanted; what is blank asks for nothing. ``action`` may be ``BUT_READ``."""

    actor: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    rows: list[Audit]
    number: int
    more: bool


def list_audits(project_id: int, asked: Asked, *, page: int = 1) -> Lines:
    """List lines of the operations log, newest first."""
    wanted = _select(project_id, asked)
    number = max(page, 1)
    rows = db.session.scalars(
        wanted.order_by(Audit.seq.desc()).limit(PAGE + 1).offset((number - 1) * PAGE)
    ).all()
    return Lines(list(rows[:PAGE]), number, len(rows) > PAGE)


def stream_audits(project_id: int, asked: Asked, actor: Actor, names: dict[str, str]) -> Iterator[bytes]:
    """Give lines of the operations log as CSV, oldest first; that somebody took them is noted.

    :param names: of the actors, by label.
    """
    with transaction() as session:
        note(session, project_id, actor, "audit.export", "", datetime.now(UTC))
    with snapshot():
        reading = db.session.execute(_select(project_id, asked).order_by(Audit.seq), execution_options=_AHEAD)
        with reading as lines:
            yield from stream_csv(COLUMNS, (_to_fields(line, names) for (line,) in lines))


def _to_fields(line: Audit, names: dict[str, str]) -> tuple[object, ...]:
    details = json.dumps(line.details, ensure_ascii=False, sort_keys=True) if line.details else ""
    at = line.at.astimezone(UTC).isoformat()
    return line.seq, at, line.actor, names.get(line.actor, ""), line.action, line.target, details, line.hash


def _select(project_id: int, asked: Asked) -> Select[Audit]:
    wanted = select(Audit).where(Audit.project_id == project_id)
    if asked.actor:
        wanted = wanted.where(Audit.actor == asked.actor)
    if asked.action == BUT_READ:
        wanted = wanted.where(Audit.action.not_in(READ))
    elif asked.action:
        wanted = wanted.where(Audit.action == asked.action)
    if asked.target:
        wanted = wanted.where(Audit.target == asked.target)
    if asked.since is not None:
        wanted = wanted.where(Audit.at >= asked.since)
    if asked.before is not None:
        wanted = wanted.where(Audit.at < asked.before)
    return wanted


def list_kinds(project_id: int) -> tuple[list[str], list[str]]:
    """List the actions and the actors that the log names."""
    return _list_values(project_id, Audit.action), _list_values(project_id, Audit.actor)


def _list_values(project_id: int, column: InstrumentedAttribute[str]) -> list[str]:
    """List the values of an indexed column, hopping from one to the next: few of them stand in very many lines."""
    mine = Audit.project_id == project_id
    hops = select(func.min(column).label("value")).where(mine).cte("hops", recursive=True)
    following = select(func.min(column)).where(mine, column > hops.c.value).scalar_subquery()
    hops = hops.union_all(select(following).where(hops.c.value.is_not(None)))
    return sorted(db.session.scalars(select(hops.c.value).where(hops.c.value.is_not(None))))
