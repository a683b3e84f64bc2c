"""What a page of the desk asks the database does not grow with what is stored: every page of the address map that needs no id,
and some that do."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from exports import blocks
from server.database import db
from server.services.indexing import catch_up
from tests.builders import registration, visit
from tests.desk import Signed, served_apart, sign_in

BOTH_DATABASES = True
MOST = 60
A_WOMAN = {"/conflicts": 6}
"""A page of disputes asks so many questions for each woman that it shows: all that her authors were shown."""


@pytest.fixture
def app(app: Any) -> Any:
    return served_apart(app)


@pytest.fixture
def administrator(app: Any) -> Signed:
    return sign_in(app, "administrator")


def find_pages(app: Any) -> list[str]:
    rules = [r for r in app.url_map.iter_rules() if r.endpoint.startswith("console.") and not r.arguments and "GET" in r.methods]
    return sorted(r.rule for r in rules)


def test_pages_ask_the_database_a_bounded_number_of_questions(
    app: Any, administrator: Signed, make_phone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_CUT", 2**32 - 1)  # else a submission in 256 ends a block, by its id: by chance
    asked: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def _note(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        asked.append(statement)

    def fill(count: int) -> None:
        phone, other = make_phone(f"Amina {count}"), make_phone(f"Houria {count}")
        for _ in range(count):
            xml, first, woman = registration()
            phone.push(phone.item(xml, first))
            for sender, place in ((phone, "Un"), (other, "Deux")):
                sender.push(sender.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), prenom_fr=place)))
        assert catch_up(1, seconds=60) == 0  # a page takes in what it can in a second: that would depend on the machine

    def count(url: str) -> int:
        asked.clear()
        answer = administrator.client.get(url, buffered=True)
        assert answer.status_code in (200, 302, 303, 403, 404), (url, answer.status)
        return len(asked)

    def look() -> dict[str, tuple[int, int]]:
        """Questions of the first look after something came, and of the next."""
        return {url: (count(url), count(url)) for url in pages}

    pages = [*find_pages(app), "/submissions?commune=3112&q=Amina", "/women?q=benali", "/agents/2"]
    fill(2)
    look()  # what is read once a process
    fill(2)
    few = look()
    fill(10)
    many = look()
    allowed = {url: 10 * A_WOMAN.get(url, 0) for url in pages}
    grown = {url: (few[url], many[url]) for url in pages if any(n > m + allowed[url] for m, n in zip(few[url], many[url], strict=True))}
    assert grown == {}
    assert {url: n for url, (_, n) in few.items() if n > MOST + 4 * A_WOMAN.get(url, 0)} == {}
