"""A phone counts the places of its branch one by one, so that the server can tell a step that is missing."""

from __future__ import annotations

from typing import Any

import pytest

from sync.actions import Recorded
from sync.branches import Branches
from tests.sync import places
from tests.sync.ledger import Ledger, act

VECTORS = places.build_vectors()


def play(steps: list[dict[str, Any]], *, lost: int | None = None) -> dict[str, Recorded]:
    """Let a vector happen: what a pull settles has arrived before it, the rest arrives at the end, but for one lost."""
    book = Ledger()
    pending: list[Any] = []
    made = 0

    def arrive(actions: list[Any]) -> None:
        for action in actions:
            if action.id != f"own{lost}":
                book.receive(action)

    def colleague(version: int) -> None:
        while book.version("e") < version:
            book.do(f"c{len(book.history)}", "update" if book.history else "create", saved={"name": "x"})

    for step in steps:
        if step["do"] == "register":
            pending.append(act("own0", "create", saved={"name": "a"}, device="d"))
        elif step["do"] == "pull":
            arrive(pending[: step["settle"]])
            pending = pending[step["settle"] :]
            colleague(step["version"])
        else:
            made += 1
            versions = step["versions"]
            base = int(versions["__trunkVersion"]) if versions["__trunkVersion"] else None
            place = {"branch": versions["__branchId"], "pos": int(versions["__version"]), "base": base}
            pending.append(act(f"own{made}", saved={"name": f"v{made}"}, device="d", **place))
    arrive(pending)
    return {record.action.id: record for record in book.history}


def own(records: dict[str, Recorded]) -> list[Recorded]:
    return [record for key, record in records.items() if key.startswith("own")]


def test_place_vectors_are_those_in_the_file() -> None:
    """The phone is tested against the file: after a change run `python -m tests.sync.places`."""
    assert places.PATH.read_text(encoding="utf-8") == places.to_text()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_branches_miss_nothing_when_all_arrived(vector: dict[str, Any]) -> None:
    records = play(vector["steps"])
    branches = Branches(records, {}, {}, {})
    assert branches.forks == ()
    assert [record.action.id for record in own(records) if branches.has_gap(record)] == []


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_branches_miss_the_step_that_never_arrived(vector: dict[str, Any]) -> None:
    whole = play(vector["steps"])
    chains: dict[str, list[Recorded]] = {}
    for record in own(whole):
        if record.action.kind == "update":
            chains.setdefault(str(record.action.branch), []).append(record)
    for chain in chains.values():
        chain.sort(key=lambda record: record.action.pos or 0)
        # A step that a pulled row held before it was lost is no hole: only those of one base are taken away here.
        first, *rest = chain
        if not rest or first.action.base is None or {record.action.base for record in rest} != {first.action.base}:
            continue
        records = play(vector["steps"], lost=int(first.action.id.removeprefix("own")))
        branches = Branches(records, {}, {}, {})
        assert all(branches.has_gap(records[record.action.id]) for record in rest)
