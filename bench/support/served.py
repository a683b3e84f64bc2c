"""A real server under measurement: on a free loopback port, with a data folder of its own, watched through /proc."""

from __future__ import annotations

import gzip
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def describe_machine() -> str:
    """Name what the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = names[0] if names else platform.machine()
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores ({model}), Python {platform.python_version()}, {datetime.now(UTC).date().isoformat()}"


@dataclass(slots=True)
class Served:
    """An installed, running server."""

    url: str
    token: str
    """Of the first agent."""
    email: str
    password: str
    process: subprocess.Popen[bytes]
    database_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def flask(self, *arguments: str) -> Any:
        """Run a command of the product on this installation; its ``--json``."""
        command = [sys.executable, "-m", "flask", "--app", "server", *arguments, "--json"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True)
        return json.loads(done.stdout)

    def _pids(self) -> list[int]:
        """The master and its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_s(self) -> float:
        """Seconds of processor used so far by the master and its workers, in user and system mode."""
        total = 0
        for pid in self._pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def forget_peak(self) -> None:
        """Begin the peak of memory anew (Linux: writing 5 to clear_refs)."""
        for pid in self._pids():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def peak_mib(self) -> float:
        """Largest resident memory of the busiest process since the peak was forgotten, in MiB."""
        return max(self._status(pid, "VmHWM") for pid in self._pids()) / 1024

    def memory_mib(self) -> float:
        """Resident memory of all processes now, in MiB; pages they share are counted in each."""
        return sum(self._status(pid, "VmRSS") for pid in self._pids()) / 1024

    def proportional_mib(self) -> float:
        """Proportional memory of all processes now, in MiB: what they share is counted once."""
        told = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self._pids()]
        return sum(int(line.split()[1]) for one in told for line in one.splitlines() if line.startswith("Pss:")) / 1024

    def _status(self, pid: int, name: str) -> int:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))

    def send(self, path: str, body: Any = None, *, token: str = "", zipped: bytes | None = None) -> bytes:  # noqa: S107
        """Send one request; return the body of the answer.

        :raises urllib.error.HTTPError: for any answer that is no success.
        """
        headers = {"Content-Type": "application/json"}
        data = zipped if zipped is not None else None if body is None else json.dumps(body).encode()
        if zipped is not None:
            headers["Content-Encoding"] = "gzip"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310 - loopback
            found: bytes = answer.read()
        return found

    def push(self, device_id: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        return json.loads(self.send("/v1/projects/1/sync/push", token=self.token, zipped=self.pack(device_id, items)))

    @staticmethod
    def pack(device_id: str, items: list[dict[str, Any]]) -> bytes:
        """Make the body of a push, as a phone sends it."""
        sent_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        envelope = {"protocol": 1, "deviceId": device_id, "sentAt": sent_at, "submissions": items}
        return gzip.compress(json.dumps(envelope, ensure_ascii=False).encode(), 6)


@contextmanager
def serve(database_url: str = "", host: str = "127.0.0.1", keep: Path | None = None) -> Iterator[Served]:
    """Install a programme into an empty folder and serve it; everything is gone at the end.

    :param database_url: of an empty database, where it shall not be SQLite in the folder.
    :param host: the address to listen on, one of this machine's.
    :param keep: the folder to use, which stays. What it holds of an earlier run is migrated and served again.

    The folder lies where temporary files do: set TMPDIR to a real disk where that is a memory file system.
    """
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="hirfa-bench-") as folder:
        with socket.socket() as found:
            found.bind((host, 0))
            bind = f"{host}:{found.getsockname()[1]}"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HIRFA_")}
        environment |= {"HIRFA_DATA": folder, "HIRFA_BIND": bind, "HIRFA_DATABASE_URL": database_url}
        flask = [sys.executable, "-m", "flask", "--app", "server"]
        done = subprocess.run([*flask, "init", "--json"], cwd=ROOT, env=environment, check=True, capture_output=True)
        installed = json.loads(done.stdout)
        officer = ("bench@example.dz", "four words without a link")
        if "token" in installed:  # shown once only: a kept programme has its officer
            made = [*flask, "create-user", officer[0], "--role", "administrator", "--password", officer[1]]
            subprocess.run(made, cwd=ROOT, env=environment, check=True, capture_output=True)
            (Path(folder) / "bench.token").write_text(installed["token"])
        token = (Path(folder) / "bench.token").read_text()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([*flask, "serve"], cwd=ROOT, env=environment, **quiet)
        served = Served(f"http://{bind}", token, *officer, process)
        served.environment = environment
        served.database_url = database_url or f"sqlite:///{folder}/hirfa.sqlite3"
        try:
            _wait(served)
            yield served
        finally:
            process.terminate()
            process.wait(30)


def _wait(served: Served) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            served.send("/v1/projects/1/scopes", token=served.token)
            return
        except OSError:
            if served.process.poll() is not None:
                raise RuntimeError("the server stopped while starting") from None
            time.sleep(0.1)
    raise RuntimeError("the server did not start within 60 s")


def print_table(heading: list[str], rows: list[list[str]]) -> None:
    """Print rows under a heading, numbers to the right."""
    widths = [max(len(row[i]) for row in [heading, *rows]) for i in range(len(heading))]
    for row in [heading, *rows]:
        cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells[1:]]))
