"""The made-up year: what it holds, that it is the same for the same seed, and that its forms keep their own rules."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from forms.entities import find_entity_requests
from forms.instance import parse_instance
from server import create_app
from server.database import db
from server.demo.people import ARABIC, LATIN
from server.demo.story import AGENTS, Registration, tell_story
from server.models import (
    ConflictEntry,
    Entity,
    FormVersion,
    Project,
    Quarantined,
    Submission,
    SubmissionAttachment,
)
from server.services import demo
from server.services.devices import find_missing
from server.services.entities import rebuild_entities
from server.services.forms import definition_of
from tests.builders import registration
from tests.server.conftest import settings_in
from tests.xform_rules import find_broken_rules

BOTH_DATABASES = True

TODAY = date(2026, 11, 23)
WOMEN = 36


@dataclass(frozen=True)
class Lived:
    app: Flask
    filled: demo.DemoFilled


def _live(template: Path, folder: Path, seed: int, women: int, database_url: str = "") -> Lived:
    if not database_url:
        shutil.copytree(template, folder)
    app = create_app(settings_in(folder, database_url))
    with app.app_context():
        filled = demo.fill_programme(1, seed, TODAY, women=women)
        db.session.remove()
    return Lived(app, filled)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """A project filled once, on each database, for all tests that only look."""
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").copy("template", "lived")
    made = _live(template, tmp_path_factory.mktemp("demo") / "data", 31, WOMEN, url)
    with made.app.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def _rows(table: Any, *where: Any) -> list[Any]:
    return list(db.session.scalars(select(table).where(table.project_id == 1, *where)))


def test_fill_programme_fills_every_form_when_the_project_is_new(lived: Lived) -> None:
    sent = lived.filled.forms
    assert set(sent) == {"cam_a_inscription", "cam_b_presence", "cam_c_examen", "cam_d_angem", "cam_e_visite"}
    assert min(sent.values()) > 5
    assert lived.filled.women == len(_rows(Entity, Entity.list == "artisanes")) > WOMEN
    assert [agent.name for agent in lived.filled.agents] == [agent.name for agent in AGENTS]


def test_fill_programme_names_the_associations_when_they_are_placeholders(lived: Lived) -> None:
    found = _rows(Entity, Entity.list == "associations")
    assert len(found) == 25
    assert not [one for one in found if one.data["nom_fr"].startswith("Association 0")]
    assert all(" – " in one.data["label"] and one.data["code"].startswith("asso_") for one in found)


def test_fill_programme_leaves_something_to_decide_when_it_ends(lived: Lived) -> None:
    listed = _rows(ConflictEntry, ConflictEntry.open.is_(True), ConflictEntry.policy == "review")
    assert len(listed) == lived.filled.open_conflicts >= 2
    assert all(len({candidate["value"] for candidate in one.candidates}) > 1 for one in listed)
    assert {one.code for one in _rows(Quarantined)} == {"404.6", "409.1"}
    assert lived.filled.outcomes["quarantined"] == 2
    assert set(lived.filled.outcomes) == {"accepted", "quarantined"}
    assert _rows(Submission, Submission.outside_scope.is_(True))
    assert len(_rows(Submission, Submission.deprecated_id.is_not(None))) == 2
    files = Counter(one.present for one in _rows(SubmissionAttachment))
    assert files[False] == demo.WITHHELD
    assert files[True] == lived.filled.pictures > 10


def test_fill_programme_loses_one_form_when_a_phone_does(lived: Lived) -> None:
    phones = {(one.app_user_id, one.device_id) for one in _rows(Submission)}
    missing = sorted(number for agent, device in phones for number in find_missing(1, agent, device))
    assert missing == [demo.LOST_AFTER + 1]


def test_fill_programme_sends_what_its_forms_allow_when_read_again(lived: Lived) -> None:
    versions = {one.form_id: one for one in _rows(FormVersion)}
    broken: list[str] = []
    refusals = 0
    for row in _rows(Submission):
        version = versions[row.form_id]
        definition, instance = definition_of(version), parse_instance(row.xml)
        requests, problems = find_entity_requests(definition, instance)
        assert row.problem is None
        assert problems == ()
        refusals += row.form_id == "cam_a_inscription" and not requests
        broken += find_broken_rules(version.xform, definition, instance)
    assert broken == []
    assert refusals


def test_find_broken_rules_names_the_question_when_an_answer_does_not_fit(lived: Lived) -> None:
    row = next(one for one in _rows(Submission, Submission.form_id == "cam_e_visite") if b"<etat_act>active" in one.xml)
    version = db.session.get_one(FormVersion, (1, row.form_id, row.form_version))
    for before, after, place in (
        (b"<etat_act>active", b"<etat_act>arretee", "/date_arret is left out"),
        (b"<lieu_visite>", b"<lieu_visite>x", "/lieu_visite: no choice"),
        (b"<emp_h>", b"<emp_h>9", "/emplois_crees is"),
    ):
        instance = parse_instance(row.xml.replace(before, after))
        broken = find_broken_rules(version.xform, definition_of(version), instance)
        assert any(place in rule for rule in broken), broken


def test_fill_programme_gives_no_number_that_could_be_somebodys(lived: Lived) -> None:
    women = [one.data for one in _rows(Entity, Entity.list == "artisanes")]
    assert all(data["nin"].startswith("99") for data in women if data.get("nin"))
    assert all(data["telephone"].startswith("050") for data in women if data.get("telephone"))


def test_rebuild_entities_changes_nothing_when_the_year_was_lived(lived: Lived) -> None:
    total, changed = rebuild_entities(1)
    assert total == lived.filled.women + 25
    assert changed == 0


def test_fill_programme_changes_nothing_when_run_again(lived: Lived) -> None:
    before = db.session.get_one(Project, 1).counter
    again = demo.fill_programme(1, 7, TODAY)
    assert again.already
    assert again.seed == 31
    db.session.expire_all()
    assert db.session.get_one(Project, 1).counter == before
    said = lived.app.test_cli_runner().invoke(args=["demo", "--json"])
    assert said.exit_code == 0
    assert json.loads(said.output) == {"already": True, "seed": 31}


def test_fill_programme_refuses_when_the_project_has_women_of_its_own(app: Flask, phone: Any) -> None:
    xml, instance_id, _woman = registration()
    phone.push(phone.item(xml, instance_id))
    with pytest.raises(demo.DemoRefused, match="of its own"):
        demo.fill_programme(1, 31, TODAY)
    said = app.test_cli_runner().invoke(args=["demo"])
    assert said.exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_fill_programme_tells_the_same_year_when_the_seed_is_the_same(template: Path, tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        made = _live(template, tmp_path / name, seed, 10)
        with made.app.app_context():
            seen.append({one.instance_id: one.xml_sha256 for one in _rows(Submission)})
            db.session.remove()
            db.engine.dispose()
    assert seen[0] == seen[1]
    assert seen[0].keys().isdisjoint(seen[2])


def test_tell_story_follows_the_programme_when_told_whole() -> None:
    story = tell_story(31, TODAY)
    assert len(story.same) == 12
    assert len(story.women) - len(story.same) in range(200, 210)
    assert all(event.day < TODAY and event.day.weekday() not in (4, 5) for event in story.events)
    months = {event.day.month for event in story.events if isinstance(event, Registration)}
    assert months == set(range(1, 13))
    for again, first in story.same.items():
        one, other = story.women[first], story.women[again]
        assert (one.last, one.first, one.has_latin) != (other.last, other.first, other.has_latin)
        assert one.birth_year == other.birth_year


@pytest.mark.parametrize("seed", range(5))
def test_tell_story_writes_names_that_forms_take_when_seeds_differ(seed: int) -> None:
    for woman in tell_story(seed, TODAY).women:
        for name in (woman.last, woman.first):
            assert LATIN.fullmatch(name.latin), name
            assert ARABIC.fullmatch(name.arabic), name
