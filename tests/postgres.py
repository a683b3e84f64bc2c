"""A real PostgreSQL for tests: its own cluster in a temporary folder, reached by a socket, nothing kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

FAST = "-c fsync=off -c full_page_writes=off -c max_connections=60"
"""Not ``synchronous_commit=off``: a server that is killed would then lose what it had confirmed."""


@dataclass(frozen=True)
class Cluster:
    folder: Path
    binaries: Path

    def control(self, *arguments: str) -> None:
        """Run ``pg_ctl`` on it, as its owner, and wait."""
        run_as_owner(str(self.binaries / "pg_ctl"), "-D", str(self.folder / "data"), "-w", *arguments)

    def start(self) -> None:
        self.control("-l", str(self.folder / "log"), "-o", f"-k {self.folder} -h '' {FAST}", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; ``immediate`` is what a power cut does to its processes."""
        self.control("-m", mode, "stop")

    def url(self, name: str) -> str:
        return f"postgresql:///{name}?host={self.folder}&user=postgres"

    def run(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def copy(self, template: str, name: str) -> str:
        """Make a database as a copy of another that nobody is connected to; return its address."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _binaries() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert versions, "PostgreSQL is missing. Run as root: apt-get install -y postgresql"
    return versions[-1].parent


@contextmanager
def postgres_cluster() -> Iterator[Cluster]:
    """Run a cluster until the end of the block."""
    options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    with _running(_binaries(), "initdb", *options) as made:
        yield made


@contextmanager
def replica_of(primary: Cluster) -> Iterator[Cluster]:
    """Run a streaming replica of a cluster until the end of the block."""
    options = ("-h", str(primary.folder), "-U", "postgres", "-R", "-c", "fast", "--no-sync")
    with _running(primary.binaries, "pg_basebackup", *options) as made:
        yield made


@contextmanager
def _running(binaries: Path, make: str, *options: str) -> Iterator[Cluster]:
    """Run the cluster whose data a program of PostgreSQL makes."""
    folder = Path(tempfile.mkdtemp(prefix="pg."))
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
    made = Cluster(folder, binaries)
    try:
        run_as_owner(str(binaries / make), "-D", str(folder / "data"), *options)
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_as_owner(*command: str) -> None:
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_owner, *command], check=True, cwd="/", stdout=subprocess.DEVNULL)
