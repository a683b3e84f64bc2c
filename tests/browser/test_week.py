"""The week: two agents, three communes, one officer. What was done on the phones, what the server holds and what the workbook says must agree.

`HIRFA_TESTS=long` plays it in both languages, 60 registrations and 80 visits (`HIRFA_WEEK=short`: three days and a few of each). The one day of
`make test`, an agent in French and her colleague in Arabic, is test_main_job.py.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_handover import rows
from tests.browser.test_lock import DUMP, office
from tests.browser.test_main_job import pulled
from tests.browser.week import FIRST_NAME, HOURIAS, PLACE, REGISTER, SHARED, TRADES, VISITED, Agent, Size, Story, Woman
from tests.live import LiveServer

LONG = os.environ.get("HIRFA_TESTS") == "long"
WHOLE, SHORT = Size(days=5, registrations=60, visits=80), Size(days=3, registrations=6, visits=6)
SIZE = SHORT if os.environ.get("HIRFA_WEEK") == "short" else WHOLE
WORDS = "La localité ne va pas : quel douar ? — راجعي المكان من فضلك."
SHOWN = ("nom_ar", "prenom_ar", "nom_fr", "prenom_fr", "localite", "nb_visites", "annee_naissance")


def meet(story: Story) -> Woman:
    """Both visit one woman on one day: they spell her name differently, and each adds a trade."""
    woman = next(w for w in story.women if w.commune == SHARED and not w.busy and w in story.amina.knows & story.houria.knows and w.id not in story.today)
    for agent, name, trade in ((story.amina, "Fatma", "couture_trad"), (story.houria, "Fatiha", "patisserie")):
        story.visit(agent, woman, {FIRST_NAME: name, TRADES: [trade]})
    woman.busy = True
    return woman


def settle(story: Story, woman: Woman, name: str) -> None:
    story.office.goto(f"{story.server.url}/conflicts")
    story.office.get_by_label(name).check()
    story.office.locator("main form .actions button[type=submit]").first.click()
    expect(story.office.get_by_label(name)).to_have_count(0)
    woman.known["prenom_fr"], woman.busy = name, False


def register_twice(story: Story) -> tuple[Woman, str]:
    """Amina registers a woman; Houria, who cannot know, registers her too."""
    woman = story.register(story.amina, SHARED)
    first, woman.busy = woman.id, True
    story.houria.register(woman, story.photo())
    story.finished[REGISTER] += 1
    second, woman.id = woman.id, first
    return woman, second


def join_twins(story: Story, woman: Woman, second: str) -> None:
    """The desk shows the pair with its reasons; the officer keeps one."""
    story.office.goto(f"{story.server.url}/duplicates")
    story.office.locator(f'main a.btn-primary[href*="{second}"]').click()
    story.office.locator(f'input[name=keep][value="{woman.id}"]').check()
    story.office.locator("main form.panel button[type=submit]").click()
    assert story.desk.ask("GET", f"entities/{second}")["mergedInto"] == woman.id
    story.twins.add(second)
    woman.busy = False


def recognise(story: Story, agent: Agent, woman: Woman) -> None:
    """About to register a woman whom a colleague registered: the phone knows her by the other script, and she is visited instead."""
    agent.open(f"register/{REGISTER}")
    script = "ar" if story.language == "fr" else "fr"
    agent.page.locator("input[name=family]").fill(woman.known[f"nom_{script}"])
    agent.page.locator("input[name=given]").fill(woman.known[f"prenom_{script}"])
    agent.page.locator("input[name=birth]").fill(woman.known["annee_naissance"])
    agent.page.locator(f'.candidates a[href="#/records/{woman.id}"]').click()
    agent.page.locator(f'a[href^="#/follow/{VISITED}/"]').click()
    agent.page.locator(".f-screen").wait_for()
    agent.open("records")
    story.visit(agent, woman, {PLACE: f"Chez {woman.number}"})


def ask_back(story: Story, agent: Agent) -> Woman:
    """The officer sends a visit of today back."""
    woman = next(w for w in story.women if story.today.get(w.id) is agent and not w.busy)
    story.desk.ask("POST", f"submissions/{story.last_visit(agent, woman)}/correction", {"comment": WORDS})
    woman.busy = True
    return woman


def lose_phone(story: Story) -> None:
    """Houria's phone is revoked while it holds her day: it hands over, is erased, and an officer lets the work count."""
    lost = story.houria
    office(story.server, "revoke_app_user", lost.name)
    lost.online()
    lost.wake()
    lost.page.locator("[data-lock]").click()
    lost.page.locator(".lock section.card button").first.click()
    expect(lost.page.locator(".farewell")).to_contain_text(lost.name, timeout=120_000)
    left = lost.page.evaluate(DUMP)
    assert "uuid:" not in left and "sealed" not in left, left
    aside = rows(story.server, "select content_sha256 from quarantine")
    assert aside
    for (sha256,) in aside:
        story.office.goto(f"{story.server.url}/quarantine/{sha256}/release")
        story.office.locator("main form button[type=submit]").click()
        story.office.wait_for_url(f"{story.server.url}/submissions/**")
    assert lost.errors == []
    lost.context.close()
    story.houria = Agent(story.browser, story.args, story.language, "Houria, autre téléphone", lost.communes)
    story.enrol(story.houria)


