"""Pictures of every screen of the agents' app in French and Arabic, for its guide: `python -m tests.browser.contact_sheet`.

A made-up year is served, two phones are enrolled, and every screen is visited by its address; the sheets are written to `device/guide/`.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.live import ROOT, LiveServer, free_port

FOLDER = ROOT / "device" / "guide"
WIDTH, HEIGHT = 360, 740
SHOWN = (252, 518)
COLUMNS = 6
GAP = 10
PIN = "482913"
PIN_BOXES = "form input.pin[name=pin], form input.pin[name=again]"
LOCALES = {"fr": "fr-DZ", "ar": "ar-DZ"}


class Sheet:
    """One language's screens, in the order an agent meets them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.shots: list[Image.Image] = []

    def shoot(self) -> None:
        self.page.wait_for_timeout(700)
        self.shots.append(Image.open(io.BytesIO(self.page.screenshot())).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS))

    def go(self, address: str) -> None:
        self.page.evaluate("address => { location.hash = address }", f"#/{address}")
        self.page.locator("main, .f-screen main, .f-main").first.wait_for()
        self.shoot()

    def save(self, path: Path) -> None:
        rows = -(-len(self.shots) // COLUMNS)
        width, height = SHOWN[0] + GAP, SHOWN[1] + GAP
        sheet = Image.new("RGB", (width * COLUMNS + GAP, height * rows + GAP), "#8d7767")
        for i, shot in enumerate(self.shots):
            sheet.paste(shot, (GAP + width * (i % COLUMNS), GAP + height * (i // COLUMNS)))
        sheet.save(path, "WEBP", quality=55, method=6)


def type_pin(page: Page) -> None:
    for box in page.locator(PIN_BOXES).all():
        box.fill(PIN)
    page.locator("form button[type=submit]").first.click()


def enrol(sheet: Sheet, link: str) -> None:
    page = sheet.page
    page.goto(link)
    page.locator("form button[type=submit]").first.wait_for()
    sheet.shoot()
    page.locator("form button[type=submit]").first.click()
    page.locator(f"a.hero, {PIN_BOXES}").first.wait_for(timeout=60_000)
    if page.locator(PIN_BOXES).count():
        sheet.shoot()
        type_pin(page)
    page.locator("a.hero").wait_for(timeout=120_000)
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_timeout(4_000)


def visit_all(browser: Browser, server: LiveServer, link: str, language: str) -> Sheet:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=1.5,
        has_touch=True,
        is_mobile=True,
        locale=LOCALES[language],
        timezone_id="Africa/Algiers",
        geolocation={"latitude": 35.49, "longitude": -0.53, "accuracy": 12},
        permissions=["geolocation", "camera", "microphone"],
    )
    page = context.new_page()
    sheet = Sheet(page)
    enrol(sheet, link)
    sheet.go("")
    for address in ("day", "records"):
        page.evaluate("address => { location.hash = address }", f"#/{address}")
        page.locator("main").wait_for()
        if not page.locator(".empty").count() or address == "records":
            sheet.shoot()
    page.locator("a[href^='#/records/']").first.click()
    page.locator("main").wait_for()
    sheet.shoot()
    sheet.go("forms")
    fill(sheet, language)
    for address in ("drafts", "sync", "outbox", "handover", "settings"):
        sheet.go(address)
    if page.locator(PIN_BOXES).count() == 0:
        page.goto(f"{server.url}/app/")
        page.reload()
        page.wait_for_timeout(1_500)
        if page.locator(PIN_BOXES).count():
            sheet.shoot()
            type_pin(page)
            page.locator("a.hero").wait_for(timeout=30_000)
    page.emulate_media(color_scheme="dark")
    sheet.go("")
    sheet.go("new/cam_a_inscription")
    context.close()
    return sheet


def fill(sheet: Sheet, language: str) -> None:
    """Begin a registration, as far as there is something new to see."""
    page = sheet.page
    page.evaluate("location.hash = '#/new/cam_a_inscription'")
    page.locator(".f-question").first.wait_for(timeout=30_000)
    choose(page, "consent", "oui")
    choose(page, "consent_mode", "ecran")
    for name in ("consent_angem", "consent_photo", "consent_gps"):
        choose(page, name, "oui")
    page.evaluate("scrollTo(0, 0)")
    sheet.shoot()
    page.locator("[data-path$='/consent_signature'] .f-buttons button").first.click()
    canvas = page.locator("dialog[open] canvas")
    canvas.wait_for()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 120)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 40 + 20 * step, box["y"] + 120 + (40 if step % 2 else -30))
    page.mouse.up()
    sheet.shoot()
    page.locator("dialog[open] .f-primary").click()
    page.locator("dialog[open]").wait_for(state="detached")
    page.locator(".f-foot .f-primary").click()
    page.locator("[data-path$='/nom_ar'] input").fill("مختاري")
    page.locator("[data-path$='/prenom_ar'] input").fill("خيرة")
    page.locator("[data-path$='/nom_ar']").scroll_into_view_if_needed()
    sheet.shoot()
    page.locator(".f-foot .f-primary").click()
    page.locator("[data-path$='/commune'] button.f-picker").click()
    page.locator("dialog[open] input[type=search]").fill({"fr": "taf", "ar": "طفر"}[language])
    sheet.shoot()
    page.locator("dialog[open] [data-value]").first.click()
    page.locator("[data-path$='/gps'] button").first.click()
    page.locator("[data-path$='/gps']").scroll_into_view_if_needed()
    sheet.shoot()
    page.locator(".f-bar .f-icon-button").last.click()
    page.locator("dialog[open] .f-contents-row").first.wait_for()
    sheet.shoot()
    page.locator("dialog[open] .f-dialog-foot .f-primary").click()
    page.locator(".f-todo").wait_for()
    page.evaluate("scrollTo(0, 0)")
    sheet.shoot()
    page.locator(".f-bar .f-icon-button").first.click()
    page.locator(".f-screen").wait_for(state="detached")


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"[data-path$='/{name}'] label", has=page.locator(f"input[value='{value}']")).click()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        server = LiveServer(Path(folder) / "data", free_port())
        server.command("init")
        server.command("demo")
        links = {lang: server.command("create-app-user", name, "--scope", "3112", "--scope", "3110")["link"] for lang, name in (("fr", "Amina"), ("ar", "أمينة"))}
        server.start()
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        try:
            for language, link in links.items():
                link = re.sub(r"^https?://[^/]+", server.url, link)
                visit_all(browser, server, link, language).save(FOLDER / f"ecrans-{language}.webp")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
