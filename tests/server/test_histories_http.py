"""Histories of a form of one's own, through publication, push and pull only: every policy as its author wrote it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from server.auth import COMMAND
from server.services import entities
from server.services.forms import FormFile, publish_forms

BOTH_DATABASES = True

POLICIES = ("review", "last", "first", "max", "min", "sum", "union", "append")
REGISTER = """
| survey   |                          |          |         |          |                    |
|          | type                     | name     | label   | save_to  | bind::hirfa:merge  |
|          | text                     | r        | R       | review   | review             |
|          | text                     | l        | L       | last     | last               |
|          | text                     | f        | F       | first    | first              |
|          | integer                  | x        | X       | max      | max                |
|          | date                     | n        | N       | min      | min                |
|          | decimal                  | s        | S       | sum      | sum                |
|          | select_multiple c        | u        | U       | union    | union              |
|          | text                     | a        | A       | append   | append             |
| choices  |                          |          |         |          |                    |
|          | list_name                | name     | label   |          |                    |
|          | c                        | one      | 1       |          |                    |
|          | c                        | two      | 2       |          |                    |
|          | c                        | three    | 3       |          |                    |
| entities |                          |          |         |          |                    |
|          | list_name                | label    |         |          |                    |
|          | goats                    | ${r}     |         |          |                    |
| settings |                          |          |         |          |                    |
|          | form_id                  | version  | namespaces                    | | |
|          | register                 | 1        | hirfa="urn:hirfa:xforms:1"    | | |
"""
LOOK = "instance('goats')/root/item[name=${goat}]/"
VISIT = f"""
| survey   |                                 |          |         |          |                     |
|          | type                            | name     | label   | save_to  | calculation         | trigger |
|          | select_one_from_file goats.csv  | goat     | Goat    |          |                     |         |
|          | text                            | r        | R       | review   | {LOOK}review        | ${{goat}} |
|          | text                            | l        | L       | last     | {LOOK}last          | ${{goat}} |
|          | text                            | f        | F       | first    | {LOOK}first         | ${{goat}} |
|          | integer                         | x        | X       | max      | {LOOK}max           | ${{goat}} |
|          | date                            | n        | N       | min      | {LOOK}min           | ${{goat}} |
|          | decimal                         | s        | S       | sum      | {LOOK}sum           | ${{goat}} |
|          | select_multiple c               | u        | U       | union    | {LOOK}union         | ${{goat}} |
|          | text                            | a        | A       | append   |                     |         |
| choices  |                                 |          |         |          |                     |         |
|          | list_name                       | name     | label   |          |                     |         |
|          | c                               | one      | 1       |          |                     |         |
|          | c                               | two      | 2       |          |                     |         |
|          | c                               | three    | 3       |          |                     |         |
| entities |                                 |          |         |          |                     |         |
|          | list_name                       | entity_id|         |          |                     |         |
|          | goats                           | ${{goat}} |         |          |                     |         |
| settings |                                 |          |         |          |                     |         |
|          | form_id                         | version  |         |          |                     |         |
|          | visit                           | 1        |         |          |                     |         |
"""
NAMES = dict(zip(POLICIES, "rlfxnsua", strict=True))
START = {"review": "r0", "last": "l0", "first": "f0", "max": "5", "min": "2026-01-10", "sum": "10", "union": "one"}


@pytest.fixture
def herd(app: Flask, make_phone: Any) -> Any:
    publish_forms(1, [FormFile("r.md", REGISTER.encode()), FormFile("v.md", VISIT.encode())], COMMAND)
    return make_phone


def body(values: dict[str, str]) -> str:
    return "".join(f"<{NAMES[p]}>{v}</{NAMES[p]}>" for p, v in values.items())


def create(phone: Any, values: dict[str, str]) -> str:
    goat, instance_id = str(uuid4()), f"uuid:{uuid4()}"
    xml = (
        f"<data id='register' version='1'>{body(values)}<meta><instanceID>{instance_id}</instanceID>"
        f"<entity dataset='goats' id='{goat}' create='1'><label>G</label></entity></meta></data>"
    )
    assert phone.push(phone.item(xml, instance_id))["results"][0]["status"] == "accepted"
    return goat


def update(
    phone: Any, goat: str, values: dict[str, str], *, base: int, trunk: int | str = "", branch: str = ""
) -> dict[str, Any]:
    instance_id = f"uuid:{uuid4()}"
    xml = (
        f"<data id='visit' version='1'><goat>{goat}</goat>{body(values)}<meta><instanceID>{instance_id}</instanceID>"
        f"<entity dataset='goats' id='{goat}' update='1' baseVersion='{base}' trunkVersion='{trunk}' "
        f"branchId='{branch}'/></meta></data>"
    )
    item: dict[str, Any] = phone.item(xml, instance_id)
    return item


def goats(phone: Any) -> dict[str, Any]:
    return {u["id"]: u for p in phone.pull(limit=1000)["scopes"].values() for u in p["upserts"] if u["list"] == "goats"}


def test_each_policy_does_what_it_says_when_two_change_everything(herd: Any) -> None:
    one, two = herd("one"), herd("two")
    goat = create(one, START)
    first = START | {"review": "r1", "last": "l1", "first": "f1", "max": "9", "min": "2026-01-02", "sum": "13"}
    second = START | {"review": "r2", "last": "l2", "first": "f2", "max": "7", "min": "2026-01-03", "sum": "12.5"}
    first |= {"union": "one two", "append": "first note"}
    second |= {"union": "three", "append": "second note"}
    item = update(one, goat, first, base=1, trunk=1, branch=str(uuid4()))
    item["finalizedAt"] = "2026-11-20T08:00:00Z"
    later = update(two, goat, second, base=1, trunk=1, branch=str(uuid4()))
    later["finalizedAt"] = "2026-11-21T08:00:00Z"
    result = two.push(later)["results"][0], one.push(item)["results"][0]  # the later one arrives first
    assert result[1]["entities"][0]["conflicts"] == ["review"]
    shown = goats(one)[goat]
    assert shown["open"] == ["review"]
    data = shown["data"]
    assert {p: data[p] for p in START if p not in ("review", "last", "first")} == {
        "max": "9",
        "min": "2026-01-02",
        "sum": "15.5",
        "union": "two three",
    }
    assert data["append"].split("\n") in (["first note", "second note"], ["second note", "first note"])
    assert {data["last"], data["first"]} <= {"l1", "l2", "f1", "f2"}
    listed = {c.property: c for c, _ in entities.list_conflicts(1, open_only=False, entity_id=goat)}
    assert {name: c.open for name, c in listed.items()} == {"review": True, "last": False, "first": False}
    assert {c["value"] for c in listed["review"].candidates} == {"r1", "r2"}
    assert goats(two) == goats(one)


def test_an_untouched_prefilled_answer_reverts_nobody(herd: Any) -> None:
    one, two = herd("one"), herd("two")
    goat = create(one, START)
    one.push(update(one, goat, START | {"review": "mine", "sum": "11"}, base=1, trunk=1, branch=str(uuid4())))
    two.push(update(two, goat, START | {"last": "hers"}, base=1, trunk=1, branch=str(uuid4())))
    shown = goats(one)[goat]
    assert shown["open"] == []
    assert (shown["data"]["review"], shown["data"]["last"], shown["data"]["sum"]) == ("mine", "hers", "11")


def test_a_blank_that_was_prefilled_clears_and_one_that_was_not_does_nothing(herd: Any) -> None:
    phone = herd("one")
    goat = create(phone, START | {"append": "kept"})
    phone.push(update(phone, goat, START | {"review": "", "append": ""}, base=1))
    data = goats(phone)[goat]["data"]
    assert data["review"] == ""
    assert data["append"] == "kept"


def test_a_branch_gives_the_same_in_any_order_and_resent(herd: Any) -> None:
    served = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
        phone = herd(f"phone {order}")
        goat, branch = create(phone, START), str(uuid4())
        steps = [{"review": "a", "sum": "11"}, {"review": "a", "sum": "13"}, {"review": "c", "sum": "13"}]
        items = [
            update(phone, goat, START | step, base=1 + place, trunk=1, branch=branch)
            for place, step in enumerate(steps)
        ]
        for place in order:
            phone.push(items[place])
        phone.push(*items)
        shown = goats(phone)[goat]
        served.append((shown["data"]["review"], shown["data"]["sum"], shown["open"], shown["version"]))
    assert served == [("c", "13", [], 4)] * 4


def test_one_batch_and_one_by_one_give_the_same(herd: Any) -> None:
    seen = []
    for together in (True, False):
        phone = herd(f"phone {together}")
        goat = create(phone, START)
        items = [
            update(phone, goat, START | {"sum": str(10 + n), "review": f"r{n}"}, base=1, trunk=1, branch=str(uuid4()))
            for n in range(1, 60)
        ]
        if together:
            phone.push(*items)
        else:
            for item in items:
                phone.push(item)
        shown = goats(phone)[goat]
        seen.append((shown["data"]["sum"], shown["open"], shown["version"]))
    assert seen[0] == seen[1] == (str(10 + sum(range(1, 60))), ["review"], 60)


def test_rebuilding_changes_nothing(herd: Any) -> None:
    one = herd("one")
    goat = create(one, START)
    for n in range(5):
        one.push(update(one, goat, START | {"review": str(n), "union": "two"}, base=1, trunk=1, branch=str(uuid4())))
    before = goats(one)
    assert entities.rebuild_entities(1)[1] == 0
    assert goats(one) == before


def test_a_changed_policy_changes_what_is_shown_and_no_row(herd: Any) -> None:
    one, two = herd("one"), herd("two")
    goat = create(one, START)
    for phone, value in ((one, "20"), (two, "30")):
        phone.push(update(phone, goat, START | {"max": value}, base=1, trunk=1, branch=str(uuid4())))
    assert goats(one)[goat]["open"] == []
    changed = REGISTER.replace("| max                |", "| review             |").replace("| 1        | hirfa", "| 2 | hirfa")
    publish_forms(1, [FormFile("r.md", changed.encode())], COMMAND)
    assert goats(one)[goat]["open"] == ["max"]
    assert goats(one)[goat]["version"] == 3
    publish_forms(1, [FormFile("r.md", REGISTER.replace("| 1        | hirfa", "| 3 | hirfa").encode())], COMMAND)
    assert (goats(one)[goat]["open"], goats(one)[goat]["data"]["max"]) == ([], "30")
