"""A PostgreSQL of our own for measurements: durable as it comes (fsync on), reached by a socket, nothing kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cluster:
    """A running cluster with one database."""

    folder: Path
    pid: int

    @property
    def url(self) -> str:
        """What ``HIRFA_DATABASE_URL`` takes."""
        return f"postgresql:///postgres?host={self.folder}&user=postgres"

    def memory_mib(self) -> float:
        """Proportional memory of all its processes, in MiB: what they share is counted once."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if self.pid in (int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])):
                    total += _read_pss(stat.with_name("smaps_rollup"))
            except OSError:
                continue
        return total / 1024

    def cpu_s(self) -> float:
        """Seconds of processor used by all its processes, those that ended included."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat.parent.name) == self.pid:
                total += sum(int(field) for field in fields[11:15])  # its own and its ended children's
            elif int(fields[1]) == self.pid:
                total += int(fields[11]) + int(fields[12])
        return total / TICKS


def _read_pss(rollup: Path) -> int:
    return next((int(line.split()[1]) for line in rollup.read_text().splitlines() if line.startswith("Pss:")), 0)


@contextmanager
def run_cluster(keep: Path | None = None, more: str = "") -> Iterator[Cluster]:
    """Run a cluster until the end of the block.

    :param keep: the folder to use, which stays; a cluster that lies there is started again.
    :param more: options of ``postgres``, which count before ours.
    """
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (str(binaries[-1]) if binaries else None)
    if found is None:
        raise SystemExit("PostgreSQL is missing. Run as root: apt-get install -y postgresql")
    folder, tools = keep or Path(tempfile.mkdtemp(prefix="hirfa-pg-")), Path(found).resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    owner: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        owner = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        subprocess.run([*owner, *command], check=True, cwd="/", stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        if not (folder / "data").exists():
            run(str(tools / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-k {folder} -h '' -c max_wal_size=4GB -c shared_buffers=256MB {more}"
        run(str(tools / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Cluster(folder, int((folder / "data" / "postmaster.pid").read_text().split()[0]))
        finally:
            run(str(tools / "pg_ctl"), "-D", data, "-w", "-m", "fast", "stop")
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
