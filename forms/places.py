"""The blank form: which nodes its primary instance has, in what groups and repeats.

Follows https://getodk.github.io/xforms-spec/#primary-instance. A repeat stands there as a template and often as a first
pass too; the first of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms.controls import Body
from forms.instance import is_template
from forms.xmltree import Element, local_name

# What stands in `meta` and is no answer: who the instance is, and what OpenRosa lets phones add about themselves.
_NO_ANSWERS = frozenset({"instanceID", "instanceName", "deprecatedID", "userID", "deviceID", "timeStart", "timeEnd"})
_NO_ANSWERS |= {"entity", "email", "phoneNumber", "simSerial", "subscriberID", "username"}


@dataclass(slots=True)
class Place:
    """Where one node of the blank form stands. `kind`, `repeat` and `groups` are those of `forms.definition.Node`."""

    path: str
    element: Element
    kind: str
    repeat: str | None
    groups: tuple[str, ...]


def find_places(data: Element, body: Body) -> tuple[list[Place], list[Place]]:
    """Find the nodes of a blank form in document order, without its root, and apart from them its `<entity>` nodes."""
    places: list[Place] = []
    entities: list[Place] = []
    root = "/" + local_name(data)
    seen: set[str] = set()
    waiting = [Place(root, data, "group", None, ())]
    while waiting:
        place = waiting.pop()
        path, name, inside = place.path, local_name(place.element), place
        if path in seen:
            continue
        seen.add(path)
        if path.endswith("/meta/entity"):
            place.kind = "entity"
            entities.append(place)
            continue
        if path != root and not ("/meta/" in path and name in _NO_ANSWERS):
            place.kind = _find_kind(place, body)
            if not path.endswith("/meta"):
                places.append(place)
            if place.kind == "repeat":
                inside = Place(path, place.element, "", path, ())
            elif place.kind == "group":
                inside = Place(path, place.element, "", place.repeat, (*place.groups, name))
        waiting += [
            Place(f"{path}/{local_name(child)}", child, "", inside.repeat, inside.groups)
            for child in reversed(place.element)
            if local_name(child)
        ]
    return places, entities


def _find_kind(place: Place, body: Body) -> str:
    if place.path in body.repeats or is_template(place.element):
        return "repeat"
    return "group" if len(place.element) or place.path in body.groups else "question"
