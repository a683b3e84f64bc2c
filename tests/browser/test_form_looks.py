"""How the form screen looks and speaks: night and sun, thumbs, maps, clocks, and what it remembers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.corpus import FOLDER, Filler, files_of, read_form
from tests.browser.form_page import FormPage, to_xform

KINDS = (
    "text", "numbers", "dates", "times", "select-one", "select-likert", "select-table", "select-long", "rank", "range", "note-markdown", "acknowledge",
    "repeats", "field-list", "geopoint", "geotrace", "image", "drawings", "audio", "files", "barcode", "media", "languages", "constraint", "from-geojson",
)  # fmt: skip
SMALL = """() => [...document.querySelectorAll('.f-screen button, .f-screen select, .f-screen summary, .f-row, .f-star, .f-box')]
    .filter(e => e.checkVisibility())
    .map(e => [e.getBoundingClientRect(), e.className || e.tagName])
    .filter(([box]) => box.height < 47.5 || box.width < 47.5)
    .map(([box, name]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def screen(browser: Browser, browser_context_args: dict[str, Any], form_screen_url: str) -> Iterator[FormPage]:
    context = browser.new_context(**{**browser_context_args, "permissions": ["geolocation", "camera", "microphone"]})
    yield FormPage(context.new_page(), form_screen_url)
    context.close()


def open_corpus(screen: FormPage, name: str, **more: Any) -> Filler:
    given = read_form(FOLDER / f"{name}.md")
    screen.open(to_xform(given.tables), files=files_of(given.media), title=name, **more)
    return Filler(screen)


def test_every_kind_of_question_can_be_read_by_day_and_night_and_touched(screen: FormPage) -> None:
    axe = Axe()
    faults = []
    for number, name in enumerate(KINDS):
        language = ("fr", "ar")[number % 2]
        open_corpus(screen, name, language=language)
        screen.page.locator(".f-pulse").first.wait_for(state="detached")
        for scheme in ("dark", "light"):
            screen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            screen.page.evaluate(PAINTED)
            found = axe.run(screen.page, options={"runOnly": RULES}).response["violations"]
            faults += [f"{name} {scheme} {v['id']}: {n['html'][:100]}" for v in found for n in v["nodes"]]
        faults += [f"{name}: {small}" for small in screen.page.evaluate(SMALL)]
        screen.page.evaluate("harness.close()")
    assert faults == []


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_map_is_placed_by_keyboard_and_says_where_it_is(screen: FormPage, language: str) -> None:
    open_corpus(screen, "geopoint", language=language)
    screen.page.emulate_media(color_scheme="dark" if language == "ar" else "light")
    card = screen.question("put")
    card.get_by_role("button", name={"fr": "Sur la carte", "ar": "على الخريطة"}[language]).click()
    dialog = screen.page.locator("dialog[open]")
    said = dialog.locator(".f-map-said")
    expect(said).to_contain_text({"fr": "km de \u2068", "ar": "كم من \u2068"}[language])
    before = said.inner_text()
    dialog.locator("canvas").press("ArrowRight")
    expect(said).not_to_have_text(before)
    found = Axe().run(screen.page, options={"runOnly": RULES}).response["violations"]
    assert [v["id"] for v in found] == []
    dialog.locator("canvas").click(position={"x": 40, "y": 60})
    dialog.locator(".f-primary").click()
    expect(card.locator(".f-kept")).to_be_visible()
    assert screen.draft().value("put") not in ("", None)
    screen.page.evaluate("harness.close()")


def test_refused_date_with_a_wrong_clock_is_explained_and_judged_again(
    browser: Browser, browser_context_args: dict[str, Any], form_screen_url: str
) -> None:
    context = browser.new_context(**browser_context_args)  # its own: a clock that was set never goes again
    screen = FormPage(context.new_page(), form_screen_url)
    screen.page.clock.set_fixed_time("2019-02-03T10:00:00+01:00")
    filler = open_corpus(screen, "constraint", clockOffsetMs=7 * 365 * 86_400_000)
    filler.fill(("born = 2026-11-20", "born ! Pas dans l'avenir", "born ? dimanche 3 février 2019, 10:00", "born ? il retardait de 2555 jour(s)"))
    screen.page.clock.set_fixed_time("2026-11-26T10:00:00+01:00")
    screen.question("born").get_by_role("button", name="Vérifier à nouveau").click()
    expect(screen.question("born").locator(".f-error, .f-clock")).to_have_count(0)
    assert screen.draft().value("born") == "2026-11-20"
    context.close()


def test_form_remembers_from_the_last_of_its_kind(screen: FormPage) -> None:
    filler = open_corpus(screen, "last-saved")
    filler.fill(("commune = 3112", "jury = b"))
    filler.finish()
    remembered = screen.state("remembered")
    assert remembered == {"/data/commune": "3112", "/data/jury": "b"}
    open_corpus(screen, "last-saved", lastSaved=remembered)
    expect(screen.box("commune")).to_have_value("3112")
    expect(screen.question("jury").locator("input[value=b]")).to_be_checked()
    screen.page.evaluate("harness.close()")


def test_widget_that_is_not_on_the_phone_yet_says_so_and_comes_when_it_can(browser: Browser, browser_context_args: dict[str, Any], form_screen_url: str) -> None:
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    page.route("**/seldom-*.js", lambda route: route.abort())
    form = FormPage(page, form_screen_url)
    open_corpus(form, "rank")
    expect(page.get_by_role("alert").first).to_contain_text("n’est pas encore sur le téléphone")
    page.unroute("**/seldom-*.js")
    for _ in range(2):
        page.get_by_role("button", name="Réessayer").first.click()
    expect(page.locator(".f-rank").first).to_be_visible()
    context.close()


def test_who_types_without_a_pause_has_all_but_the_last_second(screen: FormPage) -> None:
    open_corpus(screen, "text")
    box = screen.box("t")
    for number in range(400):  # she never pauses, however slow the machine is
        box.press_sequentially("abcdefghij"[number % 10], delay=40)
        saved = screen.page.evaluate("harness.state.draft?.files.xml.match(/<t>([^<]*)/)?.[1].length ?? 0")
        if saved >= 5:
            break
    assert saved >= 5, "nothing was saved while she typed"
    screen.page.evaluate("harness.close()")
