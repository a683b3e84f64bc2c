"""Each form of the corpus is published, opened in the browser, filled, sent, and read back from the server."""

from __future__ import annotations

import os
import shutil
import sqlite3
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page

from forms.instance import find_rows, parse_instance
from forms.support import MISSING
from forms.uses import Use, find_uses
from forms.xform import parse_form
from forms.xlsform import convert_xlsform
from server.library import read_support
from tests.browser.corpus import FOLDER, CorpusForm, Filler, files_of, mask, read_corpus
from tests.browser.form_page import Filled, FormPage
from tests.live import LiveServer, free_port

FORMS = list(read_corpus())


@dataclass(frozen=True)
class Desk:
    """A server that has published the corpus, and an agent's key to it."""

    server: LiveServer
    token: str

    def send(self, sent: Filled) -> str:
        """Send as ODK clients do; the words of the answer."""
        boundary = uuid4().hex
        parts = [("xml_submission_file", "submission.xml", "text/xml", sent.xml.encode())]
        parts += [(name, name, "application/octet-stream", data) for name, data in sent.files.items()]
        body = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode() + data + b"\r\n"
            for field, name, kind, data in parts
        )
        asked = urllib.request.Request(
            f"{self.server.url}/v1/key/{self.token}/projects/1/submission",
            data=body + f"--{boundary}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}", "X-OpenRosa-Version": "1.0"},
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return str(answer.read().decode())

    def stored(self, instance_id: str) -> tuple[bytes, str | None, set[str]]:
        """The XML as it lies in the database, what was impossible about it, and the files that are there."""
        with sqlite3.connect(self.server.data / "hirfa.sqlite3") as db:
            xml, problem = db.execute("select xml, problem from submissions where instance_id = ?", (instance_id,)).fetchone()
            files = db.execute("select name from submission_attachments where instance_id = ? and present", (instance_id,)).fetchall()
        return xml, problem, {name for (name,) in files}


@pytest.fixture(scope="module")
def desk(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data = tmp_path_factory.mktemp("corpus") / "data"
    shutil.copytree(template, data)
    server = LiveServer(data, free_port())
    server.command("publish-form", *(str(FOLDER / f"{form.name}.md") for form in FORMS))
    key = server.command("create-app-user", "Corpus", "--scope", "3112")
    server.start()
    try:
        yield Desk(server, key["token"])
    finally:
        server.stop()


@pytest.fixture(scope="module")
def screen(browser: Browser, browser_context_args: dict[str, Any], form_screen_url: str) -> Iterator[FormPage]:
    """One page for all: opening a form is what is measured here, not opening browsers."""
    context = browser.new_context(**{**browser_context_args, "permissions": ["geolocation", "camera", "microphone"]})
    page: Page = context.new_page()
    yield FormPage(page, form_screen_url)
    context.close()


@pytest.mark.parametrize("given", FORMS, ids=lambda form: form.name)
def test_corpus_form_is_filled_sent_and_read_back(given: CorpusForm, screen: FormPage, desk: Desk) -> None:
    screen.errors.clear()
    converted = convert_xlsform(given.tables.encode(), file_name=f"{given.name}.md")
    files = files_of(given.media)
    screen.open(converted.xform.decode(), files=files, title=given.name)
    filler = Filler(screen)
    filler.fill(given.steps)
    sent = filler.finish()
    if os.environ.get("HIRFA_WRITE_GOLDEN"):
        path = FOLDER / f"{given.name}.md"
        path.write_text(path.read_text().partition("## Submission")[0] + f"## Submission\n```xml\n{mask(sent.body())}\n```\n")
    else:
        assert mask(sent.body()) == given.submission
    answer = desk.send(sent)
    assert "submit_success" in answer, answer
    xml, problem, present = desk.stored(sent.value("meta/instanceID") or "")
    assert xml == sent.xml.encode()
    assert problem is None
    assert present == set(sent.files)
    definition = parse_form(converted.xform)
    rows = find_rows(definition, parse_instance(xml))
    assert len([row for row in rows if not row.table]) == 1

    screen.open(converted.xform.decode(), files=files, title=given.name, language="ar")
    screen.page.wait_for_selector(".f-screen[dir=rtl]")
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "something is wider than the screen"
    assert screen.errors == []
    screen.page.evaluate("harness.close()")


def test_corpus_holds_every_row_of_the_matrix() -> None:
    support = read_support()
    rows = {row for form in FORMS for use in uses_of(form) if (row := support.row_of(use))}
    lacking = [f"{row.kind} {row.name}" for row in support.rows if row.state != MISSING and row not in rows]
    assert lacking == []


def test_corpus_forms_hold_nothing_that_the_app_does_not_know() -> None:
    support = read_support()
    assert [(form.name, use) for form in FORMS for use in uses_of(form) if support.row_of(use) is None] == []


def uses_of(form: CorpusForm) -> tuple[Use, ...]:
    return find_uses(convert_xlsform(form.tables.encode(), file_name=f"{form.name}.md").xform)
