"""The associations: records of an entity list, added and renamed here; and what a user of one may see of her women."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select

from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Entity, User
from server.services import audits
from server.services.entities import PAGE, Page, find_page
from server.services.feed import find_visibility
from server.services.history import new_action
from server.services.register import Register
from sync.actions import LABEL
from sync.protocol import to_visible

LIST = "associations"
WOMEN = "artisanes"
PROPERTY = "association"
"""Of a woman's record: the code of hers."""


@dataclass(frozen=True, slots=True)
class Association:
    id: str
    code: str
    name_fr: str
    name_ar: str
    version: int
    retired: bool
    women: int


def list_associations(project_id: int) -> list[Association]:
    """List the associations by code, retired ones last, with how many women name each."""
    counts: dict[str, int] = {
        code: count
        for code, count in db.session.execute(
            select(Entity.data[PROPERTY].as_string().label("code"), func.count())
            .where(Entity.project_id == project_id, Entity.list == WOMEN, *_present())
            .group_by("code")
        )
        if code
    }
    rows = db.session.scalars(
        select(Entity).where(Entity.project_id == project_id, Entity.list == LIST, Entity.merged_into.is_(None))
    )
    found = [_read(row, counts) for row in rows]
    return sorted(found, key=lambda one: (one.retired, one.code, one.id))


def _present() -> tuple[ColumnElement[bool], ...]:
    return (Entity.deleted.is_(False), Entity.merged_into.is_(None), Entity.erased_at.is_(None))


def _read(row: Entity, counts: Mapping[str, int]) -> Association:
    label = str(row.data.get(LABEL, ""))
    left, _, right = label.partition(" – ")
    code = str(row.data.get("code", ""))
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
    """List the women of one association as (id, what may leave the office): what a phone may hold, and nothing else."""
    where = (
        Entity.project_id == project_id,
        Entity.list == WOMEN,
        Entity.data[PROPERTY].as_string() == code,
        *_present(),
    )
    total = db.session.scalar(select(func.count()).select_from(Entity).where(*where)) or 0
    number = find_page(page, total, PAGE)
    rows = db.session.scalars(
        select(Entity)
        .where(*where)
        .order_by(Entity.data[LABEL].as_string(), Entity.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    visibility = find_visibility(project_id).get(WOMEN, {})
    return Page([(row.id, _show(row.data, visibility)) for row in rows], total, number)


def get_own_woman(project_id: int, code: str, entity_id: str) -> dict[str, str]:
    """Return what may leave the office of a woman of one association.

    :raises Problem: 404.1 also for another association's: whether she exists is nobody's business.
    """
    row = db.session.get(Entity, (project_id, entity_id))
    gone = row is None or row.list != WOMEN or row.deleted or row.merged_into or row.erased_at
    if row is None or gone or row.data.get(PROPERTY) != code:
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
