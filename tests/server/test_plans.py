"""What a push and a pull ask of the tables that grow is found by an index, on more than the project: so they are as quick
with half a million forms stored as with none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from server.auth import COMMAND
from server.database import db
from server.services import audits, submissions
from server.services.search import search_entities
from server.services.submission_batches import read_batches
from server.services.submission_filters import Filter
from tests.builders import registration, visit

BOTH_DATABASES = True
GROW = (
    "submissions", "submission_attachments", "submission_words", "blobs", "quarantine", "entities", "entity_actions", "entity_versions",
    "entity_scopes", "conflicts", "audits",
)  # fmt: skip
ASKS = re.compile(r"^\s*(SELECT|UPDATE|DELETE)", re.IGNORECASE)
ONLY_PROJECT = re.compile(r"\((project_id=\?|project_id = \d+)\)$")


@contextmanager
def listening() -> Iterator[dict[str, Any]]:
    """Note every statement with what it was given, once each."""
    heard: dict[str, Any] = {}

    def hear(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if ASKS.match(statement) and not many:
            heard.setdefault(statement, given)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(db.engine, "before_cursor_execute", hear)


def find_scans(statement: str, given: Any) -> list[str]:
    """Name the growing tables of which a statement reads every row, or every row of the project."""
    if db.engine.dialect.name == "sqlite":
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
        steps = [row[3] for row in plan]
        return [
            step for step in steps
            if (found := re.match(r"(SCAN|SEARCH) (\w+)", step)) and found[2] in GROW
            and (found[1] == "SCAN" or ONLY_PROJECT.search(step))
        ]  # fmt: skip
    db.session.execute(text("SET LOCAL enable_seqscan = off"))  # tables of a test are small: then indexes do not pay
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", given).all()
    return [line for (line,) in plan if re.search(rf"Seq Scan on ({'|'.join(GROW)})\b", line)]


def exchange(phone: Any) -> None:
    """Send and fetch as a phone does in a week: registrations, visits, an edit, photographs, a repeat, news."""
    xml, instance_id, woman = registration(photo="p.jpg")
    files = [{"name": "p.jpg", "sha256": "0" * 64, "size": 3, "contentType": "image/jpeg"}]
    first = phone.item(xml, instance_id, attachments=files)
    phone.push(first)
    cursors = {scope: page["cursor"] for scope, page in phone.pull()["scopes"].items()}
    seen, visited = visit(woman, base=1, trunk=1, branch="b", remarques="x")
    edited, edit = visit(woman, base=2, trunk=1, branch="b", remarques="y", deprecated_id=visited)
    phone.push(first, phone.item(seen, visited), phone.item(edited, edit))
    phone.push()
    phone.pull(scopes=cursors)


@pytest.fixture
def asked(app: Flask, phone: Any) -> dict[str, Any]:
    exchange(phone)  # what is asked once in a process is asked here
    with listening() as heard:
        exchange(phone)
    assert len(heard) > 20
    return dict(heard)


def test_no_question_of_a_push_or_a_pull_reads_all_that_is_stored(asked: dict[str, Any]) -> None:
    db.session.rollback()
    scans = {statement: found for statement, given in asked.items() if (found := find_scans(statement, given))}
    assert scans == {}


def test_a_question_without_an_index_is_noticed(app: Flask) -> None:
    bad = "SELECT instance_id FROM submissions WHERE instance_name = 'x'"
    assert find_scans(bad, ())


def test_words_and_places_among_the_submissions_are_found_by_an_index(app: Flask, phone: Any) -> None:
    exchange(phone)
    with listening() as heard:
        for asked in (Filter(words="Tafraoui fatima"), Filter(words="zzz"), Filter(scope="3112"), Filter(flagged=True)):
            submissions.list_submissions(1, asked)
    db.session.rollback()
    assert any("submission_words" in statement for statement in heard)
    assert {statement: found for statement, given in heard.items() if (found := find_scans(statement, given))} == {}


def find_indexes(statement: str, given: Any) -> str:
    """Tell the plan of a statement by SQLite, "" on PostgreSQL, whose plans follow the sizes of tables."""
    if db.engine.dialect.name != "sqlite":
        return ""
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    return "\n".join(row[3] for row in plan)


def test_late_pages_are_found_without_a_record_or_a_submission_being_read(app: Flask, phone: Any) -> None:
    exchange(phone)
    with listening() as heard:
        for narrowed in ({}, {"scope": "3112"}, {"values": {"association": "asso_01"}}):
            search_entities(1, "artisanes", **narrowed)  # type: ignore[arg-type]
        submissions.list_submissions(1, Filter(scope="3112"))
        submissions.list_submissions(1, Filter(scope="3112", form_id="cam_e_visite"))
    db.session.rollback()
    paged = {
        statement: plan for statement, given in heard.items()
        if "ORDER BY record_index.sort" in statement or ("entity_scopes" in statement and "ORDER BY" in statement)
        for plan in [find_indexes(statement, given)]
    }  # fmt: skip
    assert len(paged) == 5
    assert {s: plan for s, plan in paged.items() if plan and "COVERING INDEX" not in plan.splitlines()[0]} == {}
    assert {s: found for s, given in heard.items() if "record_index" in s and (found := find_scans(s, given))} == {}


def test_a_piece_of_the_workbook_reads_its_submissions_by_their_ids(app: Flask, phone: Any) -> None:
    exchange(phone)
    exchange(phone)
    batch = next(read_batches(1, "cam_a_inscription"))
    with listening() as heard:
        assert len(batch.load()) == batch.size == 2
    db.session.rollback()
    assert any("submissions.xml" in statement for statement in heard)
    assert {statement: found for statement, given in heard.items() if (found := find_scans(statement, given))} == {}


def test_the_operations_log_is_asked_by_who_what_and_of_whom_without_reading_it_all(app: Flask) -> None:
    with listening() as heard:
        audits.note_reading(1, COMMAND, "entity.read", ["somebody"], "follow_up", datetime.now(UTC))
        actions, actors = audits.list_kinds(1)
        for asked in (audits.Asked(target="somebody"), audits.Asked(action="entity.read"), audits.Asked(actor="command:0")):
            audits.list_audits(1, asked)
    assert "entity.read" in actions and actors == ["command:0"]
    assert [scan for statement, given in heard.items() for scan in find_scans(statement, given)] == []
