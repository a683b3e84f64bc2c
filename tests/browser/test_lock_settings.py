"""The agent's own hand on the lock: another PIN, and how long the app waits for a touch before it covers itself."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.phone import PIN, Phone
from tests.browser.test_device_app import check
from tests.browser.test_lock import begin, unlock
from tests.browser.test_main_job import CONSENT
from tests.live import LiveServer

MINUTE = 60_000


def test_the_app_locks_when_nobody_touches_it_and_opens_with_the_new_pin(
    installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any], shots: Any
) -> None:
    phone = Phone(browser, browser_context_args, "fr", types_pin=False)
    page = phone.page
    page.clock.install()
    begin(page, installed.command("create-app-user", "Amina", "--scope", "Tafraoui")["link"], PIN)

    # Another PIN: the old one is asked for, a weak or mistyped new one is refused in words.
    phone.open("settings")
    page.get_by_role("button", name="Changer le code PIN").click()
    boxes = {name: page.locator(f"input[name={name}]") for name in ("before", "after", "again")}
    for before, after, again in (("000111", "771177", "771177"), (PIN, "123456", "123456"), (PIN, "771177", "771178")):
        for box, pin in zip(boxes.values(), (before, after, again), strict=True):
            box.fill(pin)
        page.locator("form:has(input[name=before]) button[type=submit]").click()
        expect(page.get_by_role("alert").locator(".notice-bad")).to_be_visible()
    check(page)
    shots(page, "change-pin")
    boxes["again"].fill("771177")
    page.locator("form:has(input[name=before]) button[type=submit]").click()
    expect(boxes["before"]).to_have_count(0)

    # Five minutes without a touch are chosen: after four and a touch, four more are nothing; then it is covered, with what was open kept.
    page.locator("select.select").select_option("5")
    phone.open("new/cam_a_inscription")
    phone.answer(CONSENT)
    page.clock.run_for(4 * MINUTE)
    page.locator(".f-head").click()
    page.clock.run_for(4 * MINUTE)
    expect(page.locator(".f-screen")).to_be_visible()
    page.clock.run_for(MINUTE + 1000)
    page.locator(".lock-form").wait_for()
    expect(page.locator("body")).not_to_contain_text("Amina")
    unlock(page, PIN)
    expect(page.get_by_role("alert").locator(".notice-bad")).to_be_visible()
    unlock(page, "771177")
    page.locator(".f-screen .f-foot").wait_for()
    assert "#/draft/" in page.url
    assert phone.errors == []
    phone.context.close()
