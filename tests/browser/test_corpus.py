"""Each form of the corpus is published, opened in the browser, filled, sent, and read back from the server."""

from __future__ import annotations

import json
import os
import re
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
from server.library import LIBRARY, read_support
from tests.browser.corpus import FOLDER, CorpusForm, Filler, files_of, mask, read_corpus, read_form
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

    def record(self, entity: str) -> dict[str, str]:
        with sqlite3.connect(self.server.data / "hirfa.sqlite3") as db:
            (data,) = db.execute("select data from entities where id = ?", (entity,)).fetchone()
        return dict(json.loads(data))


@pytest.fixture(scope="module")
def desk(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data = tmp_path_factory.mktemp("corpus") / "data"
    shutil.copytree(template, data)
    server = LiveServer(data, free_port())
    made = data.parent
    for number in range(1, 13):
        (made / f"versions{number:02}.md").write_text(version_of(number))
    (made / "large.md").write_text(large())
    server.command("publish-form", *(str(FOLDER / f"{form.name}.md") for form in FORMS), *sorted(str(path) for path in made.glob("*.md")))
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
        write_golden(FOLDER / f"{given.name}.md", mask(sent.body()))
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


WOMAN = {"nom_ar": "مختاري", "prenom_ar": "خيرة", "nom_fr": "Mokhtari", "prenom_fr": "Kheira", "localite": "Kehaïlia", "commune": "3112"}
WOMAN |= {"annee_naissance": "1962", "metier": "pates", "code_artisane": "3112-0001", "telephone": "0660123456"}
ASSOCIATION = "name,code,label,commune\nasso_02,asso_02,Association El Amel,3112\n"


def test_programme_forms_are_filled_in_full_sent_and_read_back(screen: FormPage, desk: Desk) -> None:
    """The five forms on one woman: registered, present, examined, financed, visited."""
    entity, branch, stage = "", str(uuid4()), "inscrite"
    for number, name in enumerate(("a_inscription", "b_presence", "c_examen", "d_angem", "e_visite")):
        book = read_form(FOLDER / "programme" / f"{name}.md")
        given = dict(step.split(" = ", 1) for step in book.steps)
        xform = convert_xlsform((LIBRARY / f"{name}.xlsx").read_bytes(), file_name=f"{name}.xlsx").xform.decode()
        version = max(1, number - 1)  # form b leaves the record as it is
        row = {"name": entity, "label": "مختاري خيرة", **WOMAN, "etape": stage, "__version": str(version), "__trunkVersion": "1", "__branchId": branch}
        lists = {"artisanes.csv": f"{','.join(row)}\n{','.join(row.values())}\n", "associations.csv": ASSOCIATION}
        follows = {"preset": {"list": "artisanes", "entityId": entity}} if name[0] in "cde" else {}
        screen.errors.clear()
        screen.open(xform, files=lists, title=name, **follows)
        filler = Filler(screen)
        filler.fill_everything(given)
        sent = filler.finish()
        body = re.sub(r"<age>\d+<", "<age>{age}<", re.sub(r">3112-[0-9a-f]{6}<", ">{code}<", mask(sent.body())))
        if os.environ.get("HIRFA_WRITE_GOLDEN"):
            write_golden(FOLDER / "programme" / f"{name}.md", body)
        else:
            assert body == book.submission, name
        assert "submit_success" in desk.send(sent), name
        _xml, problem, present = desk.stored(sent.value("meta/instanceID") or "")
        assert (problem, present) == (None, set(sent.files)), name
        if name[0] == "a":
            entity = sent.value("meta/entity/@id") or ""
        stage = sent.value("etape") or stage
    assert desk.record(entity)["nom_fr"] == "Mokhtari"
    assert desk.record(entity)["etape"] not in ("", "inscrite")


def test_form_of_twelve_versions_takes_a_draft_of_the_third(screen: FormPage, desk: Desk) -> None:
    third, last = (convert_xlsform(version_of(n).encode(), file_name="v.md").xform.decode() for n in (3, 12))
    screen.open(third)
    screen.type("q1", "commencé")
    screen.draft()
    screen.page.evaluate("harness.close()")
    screen.open(third, restore=True)
    assert screen.page.locator(".f-question").count() == 3
    filler = Filler(screen)
    filler.fill(("q3 = fini",))
    sent = filler.finish()
    assert sent.body() == "<q1>commencé</q1><q2/><q3>fini</q3>"
    assert "submit_success" in desk.send(sent)
    screen.open(last)
    filler = Filler(screen)
    filler.fill(("q12 = x",))
    assert "submit_success" in desk.send(filler.finish())
    with sqlite3.connect(desk.server.data / "hirfa.sqlite3") as db:
        found = db.execute("select form_version from submissions where form_id = 'corpus_versions' order by form_version").fetchall()
    assert found == [("03",), ("12",)]


def test_form_of_500_questions_is_filled_from_its_contents(screen: FormPage, desk: Desk) -> None:
    screen.open(convert_xlsform(large().encode(), file_name="large.md").xform.decode())
    filler = Filler(screen)
    for group in (0, 24, 49):
        screen.page.get_by_role("button", name="Sommaire").click()
        assert screen.page.locator(".f-contents-row").count() == 50
        screen.page.locator(".f-contents-row").nth(group).click()
        filler.give(screen.question(f"q{group}_9"), str(group))
        assert screen.page.locator(".f-question").count() == 10
    filler.to_the_end()
    sent = filler.finish()
    assert [sent.value(f"g{g}/q{g}_9") for g in (0, 24, 49)] == ["0", "24", "49"]
    assert sent.value("total") == "73"
    assert "submit_success" in desk.send(sent)


def version_of(number: int) -> str:
    rows = "".join(f"| | text | q{n} | Question {n} |\n" for n in range(1, number + 1))
    return f"| survey | | | |\n| | type | name | label |\n{rows}| settings | | |\n| | form_id | version |\n| | corpus_versions | {number:02} |\n"


def large() -> str:
    rows = "".join(
        f"| | begin group | g{g} | Groupe {g} | |\n" + "".join(f"| | integer | q{g}_{i} | Question {i} | |\n" for i in range(10)) + "| | end group | | | |\n"
        for g in range(50)
    )
    total = "coalesce(${q0_9}, 0) + coalesce(${q24_9}, 0) + coalesce(${q49_9}, 0)"
    return f"| survey | | | | |\n| | type | name | label | calculation |\n{rows}| | calculate | total | | {total} |\n| settings | | |\n| | form_id | version |\n| | corpus_large | 1 |\n"


def write_golden(path: Path, body: str) -> None:
    path.write_text(path.read_text().partition("## Submission")[0] + f"## Submission\n```xml\n{body}\n```\n")


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
