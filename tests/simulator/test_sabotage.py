"""The laws can be broken: each planted fault is found within a bounded number of histories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator import sabotage, sabotage_office
from tests.simulator.runner import find_failure, simulated_server
from tests.simulator.sabotage import Plant
from tests.simulator.server import SimulatedServer

ALL = [*sabotage.PLANTS.items(), *sabotage_office.PLANTS.items()]
WITHIN = 150
"""Histories from the seed that each plant names. The rarest faults need a server that dies at one certain statement."""


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedServer]:
    with simulated_server() as running:
        yield running


@pytest.mark.parametrize(("plant", "first"), ALL, ids=lambda it: it.__name__ if callable(it) else str(it))
def test_a_planted_fault_breaks_a_law(
    server: SimulatedServer, plant: Plant, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert find_failure(range(first, first + WITHIN), server) is not None, f"nobody noticed in {WITHIN} histories"
