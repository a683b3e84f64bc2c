"""The associations: records of an entity list, added and renamed here; and what a user of one may see of her women."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Entity, RecordIndex, User
from server.services import audits, indexing
from server.services.entities import PAGE, Page, find_page
from server.services.feed import find_visibility
from server.services.history import new_action
from server.services.register import Register
from server.services.requests import find_withheld
from server.services.search import SECONDS, have_words
from sync.actions import LABEL
from sync.protocol import to_visible

LIST = "associations"
WOMEN = "artisanes"
PROPERTY = indexing.ASSOCIATION
"""Of a woman's record: the code of hers."""
OFFERED = 50
"""Associations offered at once to pick from; the others are found by their words."""


@dataclass(frozen=True, slots=True)
class Association:
    id: str
    code: str
    name_fr: str
    name_ar: str
    version: int
    retired: bool
    women: int


def list_associations(project_id: int, *, words: str = "", page: int = 1) -> Page:
    """List a page of the associations by code, retired ones last, with how many women name each.

    :param words: only those whose name or code has them, in either script.
    """
    indexing.catch_up(project_id, stages=("index",), seconds=SECONDS)
    where = _listed(project_id, words)
    total = db.session.scalar(select(func.count()).select_from(Entity).where(*where)) or 0
    number = find_page(page, total, PAGE)
    wanted = select(Entity).where(*where).order_by(Entity.deleted, _code, Entity.id)
    rows = db.session.scalars(wanted.limit(PAGE).offset((number - 1) * PAGE)).all()
    counts = _count_women(project_id, [_code_of(row) for row in rows])
    return Page([_read(row, counts) for row in rows], total, number, PAGE)


_code = Entity.data["code"].as_string()


def _listed(project_id: int, words: str) -> list[ColumnElement[bool]]:
    where = [Entity.project_id == project_id, Entity.list == LIST, Entity.merged_into.is_(None)]
    if found := have_words(words):
        named = (RecordIndex.project_id == project_id, RecordIndex.list == LIST, *found)
        where.append(Entity.id.in_(select(RecordIndex.entity_id).where(*named)))
    return where


def _count_women(project_id: int, codes: Sequence[str]) -> dict[str, int]:
    """Count the women who name each of some associations, from an index of nothing else."""
    rows = db.session.execute(
        select(RecordIndex.association, func.count())
        .where(
            RecordIndex.project_id == project_id,
            RecordIndex.list == WOMEN,
            RecordIndex.shown.is_(True),
            RecordIndex.association.in_({code for code in codes if code}),
        )
        .group_by(RecordIndex.association)
    )
    return {code: count for code, count in rows.all()}  # noqa: C416


@dataclass(frozen=True, slots=True)
class Offer:
    """Associations to pick from: those that are picked, and as many others as a page holds."""

    rows: list[Association]
    words: str
    """What they were looked for by."""
    more: bool
    """There are others, to be found by their words."""


def offer_associations(project_id: int, *, words: str = "", picked: Collection[str] = ()) -> Offer:
    """Offer associations that are not retired, by code; those that are picked come first, whatever they are."""
    if words:
        indexing.catch_up(project_id, stages=("index",), seconds=SECONDS)
    first = select(Entity).where(*_listed(project_id, ""), _code.in_(picked)).order_by(_code, Entity.id)
    kept = db.session.scalars(first.limit(len(picked))).all() if picked else []
    wanted = select(Entity).where(*_listed(project_id, words), Entity.deleted.is_(False)).order_by(_code, Entity.id)
    found = db.session.scalars(wanted.limit(OFFERED + 1)).all()
    rows = {row.id: _read(row, {}) for row in (*kept, *found[:OFFERED])}
    return Offer(list(rows.values()), words, len(found) > OFFERED)


def find_association(project_id: int, code: str) -> Association | None:
    found = db.session.scalar(
        select(Entity).where(Entity.project_id == project_id, Entity.list == LIST, _code == code).limit(1)
    )
    return _read(found, {}) if found is not None else None


def _present() -> tuple[ColumnElement[bool], ...]:
    return (Entity.deleted.is_(False), Entity.merged_into.is_(None), Entity.erased_at.is_(None))


def _code_of(row: Entity) -> str:
    return str(row.data.get("code", ""))


def _read(row: Entity, counts: Mapping[str, int]) -> Association:
    label = str(row.data.get(LABEL, ""))
    left, _, right = label.partition(" – ")
    code = _code_of(row)
    name_fr, name_ar = str(row.data.get("nom_fr") or left), str(row.data.get("nom_ar") or right)
    return Association(row.id, code, name_fr, name_ar, row.version, row.deleted, counts.get(code, 0))


