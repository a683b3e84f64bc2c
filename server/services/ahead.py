"""What is read ahead for the items of a chunk, so that the database is not asked anew for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, literal_column, select, union_all
from sqlalchemy.orm import Session

from server.models import Blob, EntityActionRow, Quarantined, Submission
from server.services.erased import Gone, find_gone
from server.services.items import Parsed, find_announced

_SUBMISSIONS, _ASIDE = Submission.__table__.c, Quarantined.__table__.c
# Each column by its own index; joined by OR they use none.
_KNOWN = union_all(
    *(
        select(literal_column(f"'{what}'"), column).where(
            column.table.c.project_id == bindparam("project"), column.in_(bindparam("ids", expanding=True))
        )
        for what, column in (
            ("stored", _SUBMISSIONS.instance_id),
            ("aside", _ASIDE.instance_id),
            ("edited", _SUBMISSIONS.deprecated_id),
            ("edited", _SUBMISSIONS.root_id),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Ids of a chunk about which the database surely holds nothing, and hashes of files that are here.

    Read when the change counter is locked, so nobody else adds to it; what this chunk adds is taken out. An id that is
    in none of the sets is looked up.
    """

    submissions: set[str]
    """Under which no submission is stored."""
    aside: set[str]
    """Under which nothing is in quarantine."""
    edited: set[str]
    """Which no stored submission names as the one it replaces, or as the first of its chain."""
    here: frozenset[str]
    """Of the files that the chunk announces, those whose bytes are here; later ones are marked when they arrive."""
    gone: Gone
    """What was erased: nothing about it is stored."""


def read_ahead(session: Session, project_id: int, chunk: Sequence[Parsed]) -> Ahead:
    """Ask once about all items of a chunk."""
    ids = {parsed.instance_id for parsed in chunk} - {""}
    known: dict[str, set[str]] = {"stored": set(), "aside": set(), "edited": set()}
    if ids:
        for what, found in session.execute(_KNOWN, {"project": project_id, "ids": list(ids)}):
            known[what].add(found)
    hashes = {entry["sha256"] for parsed in chunk for entry in find_announced(parsed.item)}
    files: frozenset[str] = frozenset()
    if hashes:
        here = session.scalars(select(Blob.sha256).where(Blob.project_id == project_id, Blob.sha256.in_(hashes)))
        files = frozenset(here)
    gone = find_gone(session, project_id, chunk)
    return Ahead(ids - known["stored"], ids - known["aside"], ids - known["edited"], files, gone)


def find_touched(session: Session, project_id: int, chunk: Sequence[Parsed]) -> set[str]:
    """Name every entity that the chunk may touch: named, or touched by what an edit replaces."""
    named = {request.entity_id for parsed in chunk for request in parsed.requests}
    replaced = [p.instance.deprecated_id for p in chunk if p.instance and p.instance.deprecated_id]
    if replaced:
        named |= set(
            session.scalars(
                select(EntityActionRow.named_id).where(
                    EntityActionRow.project_id == project_id, EntityActionRow.instance_id.in_(replaced)
                )
            )
        )
    return named
