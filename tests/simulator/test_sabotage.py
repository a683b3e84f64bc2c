"""The laws can be broken: each planted fault is found within a bounded number of histories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.runner import find_failure, simulated_server
from tests.simulator.sabotage import PLANTS, Plant
from tests.simulator.server import SimulatedServer

WITHIN = 150
"""Histories. The rarest faults need a server that dies at one certain statement."""


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatedServer]:
    with simulated_server() as running:
        yield running


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_breaks_a_law(
    server: SimulatedServer, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert find_failure(range(WITHIN), server) is not None, f"nobody noticed in {WITHIN} histories"
