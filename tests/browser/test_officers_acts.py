"""What officers decide at the desk, in a real browser: settle, ask, send back, merge, erase, issue, publish, close an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_console_pages import PASSWORD, Console, check, open_desk, push
from tests.builders import registration, visit
from tests.live import LiveServer, free_port
from tests.server.test_certificates import EXAM

DRAFT = """
| survey   |           |          |                    |          |
|          | type      | name     | label              | required |
|          | text      | lieu     | Lieu de la réunion | yes      |
|          | integer   | nombre   | Présentes          |          |
| settings |           |          |                    |          |
|          | form_title                | form_id | version |   |
|          | Réunion – اجتماع          | reunion | 1       |   |
"""
NAMES = ("Ziani", "Meddah", "Khelifi", "Bouazza", "Hamidi", "Toumi")


@dataclass
class Desk:
    """One server, an officer's page in French on a desk, and the same in Arabic on a phone."""

    console: Console
    tokens: list[str]
    women: list[str]
    fr: Page
    ar: Page

    def go(self, path: str, page: Page | None = None) -> Page:
        page = page or self.fr
        page.goto(f"{self.console.server.url}{path}")
        return page

    def visit(self, by: int, woman: str, *, base: int = 1, **answers: Any) -> str:
        """Push a visit by somebody who had the record's first version on her screen."""
        xml, instance_id = visit(woman, base=base, trunk=base, branch=str(uuid4()), **answers)
        xml = xml.replace("2026-11-20T08:20:00.000+01:00", datetime.now(UTC).isoformat(timespec="milliseconds"))
        push(self.console.server, self.tokens[by], {"instanceId": instance_id, "xml": xml})
        return instance_id

    def dispute(self, woman: str, one: str = "Fatma", other: str = "فتيحة") -> None:
        for by, name in ((0, one), (1, other)):
            self.visit(by, woman, prenom_fr=name)


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    server = LiveServer(tmp_path_factory.mktemp("acts") / "data", free_port())
    server.command("init")
    server.command("create-user", "admin@example.dz", "--role", "administrator", "--password", PASSWORD)
    tokens = [server.command("create-app-user", name, "--scope", "3112")["token"] for name in ("Amina", "خديجة")]
    server.start()
    made = [registration(nom_fr=name, nin="", telephone=f"066012345{number}") for number, name in enumerate(NAMES)]
    push(server, tokens[0], *({"instanceId": instance, "xml": xml} for xml, instance, _ in made))
    women = [woman for _, _, woman in made]
    console = Console(server, women[0], women[1], made[0][1])
    fr, errors = open_desk(browser, console, "fr", "desk")
    ar, more = open_desk(browser, console, "ar", "phone")
    found = Desk(console, tokens, women, fr, ar)
    try:
        yield found
        assert [error for error in errors + more if not re.search(r"status of (400|404|409|422) ", error)] == []
    finally:
        server.stop()


