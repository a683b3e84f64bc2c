"""The agents' app around its forms: enrolling by camera, working without network, reading by eye, finger and screen reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.phone import UNLOCK, Phone
from tests.browser.test_main_job import CONSENT, VISIT, push
from tests.builders import registration, visit
from tests.live import LiveServer

SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input:not(.visually-hidden), select, label.segment')]
    .filter(e => e.getClientRects().length && !e.classList.contains('skip') && !e.closest('.switch'))
    .map(e => [e.getBoundingClientRect().height, e.outerHTML.slice(0, 80)]).filter(([height]) => height < 47.5)"""


@pytest.fixture(params=["fr", "ar"])
def phone(request: pytest.FixtureRequest, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Phone]:
    made = Phone(browser, browser_context_args, request.param)
    yield made
    made.context.close()


def enrolled(server: LiveServer, phone: Phone) -> str:
    """Register a woman, dispute her name, enrol the phone; her id."""
    made = server.command("create-app-user", "Amina", "--scope", "Tafraoui", "--scope", "3110")
    xml, instance_id, woman = registration()
    push(server, made["token"], xml, instance_id)
    for number, name in enumerate(("Fatma", "Fatiha")):
        xml, instance_id = visit(
            woman, base=1, trunk=1, branch=f"0000000{number}-0000-4000-8000-000000000000", prenom_fr=name
        )
        push(server, made["token"], xml, instance_id)
    phone.enrol(made["link"])
    return woman


def check(page: Page) -> None:
    """Nothing overflows a small screen, everything can be touched, and axe finds nothing."""
    page.wait_for_timeout(250)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    assert page.evaluate(SMALL_TARGETS) == [], page.url
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == [], page.url


def test_every_screen_can_be_read_and_touched(installed: LiveServer, phone: Phone, shots: Any) -> None:
    page = phone.page
    page.goto(f"{installed.url}/app/")
    page.locator("h1").wait_for()
    check(page)
    woman = enrolled(installed, phone)
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT)
    phone.finish()
    phone.open("new/cam_a_inscription")
    phone.answer(CONSENT)
    page.wait_for_timeout(1500)
    for screen in (
        "",
        "day",
        "records",
        f"records/{woman}",
        "forms",
        "register/cam_a_inscription",
        "choose/cam_e_visite",
        "drafts",
        "outbox",
        "sync",
        "settings",
        "enrol",
        "nowhere",
        "records/none",
    ):
        phone.open(screen)
        page.locator("h1").wait_for()
        expect(page.locator("h1:focus, main input:focus")).to_have_count(
            1
        )  # the title, or the box that is wanted
        check(page)
        shots(page, screen.replace("/", "-") or "home")
    # The same woman, known by the other script: she is shown, with the reasons.
    phone.open("register/cam_a_inscription")
    for name, text in (("family", "BEN ALI"), ("given", "Fatma"), ("father", "Mohamed"), ("birth", "1980")):
        page.locator(f"input[name={name}]").fill(text)
    expect(page.locator(f'.candidates a[href="#/records/{woman}"] .reasons')).to_be_visible()
    check(page)
    shots(page, "known-already")
    phone.open("drafts")
    page.locator(".icon-button-quiet").click()
    check(page)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    phone.sync()
    check(page)
    phone.open("outbox")
    check(page)
    assert phone.errors == []


def test_the_app_starts_and_keeps_work_without_network(installed: LiveServer, phone: Phone) -> None:
    woman = enrolled(installed, phone)
    page = phone.page
    outside: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((installed.url, "blob:", "data:")) else outside.append(request.url)
        ),
    )
    installed.stop()
    phone.offline()
    phone.open(f"records/{woman}")
    expect(page.locator(".value-disputed")).to_have_count(1)
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT | {"/data/g_fiche/localite": "Sidi Ghalem"})
    # A phone that gives up comes back to the same answers, by the same address.
    page.wait_for_timeout(1500)
    page.reload()
    page.locator(".f-screen .f-foot").wait_for()
    assert "#/draft/" in page.url
    assert "Benali" not in page.url
    phone.open(f"follow/cam_e_visite/{woman}")
    expect(page.get_by_role("alert")).to_be_visible()  # one draft at a time
    page.locator("a[href^='#/draft/']").click()
    phone.answer({})
    phone.finish()
    phone.open(f"records/{woman}")
    expect(page.locator(".value-pending")).to_contain_text(["Sidi Ghalem", "Kehaïlia"][:1])
    phone.open("sync")
    page.locator(".sync-ready .button-primary").click()
    expect(page.locator(".notice-warn")).to_be_visible(timeout=30_000)
    page.reload()
    phone.open("outbox")
    expect(page.locator(".outbox-row")).to_have_count(1)
    installed.start()
    phone.online()
    phone.sync()
    expect(page.locator(".fate-good, .fate-warn")).to_have_count(1)
    phone.open(f"records/{woman}")
    expect(page.locator(".value-pending")).to_have_count(0)
    expect(page.locator(".values")).to_contain_text("Sidi Ghalem")
    assert outside == []
    assert phone.errors == []