@retried
def save_association(
    project_id: int, name_fr: str, name_ar: str, actor: Actor, *, entity_id: str = "", seen_version: int = 0
) -> str:
    """Add an association, or rename one; return its record's id.

    :param entity_id: of the one that is renamed, with the version that was looked at.
    :raises Problem: 400.2 without a name; 404.1; 409.51 when it changed meanwhile.
    """
    name_fr, name_ar = " ".join(name_fr.split())[:200], " ".join(name_ar.split())[:200]
    if not name_fr and not name_ar:
        raise Problem("400.2", field="name")
    saved = {LABEL: " – ".join(filter(None, (name_fr, name_ar))), "nom_fr": name_fr, "nom_ar": name_ar}
    now = datetime.now(UTC)
    with transaction() as session:
        register = Register(session, project_id, now)
        register.declare(LIST, {"code", *saved} - {LABEL})
        kind = "update" if entity_id else "create"
        if entity_id:
            register.lock([entity_id])
            known = register.entity(entity_id)
            if known is None or known.list != LIST:
                raise Problem("404.1")
            if known.version != seen_version:
                raise Problem("409.51")
        else:
            register.lock([])
            codes = session.scalars(
                select(Entity.data["code"].as_string()).where(Entity.project_id == project_id, Entity.list == LIST)
            )
            numbers = [int(tail) for code in codes if (tail := str(code or "").rpartition("_")[2]).isdigit()]
            entity_id, saved = str(uuid4()), {**saved, "code": f"asso_{max(numbers, default=0) + 1:02d}"}
        action = new_action(
            action_id=str(uuid4()),
            entity_id=entity_id,
            list_name=LIST,
            kind=kind,
            saved=saved,
            author=actor.label,
            at=now,
            base=seen_version or None,
        )
        register.apply(action, None)
        audits.note(session, project_id, actor, f"association.{kind}", entity_id, now)
        return entity_id


# What a user of an association sees.


def find_own(user_id: int) -> str:
    """Return the code of the association that a user works for.

    :raises Problem: 403.1 when she works for none: nothing is everybody's.
    """
    user = db.session.get(User, user_id)
    if user is None or user.role != "association" or not user.association:
        raise Problem("403.1")
    return user.association


def list_own_women(project_id: int, code: str, *, page: int = 1) -> Page:
    """List the women of one association as (id, what may leave the office): what a phone may hold, and nothing else.

    Nobody who objects to the use of her data is among them.
    """
    indexing.catch_up(project_id, stages=("index",), seconds=SECONDS)
    hers = [
        RecordIndex.project_id == project_id,
        RecordIndex.list == WOMEN,
        RecordIndex.shown.is_(True),
        RecordIndex.association == code,
    ]
    if withheld := find_withheld(project_id):
        hers.append(RecordIndex.entity_id.not_in(withheld))
    total = db.session.scalar(select(func.count()).select_from(RecordIndex).where(*hers)) or 0
    number = find_page(page, total, PAGE)
    listed = select(RecordIndex.entity_id).where(*hers).order_by(RecordIndex.sort, RecordIndex.entity_id)
    ids = db.session.scalars(listed.limit(PAGE).offset((number - 1) * PAGE)).all()
    found = select(Entity).where(Entity.project_id == project_id, Entity.id.in_(ids), *_present())
    # what the index says may be older than the record
    now = {row.id: row for row in db.session.scalars(found) if row.data.get(PROPERTY) == code}
    rows = [now[entity_id] for entity_id in ids if entity_id in now]
    visibility = find_visibility(project_id).get(WOMEN, {})
    return Page([(row.id, _show(row.data, visibility)) for row in rows], total, number)


def get_own_woman(project_id: int, code: str, entity_id: str) -> dict[str, str]:
    """Return what may leave the office of a woman of one association.

    :raises Problem: 404.1 also for another association's, and for one who objects: whether she exists is nobody's
        business.
    """
    row = db.session.get(Entity, (project_id, entity_id))
    gone = row is None or row.list != WOMEN or row.deleted or row.merged_into or row.erased_at
    if row is None or gone or row.data.get(PROPERTY) != code or entity_id in find_withheld(project_id):
        raise Problem("404.1")
    return _show(row.data, find_visibility(project_id).get(WOMEN, {}))


_WITHHELD = ("nin", "telephone", "phone", "revenu", "income", "chiffre", "salaire", "pret", "loan")
"""Beginnings of names that an association sees in no case, also where a form forgot to keep them in the office."""


def _show(data: Mapping[str, str], visibility: Mapping[str, str]) -> dict[str, str]:
    shown = to_visible(data, visibility)
    return {
        name: value
        for name, value in shown.items()
        if not any(part.startswith(_WITHHELD) for part in name.casefold().split("_"))
    }
