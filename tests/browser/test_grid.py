"""A whole session in one grid at the desk: common answers once, a row a woman, each its own submission, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_console_pages import PASSWORD, Console, check, open_desk, push
from tests.builders import registration
from tests.live import LiveServer, free_port

EXAM = """
| survey   |                           |          |                      |          |                     |             |                |
|          | type                      | name     | label                | required | relevant            | constraint  | constraint_message |
|          | select_one_from_file artisanes.csv | artisane | Artisane    | yes      |                     |             |                |
|          | text                      | code     | Code                 | yes      |                     |             |                |
|          | select_one decision       | decision | Décision             | yes      |                     |             |                |
|          | decimal                   | note     | Note                 |          | ${decision}='admise' | . <= 20    | Sur vingt.     |
|          | date                      | jour     | Jour                 | yes      | ${decision}='admise' |            |                |
|          | image                     | photo    | Photo                |          |                     |             |                |
| choices  |                           |          |                      |          |                     |             |                |
|          | list_name                 | name     | label                |          |                     |             |                |
|          | decision                  | admise   | Admise               |          |                     |             |                |
|          | decision                  | ajournee | Ajournée             |          |                     |             |                |
| settings |                           |          |                      |          |                     |             |                |
|          | form_title                | form_id  | version              | hirfa:audience | namespaces |
|          | Épreuve                   | epreuve  | 1                    | office   | hirfa="urn:hirfa:xforms:1" |
| entities |                           |          |                      |          |                     |             |                |
|          | list_name                 | entity_id |                     |          |                     |             |                |
|          | artisanes                 | ${artisane} |                   |          |                     |             |                |
"""
NAMES = (("Benali", "بن علي"), ("Meddah", "مداح"), ("Ziani", "زياني"))


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    server = LiveServer(tmp_path_factory.mktemp("grid") / "data", free_port())
    server.command("init")
    server.command("create-user", "admin@example.dz", "--role", "administrator", "--password", PASSWORD)
    form = tmp_path_factory.mktemp("forms") / "epreuve.md"
    form.write_text(EXAM)
    server.command("publish-form", str(form))
    token = server.command("create-app-user", "Amina", "--scope", "3112")["token"]
    server.start()
    made = [registration(nom_fr=latin, nom_ar=arabic) for latin, arabic in NAMES]
    push(server, token, *({"instanceId": instance, "xml": xml} for xml, instance, _ in made))
    try:
        yield Console(server, made[0][2], made[1][2], made[0][1])
    finally:
        server.stop()


def row(page: Page, name: str) -> Any:
    return page.locator(".grid-table tbody tr", has_text=name)


def opened(page: Page) -> None:
    expect(page.locator(".grid-whole")).to_have_count(3, timeout=60_000)


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def stored(page: Page, url: str) -> list[Any]:
    found = page.request.get(f"{url}/v1/projects/1/forms/epreuve.svc/Submissions?$top=100")
    assert found.ok, found.text()
    return json.loads(found.text())["value"]


def test_a_whole_exam_is_entered_pasted_corrected_and_sent_once(browser: Browser, console: Console) -> None:
    page, errors = open_desk(browser, console, "fr", "desk")
    url = console.server.url
    page.goto(f"{url}/fill")
    page.get_by_role("link", name="Grille Épreuve").click()
    expect(page.get_by_text("Choisissez d’abord les artisanes")).to_be_visible()
    page.get_by_label("Commune").select_option("3112")
    page.get_by_role("button", name="Afficher la grille").click()
    opened(page)
    page.locator("#grid-common + *").get_by_label("Code").fill("EXAM-1")
    page.get_by_label("Décision, ").first.focus()
    paste(page, "Admise\t12,5\t25/11/2026\r\najournee\r\nPeut-être\t9\r\n")
    first, second, third = (page.locator(".grid-table tbody tr").nth(i) for i in range(3))
    expect(first.get_by_label("Note, ")).to_have_value("12,5")
    expect(first.get_by_label("Jour, ")).to_have_value("2026-11-25")
    expect(second.get_by_label("Décision, ")).to_have_value("ajournee")
    expect(second.get_by_text("–")).to_have_count(2)  # a note and a day are asked of those who passed alone
    expect(third.get_by_text("« Peut-être » n’est pas dans la liste.")).to_be_visible()
    first.get_by_label("Note, ").fill("25")
    page.keyboard.press("Enter")
    expect(first.get_by_text("Sur vingt.")).to_be_visible()
    page.reload()
    opened(page)
    expect(page.locator("#grid-common + *").get_by_label("Code")).to_have_value("EXAM-1")
    expect(first.get_by_text("Sur vingt.")).to_be_visible()
    check(page, "grid")
    page.get_by_role("button", name="Envoyer 3 ligne(s)").click()
    expect(page.locator(".grid-status")).to_have_text("1 envoyée(s), 2 à corriger.")
    expect(second.get_by_role("link", name="Envoyée")).to_be_visible()
    assert [each["decision"] for each in stored(page, url)] == ["ajournee"]
    first.get_by_label("Note, ").fill("15")
    third.get_by_label("Décision, ").focus()
    page.keyboard.press("ArrowUp")  # past the row that was sent
    expect(first.get_by_label("Décision, ")).to_be_focused()
    third.get_by_label("Décision, ").select_option("ajournee")

    # The answer of the server is lost on its way: the row is kept, sent again, and counts once.
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/fill/epreuve?*", lose)
    page.get_by_role("button", name="Envoyer 2 ligne(s)").click()
    expect(page.get_by_text("Le serveur n’a pas répondu.")).to_have_count(1)
    page.unroute("**/fill/epreuve?*")
    errors.clear()  # the browser told of the request that was cut
    page.reload()
    expect(page.get_by_text("Le serveur n’a pas répondu.")).to_have_count(1)
    page.get_by_role("button", name="Envoyer 2 ligne(s)").click()
    expect(page.get_by_role("link", name="Envoyée")).to_have_count(3)
    page.reload()
    expect(page.get_by_role("button", name="Envoyer 0 ligne(s)")).to_be_disabled()
    sent = stored(page, url)
    assert sorted((each["code"], each["decision"], each["note"], each["jour"]) for each in sent) == [
        ("EXAM-1", "admise", 15, "2026-11-25"), ("EXAM-1", "ajournee", None, None), ("EXAM-1", "ajournee", None, None),
    ]  # fmt: skip
    assert len({each["artisane"] for each in sent}) == 3
    assert errors == []
    page.context.close()


def test_a_row_is_finished_in_the_whole_form_and_a_sheet_is_ticked_on_a_phone_in_arabic(browser: Browser, console: Console) -> None:
    page, errors = open_desk(browser, console, "ar", "phone")
    url = console.server.url
    page.goto(f"{url}/fill/epreuve/grid?q=Ziani")
    expect(page.locator(".grid-whole")).to_have_count(1, timeout=60_000)
    check(page, "grid on a phone")
    before = len(stored(page, url))
    page.get_by_label("Décision, ").select_option("ajournee")
    page.locator(".grid-whole").click()
    expect(page.get_by_label("Code")).to_be_visible(timeout=30_000)
    page.get_by_label("Code").fill("EXAM-2")
    page.get_by_role("button", name="إنهاء").click()
    page.locator(".f-primary").last.click()
    expect(page.get_by_role("link", name="أُرسل")).to_be_visible(timeout=30_000)
    assert len(stored(page, url)) == before + 1
    page.goto(f"{url}/fill/cam_b_presence/grid?commune=3112")
    expect(page.locator(".grid-table tbody tr")).to_have_count(3, timeout=60_000)
    boxes = page.locator(".grid-table [data-column='0']")
    boxes.nth(0).check()
    boxes.nth(2).check()
    check(page, "sheet on a phone")
    page.reload()
    expect(boxes.nth(2)).to_be_checked(timeout=60_000)
    assert errors == []
    page.context.close()
