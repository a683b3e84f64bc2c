"""A real server for tests: `flask --app server serve` on a free loopback port, with its own data folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import warm

ROOT = Path(__file__).resolve().parents[1]
START_S = 120  # a busy machine takes its time
PASSWORD = "four words without a link"
"""Of officers whom tests create; one that the command makes must be changed first."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def command(environment: Mapping[str, str], *arguments: str, root: Path = ROOT, cold: bool = False) -> Any:
    """Run ``flask --app server … --json`` as a process of its own; what it answers."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        code = _begin([*arguments, "--json"], environment, out, err, root=root, cold=cold).wait()
        assert code == 0, out.read_text() + err.read_text()
        return json.loads(out.read_text())


def _begin(
    arguments: Sequence[str], environment: Mapping[str, str], out: Path, err: Path, *, root: Path, cold: bool
) -> warm.Process | subprocess.Popen[bytes]:
    if root == ROOT and not cold:
        return warm.Process(arguments, root, environment, out, err)
    with out.open("ab") as says, err.open("ab") as complains:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "server", *arguments], cwd=root, env=environment, stdout=says, stderr=complains
        )


@dataclass
class LiveServer:
    """One installed server; ``start`` and ``stop`` may be repeated, its data stay."""

    data: Path
    port: int
    process: warm.Process | subprocess.Popen[bytes] | None = None
    database_url: str = ""
    """SQLite in the data folder when empty."""
    root: Path = ROOT
    """Where the code is that is served."""
    log: Path = Path(os.devnull)
    """Where what it says is kept."""
    cold: bool = False
    """Begin each process as a user does, who reads the code anew: for measuring."""
    more: dict[str, str] = field(default_factory=dict)
    """Further settings."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("HIRFA_")}
        return {**kept, "HIRFA_DATA": str(self.data), "HIRFA_BIND": f"127.0.0.1:{self.port}", "HIRFA_DATABASE_URL": self.database_url, **self.more}

    def command(self, *arguments: str) -> Any:
        """Run ``flask --app server …`` on its data, with ``--json``."""
        return command(self.environment, *arguments, root=self.root, cold=self.cold)

    def start(self) -> None:
        self.process = _begin(["serve"], self.environment, self.log, self.log, root=self.root, cold=self.cold)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/app/", timeout=2).close()
            except urllib.error.HTTPError:
                return
            except OSError:
                assert self.process.poll() is None, "the server stopped"
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise AssertionError(f"the server did not start within {START_S} s")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def workers(self) -> list[int]:
        """Name the worker processes that run now."""
        assert self.process is not None
        pid = self.process.pid
        try:
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except FileNotFoundError:
            return []

    def kill_worker(self) -> None:
        """Kill -9 one worker; the master makes another."""
        for pid in self.workers()[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill -9 the server and its workers, as a power cut would."""
        if self.process is not None:
            workers = self.workers()
            self.process.kill()  # first: it would make new workers, and one of them would listen on for a while
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(20)
            self.process = None


@contextmanager
def live_server(data: Path, database_url: str = "", log: Path = Path(os.devnull)) -> Iterator[LiveServer]:
    """Serve a data folder that ``init`` has filled, until the end of the block."""
    server = LiveServer(data, free_port(), database_url=database_url, log=log)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def changed_server(data: Path, port: int, change: str) -> Iterator[None]:
    """Serve a data folder with one worker after a line of Python: for limits that users wait too long for."""
    script = f"from server import overload, serve; from server.config import load_settings; {change}; serve.run(load_settings())"
    environment = LiveServer(data, port).environment | {"HIRFA_WORKERS": "1"}
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment) as server:
        try:
            yield
        finally:
            server.terminate()


@contextmanager
def running_program(ready: str, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run somebody else's server until the end of the block, from when it answers at an address."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + START_S
        while True:
            try:
                urllib.request.urlopen(ready, timeout=2).close()
                break
            except OSError:
                assert time.monotonic() < until and process.poll() is None, f"{command} did not start"
                time.sleep(0.1)
        yield process
    finally:
        os.kill(process.pid, signal.SIGCONT)  # a test may have frozen it
        process.terminate()
        process.wait(20)
