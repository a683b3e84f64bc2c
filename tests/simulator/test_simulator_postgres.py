"""Whole histories against the real server on PostgreSQL (see test_simulator.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.simulator.runner import find_failure, simulated_server
from tests.simulator.server import SimulatedServer

LONG = os.environ.get("HIRFA_TESTS") == "long"
FIRST, CHUNK = 1_000_000, 20
HISTORIES = 4_000 if LONG else 20


@pytest.fixture(scope="module")
def postgres() -> Iterator[SimulatedServer]:
    with simulated_server(postgres=True) as server:
        yield server


@pytest.mark.parametrize("first", range(FIRST, FIRST + HISTORIES, CHUNK))
def test_histories_keep_the_laws_on_postgresql(postgres: SimulatedServer, first: int) -> None:
    failure = find_failure(range(first, first + CHUNK), postgres)
    assert failure is None, str(failure)
