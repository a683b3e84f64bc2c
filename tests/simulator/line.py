"""The line between phones and server: requests are lost, cut, repeated, kept back, and the server dies under them.

The log is all that the checker is given: what was done, sent, answered and shown, in the order it happened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from werkzeug.test import TestResponse

from tests.simulator.questionnaires import SECRET_MARK
from tests.simulator.server import Clock, Killed, SimulatedServer


class Cut(Exception):
    """No answer came; whether the request arrived, the phone cannot know."""


@dataclass
class Log:
    """What happened, in order: one mapping an event, ``what`` names it."""

    clock: Clock
    events: list[dict[str, Any]] = field(default_factory=list)

    def add(self, what: str, **facts: Any) -> None:
        self.events.append({"what": what, "at": self.clock.now.timestamp(), **facts})


@dataclass(frozen=True)
class Faults:
    """How often, of a hundred requests, each thing happens."""

    lost: int = 6
    cut: int = 8
    repeated: int = 4
    kept_back: int = 3
    killed: int = 8


QUIET = Faults(0, 0, 0, 0, 0)


@dataclass
class Line:
    server: SimulatedServer
    log: Log
    faults: Faults
    chance: Random = field(default_factory=Random)
    authors: dict[str, str] = field(default_factory=dict)  # of submissions: she alone gets her office answers again
    erased: set[str] = field(default_factory=set)  # marks of erased women
    kept_back: list[tuple[str, str, str, dict[str, Any], Sequence[str]]] = field(default_factory=list)

    def ask(self, device: str, method: str, path: str, *, late: bool = True, about: Sequence[str] = (), **options: Any) -> TestResponse:
        """Send a request of a phone.

        :param about: the submissions in it.
        :param late: whether a copy may arrive much later, after others.
        :raises Cut: no answer came.
        """
        faults, roll = self.faults, self.chance.randrange(100)
        if roll < faults.lost:
            raise Cut
        roll -= faults.lost
        if roll < faults.cut:
            self._send(device, method, path, options)
            raise Cut
        roll -= faults.cut
        if roll < faults.repeated:
            self._send(device, method, path, options)
            return self._send(device, method, path, options)
        roll -= faults.repeated
        if roll < faults.kept_back and late:
            self.kept_back.append((device, method, path, options, about))
            if self.chance.random() < 0.5:
                raise Cut
            return self._send(device, method, path, options)
        roll -= faults.kept_back
        if roll < faults.killed:
            return self._send(device, method, path, options, self.pick_fuse())
        return self._send(device, method, path, options)

    def pick_fuse(self) -> int:
        """Choose after how many statements the server dies; small ones more often than the last of a long request."""
        return int(self.chance.choice((8, 25, 60)) * self.chance.random())

    def _send(
        self, device: str, method: str, path: str, options: dict[str, Any], kill_after: int | None = None
    ) -> TestResponse:
        try:
            answer = self.server.ask(method, path, kill_after=kill_after, **options)
        except Killed as killed:
            self.log.add("killed", device=device, where=str(killed))
            raise Cut from None
        if answer.status_code >= 500:
            self.log.add("crashed", device=device, path=path, status=answer.status_code, text=answer.text[:300])
        said = self._without_own(device, answer.data) if SECRET_MARK.encode() in answer.data else b""
        if SECRET_MARK.encode() in said:
            self.log.add("leaked", device=device, path=path)
        for mark in sorted(self.erased):
            if mark.encode() in answer.data:
                self.log.add("told_erased", device=device, path=path, mark=mark)
        return answer

    def _without_own(self, device: str, data: bytes) -> bytes:
        """Leave out the agent's own forms that were sent back to her."""
        try:
            answer = json.loads(data)
        except ValueError:
            return data
        if isinstance(answer, dict) and "corrections" in answer:
            asked = answer["corrections"]
            answer["corrections"] = [one for one in asked if self.authors.get(one["instanceId"]) != device]
        return json.dumps(answer).encode()

    def deliver_late(self) -> None:
        """Let one request that was kept back arrive now; nobody waits for its answer."""
        if self.kept_back:
            device, method, path, options, about = self.kept_back.pop(self.chance.randrange(len(self.kept_back)))
            self.log.add("late", device=device, about=list(about))
            with suppress(Cut):
                self._send(device, method, path, options)
