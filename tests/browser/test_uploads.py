"""Photographs on a bad line: where a cut one goes on, what becomes of one that the server has forgotten, or finds damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.phone import Phone
from tests.browser.test_device_app import enrolled
from tests.browser.test_main_job import VISIT
from tests.live import LiveServer

UPLOADS = re.compile(r"/v1/projects/1/attachments")


@pytest.fixture
def phone(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Phone]:
    made = Phone(browser, browser_context_args, "fr")
    made.context.clock.install()  # the pauses between tries on a dead line need not be waited for
    yield made
    made.context.close()


class Line:
    """What goes over the line for photographs; `cut` decides which requests never arrive."""

    def __init__(self, phone: Phone) -> None:
        self.seen: list[str] = []
        self.sent_bytes = 0
        self.after = 10**9
        self.answer: dict[str, int] = {}
        # Requests made while a service worker is there are not the worker's: it holds the app alone.
        phone.context.route(UPLOADS, self.pass_on)

    def pass_on(self, route: Route) -> None:
        method = route.request.method
        if method in self.answer:
            self.seen.append(f"{method} {self.answer[method]}")
            return route.fulfill(status=self.answer[method], headers={"Tus-Resumable": "1.0.0"})
        size = len(route.request.post_data_buffer or b"")
        if method == "PATCH" and self.sent_bytes + size > self.after:
            self.seen.append("PATCH cut")
            return route.abort("connectionreset")
        self.sent_bytes += size
        self.seen.append(method)
        return route.continue_()


def visit_with_photo(server: LiveServer, phone: Phone, photo: Path) -> None:
    woman = enrolled(server, phone)
    phone.sync_only_when_pressed()
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT | {"/data/g_suivi/g_difficultes/photo_produit": photo})
    phone.finish()


def blobs(server: LiveServer) -> int:
    return len([path for path in (server.data / "blobs").rglob("*") if path.is_file()])


def try_to_sync(phone: Phone) -> None:
    phone.open("sync")
    phone.page.locator(".sync-ready .button-primary").click()
    under_way = phone.page.locator(".progress-card")
    for _ in range(200):
        if not under_way.count():
            return
        phone.context.clock.run_for(500)
        phone.page.wait_for_load_state("networkidle")
    raise AssertionError("the run does not end")


def test_a_cut_photo_goes_on_after_a_restart_of_the_app(installed: LiveServer, phone: Phone, photo: Path) -> None:
    line = Line(phone)
    visit_with_photo(installed, phone, photo)
    line.after = 140_000  # one chunk arrives
    try_to_sync(phone)
    expect(phone.page.locator(".notice-warn")).to_be_visible()
    assert line.seen.count("POST") == 1
    assert blobs(installed) == 0
    phone.page.reload()
    phone.page.locator("main").wait_for()
    line.after, line.seen = 10**9, []
    try_to_sync(phone)
    expect(phone.page.locator(".notice-good")).to_be_visible()
    assert line.seen[0] == "HEAD"  # it asks how far it came
    assert "POST" not in line.seen
    assert blobs(installed) == 1
    assert phone.errors == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_photo_whose_upload_the_server_forgot_is_sent_anew(
    installed: LiveServer, phone: Phone, photo: Path, status: int
) -> None:
    line = Line(phone)
    visit_with_photo(installed, phone, photo)
    line.after = 140_000
    try_to_sync(phone)
    line.after, line.seen, line.answer = 10**9, [], {"HEAD": status}
    try_to_sync(phone)
    expect(phone.page.locator(".notice-good")).to_be_visible()
    assert line.seen[:2] == [f"HEAD {status}", "POST"]
    assert blobs(installed) == 1


def test_a_photo_that_never_matches_is_told_and_holds_nothing_up(
    installed: LiveServer, phone: Phone, photo: Path, shots: Any
) -> None:
    line = Line(phone)
    visit_with_photo(installed, phone, photo)
    line.answer = {"PATCH": 460}
    try_to_sync(phone)
    expect(phone.page.locator(".notice-good")).to_be_visible()
    assert line.seen == ["POST", "PATCH 460", "POST", "PATCH 460"]  # read and sent again, once
    phone.open("outbox")
    expect(phone.page.get_by_text("fichier refusé")).to_be_visible()
    shots(phone.page, "refused")
    line.answer = {}
    try_to_sync(phone)
    phone.open("outbox")
    expect(phone.page.locator(".outbox-row")).to_be_visible()
    expect(phone.page.get_by_text("fichier refusé")).to_have_count(0, timeout=60_000)
    assert blobs(installed) == 1
    assert phone.errors == []


def test_photos_wait_for_her_word_and_a_paused_run_goes_on_where_it_was(
    installed: LiveServer, phone: Phone, photo: Path
) -> None:
    page = phone.page
    held: list[Route] = []
    seen: list[str] = []

    def hold_first_piece(route: Route) -> None:
        seen.append(route.request.method)
        if route.request.method == "PATCH" and seen.count("PATCH") == 1:
            held.append(route)
        else:
            route.continue_()

    phone.context.route(UPLOADS, hold_first_piece)
    visit_with_photo(installed, phone, photo)
    # This browser does not say what line it is on: photographs that shall wait for Wi-Fi wait for her.
    phone.open("settings")
    page.locator("label.switch").nth(1).click()
    phone.sync()
    assert seen == []
    phone.open("sync")
    now = page.locator(".sync-ready .button:not(.button-primary)")
    now.click()
    page.locator("[data-pause]").wait_for()
    while not held:
        page.wait_for_timeout(20)
    page.locator("[data-pause]").click()
    held[0].continue_()
    expect(page.locator(".progress-card")).to_have_count(0)
    assert blobs(installed) == 0
    now.click()
    expect(page.locator(".notice-good")).to_be_visible(timeout=60_000)
    assert (seen.count("POST"), blobs(installed)) == (1, 1)
    assert phone.errors == []
