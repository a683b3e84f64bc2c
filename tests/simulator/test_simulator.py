"""Whole histories against the real server: nothing is lost, nothing is disputed for nothing, all phones agree.

`make test` runs 500; `HIRFA_TESTS=long` 20,000. A failure says the one command that replays it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.simulator.checker import find_violations
from tests.simulator.runner import find_failure, run, simulated_server
from tests.simulator.server import SimulatedServer

LONG = os.environ.get("HIRFA_TESTS") == "long"
CHUNK = 100 if LONG else 40
SQLITE = 18_000 if LONG else 480
POSTGRES = 2_000 if LONG else 20
FIRST_ON_POSTGRES = 1_000_000


@pytest.fixture(scope="module")
def sqlite() -> Iterator[SimulatedServer]:
    with simulated_server() as server:
        yield server


@pytest.fixture(scope="module")
def postgres() -> Iterator[SimulatedServer]:
    with simulated_server(postgres=True) as server:
        yield server


@pytest.mark.parametrize("first", range(0, SQLITE, CHUNK))
def test_histories_keep_the_laws_on_sqlite(sqlite: SimulatedServer, first: int) -> None:
    failure = find_failure(range(first, min(SQLITE, first + CHUNK)), sqlite)
    assert failure is None, str(failure)


@pytest.mark.parametrize("first", range(0, POSTGRES, 20))
def test_histories_keep_the_laws_on_postgresql(postgres: SimulatedServer, first: int) -> None:
    start = FIRST_ON_POSTGRES + first
    failure = find_failure(range(start, start + 20), postgres)
    assert failure is None, str(failure)


def test_a_seed_replays_to_the_letter(sqlite: SimulatedServer) -> None:
    first, second = run(17, sqlite)[0].events, run(17, sqlite)[0].events
    assert first == second


def test_a_history_that_does_not_end_is_no_good_one() -> None:
    assert find_violations([]) != []
