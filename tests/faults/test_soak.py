"""A busy day in one sitting: agents push, pull and send photographs while officers read pages and download workbooks.

The day comes first: the register grows. In the evening the same people go on, and send again what they sent: the
register stays as it is, so a server that is still growing then keeps what it should have dropped. Nothing fails, and
everything that was acknowledged is there. `HIRFA_TESTS=long`: 100 agents, 20 and 5 minutes on PostgreSQL. How long
requests took and how large the server was stands at the end of the run's output, whatever becomes of the test.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from server.config import Settings
from tests.faults.agents import Agent, check
from tests.faults.field import Answer, Inside, Phone, in_background
from tests.live import LiveServer, live_server
from tests.server.conftest import PASSWORD

BOTH_DATABASES = True

LONG = os.environ.get("HIRFA_TESTS") == "long"
AGENTS = 100 if LONG else 6
DAY_S = {"sqlite": 120.0, "postgresql": 1200.0} if LONG else {"sqlite": 6.0, "postgresql": 6.0}
EVENING_S = {"sqlite": 120.0, "postgresql": 300.0} if LONG else {"sqlite": 4.0, "postgresql": 4.0}
PAUSE_S = 20.0 if LONG else 0.2
"""Between two exchanges of one agent, on the mean."""
PAGES = ("/", "/women", "/submissions", "/conflicts", "/agents", "/programme")
DAY_GROWTH, EVENING_GROWTH = 1.25, 1.05
"""Of the memory after a fifth of the time, at most; and 20 MiB for what a small sitting has not yet loaded."""


class Times:
    """How long what took, in seconds, by kind."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    def note(self, kind: str, begun: float) -> None:
        self.taken.setdefault(kind, []).append(time.monotonic() - begun)

    def describe(self) -> str:
        """Write a line for each kind: how many, median, 99th percentile."""
        lines = []
        for kind, taken in sorted(self.taken.items()):
            taken.sort()
            lines.append(f"{kind:10} {len(taken):6} p50 {taken[len(taken) // 2]:.2f} s, p99 {taken[len(taken) * 99 // 100]:.2f} s")
        return "\n".join(lines)


class TimedPhone(Phone):
    times: Times

    def ask(self, method: str, path: str, body: bytes = b"", timeout_s: float = 60, **headers: str) -> Answer:
        begun = time.monotonic()
        answer = super().ask(method, path, body, timeout_s, **headers)
        assert answer.status < 500, f"{method} {path}: {answer.status} {answer.body[:300]!r}"
        self.times.note("photo" if "attachments" in path else path.rsplit("/", 1)[1], begun)
        return answer


class BusyAgent(Agent):
    def __init__(self, token: str, seed: int, times: Times) -> None:
        super().__init__(token, seed)
        self.times = times
        self.cursors: Any = None

    def phone(self, port: int) -> Phone:
        phone = TimedPhone(port, self.token, self.device_id, self.seq)
        phone.times = self.times
        return phone

    def live(self, port: int, evening: threading.Event, stopped: threading.Event) -> None:
        """Work, send, receive, and rest; in the evening send again what was sent."""
        stopped.wait(self.chance.uniform(0, PAUSE_S))
        while not stopped.is_set():
            forms = self.chance.randint(1, 4)
            if evening.is_set():
                self.send(self.phone(port), [item for _, item in self.chance.sample(self.kept, min(forms, len(self.kept)))])
            else:
                self.work(port, forms)
            assert self.phone(port).pull().status == 200
            stopped.wait(self.chance.uniform(0.5, 1.5) * PAUSE_S)


class Officer:
    """Somebody at the desk: pages one after the other, now and then a workbook."""

    def __init__(self, url: str, times: Times) -> None:
        self.url, self.times = url, times
        self.browser = requests.Session()

    def sign_in(self) -> None:
        page = self.browser.get(f"{self.url}/sign-in").text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page[:500]
        said = {"csrf_token": found[1], "email": "officer@example.dz", "password": PASSWORD}
        assert self.browser.post(f"{self.url}/sign-in", said, allow_redirects=False).status_code in (302, 303)

    def read(self, kind: str, path: str) -> bytes:
        begun = time.monotonic()
        with self.browser.get(f"{self.url}{path}", timeout=300, allow_redirects=False) as answer:
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
            self.times.note(kind, begun)
            return answer.content

    def live(self, stopped: threading.Event) -> None:
        self.sign_in()
        while not stopped.is_set():
            for path in PAGES:
                self.read("page", path)
                stopped.wait(PAUSE_S / 10)
            assert self.read("workbook", "/v1/projects/1/workbook.xlsx").startswith(b"PK")


def measure_memory(server: LiveServer) -> float:
    """Return the proportional memory of the master and its workers, in MiB."""
    assert server.process is not None
    total = 0
    for pid in (server.process.pid, *server.workers()):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def find_growth(held: list[float]) -> float:
    """Say by how much the largest of the last two is more than the second."""
    return (max(held[-2:]) - 20) / held[1]


def test_a_busy_day_has_no_error_and_the_server_grows_no_more_than_its_register(
    settings: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    sqlite = settings.database_url.startswith("sqlite")
    kind, address = ("sqlite", "") if sqlite else ("postgresql", settings.database_url.replace("+psycopg", ""))
    inside, times, evening, stopped = Inside(settings.data, address), Times(), threading.Event(), threading.Event()
    agents = [BusyAgent(inside.make_agent(f"Agente {n}"), n, times) for n in range(AGENTS)]
    day: list[float] = []
    after: list[float] = []
    with live_server(settings.data, address, tmp_path / "log") as server:
        jobs: list[Callable[[], None]] = [lambda a=agent: a.live(server.port, evening, stopped) for agent in agents]  # type: ignore[misc]
        jobs += [lambda: Officer(server.url, times).live(stopped)] * 2
        try:
            with in_background(*jobs) as failed:
                for held, seconds in ((day, DAY_S[kind]), (after, EVENING_S[kind])):
                    for _ in range(10):
                        if not failed:
                            stopped.wait(seconds / 10)
                            held.append(measure_memory(server))
                    evening.set()
                stopped.set()
        finally:
            stopped.set()
            memory = [
                f"memory, MiB, {said}: {' '.join(f'{one:.0f}' for one in held)}"
                for said, held in (("day", day), ("evening", after))
            ]
            record_property("measured", "\n".join([times.describe(), *memory]))
        # what was told first: a server that is too large must not hide one that lost something
        check(server, inside, agents)
        assert {"push", "pull", "photo", "page", "workbook"} <= set(times.taken)
        assert "Traceback" not in server.log.read_text()
    assert find_growth(day) <= DAY_GROWTH, day
    assert find_growth(after) <= EVENING_GROWTH, after


def test_a_worker_shares_the_memory_of_the_programme_itself(settings: Settings) -> None:
    """A worker that goes once through all objects that were there before it, to look for circles, copies them all."""
    address = "" if settings.database_url.startswith("sqlite") else settings.database_url.replace("+psycopg", "")
    with live_server(settings.data, address) as server:
        Phone(server.port, Inside(settings.data, address).make_agent()).pull()
        for worker in server.workers():
            rollup = Path(f"/proc/{worker}/smaps_rollup").read_text()
            own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_Dirty:"))
            assert own / 1024 < 45
