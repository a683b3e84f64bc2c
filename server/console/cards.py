"""What is printed of a woman or given to her: the card with her QR code, her whole file."""

from __future__ import annotations

import segno
from flask import Response, request

from server.auth import actor, require
from server.console.pages import language, number, show, shown_project
from server.models import Entity
from server.services import dossiers, entities, requests
from server.services.exports import WOMEN
from server.services.labels import Labels
from server.services.search import search_entities

PREFIX = "hirfa:"
"""The phone's scanner knows a card by it; what follows is the record's id, which says nothing about her."""
SHEET = 8


def make_qr(entity: Entity) -> str:
    """Draw a record's code as a picture for a page."""
    # One pattern laid over all, which every reader reads: choosing the best of eight takes most of the time of a page.
    code = segno.make(f"{PREFIX}{entity.id}", error="m", mask=3)
    return code.svg_data_uri(
        scale=6, border=2, dark="#000000", light="#ffffff"
    )


@require("register.read")
def card(entity_id: str) -> str:
    """Show one woman's card, on A6 or several times on A4."""
    entity = entities.get_entity(shown_project(), entity_id)
    sheet = request.args.get("format") == "a4"
    return _show_cards([entity] * (SHEET if sheet else 1) if entity.erased_at is None else [], sheet=sheet)


@require("register.read")
def cards() -> str:
    """Show the cards of a page of the register, eight on a sheet."""
    page = search_entities(
        shown_project(), WOMEN, search=request.args.get("q", "")[:200], scope=request.args.get("commune", "")[:255],
        values={name: request.args.get(name, "")[:255] for name in ("metier", "etape", "association")},
        page=number("page"),
    )  # fmt: skip
    objecting = requests.find_objections(shown_project())
    return _show_cards([row for row in page.rows if row.id not in objecting], sheet=True)


def _show_cards(rows: list[Entity], *, sheet: bool) -> str:
    labels = Labels(shown_project(), language())
    return show("cards.html", rows=rows, qr={row.id: make_qr(row) for row in rows}, sheet=sheet, labels=labels)


@require("legal.manage")
def dossier(entity_id: str) -> Response:
    """Give all that is kept about a woman as one file; noted."""
    project_id = shown_project()
    labels = Labels(project_id, language())
    entity = entities.get_entity(project_id, entity_id)
    page = show(
        "dossier.html",
        entity=entity,
        properties=[p for p in labels.properties(entity.list).values() if entity.data.get(p.name)],
        history=entities.find_history(project_id, entity),
        labels=labels,
    )
    made = dossiers.build_dossier(project_id, entity_id, labels, page, actor())
    answer = Response(made.content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer
