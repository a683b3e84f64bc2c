"""Keep what the register is searched by in step with it: words, linkage keys and likely pairs.

None of it happens while a phone pushes: each change of a record gives it a new counter, and whoever reads next takes in
what has a higher counter than the last one taken in. Counters are given in the order of commits, so nothing is missed;
each chunk moves the mark in the transaction that writes it, so whatever ends in the middle is taken up again.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from server.database import db, retried, transaction
from server.models import Entity, EntityList, IndexProgress, LinkageKey, LinkagePair, ListProperty, RecordIndex
from server.services.guardians import ask_guardians, is_minor
from server.services.linking import MARGIN, Linker, Roles
from sync.linkage import find_threshold, name_keys, stored_keys
from sync.names import fold_name
from sync.people import find_roles, read_person

RULES: Final = "2"
"""To be raised when words, keys or weights are made by other rules: all lists are then taken in again."""
CHUNK: Final = {"index": 400, "pairs": 50}
FIRST: Final = {"index": 100, "pairs": 5}
"""Records of the first chunk while somebody waits for a page: how long one takes is not known before."""
PATIENT: Final = 5.0
"""Seconds from which on nobody waits for a page."""
MAX_WORDS: Final = 60
ASSOCIATION: Final = "association"
"""The property that names an association by its code."""
PLAIN_TYPES: Final = frozenset({"text", "integer", "barcode", "calculate", "hidden", ""})
"""Properties whose values are searched; a choice is kept by a name that nobody types."""
FACET_TYPES: Final = frozenset({"select_one", "calculate", "hidden"})
"""Properties by whose whole value a list is narrowed."""
FACET_CHARS: Final = 64
BETWEEN: Final = "\x1f"
"""Stands before and after each facet; no value has it."""
_WORD = re.compile(r"\w+")


def fold_words(text: str) -> list[str]:
    """Give the words of a text as they are searched: without accents, case, and the ways to write one Arabic letter."""
    from server.services.entities import fold_text

    return _WORD.findall(fold_text(text))


def sounds_of(text: str) -> list[str]:
    """Give the consonants of each word of a text, the same for both scripts; of words that have two of them.

    What has a digit is a number or an id: it is looked for as it is written.
    """
    names = (fold_name(word) for word in _WORD.findall(text) if not any(sign.isdigit() for sign in word))
    return [name.key for name in names if name is not None and len(name.key) > 1]


@dataclass(frozen=True, slots=True)
class _Rules:
    """By what the records of one list are taken in."""

    roles: Roles
    plain: tuple[str, ...]
    facets: tuple[str, ...]
    basis: Mapping[str, str]
    """Of each stage."""


def catch_up(project_id: int, *, stages: Sequence[str] = ("index", "pairs"), seconds: float = 1.0) -> int:
    """Take in what changed since the last time; return how many records still wait.

    :param seconds: no further chunk is begun after so many; one of each list and stage always is.
    """
    end = time.monotonic() + seconds
    waiting = 0
    for stage, list_name, rules in _plan(project_id, stages):
        size = CHUNK[stage] if seconds > PATIENT else FIRST[stage]
        while left := _count_waiting(project_id, list_name, stage, rules):
            begun = time.monotonic()
            _take_chunk(project_id, list_name, stage, size)
            now = time.monotonic()
            if now > end:
                waiting += max(left - size, 0)
                break
            # as many as the time that is left allows: records that all look alike take long, each
            size = max(1, min(CHUNK[stage], int(size * (end - now) / max(now - begun, 0.001))))
    return waiting


def reindex(project_id: int) -> None:
    """Forget what was taken in; officers' decisions stay."""
    _forget_progress(project_id)


@retried
def _forget_progress(project_id: int) -> None:
    with transaction() as session:
        session.execute(delete(IndexProgress).where(IndexProgress.project_id == project_id))


def forget_records(session: Session, project_id: int, entity_ids: Iterable[str]) -> None:
    """Take out all that was derived from some records, decisions included: their data are erased."""
    ids = list(entity_ids)
    session.execute(delete(RecordIndex).where(RecordIndex.project_id == project_id, RecordIndex.entity_id.in_(ids)))
    session.execute(delete(LinkageKey).where(LinkageKey.project_id == project_id, LinkageKey.entity_id.in_(ids)))
    session.execute(
        delete(LinkagePair).where(
            LinkagePair.project_id == project_id, LinkagePair.left_id.in_(ids) | LinkagePair.right_id.in_(ids)
        )
    )


