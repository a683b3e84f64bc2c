"""The built app on a phone: pieces that few forms need are there without network, and a form remembers the last of its kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.corpus import FOLDER
from tests.browser.phone import Phone
from tests.live import LiveServer


def test_rare_widgets_work_offline_after_enrolment_and_answers_are_remembered(
    installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any], tmp_path: Path
) -> None:
    installed.command("publish-form", *(str(FOLDER / f"{name}.md") for name in ("rank", "geopoint", "last-saved", "audio")))
    made = installed.command("create-app-user", "Amina", "--scope", "3112")
    phone = Phone(browser, {**browser_context_args, "permissions": ["geolocation", "camera", "microphone"]}, "fr")
    phone.enrol(made["link"])
    page = phone.page
    listed = page.evaluate("fetch('extras.json').then(answer => answer.json())")
    assert len(listed) >= 5
    kept = "caches.open('extras').then(cache => cache.keys()).then(keys => keys.map(key => new URL(key.url).pathname))"
    for _ in range(300):
        if set(listed) <= set(page.evaluate(kept)):
            break
        page.wait_for_timeout(100)
    assert set(listed) <= set(page.evaluate(kept))
    phone.offline()
    phone.open("new/corpus_rank")
    expect(page.locator(".f-rank")).to_have_count(2, timeout=20_000)
    phone.open("new/corpus_geopoint")
    card = page.locator("[data-path='/data/put']")
    card.get_by_role("button", name="Sur la carte").click()
    expect(page.locator("dialog[open] .f-map-said")).to_contain_text("km de")
    page.locator("dialog[open] .f-primary").click()
    expect(card.locator(".f-kept")).to_be_visible()
    phone.open("new/corpus_audio")
    page.locator("[data-path='/data/rec'] [data-role=begin]").click()
    expect(page.locator("[data-path='/data/rec'] [data-seconds='1']")).to_be_visible(timeout=20_000)
    page.locator("[data-path='/data/rec'] [data-role=end]").click()
    expect(page.locator("[data-path='/data/rec'] audio")).to_be_visible()
    phone.open("new/corpus_last_saved")
    phone.answer({"/data/commune": "3112", "/data/jury": "b"})
    phone.finish()
    phone.open("new/corpus_last_saved")
    expect(page.locator("[data-path='/data/commune'] input")).to_have_value("3112")
    expect(page.locator("[data-path='/data/jury'] input[value=b]")).to_be_checked()
    assert phone.errors == []
    phone.context.close()
