"""Run histories by seed, on SQLite or PostgreSQL; make a failing one smaller; say how to replay it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.logs import init_logs
from tests.postgres import postgres_cluster
from tests.simulator.checker import find_violations
from tests.simulator.history import make_plan, run_history
from tests.simulator.line import Log
from tests.simulator.server import SimulatedServer, make_template


@dataclass(frozen=True)
class Failure:
    seed: int
    violations: tuple[str, ...]
    postgres: bool

    def __str__(self) -> str:
        told = "\n".join(f"  {text}" for text in self.violations[:12])
        return f"seed {self.seed} breaks the laws:\n{told}\nreplay: {replay_command(self.seed, self.postgres)}"


def replay_command(seed: int, postgres: bool) -> str:
    return f".venv/bin/python -m tests.simulator {seed}{' --postgres' if postgres else ''} --trace"


@contextmanager
def simulated_server(*, postgres: bool = False) -> Iterator[SimulatedServer]:
    """Install a template and give a server that is laid anew for each history."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder in memory where there is one: the disk is not under test here
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)))
        cluster = stack.enter_context(postgres_cluster()) if postgres else None
        server = SimulatedServer(make_template(folder / "template", cluster), folder / "data")
        init_logs()
        yield server
        server.close()


def run(seed: int, server: SimulatedServer, skip: Collection[int] = ()) -> tuple[Log, list[str]]:
    log = run_history(seed, server, skip)
    return log, find_violations(log.events)


def find_failure(seeds: Iterable[int], server: SimulatedServer) -> Failure | None:
    """Return the first seed whose history breaks a law."""
    for seed in seeds:
        _, violations = run(seed, server)
        if violations:
            return Failure(seed, tuple(violations), server.template.postgres)
    return None


def shrink(seed: int, server: SimulatedServer) -> list[int]:
    """Leave out steps while the history still breaks a law; return those that can be left out."""
    skip: list[int] = []
    size = max(1, len(make_plan(seed).steps) // 2)
    while size:
        places = [place for place in range(len(make_plan(seed).steps)) if place not in skip]
        for start in range(0, len(places), size):
            less = [*skip, *places[start : start + size]]
            if run(seed, server, less)[1]:
                skip = less
        size //= 2
    return sorted(skip)
