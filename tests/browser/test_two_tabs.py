"""Two tabs of the app on one phone: one sends, one has a form open, one instance comes of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.phone import Phone
from tests.browser.test_device_app import enrolled
from tests.browser.test_main_job import CONSENT, VISIT
from tests.live import LiveServer

OUTBOX = """() => new Promise(done => { const open = indexedDB.open('hirfa'); open.onsuccess = () => {
    const all = open.result.transaction('outbox').objectStore('outbox').getAll(); all.onsuccess = () => done(all.result) } })"""
PLACE = "/data/g_fiche/localite"


def second_tab(phone: Phone, address: str) -> Page:
    page = phone.context.new_page()
    page.on("pageerror", lambda error: phone.errors.append(str(error)))
    page.goto(address)
    page.locator("main, .f-screen").first.wait_for()
    return page


def test_a_form_open_in_two_tabs_gives_one_instance(
    installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any], shots: Any
) -> None:
    phone = Phone(browser, browser_context_args, "fr")
    woman = enrolled(installed, phone)
    page = phone.page
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT | {PLACE: "Sidi Ghalem"})
    # In the other tab her draft is offered, then said to be open here; the first tab saves it and puts it down.
    page.wait_for_timeout(1500)
    other = second_tab(phone, f"{installed.url}/app/#/follow/cam_e_visite/{woman}")
    other.locator("a[href^='#/draft/']").click()
    here = other.locator("button.button-primary")
    here.wait_for()
    shots(other, "open-elsewhere")
    here.click()
    expect(page.locator(".f-screen")).to_have_count(0)
    other.locator(".f-screen .f-foot").wait_for()
    phone.page = other
    phone.answer({})
    # The first tab takes it back, and both finish it.
    page.locator("a[href^='#/draft/']").click()
    page.locator("button.button-primary").click()
    page.locator(".f-screen .f-foot").wait_for()
    expect(other.locator(".f-screen")).to_have_count(0)
    phone.page = page
    phone.answer({})
    phone.finish()
    items = page.evaluate(OUTBOX)
    assert [(item["seq"], item["actions"][0]["saved"]) for item in items] == [(1, {})]  # what it changed is not in clear
    phone.open(f"records/{woman}")
    expect(page.locator(".value-pending")).to_contain_text(["Sidi Ghalem"])
    other.reload()
    other.evaluate("location.hash = '#/drafts'")
    expect(other.locator(".empty")).to_be_visible()
    assert phone.errors == []
    phone.context.close()


def test_two_tabs_send_once_and_number_without_holes(
    installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any]
) -> None:
    phone = Phone(browser, browser_context_args, "fr")
    woman = enrolled(installed, phone)
    first = phone.page
    second = second_tab(phone, f"{installed.url}/app/#/new/cam_a_inscription")
    phone.page = second
    phone.answer(CONSENT)
    phone.page = first
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT | {PLACE: "Sidi Ghalem"})
    phone.finish()
    pushes: list[str] = []
    for page in (first, second):
        page.on("request", lambda request: pushes.append(request.url) if request.url.endswith("/sync/push") else None)
        page.evaluate("location.hash = '#/sync'")
        page.locator(".sync-ready .button-primary").wait_for()
    for page in (first, second):
        page.evaluate("document.querySelector('.sync-ready .button-primary').click()")
    for page in (first, second):
        expect(page.locator(".notice-good, .notice-plain").first).to_be_visible(timeout=60_000)
    (item,) = first.evaluate(OUTBOX)
    assert (item["seq"], item["state"], item["outcome"]) == (1, "sent", "accepted")
    assert len(pushes) == 1
    assert phone.errors == []
    phone.context.close()
