"""What a page of disputes tells: what each author had been shown, from which form, and what became of a decision."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from server.database import db
from server.models import Entity
from tests.builders import registration, visit
from tests.desk import Signed, served_apart, sign_in

BOTH_DATABASES = True


@pytest.fixture
def app(app: Any) -> Any:
    return served_apart(app)


@pytest.fixture
def officer(app: Any) -> Signed:
    return sign_in(app, "officer")


def version_of(woman: str) -> int:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Entity, (1, woman)).version


def test_a_dispute_shows_what_each_author_had_been_shown_and_what_followed(officer: Signed, make_phone: Any) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    xml, first, woman = registration(prenom_fr="Fatima")
    one.push(one.item(xml, first))
    visits = {}
    for phone, place in ((one, "Fatma"), (two, "Fatiha")):
        item = visit(woman, base=1, trunk=1, branch=str(uuid4()), prenom_fr=place)
        phone.push(phone.item(*item))
        visits[place] = item[1]
    page = officer.get(f"/conflicts/{woman}")
    assert page.count("On lui montrait") == 2 and page.count(">Fatima</bdi>") == 2
    assert all(f'href="/submissions/{instance_id}"' in page for instance_id in visits.values())
    assert "Déjà tranché" not in page and "data-settle-all" in officer.get("/conflicts")
    action = next(a for a in page.split('value="') if a.startswith(visits["Fatma"])).split('"')[0]
    officer.post(f"/conflicts/{woman}", seen_version=str(version_of(woman)), **{"pick:prenom_fr": action})
    page = officer.get(f"/conflicts/{woman}")
    assert "Déjà tranché" in page and "tient toujours" in page and "Fatma" in page
    late = visit(woman, base=1, trunk=1, branch=str(uuid4()), prenom_fr="Fatoum")
    two.push(two.item(*late))
    assert "contesté à nouveau" in officer.get(f"/conflicts/{woman}")
    newer = visit(woman, base=version_of(woman), prenom_fr="Enfin", seen={"prenom_fr": "x"})
    one.push(one.item(*newer))
    stale = officer.post(f"/conflicts/{woman}", 409, seen_version="2", **{"pick:prenom_fr": f"{late[1]}#0"})
    assert 'role="alert"' in stale
