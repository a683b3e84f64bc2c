"""Compare a record with all others of its list, by the keys kept in the database."""

from __future__ import annotations

from collections import Counter
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

    def find_all(self, people: Sequence[Person], most: int) -> list[list[tuple[str, Pair]]]:
        """Give, for people who have no record, the records each may be one with, by their ids.

        :param most: records that one is compared with: those that have most keys in common with her.
        """
        searched = [{self._hash(key) for key in searched_keys(one)} if one.known else set() for one in people]
        holders = self._find_holders(sorted(set().union(*searched)))
        near = [
            [entity_id for entity_id, _ in Counter(i for key in keys for i in holders.get(key, ())).most_common(most)]
            for keys in searched
        ]
        self._read(sorted({entity_id for ids in near for entity_id in ids} - self._people.keys()))
        self._count({self._hash(key) for one in people if one.known for key in name_keys(one)})
        found: list[list[tuple[str, Pair]]] = []
        for one, ids in zip(people, near, strict=True):
            shares = self._shares(one)
            pairs = [(i, compare(one, self._people[i], shares)) for i in ids if i in self._people]
            found.append([(entity_id, pair) for entity_id, pair in pairs if pair is not None])
        return found

    def _find_holders(self, keys: Sequence[int]) -> dict[int, list[str]]:
        holders: dict[int, list[str]] = {}
        for start in range(0, len(keys), AT_ONCE):
            rows = self._session.execute(
                select(LinkageKey.key, LinkageKey.entity_id).where(
                    LinkageKey.project_id == self._project_id, LinkageKey.key.in_(keys[start : start + AT_ONCE])
                )
            )
            for key, entity_id in rows:
                holders.setdefault(key, []).append(entity_id)
        return holders

    def shares_of(self, person: Person, more: Mapping[str, int], records: int) -> Commonness:
        """Say how common her names are.

        :param more: names of ``records`` others that are not in the register, counted.
        """
        counts = {key: self._counts.get(self._hash(key), 0) + more.get(key, 0) for key in name_keys(person)}
        return find_shares(counts, self.records + records)

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
        return self.shares_of(person, {}, 0)
