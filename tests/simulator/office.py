"""What the chamber does meanwhile, through the services behind the desk's pages; and what it reads in the end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from sqlalchemy import delete, select

from server.auth import COMMAND
from server.database import db, transaction
from server.errors import Problem
from server.models import AppUserScope, Entity, EntityVersion, Quarantined, Submission, SubmissionAttachment
from server.services import actors, deletion, entities, identity, quarantine
from server.services.forms import publish_forms
from sync.actions import instance_of
from tests.simulator.line import Line, Log
from tests.simulator.phones import Phone
from tests.simulator.questionnaires import LATE, PROPERTIES, WOMEN
from tests.simulator.server import SCOPES, Killed, SimulatedServer, as_file


class Office:
    def __init__(self, server: SimulatedServer, line: Line, log: Log) -> None:
        self.server, self.line, self.log = server, line, log
        self.officer = server.template.officer
        self.chance = Random()
        self.open_pages: list[dict[str, Any]] = []

    def _do(self, act: Callable[[], Any]) -> Any:
        """Do something; the server may die under it, and a stale page is told so."""
        dies = self.chance.randrange(100) < self.line.faults.killed
        try:
            return self.server.do(act, kill_after=self.line.pick_fuse() if dies else None)
        except Killed as killed:
            self.log.add("killed", device="office", where=str(killed))
        except Problem as problem:
            self.log.add("told", device="office", code=problem.code)
        return None

    def _look(self, pages: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Choose a page; sometimes one that lies open since long ago."""
        if not pages:
            return None
        page = self.chance.choice(pages)
        old = [held for held in self.open_pages if held["entity"] == page["entity"] and held.keys() == page.keys()]
        self.open_pages.append(page)
        return self.chance.choice(old) if old and self.chance.random() < 0.2 else page

    def settle(self) -> None:
        """Open the page of a disputed record, and settle some of it."""
        page = self._look(self.server.do(read_disputes))
        if page is None:
            return
        names = [name for name in page["open"] if name in PROPERTIES]
        chosen = {}
        for name in names:
            if self.chance.random() < 0.7:
                pool = sorted(page["candidates"][name])
                chosen[name] = self.chance.choice(pool if self.chance.random() < 0.8 else PROPERTIES[name].pool)
        if not chosen:
            return
        self.log.add("settling", chosen=chosen, **page)
        entity, version = page["entity"], page["version"]
        self._do(lambda: entities.settle_conflict(1, entity, version, chosen, self.officer))

    def delete(self) -> None:
        """Delete a record, or bring one back."""
        page = self._look(self.server.do(read_pages))
        if page is None:
            return
        entity, version = page["entity"], page["version"]
        act = deletion.restore_entity if page["deleted"] else deletion.delete_entity
        self.log.add("deleting", **page)
        self._do(lambda: act(1, entity, version, self.officer))

    def merge(self) -> None:
        """Make one record part of another, or take that back."""
        pages = self.server.do(read_pages)
        merged = self.server.do(read_merged)
        if merged and self.chance.random() < 0.5:
            loser, winner = self.chance.choice(merged)
            version = next((page["version"] for page in pages if page["entity"] == winner), 0)
            self.log.add("separating", loser=loser, winner=winner)
            self._do(lambda: identity.unmerge_entity(1, loser, version, self.officer))
        elif len(pages) > 1:
            loser, winner = self.chance.sample(pages, 2)
            self.log.add("merging", loser=loser["entity"], winner=winner["entity"])
            ids, seen = (loser["entity"], winner["entity"]), (loser["version"], winner["version"])
            self._do(lambda: identity.merge_entities(1, *ids, *seen, self.officer))

    def move(self, phone: Phone) -> None:
        """Give an agent another commune, or take one from her. There is no page for it yet."""
        scope = self.chance.choice(SCOPES)

        def act() -> None:
            with transaction() as session:
                held = session.get(AppUserScope, (1, phone.agent.id, scope))
                if held is None:
                    session.add(AppUserScope(project_id=1, app_user_id=phone.agent.id, scope=scope))
                else:
                    session.execute(
                        delete(AppUserScope).where(
                            AppUserScope.app_user_id == phone.agent.id, AppUserScope.scope == scope
                        )
                    )

        self.log.add("moving", device=phone.name, scope=scope)
        self._do(act)

    def revoke(self, phone: Phone) -> None:
        self.log.add("revoking", device=phone.name)
        self._do(lambda: actors.revoke_app_user(1, phone.agent.id, COMMAND))

    def publish_late(self) -> None:
        self.log.add("publishing", form=LATE.form_id)
        self._do(lambda: publish_forms(1, [as_file(LATE)], COMMAND))

    def try_again(self) -> None:
        self.log.add("retrying")
        self._do(lambda: quarantine.retry_all(1, self.officer))

    def release(self) -> None:
        """Let something count that was set aside."""
        waiting = self.server.do(read_aside)
        if waiting:
            key, instance = self.chance.choice(waiting)
            self.log.add("releasing", instance=instance)
            self._do(lambda: quarantine.release_item(1, key, self.officer))


