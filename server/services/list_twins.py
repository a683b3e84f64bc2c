"""Who of the register, or of the same list, a woman on a list may already be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from server.database import db
from server.models import Entity, ListProperty
from sync.linkage import compare, find_band, find_shares, name_keys, searched_keys, stored_keys
from sync.people import Person, find_roles, read_person

SHOWN = 3
MOST = 400
"""Records that one new woman is compared with."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A record, or an earlier row of the list, that may be the same woman."""

    entity_id: str
    """"" for a row of the list."""
    label: str
    band: str
    """``sure`` or ``likely``."""
    reasons: tuple[str, ...]


def find_twins(
    project_id: int, list_name: str, rows: Sequence[tuple[str, Mapping[str, str]]]
) -> list[tuple[Twin, ...]]:
    """Find, for each row, the records and the earlier rows it may be one with, likeliest first.

    :param rows: where a row stands, and its values.
    """
    if not rows:
        return []
    properties = db.session.execute(
        select(ListProperty.name, ListProperty.role).where(
            ListProperty.project_id == project_id, ListProperty.list == list_name
        )
    ).all()
    roles = find_roles([(name, role) for name, role in properties])
    if not roles:
        return [() for _ in rows]
    found = db.session.execute(
        select(Entity.id, Entity.data).where(
            Entity.project_id == project_id,
            Entity.list == list_name,
            Entity.deleted.is_(False),
            Entity.merged_into.is_(None),
            Entity.erased_at.is_(None),
        )
    ).all()
    people: list[tuple[str, str, Person]] = []
    index: dict[str, list[int]] = {}
    counts: Counter[str] = Counter()

    def add(entity_id: str, label: str, person: Person) -> None:
        for key in stored_keys(person):
            index.setdefault(key, []).append(len(people))
        counts.update(name_keys(person))
        people.append((entity_id, label, person))

    for entity_id, data in found:
        person = read_person(data, roles)
        if person.known:
            add(entity_id, str(data.get("label", entity_id)), person)
    shares = find_shares(counts, len(people))
    made = []
    for where, values in rows:
        person = read_person(values, roles)
        near = Counter(number for key in searched_keys(person) for number in index.get(key, ())) if person.known else {}
        pairs = []
        for number, _ in Counter(near).most_common(MOST):
            entity_id, label, other = people[number]
            pair = compare(person, other, shares)
            band = find_band(pair.score, len(people)) if pair else ""
            if pair and band:
                pairs.append((pair.score, Twin(entity_id, label, band, pair.reasons)))
        pairs.sort(key=lambda each: -each[0])
        made.append(tuple(twin for _, twin in pairs[:SHOWN]))
        if person.known:
            add("", where, person)
    return made
