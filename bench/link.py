"""Measure one day of one agent over a bad line: our way, and the way ODK Collect sends the same day.

    python bench/link.py [--photos 4] [--submissions 40] [--kbit 100] [--round-trip-ms 600] [--loss 0.02] [--json]

A real TCP link of two TUN devices (Linux, root). "Our way" is what the app does: gzip batches of 20 and more, then
tus-js-client in Node with the app's chunk size. "ODK's way" is, for each submission, HEAD and one multipart POST to our
OpenRosa address. "Bytes' own time" is the bodies' bytes at the line's rate, without any header, wait or loss. A whole
day has 40 photographs of 200 KB and takes a quarter of an hour each way: --photos 40.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.support.forms import FORM_A, FORM_E, VERSIONS, make_registrations, make_visits  # noqa: E402
from bench.support.link import FAR, NAMESPACE, Link, open_link  # noqa: E402
from bench.support.served import Served, describe_machine, print_table, serve  # noqa: E402
from forms.xform import parse_form  # noqa: E402

PHOTO_BYTES = 200_000


def read_chunk_bytes() -> int:
    """Return the size of the pieces in which the app uploads, from its source."""
    found = re.search(r"CHUNK_BYTES = ([\d_ *]+)", (ROOT / "device/src/sync/protocol.ts").read_text())
    if found is None:
        raise SystemExit("device/src/sync/protocol.ts names no CHUNK_BYTES")
    size = 1
    for factor in found[1].split("*"):
        size *= int(factor.strip().replace("_", ""))
    return size


def make_day(served: Served, seed: int, submissions: int, photos: int) -> dict[str, Any]:
    """Make the forms and photographs of one day, new ones for each seed."""
    a, e = (
        parse_form(served.send(f"/v1/projects/1/forms/{form_id}/versions/{VERSIONS[form_id]}.xml", token=served.token))
        for form_id in (FORM_A, FORM_E)
    )
    registrations, records = make_registrations(a, (submissions + 1) // 2, seed)
    items = [*registrations, *make_visits(e, records, seed)][:submissions]
    rng, kept = Random(f"photos {seed}"), {}  # noqa: S311 - bytes that no compression makes smaller, as a photograph's
    for number, item in enumerate(items):
        item["seq"], item["attachments"] = number + 1, []
        if number < photos:
            data = b"\xff\xd8\xff\xe0" + rng.randbytes(PHOTO_BYTES - 4)
            name = f"{seed}-{number}.jpg"
            kept[name] = base64.b64encode(data).decode()
            item["attachments"] = [
                {
                    "name": name,
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "contentType": "image/jpeg",
                }
            ]
    return {
        "url": served.url,
        "token": served.token,
        "deviceId": str(UUID(int=seed + 1, version=4)),
        "device": str(ROOT / "device"),
        "chunkBytes": read_chunk_bytes(),
        "items": items,
        "photos": kept,
    }


def send(link: Link, plan: dict[str, Any], way: str) -> dict[str, float]:
    """Send a day over the link; return seconds and bytes."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({**plan, "way": way}, file)
        file.flush()
        up, down, begun = link.up_bytes, link.down_bytes, time.monotonic()
        done = subprocess.run(
            ["ip", "netns", "exec", NAMESPACE, "node", str(ROOT / "bench/support/day.mjs"), file.name],
            check=False,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - begun
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    told: dict[str, float] = json.loads(done.stdout)
    own_s = (told["answer_bytes"] + told["photo_bytes"]) * 8 / link.rate_bits
    return {
        **told,
        "seconds": told["answers_s"] + told["photos_s"],
        "with_start_s": seconds,
        "up_bytes": link.up_bytes - up,
        "down_bytes": link.down_bytes - down,
        "own_s": own_s,
        "times_own": (told["answers_s"] + told["photos_s"]) / own_s,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=40)
    parser.add_argument("--photos", type=int, default=4)
    parser.add_argument("--kbit", type=float, default=100)
    parser.add_argument("--round-trip-ms", type=float, default=600)
    parser.add_argument("--loss", type=float, default=0.02)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    submissions = min(max(given.submissions, 1), 500)
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        print("bench/link.py needs root and /dev/net/tun on Linux: nothing was measured.")
        return
    rows, results = [], []
    with (
        open_link(given.kbit * 1000, given.round_trip_ms / 1000, given.loss) as link,
        serve(host=FAR) as served,
    ):
        for seed, photos in enumerate((0, min(max(given.photos, 0), submissions))):
            for place, way in enumerate(("app", "collect")):
                found = send(link, make_day(served, seed * 2 + place, submissions, photos), way)
                results.append({"way": way, "submissions": submissions, "photos": photos, **found})
                rows.append(
                    [
                        f"{'our way' if way == 'app' else 'as ODK Collect'}, {photos} photos",
                        f"{found['seconds']:.1f}",
                        f"{found['own_s']:.1f}",
                        f"{found['times_own']:.2f}",
                        f"{(found['answer_bytes'] + found['photo_bytes']) / 1024:.0f}",
                        f"{found['up_bytes'] / 1024:.0f}",
                        f"{found['down_bytes'] / 1024:.0f}",
                    ]
                )
    if given.json:
        print(json.dumps({"machine": describe_machine(), "days": results}, indent=2))
        return
    print(
        f"{describe_machine()}; {submissions} submissions, photos of {PHOTO_BYTES // 1000} KB, "
        f"{given.kbit:.0f} kbit/s, round trip {given.round_trip_ms:.0f} ms, loss {given.loss:.0%}"
    )
    print_table(["one day", "seconds", "bytes' own s", "times", "bodies KiB", "sent KiB", "received KiB"], rows)


if __name__ == "__main__":
    main()