def read_pages() -> list[dict[str, Any]]:
    """Read the pages of all women that are not part of another."""
    rows = db.session.scalars(
        select(Entity).where(Entity.list == WOMEN, Entity.merged_into.is_(None)).order_by(Entity.id)
    )
    return [{"entity": row.id, "version": row.version, "deleted": row.deleted} for row in rows]


def read_merged() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(Entity).where(Entity.merged_into.is_not(None)).order_by(Entity.id))
    return [(row.id, str(row.merged_into)) for row in rows]


def read_disputes() -> list[dict[str, Any]]:
    """Read the pages of disputed records as an officer sees them."""
    pages: dict[str, dict[str, Any]] = {}
    for conflict, entity in entities.list_conflicts(1):
        page = pages.setdefault(
            entity.id,
            {"entity": entity.id, "version": entity.version, "values": dict(entity.data), "open": [], "candidates": {}},
        )
        page["open"].append(conflict.property)
        page["candidates"][conflict.property] = sorted({c["value"] for c in conflict.candidates})
    return [pages[key] for key in sorted(pages)]


def read_aside() -> list[tuple[str, str]]:
    rows = db.session.scalars(
        select(Quarantined)
        .where(Quarantined.released_at.is_(None))
        .order_by(Quarantined.received_at, Quarantined.content_sha256)
    )
    return [(row.content_sha256, row.instance_id) for row in rows]


def read_register() -> dict[str, Any]:
    """Read all that the desk shows in the end: records, disputes, history, submissions, what is aside."""
    records, disputes, history = {}, {}, {}
    counters = {row.action_id: row.counter for row in db.session.scalars(select(EntityVersion))}
    for entity in db.session.scalars(select(Entity).order_by(Entity.id)):
        records[entity.id] = {
            "list": entity.list, "version": entity.version, "values": dict(entity.data), "deleted": entity.deleted,
            "merged_into": entity.merged_into, "component": entity.component,
        }
        for entry in entities.find_history(1, entity):
            history[entry.action.id] = {
                "id": entry.action.id, "instance": instance_of(entry.action.id), "kind": entry.action.kind,
                "named": entry.action.named_id, "entity": entry.action.entity_id, "version": entry.version,
                "base": entry.action.base, "target": entry.action.target, "counter": counters[entry.action.id],
                "writes": sorted({*entry.writes, *history.get(entry.action.id, {}).get("writes", ())}),
            }
    for conflict, entity in entities.list_conflicts(1, open_only=False):
        if conflict.settled_at is None:
            values = frozenset(c["value"] for c in conflict.candidates)
            disputes.setdefault(entity.id, {})[conflict.property] = (values, conflict.open)
    files = db.session.scalars(select(SubmissionAttachment).order_by(SubmissionAttachment.instance_id)).all()
    return {
        "records": records,
        "disputes": disputes,
        "history": list(history.values()),
        "submissions": sorted(db.session.scalars(select(Submission.instance_id))),
        "aside": sorted(instance for _, instance in read_aside()),
        "kept_aside": sorted(db.session.scalars(select(Quarantined.instance_id))),
        "files": [(file.instance_id, file.name, file.sha256, file.present) for file in files],
    }
