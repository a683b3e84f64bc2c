"""What was erased stays away: what arrives about an erased woman afterwards is answered, and nothing of it is stored.

The answer is ``duplicate``, for the phone must not offer it again. A form that is about other women too is stored
without her part. Her photographs are neither asked for nor kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import String, bindparam, cast, delete, literal_column, select, union_all
from sqlalchemy.orm import Session

from forms.erasure import erase_answers
from forms.xmltree import local_name
from server.blobs import blob_store
from server.database import retried, transaction
from server.models import (
    Blob,
    BlobRemoval,
    EntityList,
    Erased,
    FormAttachment,
    ListProperty,
    Quarantined,
    Submission,
    SubmissionAttachment,
)
from server.services.items import Parsed, Sender, find_announced
from sync.protocol import DUPLICATE, FAILED, OFFICE

log = structlog.get_logger()

ENTITY, INSTANCE, FILE = "entity", "instance", "file"
TRADE = "metier"
_DROPPED = "hirfa_dropped_files"
_ERASED, _SUBMISSIONS = Erased.__table__.c, Submission.__table__.c
_ALL_GONE = select(_ERASED.kind, _ERASED.id).where(
    _ERASED.project_id == bindparam("project"), _ERASED.kind.in_((ENTITY, INSTANCE))
)
_GONE = union_all(
    _ALL_GONE.where(_ERASED.id.in_(bindparam("ids", expanding=True))),
    select(literal_column(f"'{INSTANCE}'"), _SUBMISSIONS.instance_id).where(  # erased in part: it is stored
        _SUBMISSIONS.project_id == bindparam("project"),
        _SUBMISSIONS.instance_id.in_(bindparam("ids", expanding=True)),
        _SUBMISSIONS.erased_at.is_not(None),
    ),
)


@dataclass(frozen=True, slots=True)
class Gone:
    """Ids of what was erased, among those that some items name."""

    entities: frozenset[str]
    instances: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.entities or self.instances)


def find_gone(session: Session, project_id: int, parsed: Sequence[Parsed]) -> Gone:
    """Find what was erased of all that some items name; one that cannot be read may name anybody."""
    found: dict[str, set[str]] = {ENTITY: set(), INSTANCE: set()}
    ids = {p.instance_id for p in parsed} | {request.entity_id for p in parsed for request in p.requests}
    ids |= {p.instance.deprecated_id for p in parsed if p.instance and p.instance.deprecated_id}
    for kind, id_ in session.execute(_GONE, {"project": project_id, "ids": list(ids)}):
        found[kind].add(id_)
    if any(p.instance is None or p.definition is None for p in parsed):
        for kind, id_ in session.execute(_ALL_GONE, {"project": project_id}):
            found[kind].add(id_)
    return Gone(frozenset(found[ENTITY]), frozenset(found[INSTANCE]))


def find_kept(session: Session, project_id: int, list_name: str) -> frozenset[str]:
    """Name the properties that erasure leaves: the scope, the trade, and counts; nothing that stays in the office."""
    scope = session.get(EntityList, (project_id, list_name))
    kept = {TRADE, scope.scope_property if scope else ""}
    return frozenset(
        row.name
        for row in session.scalars(
            select(ListProperty).where(ListProperty.project_id == project_id, ListProperty.list == list_name)
        )
        if row.visibility != OFFICE and (row.name in kept or row.policy == "sum")
    )


def is_kept_in(session: Session, project_id: int) -> Any:
    """Return what tells of a list and a property whether erasure leaves it."""
    known: dict[str, frozenset[str]] = {}

    def is_kept(list_name: str, name: str) -> bool:
        if list_name not in known:
            known[list_name] = find_kept(session, project_id, list_name)
        return name in known[list_name]

    return is_kept


def sift(session: Session, project_id: int, sender: Sender, gone: Gone, parsed: Parsed) -> Parsed | dict[str, Any]:
    """Return an item without what it says about erased women, or what its sender is told when nothing is left of it."""
    known = session.get(Submission, (project_id, parsed.instance_id)) if parsed.instance_id else None
    if known is not None and known.erased_at is not None:
        return _refuse(session, project_id, sender, parsed, known.answer)
    if parsed.instance_id in gone.instances:
        return _refuse(session, project_id, sender, parsed)
    replaces_gone = parsed.instance is not None and parsed.instance.deprecated_id in gone.instances
    if parsed.instance is None or parsed.definition is None:
        return _sift_unknown(session, project_id, sender, gone, parsed, replaces_gone=replaces_gone)
    about = {request.entity_id for request in parsed.requests} & gone.entities
    others = {request.entity_id for request in parsed.requests} - gone.entities
    if not about:
        return _refuse(session, project_id, sender, parsed) if replaces_gone and not others else parsed
    if not others:
        return _refuse(session, project_id, sender, parsed)
    left = erase_answers(parsed.definition, parsed.content, about, is_kept_in(session, project_id))
    announced = list(find_announced(parsed.item))
    dropped = [entry["sha256"] for entry in announced if entry["name"] not in left.files]
    forget_files(session, project_id, dropped, sender.received_at)
    return replace(
        parsed,
        content=left.xml,
        item={**parsed.item, "attachments": [entry for entry in announced if entry["name"] in left.files]},
        requests=tuple(request for request in parsed.requests if request.entity_id not in about),
    )


def _sift_unknown(
    session: Session, project_id: int, sender: Sender, gone: Gone, parsed: Parsed, *, replaces_gone: bool
) -> Parsed | dict[str, Any]:
    """Sift what cannot be read, or is of an unknown form: whatever names an erased woman alone is about her."""
    if not replaces_gone and not names_any(parsed.content, gone.entities):
        return parsed
    named = _find_named(parsed) - gone.entities
    if named:  # about others as well, and nobody can tell which part: the phone keeps it until the form is known here
        return {
            "instanceId": parsed.instance_id or None,
            "status": FAILED,
            "entities": [],
            "error": {
                "code": parsed.problem.code if parsed.problem else "404.6",
                "message": parsed.problem.message() if parsed.problem else "",
            },
        }
    return _refuse(session, project_id, sender, parsed)


def names_any(content: bytes, entity_ids: Collection[str]) -> bool:
    """Tell whether an id stands in a text, in any encoding that writes it as ASCII with zeros between."""
    text = content.replace(b"\0", b"").lower()
    return any(entity_id.encode() in text for entity_id in entity_ids)


def _find_named(parsed: Parsed) -> set[str]:
    if parsed.instance is None:
        return set()
    return {
        (element.get("id") or "").strip().lower().removeprefix("uuid:")
        for element in parsed.instance.root.iter()
        if local_name(element) == "entity"
    } - {""}


def _refuse(
    session: Session, project_id: int, sender: Sender, parsed: Parsed, answer: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Store nothing but that an item came, so that its number is not missed."""
    if parsed.instance_id and answer is None:
        note_erased(
            session, project_id, INSTANCE, parsed.instance_id, sender.received_at,
            app_user_id=sender.app_user_id, device_id=sender.device, seq=parsed.seq,
        )  # fmt: skip
    forget_files(session, project_id, [e["sha256"] for e in find_announced(parsed.item)], sender.received_at)
    return {**(answer or {"entities": []}), "instanceId": parsed.instance_id or None, "status": DUPLICATE}


