"""The corpus: forms as Markdown, each with the steps that fill it and the submission that must come of them.

A file of `tests/corpus` holds the form's tables, then `## Steps`, one a line:

| step | what |
|---|---|
| `name = value` | answer the question; turns pages until it is there. Lists: values with blanks between. `name[1]` is the second on the page |
| `name =` | empty it |
| `name ? words` | its card says these words |
| `name ! words` | its card tells this problem |
| `name -` | it is not asked now |
| `+ title`, `> `, `lang ar` | add to a repeat, turn the page, change the form's language |

`@photo`, `@sign`, `@draw`, `@annotate`, `@record`, `@here` (GPS), `@map` are given by hand and thumb. `## Submission` holds
the answers as they must be sent, without what changes from run to run (`mask`).
"""

from __future__ import annotations

import base64
import io
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.form_page import Filled, FormPage

FOLDER = Path(__file__).resolve().parents[1] / "corpus"
SLOW_MS = 20_000  # a busy machine makes photographs slowly
ANSWERED = """card => [...card.querySelectorAll('input, textarea')].some(b => b.type === 'radio' || b.type === 'checkbox' ? b.checked : b.type !== 'file' && b.value !== '')
    || !!card.querySelector('.f-picker-value > :not(.f-placeholder), .f-preview, .f-kept')"""
_STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<index>\d+)\])?\s*(?P<verb>=|\?|!|-)\s*(?P<rest>.*)")


@dataclass(frozen=True)
class CorpusForm:
    name: str
    tables: str
    steps: tuple[str, ...]
    submission: str

    @property
    def media(self) -> Path:
        """Where publish-form looks for the form's files too."""
        return FOLDER / f"{self.name}-media"


def read_corpus() -> Iterator[CorpusForm]:
    for path in sorted(FOLDER.glob("*.md")):
        if path.name != "README.md":
            yield read_form(path)


def read_form(path: Path) -> CorpusForm:
    tables, _, rest = path.read_text().partition("## Steps\n")
    steps, _, submission = rest.partition("## Submission\n")
    return CorpusForm(
        name=path.stem,
        tables=tables,
        steps=tuple(line.strip() for line in steps.splitlines() if line.strip()),
        submission="\n".join(line for line in submission.splitlines() if line and not line.startswith("```")),
    )


def mask(body: str) -> str:
    """Take out what no two runs have alike: moments, days, ids, names of files."""
    body = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,3}[+-]\d\d:\d\d", "{moment}", body)
    body = body.replace(f">{datetime.now(ZoneInfo('Africa/Algiers')):%Y-%m-%d}<", ">{today}<")
    body = re.sub(r">(\w+)-\d{13}\.(\w+)<", r">{\1.\2}<", body)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "{uuid}", body)


def files_of(media: Path) -> dict[str, str]:
    """A form's files as the harness takes them."""
    found = sorted(media.iterdir()) if media.is_dir() else []
    return {
        path.name: f"data:{mimetypes.guess_type(path.name)[0] or 'text/plain'};base64,{base64.b64encode(path.read_bytes()).decode()}"
        for path in found
    }


def photo_bytes() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), (120, 80, 40)).save(out, "JPEG")
    return out.getvalue()