def test_two_tabs_never_send_at_once(
    installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    phone = Phone(browser, browser_context_args, "fr")
    enrolled(installed, phone)
    other = phone.context.new_page()
    other.goto(f"{installed.url}/app/#/sync")
    other.locator(".sync-ready .button-primary").wait_for()
    phone.page.evaluate(
        "void navigator.locks.request('hirfa-sync', () => new Promise(done => { window.letGo = done }))"
    )
    other.locator(".sync-ready .button-primary").click()
    expect(other.locator(".notice-plain")).to_be_visible()
    phone.page.evaluate("window.letGo()")
    other.locator(".sync-ready .button-primary").click()
    expect(other.locator(".notice-good")).to_be_visible()
    phone.context.close()


@pytest.fixture
def camera_on(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> Iterator[Callable[[str], Browser]]:
    """Give a browser whose camera looks at a QR code."""
    opened: list[Browser] = []

    def look(text: str) -> Browser:
        picture = tmp_path / "qr.png"
        segno.make(text, error="m").save(str(picture), scale=7, border=6)
        frame = Image.new("RGB", (640, 480), "white")
        code = Image.open(picture).convert("RGB")
        frame.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
        frame.save(tmp_path / "camera.jpg", "JPEG", quality=95)
        camera = tmp_path / "camera.mjpeg"
        camera.write_bytes((tmp_path / "camera.jpg").read_bytes() * 3)
        flags = [*browser_type_launch_args["args"], f"--use-file-for-fake-video-capture={camera}"]
        opened.append(playwright.chromium.launch(**{**browser_type_launch_args, "args": flags}))
        return opened[-1]

    yield look
    for one in opened:
        one.close()


def test_a_phone_enrols_by_camera(
    installed: LiveServer, camera_on: Callable[[str], Browser], browser_context_args: dict[str, Any]
) -> None:
    made = installed.command("create-app-user", "Amina", "--scope", "Tafraoui")
    context = camera_on(made["link"]).new_context(**browser_context_args)
    context.add_init_script(UNLOCK)
    page = context.new_page()
    page.goto(f"{installed.url}/app/")
    page.locator("button.button-large").click()
    page.locator("a.hero").wait_for(timeout=30_000)
    assert made["code"] not in page.url


def test_the_card_of_a_woman_opens_her_record(
    installed: LiveServer, camera_on: Callable[[str], Browser], browser_context_args: dict[str, Any]
) -> None:
    made = installed.command("create-app-user", "Amina", "--scope", "3112")
    xml, instance_id, woman = registration()
    push(installed, made["token"], xml, instance_id)
    phone = Phone(camera_on(f"hirfa:{woman}"), browser_context_args, "fr")
    phone.enrol(made["link"])
    phone.open("records")
    phone.page.get_by_role("button", name="carte").click()
    phone.page.wait_for_url(f"**/#/records/{woman}")
    expect(phone.page.locator("h1")).to_contain_text("بن علي")
    assert phone.errors == []


def test_an_old_browser_is_told_what_to_do(
    installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    old = "Mozilla/5.0 (Linux; Android 7.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Mobile Safari/537.36"
    for version, is_told in (("99.0.4844.88", True), ("100.0.4896.58", False)):
        context = browser.new_context(**{**browser_context_args, "user_agent": old.format(version)})
        page = context.new_page()
        page.goto(f"{installed.url}/app/")
        page.locator("h1").wait_for()
        expect(page.locator("main.old section")).to_have_count(3 if is_told else 0)
        if is_told:
            expect(page.locator("main.old")).to_contain_text("Play Store")
            check(page)
        context.close()
