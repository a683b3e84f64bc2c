"""The programme at a glance: the way from registration to a followed enterprise, with plots and a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from exports.glance import GROUPS, STAGES
from server.auth import actor, require
from server.console.pages import language, show, shown_project, text
from server.models import Place
from server.services import feed, glance
from server.services.exports import WOMEN
from server.services.glance import Counted
from server.services.labels import Labels

MAP_WIDTH: Final = 720
MAP_MARGIN: Final = 60
SMALLEST, LARGEST = 5, 34
"""Radius of a circle on the map, in its own units."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is about, and the women of each stage."""

    code: str
    name: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """One commune on the map."""

    code: str
    name: str
    x: float
    y: float
    radius: float
    count: int


@require("desk.read")
def programme_glance() -> str:
    counted = glance.read_glance(shown_project(), actor())
    if counted is None:
        return show("programme.html", counted=None, figures=None)
    places = feed.list_places(shown_project(), actor())
    figures = counted.figures
    spots, height = place_spots(
        glance.list_spots(shown_project()), {c: f["registered"] for c, f in figures["by_commune"].items()}
    )
    return show(
        "programme.html",
        counted=counted,
        figures=figures,
        stages=STAGES,
        tables=_list_tables(counted, places),
        spots=spots,
        map_width=MAP_WIDTH,
        map_height=height,
    )


@require("desk.read")
def count_programme() -> Response:
    glance.count_programme(shown_project(), actor())
    return redirect(url_for("console.programme_glance"), 303)


def _list_tables(counted: Counted, places: list[dict[str, Any]]) -> dict[str, list[Row]]:
    labels = Labels(shown_project(), language())
    reader = "ar" if language() == "ar" else "fr"
    communes = {place["value"]: place["labels"][reader] or place["value"] for place in places}
    tables: dict[str, list[Row]] = {}
    for group, property_ in GROUPS.items():
        rows = []
        for code, counts in counted.figures[f"by_{group}"].items():
            name = communes.get(code) if group == "commune" else None
            name = name or labels.value(WOMEN, property_, code) or text("glance.unknown")
            rows.append(Row(code, name, counts))
        tables[group] = sorted(rows, key=lambda row: (-row.counts["registered"], row.name))
    tables["month"] = [Row(month, month, counts) for month, counts in counted.figures["by_month"].items()]
    return tables


def place_spots(places: list[Place], counts: dict[str, int]) -> tuple[list[Spot], int]:
    """Place the communes on a plane map, north up; return them with the height of the map.

    At this latitude a degree of longitude is as long as 0.81 degrees of latitude; over one wilaya that is exact enough.
    """
    known = [(place, place.lng, place.lat) for place in places if place.lng is not None and place.lat is not None]
    if not known:
        return [], 0
    west, east = min(lng for _, lng, _ in known), max(lng for _, lng, _ in known)
    south, north = min(lat for _, _, lat in known), max(lat for _, _, lat in known)
    scale = (MAP_WIDTH - 2 * MAP_MARGIN) / max((east - west) * 0.81, 1e-6)
    most = max((counts.get(place.code, 0) for place, _, _ in known), default=0)
    spots = []
    for place, lng, lat in known:
        count = counts.get(place.code, 0)
        radius = SMALLEST + (LARGEST - SMALLEST) * (count / most) ** 0.5 if most and count else SMALLEST - 2
        spots.append(
            Spot(
                place.code,
                (place.name_ar if language() == "ar" else place.name_fr) or place.code,
                round(MAP_MARGIN + (lng - west) * 0.81 * scale, 1),
                round(MAP_MARGIN + (north - lat) * scale, 1),
                round(radius, 1),
                count,
            )
        )
    spots.sort(key=lambda spot: -spot.radius)  # small ones are drawn over large ones
    return spots, round((north - south) * scale + 2 * MAP_MARGIN)
