"""Whole histories against the real server: nothing is lost, nothing is disputed for nothing, all phones agree.

`make test` runs 500, `HIRFA_TESTS=long` 20,000; a fifth of them on PostgreSQL then, in the file beside this one so that both run at
once. A failure says the one command that replays it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.simulator.checker import find_violations
from tests.simulator.runner import find_failure, run, simulated_server
from tests.simulator.server import SimulatedServer

LONG = os.environ.get("HIRFA_TESTS") == "long"
HISTORIES, CHUNK = (16_000, 100) if LONG else (480, 40)


@pytest.fixture(scope="module")
def sqlite() -> Iterator[SimulatedServer]:
    with simulated_server() as server:
        yield server


@pytest.mark.parametrize("first", range(0, HISTORIES, CHUNK))
def test_histories_keep_the_laws_on_sqlite(sqlite: SimulatedServer, first: int) -> None:
    failure = find_failure(range(first, first + CHUNK), sqlite)
    assert failure is None, str(failure)


def test_a_seed_replays_to_the_letter(sqlite: SimulatedServer) -> None:
    first, second = run(17, sqlite)[0].events, run(17, sqlite)[0].events
    assert first == second


def test_a_history_that_does_not_end_is_no_good_one() -> None:
    assert find_violations([]) != []
