"""What is read ahead for the items of a chunk, so that the database is not asked anew for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Blob, EntityActionRow, Quarantined, Submission
from server.services.erased import Gone, find_gone
from server.services.items import Parsed, find_announced


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
    if not ids:
        return Ahead(set(), set(), set(), frozenset(), find_gone(session, project_id))
    stored = session.scalars(
        select(Submission.instance_id).where(Submission.project_id == project_id, Submission.instance_id.in_(ids))
    )
    aside = session.scalars(
        select(Quarantined.instance_id).where(Quarantined.project_id == project_id, Quarantined.instance_id.in_(ids))
    )
    named: set[str | None] = set()
    for column in (Submission.deprecated_id, Submission.root_id):  # each by its own index; joined by OR they use none
        named.update(session.scalars(select(column).where(Submission.project_id == project_id, column.in_(ids))))
    hashes = {entry["sha256"] for parsed in chunk for entry in find_announced(parsed.item)}
    files: frozenset[str] = frozenset()
    if hashes:
        here = session.scalars(select(Blob.sha256).where(Blob.project_id == project_id, Blob.sha256.in_(hashes)))
        files = frozenset(here)
    return Ahead(ids - set(stored), ids - set(aside), ids - named, files, find_gone(session, project_id))


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