def roles_of(project_id: int, list_name: str) -> Roles:
    """Say which property of a list tells what of a person; {} when it is no list of people."""
    return _read_rules(project_id)[list_name].roles


def _read_rules(project_id: int) -> dict[str, _Rules]:
    rows = db.session.execute(
        select(EntityList.name, ListProperty.name, ListProperty.role, ListProperty.type)
        .outerjoin(
            ListProperty, (ListProperty.project_id == EntityList.project_id) & (ListProperty.list == EntityList.name)
        )
        .where(EntityList.project_id == project_id)
        .order_by(EntityList.name, ListProperty.position, ListProperty.name)
    )
    properties: dict[str, list[tuple[str, str, str]]] = {}
    for list_name, name, role, type_ in rows:
        properties.setdefault(list_name, []).extend([(name, role, type_)] if name is not None else [])
    return {list_name: _to_rules(found) for list_name, found in properties.items()}


def _to_rules(properties: Sequence[tuple[str, str, str]]) -> _Rules:
    roles = find_roles((name, role) for name, role, _ in properties)
    plain = ("label", *(name for name, _, type_ in properties if type_ in PLAIN_TYPES))
    facets = tuple(sorted(name for name, _, type_ in properties if type_ in FACET_TYPES))
    said = (RULES, *(f"{name}={role}" for name, role in sorted(roles.items())))
    # who may be one person follows from the roles alone: a property more must not have all records compared again
    basis = {
        stage: hashlib.sha256("\n".join((*said, *more)).encode()).hexdigest()
        for stage, more in (("index", ("", *sorted(plain), "", *facets, "", "minors")), ("pairs", ()))
    }
    return _Rules(roles, plain, facets, basis)


def find_facet(name: str, value: str) -> ColumnElement[bool] | None:
    """Tell whether a record that was taken in shows a value of one of its facets; None where the value is long."""
    if len(value) > FACET_CHARS or BETWEEN in value:
        return None
    return RecordIndex.facets.contains(f"{BETWEEN}{name}={value}{BETWEEN}", autoescape=True)


def list_facets(project_id: int, list_name: str) -> tuple[str, ...]:
    """Name the properties of a list whose values are kept beside its words."""
    rules = _read_rules(project_id).get(list_name)
    return rules.facets if rules else ()


def _facets(data: Mapping[str, str], names: Iterable[str]) -> str:
    shown = [(name, str(data.get(name) or "")) for name in names]
    kept = [f"{name}={value}" for name, value in shown if value and len(value) <= FACET_CHARS and BETWEEN not in value]
    return BETWEEN.join(("", *kept, "")) if kept else ""


def _plan(project_id: int, stages: Sequence[str]) -> list[tuple[str, str, _Rules]]:
    rules = _read_rules(project_id)
    return [(s, name, rules[name]) for s in stages for name in rules if s == "index" or rules[name].roles]


def _count_waiting(project_id: int, list_name: str, stage: str, rules: _Rules) -> int:
    """Count what waits, up to a hundred thousand."""
    mark = select(IndexProgress.counter).where(
        IndexProgress.project_id == project_id,
        IndexProgress.list == list_name,
        IndexProgress.stage == stage,
        IndexProgress.basis == rules.basis[stage],
    )
    changed = (
        select(Entity.id)
        .where(
            Entity.project_id == project_id,
            Entity.list == list_name,
            Entity.counter > func.coalesce(mark.scalar_subquery(), -1),
        )
        .limit(100_000)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(changed)) or 0


@retried
def _take_chunk(project_id: int, list_name: str, stage: str, size: int) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        # locked, so that of two readers one takes a chunk in and the other finds it done
        found = session.get(IndexProgress, (project_id, list_name, stage), with_for_update={"key_share": True})
        if found is None:
            found = IndexProgress(project_id=project_id, list=list_name, stage=stage, counter=-1, basis="")
            session.add(found)
        rules = _read_rules(project_id)[list_name]
        if found.basis != rules.basis[stage]:
            found.basis, found.counter = rules.basis[stage], -1
        rows = session.scalars(
            select(Entity)
            .where(Entity.project_id == project_id, Entity.list == list_name, Entity.counter > found.counter)
            .order_by(Entity.counter, Entity.id)
            .limit(size)
        ).all()
        if not rows:
            return
        if stage == "index":
            _index(session, project_id, list_name, rows, rules, now)
        else:
            _pair(session, project_id, list_name, rows, rules.roles, now)
        found.counter = rows[-1].counter


