"""Several at once, on both databases: one outcome, no row lost or doubled, no cursor that skips, no deadlock."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from server import create_app
from server.auth import COMMAND, Actor
from server.config import Settings
from server.database import RUNS, db, retried, transaction
from server.models import Device, Entity, EntityScope, EntityVersion, Project, Quarantined, Submission
from server.services import actors, entities, feed, sync
from tests.builders import registration, visit
from tests.faults.field import in_background

LONG = os.environ.get("HIRFA_TESTS") == "long"
BOTH_DATABASES = True


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def agent(app: Flask) -> Actor:
    made = actors.create_app_user(1, "Amina", ("3112", "3110"), COMMAND)
    db.session.remove()
    return Actor("app_user", made.id, "Amina", "app_user", 1)


def item(xml: str, instance_id: str, seq: int | None = None) -> dict[str, Any]:
    return {"seq": seq, "instanceId": instance_id, "xml": xml, "finalizedAt": "2026-11-20T09:00:00Z"}


def push(app: Flask, agent: Actor, items: list[dict[str, Any]], device: str = "d") -> list[dict[str, Any]]:
    """Push as a request does: a context, so a session and a connection, of its own."""
    with app.app_context():
        try:
            return sync.receive_batch(1, agent, device, None, items).results
        finally:
            db.session.remove()


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Begin all at the same moment; return what each returned."""
    ready, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number: int) -> None:
        ready.wait(30)
        results[number] = jobs[number]()

    with in_background(*(lambda n=n: run(n) for n in range(len(jobs)))):
        pass
    return results


def test_the_same_instance_pushed_by_eight_at_once_is_one_submission_and_eight_equal_answers(
    app: Flask, agent: Actor
) -> None:
    for _ in range(20 if LONG else 3):
        xml, instance_id, woman = registration()
        sent = item(xml, instance_id, 1)
        told = at_once([lambda sent=sent: push(app, agent, [sent])[0]] * 8)
        assert sorted(one["status"] for one in told) == ["accepted"] + ["duplicate"] * 7
        assert {str(one["entities"]) for one in told} == {str([{"id": woman, "version": 1, "conflicts": []}])}
        count = select(func.count()).select_from(Submission).where(Submission.instance_id == instance_id)
        assert db.session.scalar(count) == 1
        db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Device)) == 1


def test_different_contents_under_one_id_at_once_are_one_submission_and_the_others_aside(app: Flask, agent: Actor) -> None:
    _, instance_id, _ = registration()
    xmls = [registration(instance_id=instance_id, nom_fr=f"N{n}")[0] for n in range(6)]
    told = at_once([lambda xml=xml: push(app, agent, [item(xml, instance_id)])[0] for xml in xmls])
    assert sorted(one["status"] for one in told) == ["accepted"] + ["quarantined"] * 5
    assert db.session.scalar(select(func.count()).select_from(Quarantined)) == 5


def test_batches_in_opposite_orders_never_deadlock_and_every_visit_counts(app: Flask, agent: Actor) -> None:
    women = []
    for _ in range(12):
        xml, instance_id, woman = registration()
        push(app, agent, [item(xml, instance_id)])
        women.append(woman)
    rounds, pushers = (10 if LONG else 2), 4
    for number in range(rounds):
        batches = []
        for pusher in range(pushers):
            order = women if pusher % 2 else women[::-1]
            batches.append([item(*visit(woman, base=1, trunk=1, branch=str(uuid4()))) for woman in order])
        told = at_once([lambda n=n, b=b: push(app, agent, b, f"device {n}") for n, b in enumerate(batches)])
        assert {one["status"] for results in told for one in results} == {"accepted"}
        for woman in women:
            assert db.session.get_one(Entity, (1, woman), populate_existing=True).version == 1 + (number + 1) * pushers
        db.session.rollback()
    visits = {entity.data["nb_visites"] for entity in db.session.scalars(select(Entity).where(Entity.id.in_(women)))}
    assert visits == {str(rounds * pushers)}  # a sum: no addition was lost
    db.session.rollback()
    assert entities.rebuild_entities(1)[1] == 0


def test_a_cursor_never_skips_what_others_commit_meanwhile(app: Flask, agent: Actor) -> None:
    """A phone pulls small pages while others commit; what it ends up with is what there is."""
    ended, held, cursors = threading.Event(), {}, {}
    chance = random.Random(5)

    def pull_once() -> bool:
        with app.app_context():
            try:
                answer = feed.pull(1, agent, feed.PullRequest(era=1, scopes=dict(cursors), forms={}, limit=chance.randint(1, 9)))
            finally:
                db.session.remove()
        more = False
        for scope, page in answer["scopes"].items():
            assert page["cursor"] >= cursors.get(scope, 0)
            cursors[scope] = page["cursor"]
            more = more or page["more"]
            held.update({upsert["id"]: upsert["version"] for upsert in page["upserts"]})
        return more

    def read() -> None:
        while not ended.is_set():
            pull_once()

    def write(number: int) -> None:
        for step in range(30 if LONG else 8):
            made = [registration(commune="3112" if (step + n) % 2 else "3110") for n in range(3)]
            push(app, agent, [item(xml, instance_id) for xml, instance_id, _ in made], f"device {number}")
            changed = [item(*visit(woman, base=1, trunk=1, branch=str(uuid4()))) for _, _, woman in made[:2]]
            push(app, agent, changed, f"device {number}")

    with in_background(read):
        try:
            with in_background(*(lambda n=n: write(n) for n in range(4))):
                pass
        finally:
            ended.set()
    while pull_once():
        pass
    there = {entity.id: entity.version for entity in db.session.scalars(select(Entity))}
    assert held == there
    versions = list(db.session.scalars(select(EntityVersion.counter)))
    assert len(versions) == len(set(versions))
    newest = db.session.get_one(Project, 1, populate_existing=True).counter
    assert max(versions) <= newest
    assert max(db.session.scalars(select(EntityScope.counter))) <= newest


