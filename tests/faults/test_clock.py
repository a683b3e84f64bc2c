"""The server's clock jumps a day back and forward while a phone sends: nothing is lost, and the doctor names it.

time-machine tells the served process another time of day, as somebody does who sets the clock; what measures how long
something took goes on, as it does then.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from server.config import Settings
from server.services import doctor
from tests.faults.agents import Agent, check
from tests.faults.field import Inside, in_background
from tests.live import ROOT, LiveServer, free_port

BOTH_DATABASES = True
DAY = timedelta(days=1)
SERVE = """
import sys, threading, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
import time_machine
from server import serve
from server.config import load_settings

def follow():
    coordinates, at = time_machine.travel(datetime.now(UTC)).start(), 0
    while True:
        asked = int(Path(sys.argv[1]).read_text())
        coordinates.shift(timedelta(days=asked - at))
        at = asked
        Path(sys.argv[1] + ".seen").write_text(str(at))
        time.sleep(0.02)

load = serve.Server.load
def load_and_follow(self):
    threading.Thread(target=follow, daemon=True).start()
    return load(self)

serve.Server.load = load_and_follow
serve.run(load_settings())
"""


class SetServer(LiveServer):
    """A server of one process whose clock is as many days off as a file says."""

    def start(self) -> None:
        self.set_clock(0)
        environment = {**self.environment, "HIRFA_WORKERS": "1"}
        with self.log.open("ab") as says:
            self.process = subprocess.Popen([sys.executable, "-c", SERVE, self.clock], cwd=ROOT, env=environment, stdout=says, stderr=says)

    @property
    def clock(self) -> Path:
        return self.log.with_suffix(".clock")

    def set_clock(self, days: int) -> None:
        self.log.with_suffix(".next").write_text(str(days))
        self.log.with_suffix(".next").replace(self.clock)

    def wait_until_set(self, days: int) -> None:
        deadline = time.monotonic() + 30
        while Path(f"{self.clock}.seen").read_text() != str(days):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def find_open(inside: Inside, days: int) -> set[str]:
    """Name what the doctor says, by the clock of the server."""
    with inside.open(), time_machine.travel(datetime.now(UTC) + days * DAY):
        return {found.key for found in doctor.examine()}


def test_what_is_sent_while_the_clock_jumps_is_kept_and_the_doctor_names_it(settings: Settings, tmp_path: Path) -> None:
    address = "" if settings.database_url.startswith("sqlite") else settings.database_url.replace("+psycopg", "")
    inside = Inside(settings.data, address)
    agent = Agent(inside.make_agent(), 1)
    server = SetServer(settings.data, free_port(), database_url=address, log=tmp_path / "log")

    def send() -> None:
        for _ in range(4):
            agent.work(server.port, 2)

    server.start()
    try:
        agent.work(server.port, 3)
        assert "clock_back" not in find_open(inside, 0)
        for days, named in ((-1, True), (1, False), (0, True)):
            with in_background(send):
                time.sleep(0.1)
                server.set_clock(days)
            server.wait_until_set(days)
            agent.work(server.port, 1)
            assert agent.phone(server.port).pull().status == 200
            assert ("clock_back" in find_open(inside, days)) == named, days
        check(server, inside, [agent])
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        server.stop()
