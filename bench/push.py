"""Measure what a push costs the server: 500 registrations in one batch, then 500 follow-ups on the same women.

    python bench/push.py [--runs 5] [--items 500] [--json]

A real server (gunicorn, SQLite with synchronous=FULL) on loopback; every run sends new ids, every item is accepted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.support.forms import FORM_A, FORM_E, VERSIONS, make_registrations, make_visits  # noqa: E402 - the path comes first
from bench.support.served import Served, describe_machine, print_table, serve  # noqa: E402
from forms.xform import parse_form  # noqa: E402


def measure(served: Served, device_id: str, items: list[dict[str, Any]]) -> dict[str, float]:
    """Push one batch; return seconds, processor seconds, peak memory in MiB and submissions a second."""
    body = served.pack(device_id, items)
    served.forget_peak()
    cpu, begun = served.cpu_s(), time.perf_counter()
    answer = json.loads(served.send("/v1/projects/1/sync/push", token=served.token, zipped=body))
    seconds = time.perf_counter() - begun
    statuses = {result["status"] for result in answer["results"]}
    if len(answer["results"]) != len(items) or statuses != {"accepted"}:
        raise SystemExit(f"not everything was accepted: {statuses}")
    return {
        "seconds": seconds,
        "cpu_s": served.cpu_s() - cpu,
        "peak_mib": served.peak_mib(),
        "per_second": len(items) / seconds,
        "compressed_kib": len(body) / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    runs, count = min(max(given.runs, 1), 50), min(max(given.items, 1), 500)
    results: dict[str, list[dict[str, float]]] = {"registrations (A)": [], "follow-ups (E)": []}
    with serve() as served:
        a, e = (
            parse_form(served.send(f"/v1/projects/1/forms/{form_id}/versions/{VERSIONS[form_id]}.xml", token=served.token))
            for form_id in (FORM_A, FORM_E)
        )
        for run in range(runs):
            device_id = str(UUID(int=run + 1, version=4))
            registrations, records = make_registrations(a, count, seed=run)
            results["registrations (A)"].append(measure(served, device_id, registrations))
            visits = make_visits(e, records, seed=run, first_seq=count + 1)
            results["follow-ups (E)"].append(measure(served, device_id, visits))
    if given.json:
        print(json.dumps({"machine": describe_machine(), "items": count, "runs": results}, indent=2))
        return
    rows = []
    for name, found in results.items():
        for pick, word in ((statistics.median, "median"), (min, "best"), (max, "worst")):
            seconds = pick([run["seconds"] for run in found])
            cpu = pick([run["cpu_s"] for run in found])
            peak = max(run["peak_mib"] for run in found)
            rows.append(
                [f"{count} {name}, {word}", f"{seconds:.2f}", f"{cpu:.2f}", f"{peak:.0f}", f"{count / seconds:.0f}"]
            )
    size_kib = results["registrations (A)"][0]["compressed_kib"]
    print(f"{describe_machine()}; {runs} runs; batch of {size_kib:.0f} KiB gzip")
    print_table(["one batch", "seconds", "CPU s", "peak MiB", "per s"], rows)


if __name__ == "__main__":
    main()
