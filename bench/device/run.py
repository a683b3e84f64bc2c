"""The agents' app in a real browser: how large, how soon, how quick, beside Enketo Core on the same form and list.

    python bench/device/run.py [--runs 3] [--records 10000] [--json]

Every time is cold: a new browser process each, the server stopped, the processor slowed by the browser (1x, 6x). Medians of
the runs. Times count from the navigation to the first thing that answers a thumb: after the frame that shows it and what
was queued behind it. The app's way includes its home (and its PIN, where it asks for one); Enketo's page opens on the form.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench" / "support")]

from served import Served, describe_machine, print_table, serve  # noqa: E402

from forms.xlsform import convert_xlsform  # noqa: E402

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
GROUPS, EACH, VILLAGES = 22, 10, 1000
PIN = "482913"
# Notes when things are there for the first time, and types the PIN as soon as it is asked for.
WATCH = f"""
if (location.protocol === 'http:') {{
  const seen = (window.seen ??= {{}});
  const note = (name) => {{ if (seen[name] === undefined) {{ seen[name] = 0; requestAnimationFrame(() => setTimeout(() => {{ seen[name] = performance.now(); }})); }} }};
  new MutationObserver(() => {{
    if (document.querySelector('.f-question')) note('question');
    if (document.querySelector('a.hero')) note('home');
    const boxes = [...document.querySelectorAll('form input.pin[name=pin], form input.pin[name=again]')];
    const button = boxes[0]?.closest('form').querySelector('button[type=submit]');
    if (!button || boxes.some((box) => box.dataset.typed)) return;
    for (const box of boxes) {{ box.dataset.typed = 'yes'; box.value = '{PIN}'; box.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); }}
    setTimeout(() => {{ seen.pin = performance.now(); button.click(); }});
  }}).observe(document, {{ childList: true, subtree: true }});
}}
"""
ANSWER = """async ([box, value, shows]) => {
  const input = document.querySelector(box);
  input.focus();
  const words = () => document.querySelector(shows).textContent;
  const before = words();
  const began = performance.now();
  input.value = value;
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  input.dispatchEvent(new Event('change', { bubbles: true }));
  input.blur();
  while (words() === before) {
    if (performance.now() - began > 20000) throw new Error('never answered');
    await new Promise((next) => setTimeout(next));
  }
  await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
  return performance.now() - began;
}"""
SEARCH = """async (wanted) => {
  const input = document.querySelector('input[type=search], .search-input');
  const list = document.querySelector('main');
  const began = performance.now();
  let changed = false;
  const observer = new MutationObserver(() => { changed = true; });
  observer.observe(list, { childList: true, subtree: true, characterData: true });
  input.value = wanted;
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  while (!changed) {
    if (performance.now() - began > 20000) throw new Error('nothing changed');
    await new Promise((next) => setTimeout(next));
  }
  await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
  observer.disconnect();
  return performance.now() - began;
}"""


def make_form() -> str:
    """220 questions in 22 groups, a sum that is shown on the first page, and a list of 1,000 villages on the last."""
    rows = []
    for group in range(GROUPS):
        rows.append(f"| | begin group | g{group} | Groupe {group} | | |")
        rows += [f"| | integer | q{group}_{i} | Question {i} | | |" for i in range(EACH)]
        if group == 0:
            rows.append("| | note | said | Total : ${total} | | |")
        if group == GROUPS - 1:
            rows.append("| | select_one_from_file villages.csv | village | Village | minimal autocomplete | |")
        rows.append("| | end group | | | | |")
    total = " + ".join(f"coalesce(${{q0_{i}}}, 0)" for i in range(EACH))
    head = "| survey | | | | | |\n| | type | name | label | appearance | calculation |\n"
    settings = "| settings | | | |\n| | form_id | version | style |\n| | bench_large | 1 | pages |\n"
    return head + "\n".join(rows) + f"\n| | calculate | total | | | {total} |\n" + settings


VILLAGES_CSV = "name,label\n" + "".join(f"v{i},Village numéro {i}\n" for i in range(VILLAGES))


@contextmanager
def served_folder(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def build_enketo(folder: Path) -> None:
    """Bundle Enketo Core with esbuild into a folder that can be served."""
    if not (HERE / "node_modules" / "enketo-core").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True, capture_output=True)
    parts = {"config": "config.js", "widgets": "src/js/widgets.js", "translator": "src/js/fake-translator.js", "dialog": "src/js/fake-dialog.js"}
    parts |= {"file-manager": "src/js/file-manager.js", "xpath-evaluator-binding": "src/js/xpath-evaluator-binding.js"}
    aliases = [f"--alias:enketo/{name}=enketo-core/{path}" for name, path in parts.items()]
    aliases.append(f"--alias:leaflet.gridlayer.googlemutant={HERE / 'enketo' / 'empty.js'}")  # its entry cannot be resolved
    for name in ("page", "transform"):
        command = ["npx", "esbuild", f"enketo/{name}.js", "--bundle", "--format=esm", "--minify", "--log-level=error", "--loader:.png=dataurl", "--external:libxslt"]
        subprocess.run([*command, *aliases, f"--outfile={folder / name}.js"], cwd=HERE, check=True)
    for name in ("index.html", "sw.js"):
        shutil.copy(HERE / "enketo" / name, folder)
    (folder / "transform.html").write_text('<!doctype html><script type="module" src="transform.js"></script>')
    (folder / "list.csv").write_text(VILLAGES_CSV)


@contextmanager
def browser(play: Playwright, profile: Path, slowed: float = 1) -> Iterator[tuple[BrowserContext, Page, Any]]:
    """A new browser process on a profile, its page slowed."""
    context = play.chromium.launch_persistent_context(
        str(profile), executable_path=shutil.which("chromium"), args=FLAGS, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True,
        locale="fr-DZ", timezone_id="Africa/Algiers",
    )  # fmt: skip
    context.add_init_script(WATCH)
    page = context.pages[0]
    cdp = context.new_cdp_session(page)
    cdp.send("Performance.enable")
    if slowed != 1:
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    try:
        yield context, page, cdp
    finally:
        context.close()


def wait_seen(page: Page, name: str, seconds: float = 120) -> float:
    for _ in range(int(seconds * 20)):
        found = page.evaluate(f"window.seen?.{name} || 0")
        if found:
            return float(found)
        page.wait_for_timeout(50)
    raise RuntimeError(f"{name} was never seen")


def more_records(answer: dict[str, Any], count: int) -> dict[str, Any]:
    """Put made-up women beside what the server sent for the first scope, once."""
    families = ("بن علي", "مختاري", "Benali", "Mokhtari", "خليفة", "Khelifa", "بوزيد", "Bouzid")
    firsts = ("فاطمة", "Kheira", "زهرة", "Amina", "خيرة", "Fatima", "نورية", "Halima")
    scope = next(iter(answer["scopes"]), None)
    if scope is None:
        return answer
    for i in range(count):
        family, first = families[i % 8], firsts[i // 8 % 8]
        data = {"label": f"{family} {first} – Douar {i}", "nom_ar": family, "prenom_ar": first, "nom_fr": f"Famille{i}", "localite": f"Douar {i}", "commune": scope, "etape": "inscrite", "code_artisane": f"{scope}-{i:06x}"}
        record = {"id": f"00000000-0000-4000-8000-{i:012x}", "list": "artisanes", "version": 1, "data": data, "open": [], "events": []}
        answer["scopes"][scope]["upserts"].append(record)
    return answer


def install_app(play: Playwright, served: Served, link: str, profile: Path, records: int) -> None:
    with browser(play, profile) as (context, page, _cdp):
        left = [records]

        def fuller(route: Any) -> None:
            answer = route.fetch()
            body = answer.json()
            if left[0] and body.get("scopes"):
                body, left[0] = more_records(body, left[0]), 0
            route.fulfill(response=answer, json=body)

        context.route("**/sync/pull", fuller)
        page.goto(link)
        page.locator("form button[type=submit]").first.click()
        wait_seen(page, "home", 300)
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_timeout(6_000)  # what is kept after enrolment comes three seconds later
        page.reload()
        wait_seen(page, "home")
        page.wait_for_timeout(500)


def measure_app(play: Playwright, base: str, profile: Path, slowed: float) -> dict[str, float]:
    found: dict[str, float] = {}
    with browser(play, profile, slowed) as (_context, page, _cdp):
        page.goto(f"{base}/app/", wait_until="commit")
        found["home"] = wait_seen(page, "home")
        if (pin := page.evaluate("window.seen.pin || 0")) > 0:
            found["unlock"] = found["home"] - pin
    with browser(play, profile, slowed) as (_context, page, _cdp):
        page.goto(f"{base}/app/#/new/bench_large", wait_until="commit")
        found["form"] = wait_seen(page, "question")
        if (pin := page.evaluate("window.seen.pin || 0")) > 0:
            found["form"] -= page.evaluate("Math.max(0, (window.seen.home || 0) - window.seen.pin)")
        page.wait_for_timeout(1_000)
        times = [page.evaluate(ANSWER, ["[data-path='/data/g0/q0_0'] input", str(n), "[data-path='/data/g0/said']"]) for n in range(1, 9)]
        found["answer"] = statistics.median(times)
    return found


def measure_records(play: Playwright, base: str, profile: Path, slowed: float) -> dict[str, float]:
    found: dict[str, float] = {}
    with browser(play, profile, slowed) as (context, page, cdp):
        page.goto(f"{base}/app/", wait_until="commit")
        found["home10k"] = wait_seen(page, "home")
        if (pin := page.evaluate("window.seen.pin || 0")) > 0:
            found["unlock10k"] = found["home10k"] - pin
        page.evaluate("location.hash = '#/records'")
        page.locator("input[type=search], .search-input").first.wait_for()
        page.wait_for_timeout(1_500)
        times = [page.evaluate(SEARCH, wanted) for wanted in ("benali", "فاطمة", "bouzid kheira", "khelifa", "halima")]
        found["search"] = statistics.median(times)
        page.evaluate("location.hash = '#/'")
        page.wait_for_timeout(1_000)
        cdp.send("HeapProfiler.collectGarbage")
        found["heapMb"] = metrics(cdp)["JSHeapUsedSize"] / 1e6
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        before = metrics(cdp)["TaskDuration"]
        page.wait_for_timeout(20_000)
        found["idleMsPerMin"] = (metrics(cdp)["TaskDuration"] - before) * 3 * 1000
        found["idleRequests"] = float(len(asked))
    return found


def metrics(cdp: Any) -> dict[str, float]:
    return {row["name"]: row["value"] for row in cdp.send("Performance.getMetrics")["metrics"]}


def measure_enketo(play: Playwright, base: str, profile: Path, slowed: float) -> dict[str, float]:
    with browser(play, profile, slowed) as (_context, page, _cdp):
        page.goto(f"{base}/index.html", wait_until="commit")
        form = wait_seen(page, "question")
        assert page.evaluate("window.bench.errors") == []
        page.wait_for_timeout(1_000)
        times = [page.evaluate(ANSWER, ["input[name='/data/g0/q0_0']", str(n), "[data-value=' /data/total '], .or-output"]) for n in range(1, 9)]
    return {"form": form, "answer": statistics.median(times)}


def median_of(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs if name in run) for name in dict.fromkeys(name for run in runs for name in run)}


def run(runs: int, records: int) -> dict[str, Any]:
    if not (ROOT / "device" / "dist" / "sw.js").exists():
        raise SystemExit("The app is not built: cd device && npm ci && npm run build")
    sizes = json.loads(subprocess.run(["node", str(HERE / "precache.mjs"), str(ROOT / "device" / "dist")], check=True, capture_output=True, text=True).stdout)
    found: dict[str, Any] = {"machine": describe_machine(), "load": os.getloadavg()[0], "runs": runs, "records": records, "sizes": sizes}
    with tempfile.TemporaryDirectory(prefix="hirfa-bench-device-") as name, sync_playwright() as play:
        folder = Path(name)
        (folder / "enketo").mkdir()
        build_enketo(folder / "enketo")
        with serve() as served:
            form = folder / "large.md"
            form.write_text(make_form())
            media = folder / "large-media"
            media.mkdir()
            (media / "villages.csv").write_text(VILLAGES_CSV)
            served.flask("publish-form", str(form))
            links = [served.flask("create-app-user", f"Bench {n}", "--scope", "3112")["link"] for n in (1, 2)]
            install_app(play, served, links[0], folder / "few", 0)
            install_app(play, served, links[1], folder / "many", records)
            base = served.url
        # From here on there is no server.
        xform = convert_xlsform(make_form().encode(), file_name="large.md").xform.decode()
        with served_folder(folder / "enketo") as address:
            with browser(play, folder / "made") as (_context, page, _cdp):
                page.goto(f"{address}/transform.html")
                page.wait_for_timeout(1_000)
                made = page.evaluate("xform => window.toEnketo(xform)", xform)
                (folder / "enketo" / "form.html").write_text(made["form"])
                (folder / "enketo" / "model.xml").write_text(made["model"])
            with browser(play, folder / "rival") as (_context, page, _cdp):
                page.goto(f"{address}/index.html")
                wait_seen(page, "question")
                page.evaluate("navigator.serviceWorker.ready")
                page.wait_for_timeout(1_000)
        for slowed in (1, 6):
            ours, many, theirs = [], [], []
            for _ in range(runs):  # turn and turn about: a busy minute hits both
                ours.append(measure_app(play, base, folder / "few", slowed))
                theirs.append(measure_enketo(play, address, folder / "rival", slowed))
                many.append(measure_records(play, base, folder / "many", slowed))
            found[f"{slowed}x"] = {"app": median_of(ours) | median_of(many), "enketo": median_of(theirs)}
    return found


def judge(found: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """(what, aim, measured, met) of each aim of the design."""
    slow, fast = found["6x"], found["1x"]
    ratio = slow["app"]["form"] / slow["enketo"]["form"]
    return [
        ("first download, brotli", "<= 340 kB", f"{found['sizes']['precacheKb']:.1f} kB", found["sizes"]["precacheKb"] <= 340),
        ("home, offline, 6x", "<= 1500 ms", f"{slow['app']['home']:.0f} ms", slow["app"]["home"] <= 1500),
        ("220 questions, 6x, beside Enketo", "<= 0.8", f"{ratio:.2f}", ratio <= 0.8),
        ("answer, 1x", "<= 50 ms", f"{fast['app']['answer']:.0f} ms", fast["app"]["answer"] <= 50),
        ("answer, 6x", "<= 100 ms", f"{slow['app']['answer']:.0f} ms", slow["app"]["answer"] <= 100),
        (f"search over {found['records']} records, 6x", "<= 100 ms", f"{slow['app']['search']:.0f} ms", slow["app"]["search"] <= 100),
        ("idle: requests", "0", f"{fast['app']['idleRequests']:.0f}", fast["app"]["idleRequests"] == 0),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = run(given.runs, given.records)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['machine']}, load {found['load']:.1f}, medians of {found['runs']}")
    print(f"kept after enrolment, brotli: {found['sizes']['extrasKb']:.1f} kB\n")
    names = list(dict.fromkeys([*found["1x"]["app"], *found["1x"]["enketo"]]))
    table = [[name, *(f"{found[speed][who].get(name, float('nan')):.0f}" for speed in ("1x", "6x") for who in ("app", "enketo"))] for name in names]
    print_table(["ms unless said", "app 1x", "Enketo 1x", "app 6x", "Enketo 6x"], table)
    print()
    print_table(["aim of the design", "aim", "measured", ""], [[what, aim, measured, "met" if met else "NOT MET"] for what, aim, measured, met in judge(found)])


if __name__ == "__main__":
    main()