def note_erased(session: Session, project_id: int, kind: str, id_: str, at: datetime, **more: Any) -> None:
    """Add an id to the list of what was erased."""
    known = session.get(Erased, (project_id, kind, id_))
    if known is None:
        session.add(Erased(project_id=project_id, kind=kind, id=id_, at=at, **more))
        session.flush()
    elif known.seq is None:
        for name, value in more.items():
            setattr(known, name, value)
    if known is not None and kind == FILE:  # named and dropped again: forms of before then lose it after a restore
        known.at = max(known.at, at)


# Photographs.


def hide_hash(sha256: str) -> str:
    """Return what is kept of a photograph's hash: enough to know it again."""
    return hashlib.sha256(f"erased {sha256}".encode()).hexdigest()


def forget_files(session: Session, project_id: int, hashes: Iterable[str], at: datetime) -> None:
    """Drop the bytes of files that nothing names any more, and refuse them from now on.

    The files themselves are removed by ``remove_dropped``, after the commit.
    """
    for sha256 in sorted(set(hashes)):
        if _is_named(session, project_id, sha256):
            continue
        note_erased(session, project_id, FILE, hide_hash(sha256), at)
        session.execute(delete(Blob).where(Blob.project_id == project_id, Blob.sha256 == sha256))
        session.merge(BlobRemoval(project_id=project_id, sha256=sha256, at=at))
        session.info[_DROPPED] = True


def _is_named(session: Session, project_id: int, sha256: str) -> bool:
    for table in (SubmissionAttachment, FormAttachment):
        if (
            session.scalar(select(table.name).where(table.project_id == project_id, table.sha256 == sha256).limit(1))
            is not None
        ):
            return True
    aside = select(Quarantined.content_sha256).where(
        Quarantined.project_id == project_id, cast(Quarantined.item, String).contains(sha256)
    )
    return session.scalar(aside.limit(1)) is not None


def remove_dropped(session: Session, *, anyway: bool = False) -> int:
    """Remove the files that were dropped in the transaction that was just committed; return how many.

    :param anyway: look for what is left of earlier ones even if this one dropped nothing.
    """
    if not (session.info.pop(_DROPPED, False) or anyway):
        return 0
    waiting = [(row.project_id, row.sha256) for row in session.scalars(select(BlobRemoval))]
    removed = []
    try:
        for project_id, sha256 in waiting:
            if session.get(Blob, (project_id, sha256)) is None:  # else it was named by somebody since
                blob_store().delete(project_id, sha256)
            removed.append((project_id, sha256))
    except OSError as error:  # the next erasure does it, or `apply-erasures`; `doctor` says so
        log.warning("erased files are not removed yet", reason=str(error), count=len(waiting) - len(removed))
    _note_removed(removed)
    return len(removed)


@retried
def _note_removed(removed: Iterable[tuple[int, str]]) -> None:
    with transaction() as session:
        for project_id, sha256 in removed:
            session.execute(
                delete(BlobRemoval).where(BlobRemoval.project_id == project_id, BlobRemoval.sha256 == sha256)
            )


def find_refused(session: Any, project_id: int, hashes: Collection[str]) -> set[str]:
    """Find which files are refused: erased, and named by nothing since."""
    hidden = {hide_hash(sha256): sha256 for sha256 in hashes}
    found = (
        {
            hidden[id_]
            for id_ in session.scalars(
                select(Erased.id).where(Erased.project_id == project_id, Erased.kind == FILE, Erased.id.in_(hidden))
            )
        }
        if hidden
        else set()
    )
    return {sha256 for sha256 in found if not _is_named(session, project_id, sha256)}
