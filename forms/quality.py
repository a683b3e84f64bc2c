"""What a filled form tells of how it was filled: how long it took, where, and whether it repeats another.

Signs for a person to look at, never a verdict: a short visit, a far position or equal answers can each be right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forms.definition import FormDefinition
from forms.instance import Instance, find_rows
from forms.steps import FILE_TYPES
from forms.values import GeoPoint, to_value

_UNCOMPARED = frozenset({"geopoint", "geotrace", "geoshape", "barcode", "note"}) | FILE_TYPES
MIN_COMPARED = 8
"""Answers that two forms must have for their likeness to mean anything."""
EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Signs:
    """What one filled form tells of its filling."""

    duration_s: float | None
    """Between its ``start`` and ``end``; None where it has not both or they are the wrong way round."""
    points: tuple[tuple[float, float], ...]
    """Latitude and longitude of its positions, degrees."""
    answers: Mapping[str, int]
    """A mark of each answer that a person typed or picked, by its place; what was prefilled is left out."""


def read_signs(definition: FormDefinition, instance: Instance) -> Signs:
    """Read the signs of one filled form.

    :raises InstanceError: when it is of another form.
    """
    times: dict[str, datetime] = {}
    points: list[tuple[float, float]] = []
    answers: dict[str, int] = {}
    for row in find_rows(definition, instance):
        place = row.key.partition("/")[2]
        for path, text in row.values.items():
            node = definition.node(path)
            text = text.strip()
            if node is None or not text:
                continue
            if node.type in ("start", "end"):
                value = to_value("dateTime", text)
                if isinstance(value, datetime) and value.tzinfo is not None:
                    times.setdefault(node.type, value)
            elif node.type == "geopoint":
                point = to_value("geopoint", text)
                if isinstance(point, GeoPoint):
                    points.append((float(point.latitude), float(point.longitude)))
            elif node.answerable and not node.prefilled and node.type not in _UNCOMPARED:
                answers[f"{place} {path}"] = hash(text)
    took = (times["end"] - times["start"]).total_seconds() if len(times) == 2 else None
    return Signs(took if took is not None and took >= 0 else None, tuple(points), answers)


def find_likeness(one: Signs, other: Signs) -> float | None:
    """Return the share (0–1) of answers that two filled forms have in common; None where there is too little to say."""
    places = set(one.answers) | set(other.answers)
    if len(places) < MIN_COMPARED:
        return None
    return sum(one.answers.get(place) == other.answers.get(place) for place in places) / len(places)


def find_distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance between two positions (latitude, longitude in degrees) along the earth's surface."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
