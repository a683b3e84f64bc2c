"""Compare a record with all others of its list, by the keys kept in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import Entity, LinkageKey, RecordIndex
from sync.linkage import Commonness, Pair, compare, find_shares, name_keys, searched_keys
from sync.people import Person, read_person

MARGIN: Final = 20
"""Tenths of a bit below the threshold down to which pairs are kept: a register that shrinks asks for less."""
MAX_CANDIDATES: Final = 2000
"""Records compared with one: a key that more share, such as a telephone typed for everybody, says nothing."""
AT_ONCE: Final = 400
Roles = Mapping[str, str]


class Linker:
    """Finds, for records of one list, those they could be one with."""

    def __init__(
        self, session: Session, project_id: int, list_name: str, roles: Roles, hash_key: Callable[[str], int]
    ) -> None:
        self._session = session
        self._project_id = project_id
        self._roles = roles
        self._hash = hash_key
        self._people: dict[str, Person] = {}
        self._counts: dict[int, int] = {}
        self.records: int = (
            session.scalar(
                select(func.count())
                .select_from(RecordIndex)
                .where(RecordIndex.project_id == project_id, RecordIndex.list == list_name, RecordIndex.shown)
            )
            or 0
        )

    def learn(self, rows: Iterable[Entity]) -> None:
        """Read people ahead, and how common their names are, a chunk at a time."""
        wanted: set[int] = set()
        for row in rows:
            person = self._people[row.id] = read_person(row.data, self._roles)
            wanted |= {self._hash(key) for key in name_keys(person)}
        self._count(wanted)

    def find(self, entity_id: str, data: Mapping[str, str], least: int) -> list[tuple[str, Pair]]:
        """Give the records worth at least so much with one, by their ids."""
        person = self._people.get(entity_id) or read_person(data, self._roles)
        if not person.known:
            return []
        others = self._candidates(person)
        others.pop(entity_id, None)
        self._count({self._hash(key) for key in name_keys(person)})
        shares = self._shares(person)  # where names agree they have a key in common, so hers are enough
        found = []
        for other_id, other in others.items():
            pair = compare(person, other, shares)
            if pair is not None and pair.score >= least:
                found.append((other_id, pair))
        return found

    def _candidates(self, person: Person) -> dict[str, Person]:
        keys = sorted({self._hash(key) for key in searched_keys(person)})
        ids = set(
            self._session.scalars(
                select(LinkageKey.entity_id)
                .where(LinkageKey.project_id == self._project_id, LinkageKey.key.in_(keys))
                .limit(MAX_CANDIDATES)
            )
        )
        self._read(sorted(ids - self._people.keys()))
        return {entity_id: self._people[entity_id] for entity_id in ids if entity_id in self._people}

    def _read(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), AT_ONCE):
            rows = self._session.execute(
                select(Entity.id, Entity.data).where(
                    Entity.project_id == self._project_id, Entity.id.in_(ids[start : start + AT_ONCE])
                )
            )
            for entity_id, data in rows:
                self._people[entity_id] = read_person(data, self._roles)

    def _count(self, keys: set[int]) -> None:
        new = sorted(keys - self._counts.keys())
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            rows = self._session.execute(
                select(LinkageKey.key, func.count())
                .where(LinkageKey.project_id == self._project_id, LinkageKey.key.in_(some))
                .group_by(LinkageKey.key)
            )
            self._counts |= dict.fromkeys(some, 0) | {key: count for key, count in rows}  # noqa: C416

    def _shares(self, person: Person) -> Commonness:
        return find_shares({key: self._counts.get(self._hash(key), 0) for key in name_keys(person)}, self.records)
