"""Find records of a list: by words in either script, by commune, by what they answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from server.database import db
from server.models import Entity, RecordIndex
from server.services import indexing
from server.services.entities import PAGE, Page, find_page

SECONDS: Final = 0.8
"""Spent at most on what phones sent since the register was last read."""
MAX_WORDS: Final = 8


def search_entities(
    project_id: int,
    list_name: str,
    *,
    search: str = "",
    scope: str = "",
    values: Mapping[str, str] | None = None,
    page: int = 1,
    size: int = PAGE,
) -> Page:
    """List the records that are neither deleted nor part of another, by label.

    :param search: words; each must stand in a value as it is written (accents, vowel signs, case and the ways to write
        alef, ta marbuta and ya do not matter), or begin like a word of it by its consonants, whatever the script.
    :param values: property → value; only records that show all of them.
    """
    indexing.catch_up(project_id, stages=("index",), seconds=SECONDS)
    where: list[ColumnElement[bool]] = [
        RecordIndex.project_id == project_id,
        RecordIndex.list == list_name,
        RecordIndex.shown.is_(True),
    ]
    if scope:
        where.append(RecordIndex.scope == scope)
    where += have_words(search)
    asked = {name: value for name, value in (values or {}).items() if value}
    if association := asked.pop(indexing.ASSOCIATION, ""):
        where.append(RecordIndex.association == association)
    counted = select(func.count()).select_from(RecordIndex)
    if asked:
        counted = counted.join(Entity, _SAME)
        where += [Entity.data[name].as_string() == value for name, value in sorted(asked.items())]
    total = db.session.scalar(counted.where(*where)) or 0
    number = find_page(page, total, size)
    listed = select(RecordIndex.entity_id)
    if asked:
        listed = listed.join(Entity, _SAME)
    # The ids alone, from an index: what is passed over on the way to a late page is not read.
    listed = listed.where(*where).order_by(RecordIndex.sort, RecordIndex.entity_id)
    ids = db.session.scalars(listed.limit(size).offset((number - 1) * size)).all()
    found = select(Entity).where(Entity.project_id == project_id, Entity.id.in_(ids))
    rows = {row.id: row for row in db.session.scalars(found)} if ids else {}
    return Page([rows[entity_id] for entity_id in ids if entity_id in rows], total, number, size)


_SAME: Final = and_(RecordIndex.project_id == Entity.project_id, RecordIndex.entity_id == Entity.id)


def have_words(words: str) -> list[ColumnElement[bool]]:
    """Give the conditions under which a record has all of some words."""
    return [has_word(word) for word in words.split()[:MAX_WORDS] if indexing.fold_words(word)]


def has_word(word: str) -> ColumnElement[bool]:
    """Tell whether a record has a word, written in either script."""
    written = and_(*(RecordIndex.words.contains(part, autoescape=True) for part in indexing.fold_words(word)))
    sounds = indexing.sounds_of(word)
    if not sounds:
        return written
    return or_(written, and_(*(RecordIndex.words.contains(f" ~{sound}", autoescape=True) for sound in sounds)))
