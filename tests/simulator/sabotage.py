"""Planted faults of the server and of the phone: each must break a law before long, or the checker is worth nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.database import WRITE, db
from server.models import Entity, Quarantined
from server.services import feed, quarantine, register, sync
from server.services.register import Register
from server.services.uploads_folder import FolderUploads
from sync.feed import Page
from sync.policies import Rule
from tests.simulator import outbox
from tests.simulator.line import Cut
from tests.simulator.ours import OurPhone

Plant = Callable[[pytest.MonkeyPatch], None]


def counter_stands_still(patch: pytest.MonkeyPatch) -> None:
    """Two changes get one number, as when the counter is read before it is locked."""
    count = Register.next_counter

    def next_counter(self: Register) -> int:
        number = count(self)
        return number if number % 3 else number - 1

    patch.setattr(Register, "next_counter", next_counter)


def cursor_jumps(patch: pytest.MonkeyPatch) -> None:
    """A page that is cut gives the cursor of the newest change, not of its own last."""
    cut = feed.cut_page

    def cut_page(*given: Any, newest: int, **more: Any) -> Page:
        return replace(cut(*given, newest=newest, **more), cursor=newest, more=False)

    patch.setattr(feed, "cut_page", cut_page)


def repeat_is_answered_anew(patch: pytest.MonkeyPatch) -> None:
    """A repeat is told the present version of the record instead of the one it made."""
    receive = sync.receive_batch

    def receive_batch(project_id: int, *given: Any, **more: Any) -> Any:
        answer = receive(project_id, *given, **more)
        for result in answer.results:
            if result["status"] == "duplicate":
                now = [db.session.get(Entity, (project_id, entity["id"])) for entity in result["entities"]]
                result["entities"] = [
                    {**e, "version": row.version} for e, row in zip(result["entities"], now, strict=True) if row
                ]
        return answer

    patch.setattr(sync, "receive_batch", receive_batch)


def another_version_is_answered(patch: pytest.MonkeyPatch) -> None:
    """Some are told a version that was not recorded."""
    apply = Register.apply
    calls = iter(range(10**9))

    def wrong_version(self: Register, action: Any, instance_id: str | None) -> Any:
        done = apply(self, action, instance_id)
        return replace(done, version=done.version + 1) if instance_id and next(calls) % 7 == 5 else done

    patch.setattr(Register, "apply", wrong_version)


def commits_are_lost(patch: pytest.MonkeyPatch) -> None:
    """Some transactions are answered for and never become durable."""
    commit = Session.commit
    calls = iter(range(10**9))

    def lose_some(self: Session) -> None:
        if self.info.get(WRITE) and next(calls) % 6 == 5:
            self.rollback()
        else:
            commit(self)

    patch.setattr(Session, "commit", lose_some)


def office_answers_count_as_seen(patch: pytest.MonkeyPatch) -> None:
    """An agent is taken to have seen what no phone is ever sent."""
    patch.setattr(register, "Rule", lambda office=False, **given: Rule(**given))


def office_values_leave(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(feed, "to_visible", lambda values, _visibility: dict(values))


def last_bytes_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """An upload whose last bytes came as the server died stays as it is."""
    patch.setattr(FolderUploads, "finish", lambda _self, _upload, _complete: None)


def quarantine_is_emptied(patch: pytest.MonkeyPatch) -> None:
    """Trying again throws away what is still in the way."""
    retry = quarantine.retry_all

    def retry_all(*given: Any) -> Any:
        done = retry(*given)
        db.session.rollback()
        db.session.execute(delete(Quarantined).where(Quarantined.released_at.is_(None)))
        db.session.commit()
        return done

    patch.setattr(quarantine, "retry_all", retry_all)


def missing_forgets_quarantine(patch: pytest.MonkeyPatch) -> None:
    """What was set aside is told to be missing."""
    find = sync.find_missing

    def find_missing(project_id: int, app_user_id: int, device_id: str) -> list[int]:
        aside = db.session.query(Quarantined.seq).filter_by(device_id=device_id).all()
        return sorted({*find(project_id, app_user_id, device_id), *(seq for (seq,) in aside if seq)})

    patch.setattr(sync, "find_missing", find_missing)


def phone_covers_sums(patch: pytest.MonkeyPatch) -> None:
    """The phone shows an own addition in place of the pulled total."""

    def overlay(record: Any, unsent: Any, _rules: Any) -> dict[str, str]:
        shown = dict(record)
        for action in unsent:
            shown |= action.saved
        return shown

    patch.setattr(outbox, "overlay", overlay)


def phone_forgets_when_sent(patch: pytest.MonkeyPatch) -> None:
    """The phone drops an instance with the answer, before it pulled what became of it."""
    settle = OurPhone._settle

    def _settle(self: OurPhone, batch: Any, answer: Any) -> None:
        settle(self, batch, answer)
        self.items = [item for item in self.items if item.outcome not in ("accepted", "duplicate")]

    patch.setattr(OurPhone, "_settle", _settle)


def phone_pulls_while_an_answer_is_owed(patch: pytest.MonkeyPatch) -> None:
    """After a cut the phone goes on to pull, and shows what arrived twice."""
    push, send = OurPhone._push, OurPhone._send_batch

    class GaveUp(Exception):
        pass

    def _send_batch(self: OurPhone, batch: Any) -> Any:
        try:
            return send(self, batch)
        except Cut:
            raise GaveUp from None

    def _push(self: OurPhone) -> None:
        with suppress(GaveUp):
            push(self)

    patch.setattr(OurPhone, "_send_batch", _send_batch)
    patch.setattr(OurPhone, "_push", _push)


def phone_sends_under_another_id(patch: pytest.MonkeyPatch) -> None:
    """After a cut the phone makes a new id for what it sends again: it counts twice."""
    send = OurPhone._send_batch

    def _send_batch(self: OurPhone, batch: Any) -> Any:
        try:
            return send(self, batch)
        except Cut:
            for item in batch:
                old, item.instance = item.instance, f"uuid:{self.make_id()}"
                item.xml = item.xml.replace(old, item.instance)
            raise

    patch.setattr(OurPhone, "_send_batch", _send_batch)


def phone_forgets_its_branch(patch: pytest.MonkeyPatch) -> None:
    """The phone places every follow-up on the pulled row alone, whatever it shows over it."""
    place = OurPhone.place

    def alone(self: OurPhone, entity: str) -> Any:
        return replace(place(self, entity), branch=self.make_id())

    patch.setattr(OurPhone, "place", alone)


PLANTS: dict[Plant, int] = {
    counter_stands_still: 0, cursor_jumps: 0, repeat_is_answered_anew: 0, another_version_is_answered: 0, commits_are_lost: 0,
    office_answers_count_as_seen: 0, office_values_leave: 0, last_bytes_are_not_looked_at: 130, quarantine_is_emptied: 260,
    missing_forgets_quarantine: 0, phone_covers_sums: 0, phone_forgets_when_sent: 0,
    phone_pulls_while_an_answer_is_owed: 0, phone_sends_under_another_id: 0, phone_forgets_its_branch: 0,
}
"""The fault, and a seed to begin at: the rare ones need a plan that has what they spoil."""
