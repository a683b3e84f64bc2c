"""Measure the officers' pages with many women and submissions stored: p50 and p95 of each, on SQLite and PostgreSQL.

    python bench/desk.py [--database sqlite|postgresql|both] [--women 50000] [--submissions 500000] [--times 20]
        [--only NAME] [--keep FOLDER] [--json]

A real server (gunicorn, two workers) on loopback, filled with the demonstration's year, which the database then copies
under other ids. One officer signs in and opens every page of the menu, of its tabs and of what they lead to, one after
another; searches and filters too. Pages of the address map that were not opened are named. Aims: p95 below 300 ms on PostgreSQL and 500 ms on SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import create_engine, text  # noqa: E402 - the path comes first

from bench.support.desk_pages import Officer, find_left_out, find_pages  # noqa: E402
from bench.support.postgres import Cluster, run_cluster  # noqa: E402
from bench.support.served import ROOT, Served, describe_machine, print_table, serve  # noqa: E402
from bench.support.stored import multiply  # noqa: E402

AIM_MS = {"SQLite": 500, "PostgreSQL": 300}
TAKE_IN = """
from server import create_app
from server.services import indexing
with create_app().app_context():
    indexing.catch_up(1, stages=("index",), seconds=36000)
"""


def fill(served: Served, women: int, submissions: int) -> dict[str, Any]:
    """Store the demonstration's year, copied until there are so many; a kept state that is whole is left as it is."""
    whole = Path(served.environment["HIRFA_DATA"]) / "bench.filled"
    if whole.exists():
        kept: dict[str, Any] = json.loads(whole.read_text())
        return kept
    told = served.flask("demo")
    served.flask("find-duplicates")
    served.flask("count-programme")
    sent = sum(told["submissions"].values())
    begun = time.perf_counter()
    copies = max(round(women / told["women"]) - 1, 0)
    if copies:
        multiply(served.database_url, copies)
    more = max(round((submissions - sent * (copies + 1)) / sent), 0)
    if more:
        multiply(served.database_url, more, after=copies, tables=("submissions", "submission_words"))
    engine = create_engine(served.database_url.replace("postgresql://", "postgresql+psycopg://"))
    subprocess.run([sys.executable, "-c", TAKE_IN], cwd=ROOT, env=served.environment, check=True)
    with engine.begin() as connection:
        # The pairs of copies are the copies themselves: those of the demonstration stand for a queue that is worked on.
        newest = "(SELECT max(counter) FROM entities)"
        connection.execute(text(f"UPDATE index_progress SET counter = {newest} WHERE stage = 'pairs'"))  # noqa: S608
        counts = {
            table: int(connection.execute(text(f"SELECT count(*) FROM {table} {where}")).scalar_one())  # noqa: S608
            for table, where in (("entities", "WHERE list = 'artisanes'"), ("submissions", ""), ("conflicts", ""))
        }
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    filled = {**counts, "filled_s": round(time.perf_counter() - begun)}
    whole.write_text(json.dumps(filled))
    return filled


def measure(name: str, cluster: Cluster | None, given: argparse.Namespace) -> dict[str, Any]:
    keep = given.keep and given.keep / name.lower()
    with serve(cluster.url if cluster else "", keep=keep) as served:
        found: dict[str, Any] = {"database": name, **fill(served, given.women, given.submissions), "pages": []}
        pages = find_pages(Officer(served))
        # the first certificate ever adds a property to the list, after which all its records are taken in again
        subprocess.run([sys.executable, "-c", TAKE_IN], cwd=ROOT, env=served.environment, check=True)
        found["left_out"] = find_left_out(served, pages)
        for page, (officer, path) in pages.items():
            if given.only and given.only not in page:
                continue
            times = []
            size = 0
            try:
                for _ in range(given.times + 1):
                    begun = time.perf_counter()
                    size = len(officer.get(path))
                    times.append((time.perf_counter() - begun) * 1000)
                    if sum(times) > given.most_s * 1000 and len(times) > 2:
                        break
            except (urllib.error.HTTPError, OSError) as problem:
                found["pages"].append({"page": page, "path": path, "problem": str(problem)})
                continue
            first, later = times[0], sorted(times[1:])
            found["pages"].append(
                {
                    "page": page,
                    "path": path,
                    "first_ms": first,
                    "p50_ms": later[len(later) // 2],
                    "p95_ms": later[min(int(len(later) * 0.95), len(later) - 1)],
                    "kib": size / 1024,
                    "times": len(later),
                }
            )
        found["load"] = os.getloadavg()[0]
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--women", type=int, default=50_000)
    parser.add_argument("--submissions", type=int, default=500_000)
    parser.add_argument("--times", type=int, default=20, help="how often each page is opened after its first time")
    parser.add_argument("--most-s", type=float, default=20, help="seconds spent on one page at most")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--keep", type=Path, help="a folder in which the stored state stays, to be measured again")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = []
    if given.database != "postgresql":
        results.append(measure("SQLite", None, given))
    if given.database != "sqlite":
        with run_cluster(given.keep and given.keep / "cluster") as cluster:
            results.append(measure("PostgreSQL", cluster, given))
    if given.json:
        print(json.dumps({"machine": describe_machine(), "results": results}, indent=1))
        return
    print(describe_machine())
    for found in results:
        told = f"{found['entities']} women, {found['submissions']} submissions, {found['conflicts']} conflicts"
        print(f"\n{found['database']}: {told}, filled in {found['filled_s']} s; load {found['load']:.1f}")
        rows = [
            [one["page"], one["problem"], "", "", "", ""]
            if "problem" in one
            else [
                one["page"],
                *(f"{one[name]:.0f}" for name in ("first_ms", "p50_ms", "p95_ms", "kib")),
                "over" if one["p95_ms"] > AIM_MS[found["database"]] else "",
            ]
            for one in found["pages"]
        ]
        if found["left_out"]:
            print(f"not opened: {', '.join(found['left_out'])}")
        print_table(["page", "first ms", "p50 ms", "p95 ms", "KiB", "aim"], rows)


if __name__ == "__main__":
    main()
