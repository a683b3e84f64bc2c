"""The PIN: what is covered, what goes out all the same, what a forgotten one costs, and a phone that is withdrawn."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.phone import PIN, Phone
from tests.browser.test_device_app import check
from tests.browser.test_handover import rows
from tests.browser.test_main_job import CONSENT, VISIT, push
from tests.builders import registration, visit
from tests.live import ROOT, LiveServer

PHOTO = "/data/g_suivi/g_difficultes/photo_produit"
# Every byte of every table of every database, as text.
DUMP = """async () => {
  const ask = r => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
  const text = v => v instanceof ArrayBuffer || ArrayBuffer.isView(v) ? new TextDecoder('utf-8').decode(v) : v;
  let all = '';
  for (const {name} of await indexedDB.databases()) {
    const db = await ask(indexedDB.open(name));
    for (const table of db.objectStoreNames) all += JSON.stringify(await ask(db.transaction(table).objectStore(table).getAll()), (_, v) => text(v));
    db.close();
  }
  return all;
}"""
# What a copy of the locked phone is worth at its own server: the answers to a pull, to the forms and to an empty push.
COPIED = """async () => {
  const ask = r => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
  const db = await ask(indexedDB.open('hirfa'));
  const {token, deviceId} = await ask(db.transaction('settings').objectStore('settings').get('enrolment'));
  db.close();
  const headers = {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'}, p = '/v1/projects/1';
  const post = (path, body) => fetch(p + path, {method: 'POST', headers, body: JSON.stringify({deviceId, ...body})});
  const answers = [await post('/sync/pull', {}), await fetch(p + '/forms', {headers}), await post('/sync/token', {token: 'x'.repeat(64)}), await post('/sync/push', {submissions: []})];
  return answers.map(a => a.status);
}"""
THREE_FINGERS = """() => { const at = n => new Touch({identifier: n, target: document.body, clientX: 50 * n, clientY: 50});
  document.body.dispatchEvent(new TouchEvent('touchstart', {bubbles: true, touches: [at(1), at(2), at(3)]})); }"""


OFFICE = """
import sys, server
from server.auth import Actor
from server.services import actors
with server.create_app().app_context():
    agent = next(a for a in actors.list_app_users(1) if a["name"] == sys.argv[2])
    print(getattr(actors, sys.argv[1])(1, int(agent["id"]), Actor("command", 0, "test", "admin")))
"""


def office(server: LiveServer, act: str, name: str) -> str:
    """What an officer does with an agent in the console."""
    done = subprocess.run(
        [sys.executable, "-c", OFFICE, act, name], cwd=ROOT, env=server.environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def unlock(page: Page, pin: str) -> None:
    page.locator("input.pin[name=pin]").fill(pin)
    page.locator(".lock-form button[type=submit]").click()


def begin(page: Page, link: str, pin: str) -> None:
    """Enrol by link and choose the PIN."""
    page.goto(link)
    page.locator("form button[type=submit]").click()
    page.locator("[name=again]").wait_for()
    page.locator("[name=pin]").fill(pin)
    page.locator("[name=again]").fill(pin)
    page.locator("form button[type=submit]").click()
    page.locator("a.hero").wait_for(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_locked_phone_shows_nothing_and_loses_nothing(
    installed: LiveServer,
    browser: Browser,
    browser_context_args: dict[str, Any],
    photo: Path,
    language: str,
    shots: Any,
) -> None:
    phone = Phone(browser, browser_context_args, language, types_pin=False)
    page = phone.page
    made = installed.command("create-app-user", "Amina", "--scope", "Tafraoui")
    page.goto(made["link"])
    page.locator("form button[type=submit]").click()
    # The first PIN, before anything about anybody arrives.
    first, again, done = page.locator("[name=pin]"), page.locator("[name=again]"), page.locator("form button[type=submit]")
    for pin, repeated in (("123456", "123456"), (PIN, "482914")):
        first.fill(pin)
        again.fill(repeated)
        done.click()
        expect(page.get_by_role("alert").locator(".notice-bad")).to_be_visible()
    check(page)
    shots(page, "choose-pin")
    first.fill(PIN)
    again.fill(PIN)
    done.click()
    page.locator("a.hero").wait_for(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready")

    woman = enrolled_before(installed, made["token"])
    phone.sync()
    phone.sync_only_when_pressed()
    installed.stop()
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT | {"/data/g_fiche/localite": "Sidi Ghalem", PHOTO: photo})
    phone.finish()
    phone.open(f"records/{woman}")
    expect(page.locator(".photos img")).to_have_count(1)  # a small picture; the photograph is the chamber's
    assert page.locator(".photos img").evaluate("i => i.decode().then(() => i.naturalWidth)") == 320
    phone.open("new/cam_a_inscription")
    phone.answer(CONSENT)
    name = page.locator('[data-path="/data/g_profil/g_identite/nom_fr"] input')
    while not name.count():
        page.locator(".f-foot .f-quiet").click()
        page.wait_for_timeout(50)
    name.fill("Mokhtari")

    # Three fingers in the middle of a word: nothing of it is seen, nothing of it is lost.
    page.evaluate(THREE_FINGERS)
    page.locator(".lock-form").wait_for()
    for word in ("Mokhtari", "Benali", "Amina", "Ghalem"):
        expect(page.locator("body")).not_to_contain_text(word)
    assert page.title() in ("Hirfa", "حِرفة")
    check(page)
    shots(page, "locked")
    for _ in range(3):
        unlock(page, "999999")
        expect(page.get_by_role("alert").locator(".notice-bad")).to_be_visible()
    unlock(page, PIN)
    expect(name).to_have_value("Mokhtari")
    assert "#/draft/" in page.url
    page.reload()
    page.locator(".lock-form").wait_for()
    kept = page.evaluate(DUMP)
    assert not [word for word in ("Mokhtari", "Benali", "Ghalem", "بن علي") if word in kept]

    # What is finished leaves while locked.
    installed.start()
    page.locator(".lock section.card button").first.click()
    expect(page.locator(".lock section.card")).to_have_count(0, timeout=60_000)
    assert rows(installed, "select count(*) from submissions where form_id = 'cam_e_visite'") == [(3,)]
    assert rows(installed, "select present from submission_attachments") == [(1,)]
    assert page.evaluate(COPIED) == [403, 403, 403, 200]

    # Forgotten: it says what is lost, then an officer's code begins anew.
    page.locator(".lock > .stack-small button").first.click()
    expect(page.locator(".notice-bad li")).to_have_count(1)
    check(page)
    shots(page, "forgotten")
    page.locator("[name=code]").fill(ast.literal_eval(office(installed, "give_code", "Amina"))[1])
    page.locator("form button[type=submit]").click()
    again.wait_for()
    first.fill("771177")
    again.fill("771177")
    done.click()
    phone.open(f"records/{woman}")
    expect(page.locator(".values")).to_contain_text("Sidi Ghalem", timeout=30_000)
    phone.open("drafts")
    expect(page.locator(".empty")).to_be_visible()
    phone.open("settings")
    check(page)
    shots(page, "settings")
    # The padlock on any screen.
    page.locator("[data-lock]").click()
    unlock(page, "771177")
    page.locator("select.select").first.wait_for()
    assert phone.errors == []
    phone.context.close()


def enrolled_before(server: LiveServer, token: str) -> str:
    """Register a woman and visit her twice from elsewhere; her id."""
    xml, instance_id, woman = registration()
    push(server, token, xml, instance_id)
    for number, name in enumerate(("Fatma", "Fatiha")):
        xml, instance_id = visit(
            woman, base=1, trunk=1, branch=f"0000000{number}-0000-4000-8000-000000000000", prenom_fr=name
        )
        push(server, token, xml, instance_id)
    return woman


def test_two_agents_share_a_phone_and_a_revoked_one_is_erased_once_it_handed_over(
    installed: LiveServer, browser: Browser, browser_context_args: dict[str, Any], shots: Any
) -> None:
    phone = Phone(browser, browser_context_args, "fr", types_pin=False)
    page = phone.page
    agents = {
        name: installed.command("create-app-user", name, "--scope", "Tafraoui") for name in ("Amina", "Houria")
    }
    woman = enrolled_before(installed, agents["Amina"]["token"])
    begin(page, agents["Amina"]["link"], PIN)
    phone.sync_only_when_pressed()
    phone.open(f"follow/cam_e_visite/{woman}")
    phone.answer(VISIT)
    phone.finish()
    # Houria works on the same phone, behind her own PIN: nothing of Amina's is hers.
    begin(page, agents["Houria"]["link"], "771177")
    expect(page.locator("h1")).to_contain_text("Houria")
    phone.open("outbox")
    expect(page.locator(".empty")).to_be_visible()
    # Amina's phone is withdrawn: hers is handed over, then erased, then said. Houria's stays.
    office(installed, "revoke_app_user", "Amina")
    page.evaluate("caches.open('shared').then(cache => cache.put('/app/shared/1', new Response('a file')))")
    page.locator("[data-lock]").click()
    page.locator(".lock > .stack-small button").nth(1).click()
    check(page)
    shots(page, "agents")
    page.get_by_role("button", name="Amina").click()
    page.locator(".lock section.card button").first.click()
    expect(page.locator(".farewell")).to_contain_text("Amina", timeout=30_000)
    check(page)
    shots(page, "farewell")
    assert rows(installed, "select count(*) from quarantine") == [(1,)]
    names = page.evaluate("indexedDB.databases().then(all => all.map(db => db.name).sort())")
    assert names == ["hirfa-2", "hirfa-phone"]
    assert page.evaluate("caches.has('shared')")
    unlock(page, "771177")
    expect(page.locator("h1")).to_contain_text("Houria")
    # Houria's too: she was the last, and nothing that was shared with the phone stays.
    office(installed, "revoke_app_user", "Houria")
    phone.sync()
    expect(page.locator(".farewell")).to_contain_text("Houria", timeout=30_000)
    assert not page.evaluate("caches.has('shared')")
    assert phone.errors == []
    phone.context.close()
