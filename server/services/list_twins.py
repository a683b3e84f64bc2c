"""Who of the register, or of the same list, a woman on a list may already be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from server.database import db
from server.models import Entity
from server.services import indexing
from server.services.linking import Linker
from sync.linkage import Pair, compare, find_band, name_keys, searched_keys, stored_keys
from sync.people import Person, read_person

SHOWN = 3
MOST = 400
"""Records that one new woman is compared with."""
CATCH_UP_S = 60.0
"""The keys of all records are needed; only after thousands came at once does this take more than a moment."""
AT_ONCE = 900


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
    roles = indexing.roles_of(project_id, list_name) if rows else {}
    if not roles:
        return [() for _ in rows]
    indexing.catch_up(project_id, stages=("index",), seconds=CATCH_UP_S)
    people = [read_person(values, roles) for _, values in rows]
    linker = Linker(db.session(), project_id, list_name, roles, indexing.hash_key)
    of_register = linker.find_all(people, MOST)
    labels = _read_labels(project_id, list_name, [entity_id for found in of_register for entity_id, _ in found])
    earlier = _Earlier(linker)
    made = []
    for (where, _), person, found in zip(rows, people, of_register, strict=True):
        twins = [(pair, entity_id, labels[entity_id]) for entity_id, pair in found if entity_id in labels]
        twins += [(pair, "", label) for label, pair in earlier.find(person)]
        twins.sort(key=lambda each: -each[0].score)
        records = linker.records + earlier.count
        banded = ((find_band(pair.score, records), pair, entity_id, label) for pair, entity_id, label in twins)
        made.append(tuple(Twin(id_, label, band, pair.reasons) for band, pair, id_, label in banded if band)[:SHOWN])
        earlier.add(where, person)
    return made


def _read_labels(project_id: int, list_name: str, ids: Sequence[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), AT_ONCE):
        rows = db.session.execute(
            select(Entity.id, Entity.data["label"].as_string()).where(
                Entity.project_id == project_id,
                Entity.list == list_name,
                Entity.id.in_(wanted[start : start + AT_ONCE]),
                Entity.deleted.is_(False),
                Entity.merged_into.is_(None),
                Entity.erased_at.is_(None),
            )
        )
        labels.update({entity_id: label or entity_id for entity_id, label in rows})
    return labels


class _Earlier:
    """The rows of the list that were passed."""

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._people: list[tuple[str, Person]] = []
        self._index: dict[str, list[int]] = {}
        self._names: Counter[str] = Counter()

    @property
    def count(self) -> int:
        return len(self._people)

    def add(self, where: str, person: Person) -> None:
        if not person.known:
            return
        for key in stored_keys(person):
            self._index.setdefault(key, []).append(len(self._people))
        self._names.update(name_keys(person))
        self._people.append((where, person))

    def find(self, person: Person) -> list[tuple[str, Pair]]:
        if not person.known:
            return []
        near = Counter(number for key in searched_keys(person) for number in self._index.get(key, ()))
        if not near:
            return []
        shares = self._linker.shares_of(person, self._names, self.count)
        others = [self._people[number] for number, _ in near.most_common(MOST)]
        found = [(where, compare(person, other, shares)) for where, other in others]
        return [(where, pair) for where, pair in found if pair is not None]
