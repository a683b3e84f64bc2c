"""One history: from one seed, phones, a bad line, a server that dies, an office; then a quiet time and the last reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from server.services.attachments import open_attachment
from tests.simulator.collect import CollectPhone
from tests.simulator.line import QUIET, Faults, Line, Log
from tests.simulator.office import Office
from tests.simulator.ours import OurPhone
from tests.simulator.phones import Phone
from tests.simulator.reads import read_register
from tests.simulator.server import AGENTS, Clock, SimulatedServer, seeded, simulated_time

SKEWS = (0, 0, 0, -7200, 86400 * 365 * 3, -86400 * 365 * 6)
DOINGS = (
    ["visit"] * 9 + ["sync"] * 10 + ["register", "edit", "open_draft", "close_draft"] * 2 + ["settle"] * 3
    + ["late"] * 2 + ["delete", "merge", "clock", "move", "publish_late", "retry", "release", "wait"]
    + ["send_back", "correct", "correct", "ask"]
)
MEETINGS, VISITS_AT_ONCE = 3, 4
RARE = ("revoke", "wait_long", "erase", "erase", "back_up")


@dataclass(frozen=True)
class Plan:
    """What a seed decides before anything happens."""

    kinds: tuple[str, ...]
    skews: tuple[int, ...]
    faults: Faults
    steps: tuple[str, ...]


def make_plan(seed: int) -> Plan:
    chance = Random(f"plan {seed}")
    count = chance.choice((2, 2, 3, 3, 4))
    kinds = tuple(chance.choice(("ours", "ours", "ours", "collect")) for _ in range(count))
    skews = tuple(chance.choice(SKEWS) for _ in range(count))
    faults = chance.choice((Faults(), Faults(), Faults(lost=2, cut=15, killed=20), QUIET))
    roll = chance.random()
    length = 60 if roll < 0.02 else chance.randrange(9, 20) if roll < 0.25 else chance.randrange(3, 10)
    steps = ["register", "sync", "sync"]
    steps += [chance.choice(RARE) if chance.random() < 0.02 else chance.choice(DOINGS) for _ in range(length)]
    special = chance.random()
    if special < 0.06:
        steps.insert(chance.randrange(3, len(steps)), "back_up")
        steps += [chance.choice(DOINGS) for _ in range(chance.randrange(5))]
        steps.append("restore")
        steps += [chance.choice(DOINGS) for _ in range(chance.randrange(4))]
    if 0.04 < special < 0.12:
        steps.insert(chance.randrange(4, len(steps) + 1), "erase")
    if special > 0.88:
        steps += ["meet", chance.choice(("ask", "settle")), "sync", "sync", chance.choice(DOINGS), "sync"]
    return Plan(kinds, skews, faults, tuple(steps))


class History:
    """Runs the plan of a seed on a server.

    :param skip: places of steps that are left out; the others stay as they are, for each has its own source of chance.
    """

    def __init__(self, seed: int, server: SimulatedServer, clock: Clock, skip: Collection[int] = ()) -> None:
        self.seed, self.server, self.clock, self.skip = seed, server, clock, skip
        self.plan = make_plan(seed)
        self.log = Log(clock)
        self.line = Line(server, self.log, self.plan.faults)
        self.office = Office(server, self.line, self.log)
        agents = server.template.agents
        self.phones: list[Phone] = [
            (OurPhone if kind == "ours" else CollectPhone)(
                f"{kind}{n}", agents[n % len(AGENTS)], self.line, self.log, timedelta(seconds=skew)
            )
            for n, (kind, skew) in enumerate(zip(self.plan.kinds, self.plan.skews, strict=True))
        ]
        self.witness = OurPhone("witness", agents[-1], self.line, self.log, timedelta(0))
        self.revoked: set[str] = set()
        self.scopes = {phone.name: set(phone.agent.scopes) for phone in self.phones}

    def run(self) -> Log:
        for place, doing in enumerate(self.plan.steps):
            if place in self.skip:
                continue
            self._draw(f"{self.seed}/{place}")
            self.clock.tick(60)
            self.log.add("step", place=place, doing=doing)
            self._do(doing)
        self._draw(f"{self.seed}/end")
        self._end()
        return self.log

    def _draw(self, name: str) -> None:
        """Give everybody a source of chance of this step."""
        self.chance = self.line.chance = self.office.chance = Random(name)
        for phone in (*self.phones, self.witness):
            phone.chance = self.chance

    def _do(self, doing: str) -> None:
        phone, office = self.chance.choice(self.phones), self.office
        if doing in ("visit", "register", "edit", "open_draft", "close_draft", "sync", "correct"):
            getattr(phone, doing)()
        elif doing == "meet":
            self._meet()
        elif doing == "settle":
            (office.ask if self.chance.random() < 0.25 else office.settle)()
        elif doing in ("delete", "merge", "send_back", "ask", "erase", "back_up", "restore"):
            getattr(office, doing)()
        elif doing == "late":
            self.line.deliver_late()
        elif doing == "clock":
            phone.set_clock()
        elif doing == "move":
            office.move(phone)
        elif doing == "publish_late":
            office.publish_late()
        elif doing == "retry":
            office.try_again()
        elif doing == "release":
            office.release()
        elif doing == "revoke":
            office.revoke(phone)
        else:
            self.clock.tick(86400 * (40 if doing == "wait_long" else 2))

    def _meet(self) -> None:
        """On a good line, let all phones know the same; then they answer about one woman before they hear of the others.

        Where no two of them hold one, the first ones register some: disputes are what officers settle and ask about.
        """
        faults, self.line.faults = self.line.faults, QUIET
        for _ in range(MEETINGS):
            for phone in self.phones:
                phone.sync()
            known = [woman for phone in self.phones for woman in phone.usable()]
            if len(known) > len(set(known)):
                break
            self.phones[0].register()
        if known:
            woman = max(sorted(set(known)), key=known.count)
            for phone in self.phones * VISITS_AT_ONCE:
                if woman in phone.usable():
                    phone.visit_one(woman)
            for phone in self.phones:
                phone.sync()
        self.line.faults = faults

    def _end(self) -> None:
        """Let everything arrive that is to arrive, everybody see everything, and read it all."""
        self.line.faults = QUIET
        for phone in (*self.phones, self.witness):
            if isinstance(phone, OurPhone):
                phone.limits, phone.sizes = (500,), (20,)
        published = any(event["what"] == "publishing" for event in self.log.events)
        if self.chance.random() < 0.6 or published:  # again too: a backup may be older than the form
            self.office.publish_late()
        for phone in self.phones:
            self.clock.tick(1)
            phone.close_draft()
        while self.line.kept_back:
            self.line.deliver_late()
        for phone in self.phones:
            phone.send()
        if any(event["what"] == "restored" for event in self.log.events):
            for phone in self.phones:  # now they hear of the new era, and send again what it forgot
                phone.sync()
        self.office.try_again()
        if any(event["what"] == "erasing" for event in self.log.events):
            self.office.erase_again()
        self.clock.tick(86400 * 2)
        for phone in self.phones:
            phone.sync()
        self.witness.sync()
        self.log.add("quiet", **self._read())

    def _read(self) -> dict[str, Any]:
        server = self.server
        final = server.do(read_register)
        marks = sorted(self.line.erased)
        final["left"] = server.do(lambda: server.find_texts(marks)) if marks else []
        rebuilt = json.loads(server.command("rebuild-entities", "--json"))
        phones = {}
        for phone in self.phones:
            if isinstance(phone, OurPhone):
                phones[phone.name] = {
                    "kind": "ours", "revoked": phone.revoked, "scopes": self._scopes_of(phone),
                    "records": {e: (r.version, r.data, r.open) for e, r in phone.records.items()},
                    "waiting": [item.instance for item in phone.items if item.state == "waiting"],
                    "corrections": [one["instanceId"] for one in phone.corrections], "agent": phone.agent.id,
                    "questions": [(one["entity"], one["property"], sorted(one["values"])) for one in phone.questions],
                }
            elif isinstance(phone, CollectPhone):
                phones[phone.name] = {
                    "kind": "collect", "scopes": self._scopes_of(phone),
                    "records": {e: (h.local_version, h.local) for e, h in phone.held.items() if not h.over},
                    "waiting": [item.instance for item in phone.items if item.state == "waiting"],
                }
        witnessed = {
            e: {"version": r.version, "data": r.data, "open": r.open, "scopes": sorted(r.scopes)}
            for e, r in self.witness.records.items()
        }
        files = [(*file[:3], file[3] and self._hash(*file[:2])) for file in final.pop("files")]
        return {**final, "files": files, "rebuilt": rebuilt, "phones": phones, "witnessed": witnessed}

    def _scopes_of(self, phone: Phone) -> list[str]:
        from server.services.feed import find_scopes

        return sorted(self.server.do(lambda: find_scopes(1, phone.agent.id)))

    def _hash(self, instance: str, name: str) -> str:
        file, _, _ = self.server.do(lambda: open_attachment(1, instance, name))
        with file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def run_history(seed: int, server: SimulatedServer, skip: Collection[int] = ()) -> Log:
    """Run one history on a fresh server and return its log."""
    with simulated_time() as clock, seeded(Random(f"ids {seed}")):
        server.reset()
        return History(seed, server, clock, skip).run()