def test_several_women_are_settled_by_the_keyboard_and_a_stale_page_says_so(desk: Desk) -> None:
    for woman in desk.women[:3]:
        desk.dispute(woman)
    page = desk.go("/conflicts")
    expect(page.locator(".dispute")).to_have_count(3)
    check(page, "several conflicts")
    stale = page.locator(".dispute").nth(1)
    (late,) = re.findall(r"/conflicts/([^/]+)$", stale.locator("form").get_attribute("action") or "")
    desk.visit(0, late, prenom_fr="Fadila")  # what nobody here has seen
    for key in "121":
        page.keyboard.press(key)  # picks in a question, goes on to the next
    expect(page.locator("[data-settle-all] button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-settled]")).to_have_text("✓ 2")
    expect(page.locator(".dispute")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text("chang")
    page.locator(".dispute form .actions button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(".dispute")).to_contain_text("Fadila")  # the fresh answers, for her to decide
    check(page, "stale")
    page.get_by_label("Fadila").check()
    page.locator(".dispute form .actions button").click()
    expect(page.locator(".notice.good")).to_be_visible()
    history = desk.go(f"/women/{late}").locator(".history li").first
    expect(history).to_contain_text("Tranché")
    expect(history).to_contain_text("Fadila")


def test_agents_are_asked_and_a_visit_closes_the_question(desk: Desk) -> None:
    woman = desk.women[3]
    desk.dispute(woman)
    page = desk.go(f"/conflicts/{woman}", desk.ar)
    page.locator("[name='words:prenom_fr']").fill("كيف يكتب اسمها؟")
    page.get_by_role("button", name="سؤال الأعوان").click()
    expect(page.locator(".notice.good")).to_be_visible()
    page = desk.go(f"/conflicts/{woman}", desk.ar)
    expect(page.locator(".ask")).to_contain_text("كيف يكتب اسمها؟")
    check(page, "asked")
    desk.visit(0, woman, base=3, seen={"prenom_fr": "فتيحة"}, prenom_fr="Fatiha")
    page = desk.go(f"/conflicts/{woman}", desk.ar)
    expect(page.locator("body")).not_to_contain_text("كيف يكتب اسمها؟")
    expect(desk.go(f"/women/{woman}").locator("main")).to_contain_text("Fatiha")


def test_a_form_is_sent_back_and_seen_to_come_back(desk: Desk) -> None:
    woman = desk.women[4]
    sent = desk.visit(0, woman, localite="Sidi Ghalem ?")
    page = desk.go(f"/submissions/{sent}")
    page.get_by_label("Ce qu’il faut corriger").fill("Quelle localité au juste ?")
    page.get_by_role("button", name="Renvoyer pour correction").click()
    expect(page.locator("blockquote")).to_have_text("Quelle localité au juste ?")
    check(page, "sent back")
    listed = desk.go("/submissions?state=hasIssues").locator("#results tbody tr")
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text("À corriger")
    xml, again = visit(woman, base=1, trunk=1, branch=str(uuid4()), deprecated_id=sent, localite="Sidi Ghalem")
    push(desk.console.server, desk.tokens[0], {"instanceId": again, "xml": xml})
    page = desk.go("/submissions?state=hasIssues", desk.ar)
    expect(page.locator("#results tbody tr")).to_have_count(0)
    page = desk.go("/submissions?state=edited", desk.ar)
    expect(page.locator("#results tbody tr")).to_have_count(1)
    check(page, "corrected")
    page.locator("#results tbody a").first.click()
    page.get_by_role("link", name="مقارنة").first.click()
    expect(page.locator("main tbody")).to_contain_text("Sidi Ghalem ?")
    check(page, "what was corrected")


def test_two_records_are_merged_separated_and_told_apart(desk: Desk) -> None:
    xml, instance, twin = registration(nom_fr="Tomi", nin="", telephone="0660123455")
    push(desk.console.server, desk.tokens[1], {"instanceId": instance, "xml": xml})
    kept = desk.women[5]
    page = desk.go(f"/women/{kept}/merge/{twin}")
    page.locator(f"input[name=keep][value='{kept}']").check()
    page.get_by_role("button", name="C’est la même femme").click()
    expect(page.locator(".notice.good")).to_contain_text("réunies")
    expect(desk.go(f"/women/{twin}").locator(".notice.warn")).to_be_visible()
    page = desk.go(f"/women/{kept}", desk.ar)
    page.get_by_role("link", name="فصلها من جديد").click()
    check(page, "separate")
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".notice.good")).to_contain_text("فُصلت البطاقتان")
    page = desk.go(f"/women/{kept}/merge/{twin}?next=/duplicates")
    with page.expect_navigation():
        page.get_by_role("button", name="Pas la même femme").click()
    page = desk.go("/duplicates?band=different")
    expect(page.locator(".pair")).to_have_count(1)
    check(page, "told apart")
    with page.expect_navigation():
        page.locator(".pair form button").click()
    expect(desk.go("/duplicates?band=different").locator(".pair")).to_have_count(0)


def test_a_session_is_certified_with_its_minutes_and_one_is_cancelled(desk: Desk) -> None:
    version = re.search(r'version="(\d+)"', desk.fr.request.get(f"{desk.console.server.url}/v1/projects/1/forms/cam_c_examen.xml").text())
    assert version
    decided = ("admise", "admise", "ajournee")
    for woman, decision in zip(desk.women[:3], decided, strict=True):
        instance_id = f"uuid:{uuid4()}"
        xml = EXAM.format(version=version[1], woman=woman, decision=decision, instance_id=instance_id)
        push(desk.console.server, desk.tokens[0], {"instanceId": instance_id, "xml": xml})
    page = desk.go("/sessions/qualification/EX-1", desk.ar)
    check(page, "session in Arabic")
    expect(page.locator("tbody input:checked")).to_have_count(2)
    page = desk.go("/sessions/qualification/EX-1")
    page.get_by_role("button", name="Délivrer").click()
    expect(page.locator("tbody td a")).to_have_count(2)
    check(page, "certified")
    url = desk.console.server.url
    for name in ("Procès-verbal", "Imprimer"):
        link = page.get_by_role("link", name=re.compile(name)).first
        assert page.request.get(f"{url}{link.get_attribute('href')}").body().startswith(b"%PDF-"), name
    page.locator("tbody td a").first.click()
    page.locator("[name=reason]").fill("Faute dans le nom")
    page.get_by_role("button", name=re.compile("nnuler")).click()
    expect(page.locator("main")).to_contain_text("Faute dans le nom")
    check(page, "cancelled")


