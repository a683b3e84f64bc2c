"""Measure the consolidated workbook as an officer downloads it, with 10,000 submissions stored.

    python bench/workbook_http.py [--submissions 10000] [--json]

Half are registrations, half follow-ups; a real server on loopback, and the whole way: database, workbook, HTTP.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.support.forms import FORM_A, FORM_E, VERSIONS, make_registrations, make_visits  # noqa: E402 - the path comes first
from bench.support.served import describe_machine, print_table, serve  # noqa: E402
from forms.xform import parse_form  # noqa: E402

BATCH = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--downloads", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    wanted = min(max(given.submissions, 2 * BATCH), 100_000)
    downloads = min(max(given.downloads, 1), 10)
    with serve() as served:
        a, e = (
            parse_form(served.send(f"/v1/projects/1/forms/{form_id}/versions/{VERSIONS[form_id]}.xml", token=served.token))
            for form_id in (FORM_A, FORM_E)
        )
        begun, stored = time.perf_counter(), 0
        while stored < wanted:
            run = stored // (2 * BATCH)
            device_id = str(UUID(int=run + 1, version=4))
            registrations, records = make_registrations(a, BATCH, seed=run)
            for items in (registrations, make_visits(e, records, seed=run, first_seq=BATCH + 1)):
                results = served.push(device_id, items)["results"]
                stored += sum(result["status"] == "accepted" for result in results)
        filled_s = time.perf_counter() - begun
        session = json.loads(served.send("/v1/sessions", {"email": served.email, "password": served.password}))
        runs = []
        for _ in range(downloads):
            served.forget_peak()
            cpu, begun = served.cpu_s(), time.perf_counter()
            data = served.send("/v1/projects/1/workbook.xlsx", token=session["token"])
            seconds = time.perf_counter() - begun
            runs.append(
                {
                    "seconds": seconds,
                    "cpu_s": served.cpu_s() - cpu,
                    "peak_mib": served.peak_mib(),
                    "file_mib": len(data) / 2**20,
                }
            )
    if given.json:
        print(json.dumps({"machine": describe_machine(), "submissions": stored, "runs": runs}, indent=2))
        return
    print(f"{describe_machine()}; {stored:,} submissions stored (pushed in {filled_s:.0f} s)")
    print_table(
        ["workbook over HTTP", "seconds", "CPU s", "peak MiB", "file MiB"],
        [
            [f"download {n + 1}", *(f"{run[key]:.2f}" for key in ("seconds", "cpu_s", "peak_mib", "file_mib"))]
            for n, run in enumerate(runs)
        ],
    )


if __name__ == "__main__":
    main()