class Filler:
    """Fills an open form step by step, as a thumb would."""

    def __init__(self, form: FormPage) -> None:
        self.form = form
        self.page: Page = form.page
        self.done: set[str] = set()

    def fill(self, steps: tuple[str, ...]) -> None:
        for step in steps:
            try:
                self.take(step)
            except AssertionError as error:
                raise AssertionError(f"at the step {step!r}: {error}") from error
        self.to_the_end()

    def finish(self) -> Filled:
        self.page.locator(".f-foot .f-primary").click()
        self.page.locator(".f-review, .f-wrong").first.wait_for()
        wrong = self.page.locator(".f-wrong").evaluate_all("all => all.map(c => c.dataset.path + ': ' + c.querySelector('.f-error')?.innerText)")
        assert not wrong, wrong
        self.page.locator(".f-foot .f-primary").click()
        self.form.wait_for("harness.state.final !== null")
        assert self.form.errors == []
        return self.form.dump("final")

    def take(self, step: str) -> None:
        if step.startswith("+ "):
            self.page.locator(".f-add", has_text=step[2:]).last.click()
        elif step == ">":
            self.turn()
        elif step.startswith("lang "):
            self.page.evaluate("language => harness.setLanguage(language)", step[5:])
            expect(self.page.locator(".f-screen")).to_have_attribute("lang", step[5:])
        else:
            found = _STEP.fullmatch(step)
            assert found, step
            index, rest = int(found["index"] or 0), found["rest"]
            if found["verb"] == "-":
                expect(self.form.question(found["name"])).to_have_count(0)
                return
            card = self.find(found["name"], index)
            if found["verb"] == "?":
                expect(card).to_contain_text(rest)
            elif found["verb"] == "!":
                expect(card.locator(".f-error")).to_contain_text(rest)
            else:
                self.give(card, rest)

    def find(self, name: str, index: int) -> Locator:
        """Turn pages until the question is there; once round from the end."""
        for _ in range(60):
            if self.form.question(name).count() > index:
                return self.form.question(name, index)
            if not self.turn():
                break
        card = self.form.question(name, index)
        expect(card, f"{name} is not asked").to_be_visible(timeout=3_000)  # just added
        return card

    def turn(self) -> bool:
        here = self.page.locator(".f-progress").get_attribute("aria-valuenow")
        if here == self.page.locator(".f-progress").get_attribute("aria-valuemax"):
            return False
        self.page.locator(".f-foot .f-primary").click()
        expect(self.page.locator(".f-progress")).not_to_have_attribute("aria-valuenow", here or "")
        return True

    def to_the_end(self) -> None:
        while self.turn():
            pass

    def give(self, card: Locator, value: str) -> None:
        kind = card.get_attribute("data-type")
        if value.startswith("@"):
            self.by_hand(card, value[1:])
        elif value == "":
            self.empty(card)
        elif kind in ("select1", "select"):
            self.choose(card, value.split(" "))
        elif kind == "rank":
            self.order(card, value.split(" "))
        elif kind == "range":
            self.slide(card, value)
        elif kind == "trigger":
            card.locator("label").click()
        elif kind in ("image", "audio", "video", "file"):
            name, _, content = value.partition(":")
            role = "gallery" if kind == "image" else "choose"
            card.locator(f"input[data-role={role}]").set_input_files([{"name": name, "mimeType": mimetypes.guess_type(name)[0] or "x/y", "buffer": content.encode()}])
            expect(card.locator(".f-kept")).to_be_visible()
        elif card.locator("select").count():
            year, month = value.split("-")[:2]
            card.locator("select").select_option(month)
            card.locator("input").fill(year)
            card.locator("input").blur()
        else:
            if card.get_by_role("button", name="Écrire le code").count():
                card.get_by_role("button", name="Écrire le code").click()
            box = card.locator("input, textarea").first
            box.fill(value.replace("\\n", "\n"))
            box.blur()

    def fill_everything(self, given: dict[str, str]) -> None:
        """Answer every question that is asked: as given, else as its type allows. What is answered already stays."""
        while True:
            for _ in range(80):
                card = self.unanswered(given)
                if card is None:
                    break
                name = (card.get_attribute("data-path") or "").rpartition("/")[2]
                self.done.add(name)
                value = given[name] if name in given else self.likely(card)
                if value:
                    self.give(card, value)
            if not self.turn():
                break
        unasked = sorted(set(given) - self.done)
        assert not unasked, f"never asked: {unasked}"

    def unanswered(self, given: dict[str, str]) -> Locator | None:
        for path in self.page.locator(".f-question").evaluate_all("all => all.map(card => card.dataset.path)"):
            card = self.page.locator(f"[data-path='{path}']").first  # by name: others come and go above it
            name = path.rpartition("/")[2]
            if name in self.done:
                continue
            if name in given or not card.evaluate(ANSWERED):
                return card
        return None

    def likely(self, card: Locator) -> str:
        kind = card.get_attribute("data-type")
        if kind in ("select1", "select"):
            boxes = card.locator("input[type=radio], input[type=checkbox]")
            if boxes.count():
                return boxes.first.get_attribute("value") or ""
            if not card.locator("button.f-picker").count():
                return ""  # its list is empty for the answers so far
            card.locator("button.f-picker").click()
            value = self.page.locator("dialog[open] [data-value]").first.get_attribute("data-value")
            self.page.locator("dialog[open] header button").click()
            return value or ""
        if kind == "image":
            return "@photo" if card.locator("input[data-role=camera]").count() else "@sign"
        return {"int": "1", "decimal": "1", "date": "2026-11-01", "geopoint": "@here", "trigger": "x"}.get(kind or "", "Essai")

    def empty(self, card: Locator) -> None:
        clear = card.locator(".f-clear, .f-buttons .f-quiet")
        if clear.count():
            clear.first.click()
        else:
            self.give(card, " ")

    def choose(self, card: Locator, values: list[str]) -> None:
        if card.locator("input[type=radio], input[type=checkbox]").count():
            for value in values:
                # An advancing "quick" question is gone before anything else could be asked of it.
                card.locator("label", has=self.page.locator(f"input[value='{value}']")).click()
            return
        card.locator("button.f-picker").click()
        dialog = self.page.locator("dialog[open]")
        for value in values:
            dialog.locator(f"[data-value='{value}']").click()
        if card.get_attribute("data-type") == "select":
            dialog.locator(".f-primary").click()
        expect(dialog).to_have_count(0)

    def order(self, card: Locator, values: list[str]) -> None:
        for place, value in enumerate(values):
            rows = card.locator("li")
            expect(rows.first).to_be_visible()
            here = rows.evaluate_all("all => all.map(r => r.dataset.value)").index(value)
            while here > place:
                rows.nth(here).locator("button").first.click()
                here -= 1
                expect(rows.nth(here)).to_have_attribute("data-value", value)
        keep = card.get_by_role("button", name="Garder cet ordre")
        if keep.count():
            keep.click()

    def slide(self, card: Locator, value: str) -> None:
        card.locator("input, select").first.wait_for()
        if card.locator("select").count():
            card.locator("select").select_option(value)
        elif card.locator("input[type=radio]").count():
            card.locator("label", has=self.page.locator(f"input[value='{value}']")).click()
        else:
            card.locator("input[type=range]").fill(value)

    def by_hand(self, card: Locator, what: str) -> None:
        page = self.page
        if what == "photo":
            card.locator("input[data-role=camera]").set_input_files([{"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes()}])
            expect(card.locator("img")).to_be_visible(timeout=SLOW_MS)
        elif what in ("sign", "draw", "annotate"):
            if what == "annotate":
                card.locator("input[data-role=camera]").set_input_files([{"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo_bytes()}])
            else:
                card.locator(".f-buttons button").first.click()
            canvas = page.locator("dialog[open] canvas")
            expect(canvas).to_be_visible(timeout=SLOW_MS)
            box = canvas.bounding_box()
            assert box
            page.mouse.move(box["x"] + 30, box["y"] + 30)
            page.mouse.down()
            page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
            page.mouse.up()
            page.locator("dialog[open] .f-primary").click()
            expect(card.locator("img")).to_be_visible(timeout=SLOW_MS)
        elif what == "record":
            card.locator("[data-role=begin]").click()
            expect(card.locator("[data-seconds='1']")).to_be_visible(timeout=20_000)
            card.locator("[data-role=end]").click()
            expect(card.locator("audio")).to_be_visible()
        elif what == "scan":
            card.get_by_role("button", name="Scanner le code").click()
            expect(page.locator("dialog[open] video")).to_be_visible()
            page.locator("dialog[open]").get_by_role("button", name="Fermer").click()
        elif what == "here":
            card.get_by_role("button", name=re.compile("Relever")).click()
            keep = card.locator(".f-buttons .f-primary")
            expect(keep).to_be_enabled()
            keep.click()
        elif what.startswith("map"):
            card.get_by_role("button", name="Sur la carte").click()
            dialog = page.locator("dialog[open]")
            expect(dialog.locator("canvas")).to_be_visible()
            for key in what.split(" ")[1:]:
                dialog.locator("canvas").press(key) if key != "." else dialog.locator(".f-primary").click()
            if dialog.count():
                dialog.get_by_role("button", name="Fermer").click()
        elif what.startswith("chosen "):
            card.get_by_role("button", name="Sur la carte").click()
            dialog = page.locator("dialog[open]")
            dialog.get_by_role("button", name=what[7:]).click()
            dialog.locator(".f-primary").last.click()
        else:
            raise AssertionError(what)
