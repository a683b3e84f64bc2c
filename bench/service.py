"""The service itself: how long it takes to start, what memory it holds at rest and under load, how long backup and restore take.

``python bench/service.py --women 2000 --photos 200`` (``--postgres``, ``--json``). The women are registrations pushed by HTTP in batches of 500; photographs
are random bytes of ``--photo-kb``. Backup goes to another folder of the same disk.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from server import create_app
from server.database import db
from server.services.attachments import keep_file
from tests.builders import registration
from tests.faults.field import Inside, Phone
from tests.live import LiveServer, command, free_port
from tests.postgres import postgres_cluster
from tests.server.conftest import install, settings_in

BATCH = 500


def memory_mib(server: LiveServer) -> dict[str, float]:
    """Resident and proportional memory of master and workers, MiB."""
    assert server.process is not None
    found = {"rss": 0.0, "pss": 0.0}
    for pid in [server.process.pid, *server.workers()]:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name.lower() in found:
                found[name.lower()] += int(rest.split()[0]) / 1024
    return {name: round(value, 1) for name, value in found.items()}


def start(server: LiveServer) -> float:
    begun = time.monotonic()
    server.start()
    while True:
        try:
            urllib.request.urlopen(f"{server.url}/ready", timeout=5).close()
            return time.monotonic() - begun
        except OSError:
            time.sleep(0.02)


def timed(server: LiveServer, more: dict[str, str], *arguments: str) -> tuple[float, Any]:
    """Run a command as its own process with more settings: seconds, what it says."""
    begun = time.monotonic()
    said = command({**server.environment, **more}, *arguments, cold=True)
    return time.monotonic() - begun, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--women", type=int, default=2000)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--photo-kb", type=int, default=200)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    figures: dict[str, Any] = {"women": given.women, "photos": given.photos, "database": "postgresql" if given.postgres else "sqlite"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = ["", ""]
        if given.postgres:
            cluster = stack.enter_context(postgres_cluster())
            for name in ("here", "there"):
                cluster.run(f"CREATE DATABASE {name}")
            urls = [cluster.url("here"), cluster.url("there")]
        install(settings_in(folder / "here", urls[0]))
        server = LiveServer(folder / "here", free_port(), database_url=urls[0], cold=True)
        figures["start_s"] = round(start(server), 2)
        figures["memory_at_rest_mib"] = memory_mib(server)
        phone = Phone(server.port, Inside(server.data, urls[0]).make_agent())
        begun = time.monotonic()
        for _ in range(0, given.women, BATCH):
            phone.push_until_answered([phone.item(*registration()[:2]) for _ in range(BATCH)], within_s=600)
        figures["push_s"] = round(time.monotonic() - begun, 1)
        figures["memory_under_load_mib"] = memory_mib(server)
        server.stop()
        chance, app = Random(1), create_app(settings_in(server.data, urls[0]))
        with app.app_context():
            for _ in range(given.photos):
                keep_file(1, BytesIO(b"\xff\xd8\xff" + chance.randbytes(given.photo_kb * 1024)), "image/jpeg")
            db.session.remove()
            db.engine.dispose()
        (folder / "vault").mkdir()
        _, key = timed(server, {}, "backup-key", "--out", str(folder / "key"))
        vault = {"HIRFA_BACKUP_TO": str(folder / "vault"), "HIRFA_BACKUP_KEY": key["publicKey"], "HIRFA_BACKUP_COPIED": "yes"}
        figures["backup_s"], said = timed(server, vault, "backup")
        figures["backup_rows"], figures["backup_mib"] = said["rows"], round(said["sizeBytes"] / 2**20, 1)
        figures["backup_again_s"], _ = timed(server, vault, "backup")
        other = LiveServer(folder / "there", free_port(), database_url=urls[1], cold=True)
        figures["restore_s"], _ = timed(other, {}, "restore", "--from", str(folder / "vault"), "--key", str(folder / "key"))
        for name in ("backup_s", "backup_again_s", "restore_s"):
            figures[name] = round(figures[name], 1)
    if given.json:
        print(json.dumps(figures, indent=1))
    else:
        for name, value in figures.items():
            print(f"{name:22} {value}")


if __name__ == "__main__":
    main()
