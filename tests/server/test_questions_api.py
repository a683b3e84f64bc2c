"""Questions to agents about disputed properties."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from server.auth import COMMAND
from server.database import transaction
from server.models import ListProperty
from server.services import entities, identity
from tests.builders import registration, visit

BOTH_DATABASES = True
NOW = "2036-01-01T09:00:00.000Z"


@pytest.fixture
def officer(as_role: Any) -> FlaskClient:
    found: FlaskClient = as_role("officer")
    return found


def disputed(phone: Any, **answers: str) -> str:
    """A woman about whom two visits disagree: her trade, her telephone, and more if asked."""
    xml, instance_id, woman = registration()
    phone.push(phone.item(xml, instance_id))
    for trade, telephone in (("patisserie", "0699000001"), ("couture_trad", "0699000002")):
        phone.push(
            phone.item(*visit(woman, base=1, trunk=1, branch=str(uuid4()), metier=trade, telephone=telephone, **answers))
        )
    assert set(phone.women()[woman]["open"]) == {"metier"}
    return woman


def ask(officer: FlaskClient, woman: str, **body: str) -> Any:
    return officer.post(f"/v1/projects/1/entities/{woman}/questions", json={"property": "metier", **body})


def seen(phone: Any, woman: str, **answers: str) -> tuple[dict[str, Any], str]:
    """A visit made after everything so far, by a phone that had pulled it."""
    held = phone.women()[woman]
    return held, visit(woman, base=held["version"], trunk=held["version"], branch=str(uuid4()), seen={k: held["data"].get(k, "") for k in ("metier", "nb_visites", "localite")}, **answers)  # type: ignore[return-value]


def test_ask_reaches_the_agents_of_her_scope(make_phone: Any, officer: FlaskClient) -> None:
    here, there = make_phone("Ici"), make_phone("Là", ("3101",))
    woman = disputed(here)
    assert here.pull()["questions"] == []
    answer = ask(officer, woman, words="Quel est son métier ?")
    assert answer.status_code == 201, answer.text
    (question,) = here.pull()["questions"]
    assert {k: question[k] for k in ("entity", "property", "words")} == {
        "entity": woman, "property": "metier", "words": "Quel est son métier ?",
    }  # fmt: skip
    assert sorted(question["values"]) == ["couture_trad", "patisserie"]
    assert question["at"].endswith("Z")
    assert there.pull()["questions"] == []


def test_a_later_visit_closes_it_and_an_earlier_one_does_not(phone: Any, officer: FlaskClient) -> None:
    woman = disputed(phone)
    ask(officer, woman)
    xml, instance_id = visit(woman, base=1, trunk=1, branch=str(uuid4()), metier="ameublement")
    phone.push(phone.item(xml, instance_id, finalizedAt="2026-11-20T09:00:00.000Z"))  # made before it was asked
    assert len(phone.pull()["questions"]) == 1
    _, item = seen(phone, woman)  # finds the value there, and leaves it
    phone.push(phone.item(*item, finalizedAt=NOW), sentAt=NOW)
    assert phone.pull()["questions"] == []
    (asked,) = officer.get("/v1/projects/1/questions?all=true").json
    assert (asked["open"], asked["ended"]) == (False, "answered")


def test_settling_closes_it(phone: Any, officer: FlaskClient) -> None:
    woman = disputed(phone)
    ask(officer, woman)
    version = phone.women()[woman]["version"]
    entities.settle_conflict(1, woman, version, {"metier": "patisserie"}, COMMAND)
    assert phone.pull()["questions"] == []
    assert officer.get("/v1/projects/1/questions?all=true").json[0]["ended"] == "settled"


def test_separating_her_from_another_closes_what_only_both_together_disputed(phone: Any, officer: FlaskClient) -> None:
    women = []
    for trade in ("patisserie", "couture_trad"):
        xml, instance_id, woman = registration(metier=trade)
        phone.push(phone.item(xml, instance_id))
        women.append(woman)
    winner, loser = women
    identity.merge_entities(1, loser, winner, 1, 1, COMMAND)
    assert ask(officer, winner).status_code == 201
    identity.unmerge_entity(1, loser, phone.women()[winner]["version"], COMMAND)
    assert phone.women()[winner]["open"] == []
    assert phone.pull()["questions"] == []
    assert officer.get("/v1/projects/1/questions?all=true").json[0]["ended"] == "settled"


def test_withdraw_takes_it_back(phone: Any, officer: FlaskClient) -> None:
    woman = disputed(phone)
    question = ask(officer, woman).json
    assert ask(officer, woman).json["code"] == "409.3"
    assert officer.delete(f"/v1/projects/1/questions/{question['id']}").status_code == 204
    assert phone.pull()["questions"] == []
    assert officer.delete(f"/v1/projects/1/questions/{question['id']}").status_code == 404


def test_nothing_of_the_office_and_nothing_undisputed_is_asked(phone: Any, officer: FlaskClient) -> None:
    woman = disputed(phone)
    for name in ("telephone", "nin", "_deleted", "localite", "nobody"):
        assert ask(officer, woman, property=name).json["code"] == "400.8", name
    assert ask(officer, str(uuid4())).json["code"] == "404.1"
    assert ask(officer, woman).status_code == 201
    assert len(phone.pull()["questions"]) == 1
    with transaction() as session:  # a form says meanwhile that it stays in the office
        session.get_one(ListProperty, (1, "artisanes", "metier")).visibility = "office"
    assert phone.pull()["questions"] == []
    question = officer.get("/v1/projects/1/questions").json[0]
    assert officer.delete(f"/v1/projects/1/questions/{question['id']}").status_code == 204
    assert ask(officer, woman).json["code"] == "400.8"


def test_a_question_follows_her_to_another_commune(make_phone: Any, officer: FlaskClient) -> None:
    here, there = make_phone("Ici"), make_phone("Là", ("3101",))
    woman = disputed(here)
    ask(officer, woman)
    version = here.women()[woman]["version"]
    here.push(here.item(*visit(woman, base=version, commune="3101", metier="", seen={"metier": ""})))
    assert here.pull()["questions"] == []
    assert [q["entity"] for q in there.pull()["questions"]] == [woman]
