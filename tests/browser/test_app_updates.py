"""A new version of the app arrives while a form is open: it waits, is offered when the form is left, and costs nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.phone import Phone
from tests.browser.test_main_job import CONSENT, A
from tests.live import ROOT, LiveServer, free_port

# As the app itself does each hour, and what happens before the new one waits.
LOOK = """async () => {
  const registration = await navigator.serviceWorker.ready;
  await registration.update();
  const coming = registration.installing ?? registration.waiting;
  if (!coming) throw new Error('no new version');
  if (coming.state === 'installing') await new Promise(done => coming.addEventListener('statechange', done, { once: true }));
  return coming.state;
}"""
ACTIVE = "navigator.serviceWorker.getRegistration().then(r => [r.active?.state, r.waiting?.state ?? null])"


def install(folder: Path, template: Path) -> LiveServer:
    """Copy the code with the built app, so that a newer one can be put in its place."""
    for part in ("server", "forms", "sync", "exports", "device/dist"):
        shutil.copytree(ROOT / part, folder / "code" / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(template, folder / "data")
    return LiveServer(folder / "data", free_port(), root=folder / "code")


def bring_out(server: LiveServer) -> None:
    """Put a newer app in the place of the one that is served."""
    worker = server.root / "device" / "dist" / "sw.js"
    worker.write_text(worker.read_text() + "\n// newer\n")
    for packed in worker.parent.glob("sw.js.*"):
        packed.unlink()


def test_an_update_waits_until_the_form_is_left(
    template: Path, browser: Browser, browser_context_args: dict[str, Any], tmp_path: Path
) -> None:
    server = install(tmp_path, template)
    server.start()
    phone = Phone(browser, browser_context_args, "fr")
    page = phone.page
    try:
        phone.enrol(server.command("create-app-user", "Amina", "--scope", "Tafraoui")["link"])
        page.reload()  # from the second start on, the phone holds the app
        page.locator("a.hero").wait_for()
        phone.open("register/cam_a_inscription")
        page.locator("button.button-large").click()
        for path, value in CONSENT.items():
            phone.give(path, value)
        page.locator(".f-foot .f-primary").click()
        box = page.locator(f'[data-path="{A}/g_identite/prenom_fr"] input')
        box.fill("Kheira")

        bring_out(server)
        assert page.evaluate(LOOK) == "installed"
        page.wait_for_timeout(1_500)  # the time in which it would have been offered
        expect(page.locator(".toast-update")).to_have_count(0)
        expect(box).to_have_value("Kheira")
        assert page.evaluate(ACTIVE) == ["activated", "installed"]

        page.locator(".f-bar .f-icon-button").first.click()
        page.locator(".f-screen").wait_for(state="detached")
        offer = page.locator(".toast-update button")
        expect(offer).to_be_visible()
        with page.expect_navigation():
            offer.click()
        phone.open("drafts")
        page.locator("main .row").first.click()
        page.locator(".f-screen").wait_for()
        expect(box).to_have_value("Kheira")
        assert page.evaluate(ACTIVE) == ["activated", None]
        assert phone.errors == []
    finally:
        phone.context.close()
        server.stop()