def agree(story: Story, tmp_path: Path) -> None:
    """Server, phones and workbook say what was done."""
    server = story.server
    for agent in story.agents:
        agent.sync()
        agent.open("outbox")
        expect(agent.page.locator(".fate-bad")).to_have_count(0)
    women = {woman.id: woman for woman in story.women}
    # The server: every form, every photograph, every value.
    assert dict(rows(server, "select form_id, count(*) from submissions where not superseded group by form_id")) == story.finished
    assert rows(server, "select count(*) from submissions where superseded") == [(story.edits,)]
    assert rows(server, "select count(*) from submission_attachments where not present") == [(0,)]
    assert rows(server, "select count(distinct sha256) from submission_attachments") == [(story.photos,)]
    assert rows(server, "select count(*) from quarantine where released_at is null") == [(0,)]
    witness = server.command("create-app-user", "Témoin", "--scope", "3112", "--scope", SHARED, "--scope", HOURIAS)
    told = pulled(server, witness["token"])
    assert set(told) == set(women)
    for woman in story.women:
        record = told[woman.id]
        assert {name: record["data"].get(name, "") for name in woman.expected()} == woman.expected(), woman
        assert (record["open"], record["data"]["commune"]) == ([], woman.commune), woman
    # The phones: each shows the women of its communes, as the server does.
    for agent in story.agents:
        hers = [woman for woman in story.women if woman.commune in agent.communes]
        for woman in hers:
            wanted = {name: value for name, value in told[woman.id]["data"].items() if name in SHOWN and value}
            assert agent.shown(woman, SHOWN) == wanted, (agent.name, woman)
            expect(agent.page.locator(".value-pending, .value-disputed")).to_have_count(0)
        agent.open("records")
        expect(agent.page.locator('main a[href^="#/records/"]')).to_have_count(len(hers))
        assert agent.errors == []
    # The workbook.
    out = tmp_path / "classeur.xlsx"
    server.command("export", "--out", str(out))
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()), read_only=True)
    listed = {row[-2]: row for row in book["07_Liste_nominative"].iter_rows(values_only=True) if row[-2] in women}
    assert set(listed) == set(women)
    for woman in story.women:
        for name in ("nom_ar", "prenom_ar", "nom_fr", "prenom_fr"):
            assert woman.known[name] in listed[woman.id], woman
    for form_id, count in story.finished.items():
        ids = [cell for row in book[form_id].iter_rows(values_only=True) for cell in row if isinstance(cell, str) and cell.startswith("uuid:")]
        assert len(set(ids)) == count, form_id


def play(story: Story, tmp_path: Path) -> None:
    """Every trouble of the issue has its day; the rest of each day is plain work."""
    amina, houria, size = story.amina, story.houria, story.size
    last = size.days - 1
    asked: list[tuple[Agent, Woman]] = []
    carried: Path | None = None
    begun: Woman | None = None
    for day in range(size.days):
        story.morning()
        if begun:
            amina.finish_draft(begun, story.photo())
            story.finished[REGISTER] += 1
            begun = None
        for agent, woman in asked:
            agent.correct(woman, WORDS, f"Kehaïlia {woman.number}")
            story.edits += 1
        asked = []
        twin = register_twice(story) if day == 1 else None
        met = meet(story) if day == 1 else None
        if day == last:
            recognise(story, houria, next(w for w in story.women if w.commune == SHARED and w in houria.knows and not w.busy and w.id not in story.today))
        story.days_work(day)
        if day == 0:
            begun = story.new_woman("3112")
            amina.leave_draft(begun)
        if day == last - 1:
            # Houria has forgotten her PIN, with finished forms and a draft on the phone.
            houria.open(f"new/{REGISTER}")
            houria.leave_draft(make_lost(story))
            story.serve()
            houria.online()
            houria.forget_pin(story.server, "771177")
        if day == last:
            # No line in Amina's village: a file carries her day.
            carried = amina.write_file(tmp_path)
            story.serve()
            houria.online()
            houria.carry(carried)
            story.server.stop()
            houria.offline()
            story.by_the_way(houria, 2)
            story.serve()
            lose_phone(story)
            houria = story.houria
        story.evening()
        if twin:
            join_twins(story, *twin)
        if met:
            settle(story, met, "Fatiha")
            for agent in story.agents:
                asked.append((agent, ask_back(story, agent)))
        story.evening()


def make_lost(story: Story) -> Woman:
    """Whoever is only in a lost draft is nobody's yet."""
    woman = story.new_woman(HOURIAS)
    story.women.remove(woman)
    return woman


if LONG:

    @pytest.mark.parametrize("language", ["fr", "ar"])
    def test_server_phones_and_workbook_agree_after_a_week(
        installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any], tmp_path: Path, language: str
    ) -> None:
        story = Story(installed, browser, browser_context_args, language, tmp_path, SIZE)
        play(story, tmp_path)
        agree(story, tmp_path)
