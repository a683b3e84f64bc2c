"""Whose rows stand in a grid of the desk: one form for many women at once, each row a submission of its own.

The grid itself is filled in the browser by the form engine that fills a form at the desk (``device/src/desk``), and
each row is sent as a form of its own (``services.desk_forms.submit``): nothing is decided here but who is listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from forms.definition import FormDefinition
from server.database import db
from server.errors import Problem
from server.models import Entity, EntityActionRow
from server.services import certificates
from server.services.desk_forms import Row, find_subject, list_columns, to_row
from server.services.search import search_entities
from sync.actions import LABEL

MAX_ROWS: Final = 100
"""Women in one grid: as many as an officer still oversees; each has a form open in her browser."""
ROWS, TICKS = "rows", "ticks"


@dataclass(frozen=True, slots=True)
class GridRow:
    """A woman of the grid, and when this form was last filled about her."""

    row: Row
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The women of a grid."""

    rows: Sequence[GridRow]
    total: int
    """Of those that were asked for, more than the rows when the grid does not hold all."""
    unknown_session: bool = False


def find_grid(definition: FormDefinition) -> tuple[str, str] | None:
    """Say how a form is filled for many at once, and of which list: a submission each (``rows``), or one submission
    that picks those it is about (``ticks``); None for a form that is about nobody who is known."""
    subject = find_subject(definition)
    if subject is not None:
        return ROWS, subject.list
    if definition.entities:
        return None
    for node in definition.nodes:
        if node.type == "select_multiple" and node.repeat is None and node.choice_list in definition.lists:
            return TICKS, node.choice_list or ""
    return None


def choose_rows(
    project_id: int,
    list_name: str,
    form_id: str,
    *,
    search: str = "",
    scope: str = "",
    values: Mapping[str, str] | None = None,
    session: str = "",
    also: Sequence[str] = (),
) -> Chosen:
    """List the women of a grid by what they have in common.

    :param session: code of an exam or training; those who took part.
    :param also: ids that are in it whatever else was asked: rows begun before.
    """
    wanted, unknown = list(dict.fromkeys(also))[:MAX_ROWS], False
    narrowed = bool(search or scope or any((values or {}).values()))
    total = 0
    if session:
        ids = _find_session(project_id, session)
        unknown, total = ids is None, len(ids or ())
        wanted += ids or []
    elif narrowed:
        page = search_entities(project_id, list_name, search=search, scope=scope, values=values, size=MAX_ROWS)
        total = page.total
        wanted += [entity.id for entity in page.rows]
    wanted = list(dict.fromkeys(wanted))[:MAX_ROWS]
    found = {
        entity.id: entity
        for entity in db.session.scalars(
            select(Entity).where(
                Entity.project_id == project_id,
                Entity.id.in_(wanted),
                Entity.list == list_name,
                Entity.deleted.is_(False),
                Entity.merged_into.is_(None),
                Entity.erased_at.is_(None),
            )
        )
    }
    last = _find_last(project_id, form_id, list(found))
    columns = list_columns(project_id, list_name)
    rows = [
        GridRow(
            Row(e.id, e.list, e.data.get(LABEL, "") or e.id, to_row(e.id, e.version, e.data), columns), last.get(e.id)
        )
        for e in (found[each] for each in wanted if each in found)
    ]
    return Chosen(rows, total, unknown)


def _find_session(project_id: int, code: str) -> list[str] | None:
    found: dict[str, str] = {}
    for kind in certificates.KINDS:
        try:
            candidates = certificates.list_candidates(project_id, kind, code)
        except Problem:
            continue
        found |= {each.entity_id: each.label.casefold() for each in candidates}
    return sorted(found, key=lambda each: (found[each], each)) if found else None


def _find_last(project_id: int, form_id: str, entity_ids: Sequence[str]) -> dict[str, datetime]:
    found = db.session.execute(
        select(EntityActionRow.entity_id, func.max(EntityActionRow.at).label("at"))
        .where(
            EntityActionRow.project_id == project_id,
            EntityActionRow.entity_id.in_(entity_ids),
            EntityActionRow.form_id == form_id,
        )
        .group_by(EntityActionRow.entity_id)
    )
    return {row.entity_id: row.at for row in found}
