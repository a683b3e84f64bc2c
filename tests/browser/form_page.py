"""Words for browser tests of the form screen: open a form, answer by the question's name, read what would be sent."""

from __future__ import annotations

import base64
import textwrap
import time
from dataclasses import dataclass
from typing import Any

from lxml import etree
from playwright.sync_api import Locator, Page, expect

from forms.xlsform import convert_xlsform


def to_xform(tables: str) -> str:
    """Convert an XLSForm written as Markdown tables."""
    return convert_xlsform(textwrap.dedent(tables).encode(), file_name="form.md").xform.decode()


@dataclass(frozen=True)
class Filled:
    """A draft or finished form as the device would keep it."""

    xml: str
    files: dict[str, bytes]

    def value(self, path: str) -> str | None:
        """Text at a path below the root ("g/q", "meta/entity/@id"); None where there is no node."""
        root = etree.fromstring(self.xml.encode())
        names, _, attribute = path.partition("/@")
        here = [root]
        for name in names.split("/"):
            here = [child for node in here for child in node if etree.QName(child).localname == name]
        if not here:
            return None
        return here[0].get(attribute) if attribute else (here[0].text or "")

    def values(self, path: str) -> list[str]:
        """Texts of every node at a path (repeats)."""
        here = [etree.fromstring(self.xml.encode())]
        for name in path.split("/"):
            here = [child for node in here for child in node if etree.QName(child).localname == name]
        return [node.text or "" for node in here]

    def body(self) -> str:
        """The answers in one line for golden tests: names, values, no namespaces, nothing that changes from run to run."""

        def write(node: Any) -> str:
            name = etree.QName(node).localname
            if name == "meta":
                return ""
            inner = "".join(write(child) for child in node) if len(node) else (node.text or "")
            return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"

        return "".join(write(child) for child in etree.fromstring(self.xml.encode()))


class FormPage:
    """The form screen in a browser page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#closed")

    def open(self, form: str, **more: Any) -> FormPage:
        """Open Markdown tables or an XForm. ``more``: language, title, files, preset, restore."""
        xml = form if form.lstrip().startswith("<") else to_xform(form)
        self.page.evaluate("asked => harness.open(asked)", {"xml": xml, **more})
        self.page.wait_for_selector(".f-head, .f-failure", timeout=20_000)
        return self

    def question(self, name: str, index: int = 0) -> Locator:
        return self.page.locator(f"[data-path$='/{name}']").nth(index)

    def box(self, name: str) -> Locator:
        return self.question(name).locator("input, textarea, select").first

    def type(self, name: str, text: str) -> None:
        self.box(name).fill(text)
        self.box(name).blur()

    def choose(self, name: str, *values: str) -> None:
        for value in values:
            self.question(name).locator(f"input[value='{value}']").check(force=True)

    def pick(self, name: str, search: str) -> None:
        """Choose in a dialog by searching for some letters; the first row found is taken."""
        self.question(name).locator("button.f-picker").click()
        dialog = self.page.locator("dialog[open]")
        dialog.locator("input[type=search]").fill(search)
        dialog.locator("button.f-row").first.click()

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).first.click()

    def next(self) -> None:
        self.press("Suivant")

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def errors_shown(self) -> list[str]:
        return self.page.locator(".f-error").all_inner_texts()

    def wait_saved(self) -> None:
        expect(self.page.locator("[data-saved]")).to_have_attribute("data-saved", "clean", timeout=5_000)

    def wait_for(self, condition: str, seconds: float = 10) -> None:
        """Wait until a JavaScript expression is true (`page.wait_for_function` needs eval, which the page's policy forbids)."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"never: {condition}"
            self.page.wait_for_timeout(20)

    def state(self, name: str) -> Any:
        return self.page.evaluate(f"harness.state.{name}")

    def draft(self) -> Filled:
        self.wait_for("harness.state.draft !== null")
        self.wait_saved()
        return self.dump("draft")

    def finish(self) -> Filled:
        """From the last page: finish, confirm, and give what would be sent."""
        self.press("Terminer")
        self.press("Enregistrer comme terminé")
        self.wait_for("harness.state.final !== null")
        assert self.errors == []
        return self.dump("final")

    def dump(self, which: str) -> Filled:
        dumped = self.page.evaluate("which => harness.dump(which)", which)
        return Filled(dumped["xml"], {f["name"]: base64.b64decode(f["data"]) for f in dumped["files"]})

