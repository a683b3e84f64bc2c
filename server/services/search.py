"""Find records of a list: by words in either script, by commune, by what they answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, UnaryExpression, and_, func, or_, select
from sqlalchemy.sql.operators import custom_op

from server.database import db
from server.models import Entity, RecordIndex
from server.services import indexing
from server.services.entities import PAGE, Page, find_page

SECONDS: Final = 0.8
"""Spent at most on what phones sent since the register was last read."""
MAX_WORDS: Final = 8
_NO_INDEX: Final[custom_op[Any]] = custom_op("+")
"""Before a column: SQLite's way to be told that no index helps."""


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
    waiting = indexing.catch_up(project_id, stages=("index",), seconds=SECONDS)
    asked = {name: value for name, value in (values or {}).items() if value}
    association = asked.pop(indexing.ASSOCIATION, "")
    narrowed = bool(scope or association)
    facets = {} if waiting else _find_facets(project_id, list_name, asked)
    looked = bool(search or asked)
    where = is_shown(project_id, list_name, all_through=looked and not narrowed and len(facets) == len(asked))
    where += facets.values()
    asked = {name: value for name, value in asked.items() if name not in facets}
    if scope:
        where.append(RecordIndex.scope == scope)
    where += have_words(search)
    if association:
        where.append(RecordIndex.association == association)
    # The ids alone, from an index: what is passed over on the way to a late page is not read.
    listed, counted = select(RecordIndex.entity_id), select(func.count()).select_from(RecordIndex)
    if asked:
        listed, counted = listed.join(Entity, _SAME), counted.join(Entity, _SAME)
        where += [Entity.data[name].as_string() == value for name, value in sorted(asked.items())]
    listed = listed.where(*where).order_by(RecordIndex.sort, RecordIndex.entity_id)
    ids: list[str] = []
    total, number = 0, 1
    if looked:  # all records are looked into, so they are counted on the way
        some = db.session.execute(
            listed.add_columns(func.count().over()).limit(size).offset((max(page, 1) - 1) * size)
        ).all()
        ids, total, number = [row[0] for row in some], some[0][1] if some else 0, max(page, 1)
    if not ids and (page > 1 or not looked):
        total = db.session.scalar(counted.where(*where)) or 0
        number = find_page(page, total, size)
        ids = list(db.session.scalars(listed.limit(size).offset((number - 1) * size)).all()) if total else []
    found = select(Entity).where(Entity.project_id == project_id, Entity.id.in_(ids))
    rows = {row.id: row for row in db.session.scalars(found)} if ids else {}
    return Page([rows[entity_id] for entity_id in ids if entity_id in rows], total, number, size)


def _find_facets(project_id: int, list_name: str, asked: Mapping[str, str]) -> dict[str, ColumnElement[bool]]:
    """Give the conditions that the index of records can tell by itself: the others are asked of the records."""
    known = indexing.list_facets(project_id, list_name) if asked else ()
    told = {name: indexing.find_facet(name, value) for name, value in sorted(asked.items()) if name in known}
    return {name: condition for name, condition in told.items() if condition is not None}


def count_shown(project_id: int, list_name: str) -> int:
    """Count the records of a list that are shown, as its list does: as far as they have been taken in."""
    return db.session.scalar(select(func.count()).select_from(RecordIndex).where(*is_shown(project_id, list_name))) or 0


_SAME: Final = and_(RecordIndex.project_id == Entity.project_id, RecordIndex.entity_id == Entity.id)


def is_shown(project_id: int, list_name: str = "", *, all_through: bool = False) -> list[ColumnElement[bool]]:
    """Give the conditions under which a record is shown.

    :param all_through: the words of every record are looked into. SQLite is then kept from an index: through one it
        would fetch each row by itself, which takes five times as long as reading the table from end to end.
    """
    plain = all_through and db.engine.dialect.name == "sqlite"

    def column(name: str) -> Any:
        found = getattr(RecordIndex, name)
        return UnaryExpression(found, operator=_NO_INDEX, type_=found.type) if plain else found

    where = [column("project_id") == project_id, column("shown").is_(True)]
    return [*where, column("list") == list_name] if list_name else where


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
