"""The browser is killed outright (SIGKILL), in the middle of a word, of a push and of a photograph: work stays, nothing goes twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Playwright, Route, expect

from tests.browser.phone import UNLOCK, Phone
from tests.browser.test_handover import rows
from tests.browser.test_main_job import CONSENT, REGISTRATION, A
from tests.live import LiveServer

NAME = f"{A}/g_identite/nom_fr"


class Mortal(Phone):
    """A phone whose browser is a process of its own on a profile that stays."""

    def __init__(self, playwright: Playwright, launch: dict[str, Any], args: dict[str, Any], profile: Path) -> None:
        self.begin = lambda: playwright.chromium.launch_persistent_context(str(profile), **launch, **{**args, "locale": "fr-DZ"})
        self.profile = profile
        self.errors = []
        self.start()

    def start(self) -> None:
        self.context = self.begin()
        self.context.add_init_script(UNLOCK)
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def kill(self) -> None:
        for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if f"--user-data-dir={self.profile}".encode() in cmdline.read_bytes():
                    os.kill(int(cmdline.parent.name), signal.SIGKILL)
        with suppress(Error):
            self.context.close()

    def again(self, address: str) -> None:
        """Begin a new browser on what the killed one left."""
        self.start()
        self.page.goto(address)
        self.page.locator(".f-screen .f-foot, .top [data-lock]").first.wait_for()

    def sync_until(self, pattern: str, is_enough: Callable[[Route], bool]) -> None:
        """Send until a request is with the server whose answer the phone shall never hear, then die."""
        heard: list[bool] = []

        def pass_on(route: Route) -> None:
            if heard:
                return
            answer = route.fetch()
            if is_enough(route):
                heard.append(True)
            else:
                route.fulfill(response=answer)

        self.context.route(pattern, pass_on)
        self.open("sync")
        self.page.locator(".sync-ready .button-primary").click()
        for _ in range(600):
            if heard:
                break
            self.page.wait_for_timeout(50)
        assert heard
        self.kill()


@pytest.fixture
def phone(
    playwright: Playwright, browser_type_launch_args: dict[str, Any], browser_context_args: dict[str, Any], tmp_path: Path
) -> Iterator[Mortal]:
    made = Mortal(playwright, browser_type_launch_args, browser_context_args, tmp_path / "profile")
    yield made
    made.kill()


def test_a_killed_browser_loses_no_work_and_sends_nothing_twice(installed: LiveServer, phone: Mortal, photo: Path) -> None:
    server, app = installed, f"{installed.url}/app/"
    phone.enrol(server.command("create-app-user", "Amina", "--scope", "Tafraoui")["link"])
    phone.sync_only_when_pressed()

    # In the middle of a word: what was there when the form last said "saved" is there, without network.
    phone.open("new/cam_a_inscription")
    phone.answer(CONSENT)
    back, name = phone.page.locator(".f-foot .f-quiet"), phone.page.locator(f'[data-path="{NAME}"] input')
    while not name.count():
        title = phone.page.locator(".f-status span").first.inner_text()
        back.click()
        expect(phone.page.locator(".f-status span").first).not_to_have_text(title)
    name.press_sequentially("Mokht")
    expect(phone.page.locator("[data-saved]")).to_have_attribute("data-saved", "clean")
    address = phone.page.url
    assert "#/draft/" in address
    name.press_sequentially("ari")
    phone.kill()
    server.stop()
    phone.again(address)
    found = phone.page.locator(f'[data-path="{NAME}"] input').input_value()
    assert found in ("Mokht", "Mokhta", "Mokhtar", "Mokhtari")
    phone.open("drafts")
    phone.page.locator('a[href^="#/draft/"]').click()
    phone.answer({path: value for path, value in REGISTRATION.items() if path not in CONSENT} | {f"{A}/g_fin/photo_produit": photo})
    phone.finish()

    # The server took the push, and the phone was dead before it heard so.
    server.start()
    phone.sync_until("**/sync/push", lambda route: True)
    assert rows(server, "select seq from submissions") == [(1,)]
    # The same in the middle of the photograph.
    phone.again(app)
    patches: list[int] = []

    def third_piece(route: Route) -> bool:
        if route.request.method == "PATCH":
            patches.append(int(route.request.headers["upload-offset"]))
        return len(patches) == 3

    phone.sync_until("**/v1/projects/1/attachments**", third_piece)
    assert rows(server, "select present from submission_attachments") == [(0,)]
    assert patches[2] > 0
    # Alive again it goes on where it was, and nothing is there twice.
    phone.again(app)
    later: list[int] = []
    phone.page.on("request", lambda request: later.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None)
    phone.sync()
    assert later
    assert later[0] > patches[2]
    assert rows(server, "select seq from submissions") == [(1,)]
    assert rows(server, "select present from submission_attachments") == [(1,)]
    assert rows(server, "select count(*) from quarantine") == [(0,)]
    assert rows(server, "select count(*) from entities where list = 'artisanes'") == [(1,)]
    phone.open("outbox")
    expect(phone.page.locator(".fate-good")).to_have_count(1)
    phone.open("drafts")
    expect(phone.page.locator(".empty")).to_be_visible()
    assert phone.errors == []
