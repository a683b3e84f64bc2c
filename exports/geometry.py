"""Positions as maps read them: GeoJSON (RFC 7946) and well-known text, from ODK's ``lat lon alt acc``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forms.values import GeoPoint, to_points, to_value

GEOMETRIES = ("geopoint", "geotrace", "geoshape")


def to_geojson(kind: str, text: str) -> dict[str, Any] | None:
    """Make a GeoJSON geometry, longitude first; None when the text is no position.

    As Central does, accuracies stand in ``properties`` (``accuracy``, ``accuracies``).
    """
    points = read_points(kind, text)
    if not points:
        return None
    coordinates = [_coordinates(point) for point in points]
    accuracies = [None if point.accuracy_m is None else float(point.accuracy_m) for point in points]
    if kind == "geopoint":
        made: dict[str, Any] = {"type": "Point", "coordinates": coordinates[0]}
        if accuracies[0] is not None:
            made["properties"] = {"accuracy": accuracies[0]}
        return made
    if kind == "geotrace":
        made = {"type": "LineString", "coordinates": coordinates}
    else:
        made = {"type": "Polygon", "coordinates": [coordinates]}
    if any(accuracy is not None for accuracy in accuracies):
        made["properties"] = {"accuracies": accuracies}
    return made


def to_wkt(kind: str, text: str) -> str | None:
    """Make well-known text; None when the text is no position."""
    points = read_points(kind, text)
    if not points:
        return None
    parts = [" ".join(str(number) for number in _coordinates(point)) for point in points]
    if kind == "geopoint":
        return f"POINT ({parts[0]})"
    joined = ",".join(parts)
    return f"LINESTRING ({joined})" if kind == "geotrace" else f"POLYGON (({joined}))"


def read_points(kind: str, text: str) -> Sequence[GeoPoint]:
    """Read the points of a position; () when it is none, or too short for what it should be."""
    if kind == "geopoint":
        point = to_value("geopoint", text)
        return (point,) if isinstance(point, GeoPoint) else ()
    points = to_points(text)
    return points if len(points) >= (2 if kind == "geotrace" else 4) else ()


def _coordinates(point: GeoPoint) -> list[float]:
    made = [float(point.longitude), float(point.latitude)]
    return made if point.altitude is None else [*made, float(point.altitude)]
