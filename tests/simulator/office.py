"""What the chamber does meanwhile, through the services behind the desk's pages; and what it reads in the end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from sqlalchemy import delete

from server.auth import COMMAND
from server.database import transaction
from server.errors import Problem
from server.models import AppUserScope
from server.services import (
    actors,
    corrections,
    deletion,
    entities,
    eras,
    erasure,
    identity,
    quarantine,
    questions,
)
from server.services.forms import publish_forms
from tests.simulator import reads
from tests.simulator.line import Line, Log
from tests.simulator.phones import Phone
from tests.simulator.questionnaires import LATE, PROPERTIES, find_mark
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
        page = self._look(self.server.do(reads.read_disputes))
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
        page = self._look(self.server.do(reads.read_pages))
        if page is None:
            return
        entity, version = page["entity"], page["version"]
        act = deletion.restore_entity if page["deleted"] else deletion.delete_entity
        self.log.add("deleting", **page)
        self._do(lambda: act(1, entity, version, self.officer))

    def merge(self) -> None:
        """Make one record part of another, or take that back."""
        pages = self.server.do(reads.read_pages)
        merged = self.server.do(reads.read_merged)
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

    def send_back(self) -> None:
        """Send a form back to be corrected; or withdraw that, or give it to another agent."""
        asked = self.server.do(reads.read_sent_back)
        forms = self.server.do(reads.read_forms)
        roll = self.chance.random()
        if asked and roll < 0.3:
            instance = self.chance.choice(asked)
            if roll < 0.15:
                self.log.add("withdrawing", instance=instance)
                self._do(lambda: corrections.withdraw_correction(1, instance, self.officer))
            else:
                agent = self.chance.choice(self.server.template.agents[:-1])
                self.log.add("giving", instance=instance, agent=agent.id)
                self._do(lambda: corrections.give_correction(1, instance, agent.id, self.officer))
        elif forms:
            instance = self.chance.choice(forms)
            if self._do(lambda: corrections.send_back(1, instance, "has issues", self.officer)):
                self.log.add("sent_back", instance=instance)

    def ask(self) -> None:
        """Ask the agents about a disputed property."""
        page = self._look(self.server.do(reads.read_disputes))
        names = [name for name in page["open"] if name in PROPERTIES] if page else []
        if page is not None and names:
            entity, name = page["entity"], self.chance.choice(names)
            if self._do(lambda: questions.ask(1, entity, name, "Which?", self.officer)):
                self.log.add("asked", entity=entity, property=name)

    def erase(self) -> None:
        """Erase a woman's data, as the law lets her ask."""
        page = self._look(self.server.do(reads.read_pages))
        if page is not None:
            entity = page["entity"]
            self.log.add("erasing", entity=entity)
            self._note_erased(self._do(lambda: erasure.erase_entity(1, entity, self.officer)))

    def erase_again(self) -> None:
        self._note_erased(self._do(lambda: erasure.apply_erasures(1, COMMAND)))

    def _note_erased(self, done: erasure.Erasure | None) -> None:
        if done is not None and done.entity_ids:
            self.log.add("erased", entities=list(done.entity_ids))
            self.line.erased |= {find_mark(entity) for entity in done.entity_ids}

    def back_up(self) -> None:
        self.log.add("backed_up")
        self.server.back_up()

    def restore(self) -> None:
        """Restore the last backup, as deploy/README.md says: a new era, and what was erased is erased again."""
        if any(event["what"] == "backed_up" for event in self.log.events):
            self.server.restore()
            self.log.add("restored")
            self.server.do(lambda: eras.begin_era(1, COMMAND))
            self._note_erased(self.server.do(lambda: erasure.apply_erasures(1, COMMAND)))

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
        waiting = self.server.do(reads.read_aside)
        if waiting:
            key, instance = self.chance.choice(waiting)
            self.log.add("releasing", instance=instance)
            self._do(lambda: quarantine.release_item(1, key, self.officer))