def is_shown(entity: Entity) -> bool:
    return not entity.deleted and entity.merged_into is None and entity.erased_at is None


@lru_cache(maxsize=65536)
def hash_key(key: str) -> int:
    """Hash a linkage key into what a whole number of the database holds; two that meet by chance are only compared."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def _index(
    session: Session, project_id: int, list_name: str, rows: Sequence[Entity], rules: _Rules, now: datetime
) -> None:
    ids = [row.id for row in rows]
    session.execute(delete(RecordIndex).where(RecordIndex.project_id == project_id, RecordIndex.entity_id.in_(ids)))
    session.execute(delete(LinkageKey).where(LinkageKey.project_id == project_id, LinkageKey.entity_id.in_(ids)))
    scope = session.get_one(EntityList, (project_id, list_name)).scope_property
    records, keys, minors = [], [], []
    for row in rows:
        if row.erased_at is not None:
            continue
        shown = is_shown(row)
        records.append({
            "project_id": project_id, "entity_id": row.id, "list": list_name, "shown": shown,
            "scope": str(row.data.get(scope, ""))[:255],
            "association": str(row.data.get(ASSOCIATION, ""))[:255],
            "sort": " ".join(fold_words(str(row.data.get("label", ""))))[:255],
            "words": _words(row.data, rules.plain),
            "facets": _facets(row.data, rules.facets),
        })  # fmt: skip
        if shown and rules.roles:
            person = read_person(row.data, rules.roles)
            if is_minor(person, row.created_at):
                minors.append(row.id)
            if person.known:
                hashed = {hash_key(key) for key in (*stored_keys(person), *name_keys(person))}
                keys += [{"project_id": project_id, "key": key, "entity_id": row.id} for key in hashed]
    if records:
        session.execute(insert(RecordIndex), records)
    if keys:
        session.execute(insert(LinkageKey), keys)
    ask_guardians(session, project_id, minors, now)


def _words(data: Mapping[str, str], names: Iterable[str]) -> str:
    texts = [str(data.get(name) or "") for name in names]
    text = "\n".join(t for t in texts if t)[:4000]
    words = dict.fromkeys(fold_words(text)[:MAX_WORDS])
    sounds = dict.fromkeys(sounds_of(text)[:MAX_WORDS])
    return "".join((*(f" {word}" for word in words), *(f" ~{sound}" for sound in sounds), " "))


def _pair(
    session: Session, project_id: int, list_name: str, rows: Sequence[Entity], roles: Roles, now: datetime
) -> None:
    ids = [row.id for row in rows]
    mine = LinkagePair.left_id.in_(ids) | LinkagePair.right_id.in_(ids)
    kept = {
        (pair.left_id, pair.right_id): pair
        for pair in session.scalars(select(LinkagePair).where(LinkagePair.project_id == project_id, mine))
        if pair.decision
    }
    session.execute(delete(LinkagePair).where(LinkagePair.project_id == project_id, mine, LinkagePair.decision == ""))
    linker = Linker(session, project_id, list_name, roles, hash_key)
    linker.learn(rows)
    least = find_threshold(linker.records) - MARGIN
    added: dict[tuple[str, str], dict[str, object]] = {}
    for row in rows:
        if not is_shown(row):
            continue
        for other_id, pair in linker.find(row.id, row.data, least):
            left, right = sorted((row.id, other_id))
            if (left, right) in kept:
                kept[left, right].score, kept[left, right].reasons = pair.score, list(pair.reasons)
                continue
            added[left, right] = {
                "project_id": project_id, "left_id": left, "right_id": right, "list": list_name, "score": pair.score,
                "reasons": list(pair.reasons), "decision": "", "decided_by": "", "decided_at": None, "found_at": now,
            }  # fmt: skip
    if added:
        session.execute(insert(LinkagePair), list(added.values()))
