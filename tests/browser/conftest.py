"""Browser tests run in the system's Chromium, on a small phone's screen with touch, in Algeria's time zone."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.live import LiveServer, free_port

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


ROOT = Path(__file__).resolve().parents[2]
DEVICE = ROOT / "device"
# What the server sends with the app: a form screen that needs more would break there, so it breaks here.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'"
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing: the tests' output is for the tests."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing. Run as root: apt-get install -y chromium fonts-noto-core"
    return {**browser_type_launch_args, "executable_path": chromium, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "viewport": {"width": 360, "height": 740},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
        "locale": "fr-DZ",
        "timezone_id": "Africa/Algiers",
        "geolocation": {"latitude": 35.712345, "longitude": -0.634567, "accuracy": 12},
        "permissions": ["geolocation", "camera"],
    }


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a fresh installation with the programme's forms, to be copied: `init` takes seconds."""
    data = tmp_path_factory.mktemp("installed") / "data"
    LiveServer(data, free_port()).command("init")
    return data


@pytest.fixture
def installed(template: Path, tmp_path: Path) -> Iterator[LiveServer]:
    """A served, freshly installed server."""
    server = LiveServer(tmp_path / "data", free_port())
    shutil.copytree(template, server.data)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def form_screen_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Build the form screen alone, once a session, and serve it with the app's content security policy."""
    if not (DEVICE / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=DEVICE, check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("form-screen")
    built = subprocess.run(
        ["npx", "--no-install", "vite", "build", "-c", "vite.harness.config.ts", "--outDir", str(folder)],
        cwd=DEVICE,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/harness.html"
        server.shutdown()
        thread.join()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo as a phone takes it: large, with the place in its EXIF."""
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (35.0, 29.0, 17.0), 3: "W", 4: (0.0, 31.0, 26.0)}
    Image.effect_noise((2400, 1800), 60).convert("RGB").save(path, "JPEG", quality=92, exif=exif)
    return path


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a picture of a page, to be looked at, when HIRFA_SHOTS names a folder."""
    folder = os.environ.get("HIRFA_SHOTS")

    def shoot(page: Page, name: str) -> None:
        if folder:
            language = page.locator("html").get_attribute("lang") or ""
            page.wait_for_timeout(300)
            page.screenshot(path=str(Path(folder) / f"{name}-{language[:2]}.png"), full_page=True)

    return shoot
