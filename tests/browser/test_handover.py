"""A visit that its own phone cannot send: written to a file, carried by a colleague, delivered once, imported again by an officer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.phone import Phone
from tests.browser.test_main_job import REGISTRATION, A
from tests.live import PASSWORD, LiveServer

STORED = """async () => {
  const db = await new Promise((ok, no) => { const r = indexedDB.open('hirfa'); r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
  const all = name => new Promise((ok, no) => { const r = db.transaction(name).objectStore(name).getAll(); r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
  const [outbox, files] = [await all('outbox'), await all('files')];
  db.close();
  return {items: outbox.map(i => ({xml: i.xml, sealed: !!i.sealed})), files: files.map(f => ({keyId: f.keyId ?? null, jpeg: new Uint8Array(f.bytes)[0] === 0xff}))};
}"""


# What Android sends to the app when a file is shared with it.
SHARE = """([name, text]) => {
  const form = Object.assign(document.createElement('form'), { method: 'post', enctype: 'multipart/form-data', action: '/app/share' });
  const box = Object.assign(document.createElement('input'), { type: 'file', name: 'file' });
  const files = new DataTransfer();
  files.items.add(new File([text], name, { type: 'text/plain' }));
  box.files = files.files;
  form.append(box);
  document.body.append(form);
  form.submit();
}"""


@pytest.fixture
def phones(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[tuple[Phone, Phone]]:
    pair = Phone(browser, browser_context_args, "fr"), Phone(browser, browser_context_args, "ar")
    yield pair
    for phone in pair:
        phone.context.close()


def rows(server: LiveServer, query: str) -> list[Any]:
    with sqlite3.connect(server.data / "hirfa.sqlite3") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def sign_in(browser: Browser, server: LiveServer) -> Page:
    made = server.command("create-user", "officer@example.dz", "--role", "officer", "--password", PASSWORD)
    desk = browser.new_page(viewport={"width": 1280, "height": 800}, locale="fr-DZ")
    desk.goto(f"{server.url}/sign-in")
    desk.locator('input[name="email"]').fill(made["email"])
    desk.locator('input[name="password"]').fill(PASSWORD)
    desk.locator("main button[type=submit]").click()
    desk.wait_for_url(f"{server.url}/")
    return desk


def test_a_visit_is_handed_over_by_file(
    installed: LiveServer, phones: tuple[Phone, Phone], photo: Path, browser: Browser, tmp_path: Path
) -> None:
    server = installed
    amina, houria = phones
    for phone, name in ((amina, "Amina"), (houria, "Houria")):
        phone.enrol(server.command("create-app-user", name, "--scope", "Tafraoui")["link"])

    # Amina has no network any more; she registers a woman with a photo and writes the file.
    amina.offline()
    amina.open("register/cam_a_inscription")
    amina.page.locator("button.button-large").click()
    amina.answer(REGISTRATION | {f"{A}/g_fin/photo_produit": photo})
    amina.finish()
    kept = amina.page.evaluate(STORED)
    assert kept == {"items": [{"xml": "", "sealed": True}], "files": [{"keyId": kept["files"][0]["keyId"], "jpeg": False}]}
    assert kept["files"][0]["keyId"]
    amina.open("sync")
    amina.page.locator('a[href="#/handover"]').click()
    with amina.page.expect_download() as waiting:
        amina.page.locator("main .card .button-primary").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name.startswith("hirfa-Amina-") and path.suffix == ".txt"
    expect(amina.page.locator(".notice-good")).to_be_visible()
    head = json.loads(path.read_text().splitlines()[0])
    assert (head["appUser"]["name"], head["count"], head["photos"]) == ("Amina", 1, 1)
    assert "Mokhtari" not in path.read_text()

    # Houria carries it: her phone says whose it is and cannot read it.
    houria.open("handover")
    houria.page.locator("input[type=file]").set_input_files(__file__)
    expect(houria.page.locator(".notice-warn")).to_be_visible()
    houria.offline()
    with houria.page.expect_navigation():
        houria.page.evaluate(SHARE, [path.name, path.read_text()])
    row = houria.page.locator(".carried-row")
    expect(row).to_contain_text("Amina")
    expect(row).to_have_attribute("data-state", "waiting")
    expect(houria.page.locator(".notice-warn")).to_have_count(0)
    assert houria.page.evaluate("caches.open('shared').then(cache => cache.keys()).then(keys => keys.length)") == 0
    houria.online()
    houria.sync()
    houria.open("handover")
    expect(row).to_have_attribute("data-state", "delivered")
    assert rows(server, "select app_users.name, seq from submissions join app_users on app_users.id = app_user_id") == [("Amina", 1)]
    assert rows(server, "select present from submission_attachments") == [(1,)]
    (blob,) = [file for file in (server.data / "blobs").rglob("*") if file.is_file()]
    with Image.open(blob) as image:
        assert image.format == "JPEG"

    # An officer imports the same file: everything is there already.
    desk = sign_in(browser, server)
    desk.goto(f"{server.url}/handover")
    desk.locator("input[type=file]").set_input_files(path)
    desk.locator("main button[type=submit]").click()
    expect(desk.locator("h1")).to_contain_text("Amina")
    desk.locator("main button[type=submit]").click()
    expect(desk.locator("#outcomes ~ table")).to_contain_text("Déjà là")

    # Back in town Amina's phone hears that the chamber has it.
    amina.online()
    amina.sync()
    amina.open("handover")
    expect(amina.page.locator("main .card .button-primary")).to_have_count(0)
    assert rows(server, "select count(*) from submissions") == [(1,)]
    assert rows(server, "select count(*) from quarantine") == [(0,)]
    assert amina.errors == houria.errors == []
    desk.close()