def test_two_tabs_of_one_phone_push_at_once_and_no_number_is_missed(app: Flask, agent: Actor) -> None:
    items = [item(*registration()[:2], seq) for seq in range(1, 41)]
    halves = [items[::2], items[1::2], items[10:30]]
    told = at_once([lambda h=h: push(app, agent, h, "tab") for h in halves])
    assert {one["status"] for results in told for one in results} <= {"accepted", "duplicate"}
    assert sync.find_missing(1, agent.id, "tab") == []
    device = db.session.get_one(Device, (1, agent.id, "tab"))
    assert device.max_seq == 40
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 40


def test_retried_runs_again_when_postgresql_ends_a_deadlock(app: Flask) -> None:
    """Two transactions lock two rows in opposite orders: PostgreSQL ends one of them, which then runs again. SQLite has
    one writer, who waits instead."""
    db.session.execute(text("create table ledger (id integer primary key, amount integer not null)"))
    db.session.execute(text("insert into ledger values (1, 0), (2, 0)"))
    db.session.connection().exec_driver_sql("commit")
    db.session.remove()
    first, runs = threading.Barrier(2), []
    one_writer = db.engine.dialect.name == "sqlite"

    def move(order: tuple[int, int]) -> None:
        tried = 0

        @retried
        def run() -> None:
            nonlocal tried
            tried += 1
            runs.append(order)
            with transaction() as session:
                session.execute(text("update ledger set amount = amount + 1 where id = :id"), {"id": order[0]})
                if tried == 1 and not one_writer:
                    first.wait(20)
                session.execute(text("update ledger set amount = amount + 1 where id = :id"), {"id": order[1]})

        with app.app_context():
            run()
            db.session.remove()

    with in_background(lambda: move((1, 2)), lambda: move((2, 1))):
        pass
    assert list(db.session.scalars(text("select amount from ledger order by id"))) == [2, 2]
    assert len(runs) == 2 if one_writer else len(runs) > 2


def test_retried_runs_again_when_postgresql_cannot_serialize(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        other = db.engine.raw_connection()  # a writer that holds the lock for a moment is waited for
        other.cursor().execute("begin immediate")
        timer = threading.Timer(0.3, other.rollback)
        timer.start()
        with transaction() as session:
            session.execute(text("update projects set counter = counter + 1"))
        timer.join()
        other.close()
        return
    runs = []

    @retried
    def bump() -> int:
        runs.append(1)
        with transaction() as session:
            session.connection().exec_driver_sql("set transaction isolation level repeatable read")
            seen = int(session.execute(text("select counter from projects where id = 1")).scalar_one())
            if len(runs) == 1:
                with db.engine.begin() as other:
                    other.exec_driver_sql("update projects set counter = counter + 10 where id = 1")
            session.execute(text("update projects set counter = :n where id = 1"), {"n": seen + 1})
            return seen

    assert bump() == int(db.session.execute(text("select counter from projects where id = 1")).scalar_one()) - 1
    assert len(runs) == 2


def test_retried_gives_up_and_says_busy_when_it_always_loses(app: Flask) -> None:
    from psycopg.errors import SerializationFailure

    from server.errors import problem_of

    runs = []

    @retried
    def lose() -> None:
        runs.append(1)
        raise OperationalError("select", {}, SerializationFailure("always"))

    with pytest.raises(OperationalError) as caught:
        lose()
    assert len(runs) == RUNS
    assert problem_of(caught.value).code == "503.1"


def test_a_month_offline_arrives_in_ten_batches_with_memory_bounded(settings: Settings, app: Flask, agent: Actor, tmp_path: Path) -> None:
    """Ten times 500. What a batch leaves behind in the process must not grow with what came before it."""
    import gc
    import tracemalloc

    size, batches = (500, 10) if LONG else (500, 4)
    peaks = []
    tracemalloc.start()
    try:
        for number in range(batches):
            items = [item(*registration()[:2], number * size + n + 1) for n in range(size)]
            gc.collect()
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            assert {one["status"] for one in push(app, agent, items, "month")} == {"accepted"}
            del items
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    assert sync.find_missing(1, agent.id, "month") == []
    assert db.session.scalar(select(func.count()).select_from(Submission)) == size * batches
    assert max(peaks[1:]) < 1.5 * peaks[0] + 2 * 2**20, peaks