def test_cards_are_printed_eight_on_a_sheet_and_one_alone(desk: Desk) -> None:
    page = desk.fr.context.new_page()
    for address, count, width in (("?format=a4", 8, b"594"), ("", 1, b"298")):
        page.emulate_media(media="screen")
        desk.go(f"/women/{desk.women[1]}/card{address}", page)
        check(page, "card")
        page.emulate_media(media="print")
        for hidden in (".side", ".no-print"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.locator(".qr-card")).to_have_count(count)
        assert page.evaluate(
            "[...document.querySelectorAll('.qr-card')].every(c => c.scrollHeight <= c.clientHeight + 1 && c.scrollWidth <= c.clientWidth + 1)"
        ), "a card is cut off"
        printed = page.pdf(prefer_css_page_size=True)
        assert re.findall(rb"MediaBox \[0 0 (\d+)", printed) == [width]  # one sheet of that size
    page.close()


def test_a_womans_data_are_erased_once_her_code_is_typed(desk: Desk) -> None:
    woman = desk.women[5]
    page = desk.go(f"/women/{woman}/erase")
    page.locator("#typed").fill("autre")
    page.get_by_role("button", name="Effacer ses données").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#typed").fill(f"3112-{woman[:6]}")
    page.get_by_role("button", name="Effacer ses données").click()
    expect(page.locator(".notice.good")).to_be_visible()
    page = desk.go(f"/women/{woman}", desk.ar)
    expect(page.locator("main")).not_to_contain_text("Toumi")
    check(page, "erased")
    expect(desk.go("/women?q=Toumi").locator("#results")).not_to_contain_text("Toumi")


def test_a_draft_is_tried_on_a_phones_screen_and_published(desk: Desk, tmp_path: Path) -> None:
    form = tmp_path / "reunion.md"
    form.write_text(DRAFT)
    page = desk.go("/forms")
    page.locator("input[type=file]").first.set_input_files(form)
    with page.expect_navigation():
        page.locator("form[enctype] button[type=submit]").first.click()
    page = desk.go("/drafts/reunion")
    frame: Any = page.frame_locator(".phone-frame")
    expect(frame.get_by_label("Lieu de la réunion")).to_be_visible(timeout=60_000)
    check(page, "draft")
    frame.get_by_label("Lieu de la réunion").fill("Tafraoui")
    frame.get_by_label("Présentes").fill("12")
    frame.get_by_role("button", name="Terminer").click()
    frame.get_by_role("button", name=re.compile("Enregistrer")).click()
    expect(page).to_have_url(re.compile("/drafts/reunion/tested$"), timeout=30_000)
    expect(page.locator("main")).to_contain_text("Tafraoui")
    page = desk.go("/drafts/reunion/tested", desk.ar)
    expect(page.locator("main")).to_contain_text("Tafraoui")
    check(page, "tested")
    assert desk.go("/submissions?form=reunion").locator("#results tbody tr").count() == 0  # received nowhere
    page = desk.go("/drafts/reunion")
    page.get_by_role("link", name="Jeter le brouillon").click()
    check(page, "throw away?")
    page.get_by_role("link", name="Annuler").click()
    page.get_by_role("button", name="Publier").click()
    expect(page.locator(".notice.good")).to_contain_text("Réunion")


def test_an_account_is_closed_and_a_password_given_after_a_question(desk: Desk, browser: Browser) -> None:
    page = desk.go("/people")
    page.fill("#email", "nadia@example.dz")
    page.locator("#new-role").select_option("officer")
    page.get_by_role("button", name="Ajouter").click()
    password = page.locator("#password").input_value()
    other = browser.new_context(locale="ar-DZ", viewport={"width": 360, "height": 740}).new_page()
    desk.go("/sign-in", other)
    other.fill("input[name=email]", "nadia@example.dz")
    other.fill("input[name=password]", password)
    other.locator("main button[type=submit]").click()
    expect(other.locator(".notice.warn")).to_be_visible()  # her own password first
    check(other, "first password")
    page = desk.go("/people")
    page.get_by_role("link", name="nadia@example.dz").click()
    page.get_by_role("link", name="Nouveau mot de passe").click()
    check(page, "password?")
    page.get_by_role("link", name="Annuler").click()
    page.get_by_role("link", name="Désactiver").click()
    expect(page.locator("h1")).to_contain_text("Désactiver ce compte")
    check(page, "disable?")
    page.get_by_role("button", name="Désactiver").click()
    expect(page.locator(".notice.good")).to_be_visible()
    other.reload()
    expect(other.locator("input[name=password]")).to_be_visible()  # signed out at once
    other.context.close()
