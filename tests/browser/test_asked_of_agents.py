"""What an officer asks of an agent comes to her phone, is answered there, and closes."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.phone import Phone
from tests.browser.test_device_app import check, enrolled
from tests.browser.test_main_job import VISIT, pulled
from tests.live import PASSWORD, LiveServer

COMMENT = "La localité ne va pas : Sidi Ghalem ou Kehaïlia ? — راجعي المكان من فضلك."
PLACE = "/data/g_fiche/localite"


class Desk:
    """An officer's scripts."""

    def __init__(self, server: LiveServer) -> None:
        server.command(
            "create-user", "chef@example.dz", "--role", "officer", "--name", "Mme Kaddour", "--password", PASSWORD
        )
        self.url = f"{server.url}/v1/projects/1"
        key = base64.b64encode(f"chef@example.dz:{PASSWORD}".encode()).decode()
        self.headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, self.headers, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None


@pytest.fixture(params=["fr", "ar"])
def phone(request: pytest.FixtureRequest, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Phone]:
    made = Phone(browser, browser_context_args, request.param)
    yield made
    made.context.close()


def sent_visit(phone: Phone, woman: str, photo: Path) -> str:
    """Visit her on the phone, with a photo, and send it; the instanceID."""
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT | {PLACE: "Sidi Ghalem", "/data/g_suivi/g_difficultes/photo_produit": photo})
    phone.finish()
    phone.sync()
    row = "db => new Promise(done => { const r = db.transaction('outbox').objectStore('outbox').getAll(); r.onsuccess = () => done(r.result[0].instanceId) })"
    return str(
        phone.page.evaluate(
            f"new Promise(o => {{ const r = indexedDB.open('hirfa'); r.onsuccess = () => o(r.result) }}).then({row})"
        )
    )


def test_a_form_that_was_sent_back_is_corrected_on_the_phone(
    installed: LiveServer, phone: Phone, photo: Path, shots: Any
) -> None:
    woman = enrolled(installed, phone)
    desk, page = Desk(installed), phone.page
    instance_id = sent_visit(phone, woman, photo)
    desk.ask("POST", f"submissions/{instance_id}/correction", {"comment": COMMENT})
    phone.sync()
    phone.open("")
    row = page.locator('a[href^="#/correct/"]')
    expect(row).to_contain_text("Sidi Ghalem ou")
    shots(page, "home")
    row.click()
    expect(page.locator(".sent-back .words")).to_have_text(COMMENT)
    check(page)
    shots(page, "correct")

    # Without network: her answers and the photo are there.
    installed.stop()
    phone.offline()
    page.locator('a[href^="#/edit/"]').click()
    page.locator(".f-foot .f-primary").wait_for()
    phone.answer({PLACE: "Kehaïlia"})
    page.wait_for_timeout(1500)
    page.reload()
    assert "#/draft/" in page.url
    page.locator(".f-foot .f-primary").wait_for()
    phone.open("drafts")
    expect(page.locator(".fate-plain")).to_have_count(1)
    check(page)
    shots(page, "drafts")
    page.locator('a[href^="#/draft/"]').click()
    phone.answer({})
    expect(page.locator('[data-path="/data/g_suivi/g_difficultes/photo_produit"] img')).to_be_visible()
    phone.finish()
    phone.open("")
    expect(page.locator('a[href^="#/correct/"]')).to_have_count(0)
    phone.open(f"records/{woman}")
    expect(page.locator(".value-pending")).to_contain_text(["Kehaïlia"])

    installed.start()
    phone.online()
    phone.sync()
    (closed,) = desk.ask("GET", "corrections?all=true")
    assert (closed["open"], closed["ended"]) == (False, "edited")
    assert shown(installed, desk, woman)["localite"] == "Kehaïlia"
    assert shown(installed, desk, woman)["nb_visites"] == "3"
    phone.open(f"records/{woman}")
    expect(page.locator(".value-pending")).to_have_count(0)
    phone.open(f"correct/{instance_id}")
    expect(page.locator(".empty")).to_be_visible()
    assert phone.errors == []


def test_a_correction_that_is_withdrawn_keeps_the_work(
    installed: LiveServer, phone: Phone, photo: Path, shots: Any
) -> None:
    woman = enrolled(installed, phone)
    desk, page = Desk(installed), phone.page
    instance_id = sent_visit(phone, woman, photo)
    desk.ask("POST", f"submissions/{instance_id}/correction", {"comment": COMMENT})
    phone.sync()
    phone.open(f"edit/{instance_id}")
    phone.answer({PLACE: "Kehaïlia"})
    page.wait_for_timeout(1500)
    phone.open("drafts")
    desk.ask("DELETE", f"submissions/{instance_id}/correction")
    phone.sync()
    phone.open("drafts")
    expect(page.locator(".fate-warn")).to_be_visible()
    shots(page, "withdrawn-drafts")
    phone.open(f"correct/{instance_id}")
    expect(page.locator(".notice-warn")).to_be_visible()
    check(page)
    shots(page, "withdrawn")
    page.locator('a[href^="#/draft/"]').click()
    phone.answer({})
    phone.finish()
    phone.sync()
    assert shown(installed, desk, woman)["localite"] == "Kehaïlia"
    assert phone.errors == []


def test_a_question_leads_to_the_form_that_answers_it(installed: LiveServer, phone: Phone, shots: Any) -> None:
    woman = enrolled(installed, phone)
    desk, page = Desk(installed), phone.page
    desk.ask("POST", f"entities/{woman}/questions", {"property": "prenom_fr", "words": "Comment l'écrit-elle ?"})
    phone.sync()
    phone.open("")
    row = page.locator(f'a[href="#/records/{woman}"]').first
    expect(row).to_contain_text("Comment l'écrit-elle ?")
    shots(page, "question-home")
    row.click()
    asked = page.locator(".notice-brand")
    expect(asked).to_contain_text("Fatiha")
    expect(asked).to_contain_text("Fatma")
    check(page)
    shots(page, "question")
    asked.locator('a[href^="#/follow/cam_e_visite/"]').click()
    phone.answer(VISIT | {"/data/g_fiche/prenom_fr": "Fatima"})
    phone.finish()
    phone.sync()
    phone.sync()
    assert desk.ask("GET", "questions") == []
    phone.open(f"records/{woman}")
    expect(page.locator(".values")).to_be_visible()
    expect(page.locator(".notice-brand")).to_have_count(0)
    assert phone.errors == []


def shown(server: LiveServer, desk: Desk, woman: str) -> dict[str, str]:
    """What a phone is told of her."""
    made = server.command("create-app-user", "Témoin", "--scope", "Tafraoui", "--scope", "3110")
    return dict(pulled(server, made["token"])[woman]["data"])
