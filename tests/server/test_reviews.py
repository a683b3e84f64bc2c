"""Reviewing submissions: filters, states, comments, differences between versions, signs of how forms were filled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.auth import COMMAND
from server.database import db, transaction
from server.models import Audit, Remark, Submission
from server.services import erasure, submissions
from server.services.quality import read_quality
from server.services.submission_filters import Filter
from server.services.submission_words import change_words
from tests.builders import registration, visit
from tests.desk import Signed, served_apart, sign_in

BOTH_DATABASES = True


@pytest.fixture
def app(app: Any) -> Any:
    return served_apart(app)


@pytest.fixture
def officer(app: Any) -> Signed:
    return sign_in(app, "officer")


def listed(**asked: Any) -> set[str]:
    db.session.rollback()
    return {row.submission.instance_id for row in submissions.list_submissions(1, Filter(**asked)).rows}


def edit(xml: str, old: str, new: str, **answers: str) -> str:
    xml = xml.replace(f"<instanceID>{old}</instanceID>", f"<instanceID>{new}</instanceID><deprecatedID>{old}</deprecatedID>")
    for name, value in answers.items():
        before, after = xml.split(f"<{name}>")[0], xml.split(f"</{name}>")[1]
        xml = f"{before}<{name}>{value}</{name}>{after}"
    return xml


def test_list_submissions_filters_by_each_of_its_words(make_phone: Any) -> None:
    one, two = make_phone("Amina"), make_phone("Houria 100%")
    xml_a, a, woman = registration(commune="3112", nom_ar="زهراء")
    xml_b, b, _ = registration(commune="3110")
    one.push(one.item(xml_a, a))
    two.push(two.item(xml_b, b))
    v, c = visit(woman, base=1, trunk=1, branch=str(uuid4()))
    two.push(two.item(v, c))
    assert listed() == {a, b, c}
    assert listed(form_id="cam_e_visite") == {c}
    assert listed(scope="3112") == {a, c}
    assert listed(app_user_id=one.app_user_id) == {a}
    assert listed(words="زهراء") == {a, c}
    assert listed(words="زهرا") == listed(words="زَهراء") == {a, c}  # as the register finds her
    assert listed(words="amina") == {a}
    assert listed(words="100%") == {b, c}
    assert listed(words="100_") == set()
    assert listed(words=a) == {a}
    assert listed(words=a.removeprefix("uuid:")[:9]) == {a}
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert listed(since=tomorrow) == set() and listed(before=tomorrow) == {a, b, c}


def test_words_of_a_name_are_found_folded_and_gone_with_the_name(phone: Any) -> None:
    xml, first, _ = registration()
    phone.push(phone.item(xml.replace("<instanceName>x<", "<instanceName>Été à Bou-Tlélis أحلام 100%<"), first))
    for words in ("ete", "BOU-TLE", "tlelis ete", "احلام", "100%", "été à"):
        assert listed(words=words) == {first}, words
    assert listed(words="lelis") == listed(words="ete zzz") == set()
    with transaction() as session:
        change_words(session, session.get_one(Submission, (1, first)), "*")
    assert listed(words="ete") == set() and listed() == {first}


def test_review_states_follow_a_submission_and_its_edit(officer: Signed, phone: Any) -> None:
    xml, first, _ = registration()
    phone.push(phone.item(xml, first))
    assert listed(state="received") == listed(state="todo") == {first}
    officer.post(f"/submissions/{first}/review", state="approved", comment="<i>vu</i>")
    assert listed(state="approved") == {first} and listed(state="todo") == set()
    assert "&lt;i&gt;vu" in officer.get(f"/submissions/{first}")
    second = f"uuid:{uuid4()}"
    phone.push(phone.item(edit(xml, first, second, localite="Sidi Ghalem"), second))
    assert listed(state="edited") == listed(state="todo") == {second}
    assert officer.post(f"/submissions/{first}/review", 409, state="approved", comment="gardé").count("gardé") == 1
    officer.post(f"/submissions/{first}/review", comment="une remarque sur l’ancienne")
    assert "une remarque sur l’ancienne" in officer.get(f"/submissions/{second}")
    officer.post(f"/submissions/{second}/correction", comment="encore", agent="")
    assert listed(state="hasIssues") == {second}
    officer.post(f"/submissions/{second}/review", state="received", comment="")
    assert listed(state="edited") == {second}
    assert officer.post(f"/submissions/{second}/review", 400, state="", comment=" ")
    assert officer.post(f"/submissions/{second}/review", 400, state="perhaps", comment="")
    noted = db.session.scalars(select(Audit.action).where(Audit.target == second)).all()
    assert "submission.review" in noted


def test_changes_names_the_questions_that_an_edit_answered_otherwise(officer: Signed, phone: Any) -> None:
    xml, first, _ = registration()
    second = f"uuid:{uuid4()}"
    phone.push(phone.item(xml, first))
    phone.push(phone.item(edit(xml, first, second, localite="Sidi Ghalem", nin="991980312000010077"), second))
    page = officer.get(f"/submissions/{second}/changes")
    assert "Kehaïlia" in page and "Sidi Ghalem" in page and "changé (caché)" in page
    assert "991980312000010077" not in page and "991980312000010099" not in page
    assert page.count('<th scope="row">') == 2
    officer.get(f"/submissions/{first}/changes", 404)
    assert "Kehaïlia" in officer.get(f"/submissions/{first}/changes?with={second}")


def test_quality_lists_what_is_far_quick_empty_or_copied(officer: Signed, phone: Any) -> None:
    for number in range(6):
        xml, instance_id, _ = registration(localite=f"lieu {number}")
        point = "35.488 -0.524 0 5" if number else "36.75 3.06 0 5"  # Tafraoui, then Algiers
        end = "08:20" if number != 1 else "08:01"
        xml = xml.replace("<milieu>", f"<gps>{point}</gps><milieu>").replace("T08:20", f"T{end}")
        phone.push({**phone.item(xml, instance_id), "finalizedAt": f"2026-11-20T09:0{number}:00Z"})
    refused, instance_id, _ = registration(consent="non")
    phone.push({**phone.item(refused, instance_id), "finalizedAt": "2026-11-20T10:00:00Z"})
    db.session.rollback()
    (agent,) = read_quality(1, Filter()).agents
    assert agent.count == 7 and agent.usual_minutes == 20
    assert [sign.figure for sign in agent.quick] == [1]
    assert [sign.instance_id for sign in agent.empty] == [instance_id]
    assert [sign.figure for sign in agent.far] == [351]
    assert len(agent.copied) == 5 and all(sign.figure >= 95 for sign in agent.copied)
    assert "351" in officer.get("/quality")


def test_erasing_a_woman_takes_what_was_said_of_her_forms(officer: Signed, phone: Any) -> None:
    xml, first, woman = registration()
    phone.push(phone.item(xml, first))
    officer.post(f"/submissions/{first}/review", state="", comment="Fatima habite chez sa sœur")
    db.session.rollback()
    erasure.erase_entity(1, woman, COMMAND)
    assert db.session.scalars(select(Remark)).all() == []
    assert db.session.get(Submission, (1, first)) is not None
