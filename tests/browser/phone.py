"""An agent's thumb: what she does on the phone, by what is on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

PIN = "482913"
# The agent's quick fingers: wherever the app asks for the PIN (a restart locks it), or for a first one, it is typed.
UNLOCK = f"""
new MutationObserver(() => {{
  const boxes = [...document.querySelectorAll('form input.pin[name=pin], form input.pin[name=again]')];
  const button = boxes[0]?.closest('form').querySelector('button[type=submit]');
  if (!button || boxes.some(box => box.dataset.typed)) return;
  for (const box of boxes) {{
    box.dataset.typed = 'yes';
    box.value = '{PIN}';
    box.dispatchEvent(new InputEvent('input', {{ bubbles: true }}));
  }}
  setTimeout(() => button.click());
}}).observe(document, {{ childList: true, subtree: true }});
"""


class Phone:
    """One agent's phone: a browser context of its own."""

    def __init__(
        self, browser: Browser, context_args: dict[str, object], language: str, *, types_pin: bool = True
    ) -> None:
        locale = {"fr": "fr-DZ", "ar": "ar-DZ"}[language]
        self.context: BrowserContext = browser.new_context(**{**context_args, "locale": locale})  # type: ignore[arg-type]
        if types_pin:
            self.context.add_init_script(UNLOCK)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def enrol(self, link: str) -> None:
        self.page.goto(link)
        self.page.locator("form button[type=submit]").click()
        self.page.locator("a.hero").wait_for(timeout=30_000)  # forms have arrived: registering is offered
        self.page.evaluate("navigator.serviceWorker.ready")

    def open(self, path: str) -> None:
        self.page.evaluate("path => { location.hash = path }", f"#/{path}")

    def sync_only_when_pressed(self) -> None:
        """Switch off sending by itself: a test that counts requests wants to be the only one to start a run."""
        self.open("settings")
        switch = self.page.locator("label.switch", has=self.page.locator("input[role=switch]")).first
        switch.click()
        expect(switch.locator("input")).not_to_be_checked()

    def offline(self) -> None:
        self.context.set_offline(True)
        self.page.reload()
        self.page.locator("main, .f-screen").first.wait_for()

    def online(self) -> None:
        self.context.set_offline(False)

    def sync(self) -> None:
        self.open("sync")
        button = self.page.locator(".sync-ready .button-primary")
        button.click()
        expect(self.page.locator(".progress-card")).to_have_count(0, timeout=60_000)
        expect(self.page.locator(".notice-good, .notice-warn, .notice-bad, .notice-plain").first).to_be_visible()

    # Forms --------------------------------------------------------------------------------------------------------------
    def card(self, path: str) -> object:
        return self.page.locator(f'[data-path="{path}"]')

    def answer(self, answers: Mapping[str, str | list[str] | Path]) -> None:
        """Go through the form's pages and give the answers of ``path → value`` where their question is on the page."""
        left = dict(answers)
        self.page.locator(".f-foot .f-primary").wait_for()
        for _ in range(60):
            for path in list(left):
                if self.page.locator(f'[data-path="{path}"]').count():
                    self.give(path, left.pop(path))
            button = self.page.locator(".f-foot .f-primary")
            here = self.page.locator(".f-status span").first.inner_text()
            page, pages = [int(word) for word in here.split() if word.isdigit()]
            if page == pages:
                break
            button.click()
            expect(self.page.locator(".f-progress")).to_have_attribute("aria-valuenow", str(page + 1))
        assert not left, f"never asked: {sorted(left)}"

    def give(self, path: str, value: str | list[str] | Path) -> None:
        card = self.page.locator(f'[data-path="{path}"]')
        kind = card.get_attribute("data-type")
        if isinstance(value, Path):
            card.locator('input[data-role="gallery"]').set_input_files(value)
            card.locator("img").wait_for()
        elif kind in ("select1", "select"):
            values = [value] if isinstance(value, str) else value
            if card.locator("input[type=radio], input[type=checkbox]").count():
                for one in values:
                    row = card.locator("label", has=self.page.locator(f'input[value="{one}"]'))
                    if not row.locator("input").is_checked():
                        row.click()
                    expect(row.locator("input")).to_be_checked()
            else:
                card.locator("button.f-picker").click()
                for one in values:
                    self.page.locator(f'dialog [data-value="{one}"]').click()
                if kind == "select":
                    self.page.locator("dialog .f-primary").click()
        else:
            box = card.locator("input, textarea").first
            box.fill(str(value))
            box.blur()

    def finish(self) -> None:
        self.page.locator(".f-foot .f-primary").click()
        review = self.page.locator(".f-review")
        if not review.count():
            review.or_(self.page.locator(".f-wrong")).first.wait_for()
        wrong = self.page.locator(".f-wrong").evaluate_all("cards => cards.map(c => c.dataset.path)")
        assert not wrong, f"the form refuses {wrong}: {self.page.locator('.f-error').all_inner_texts()}"
        self.page.locator(".f-foot .f-primary").click()
        self.page.locator(".f-screen").wait_for(state="detached")
