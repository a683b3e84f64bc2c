"""Measure push and pull: submissions a second and what they cost, in batches of 1, 50 and 500, for 1 and 8 clients.

    python bench/sync.py [--database sqlite|postgresql|both] [--stored 500000] [--quick] [--json]

A real server (gunicorn, two workers) on loopback, on SQLite with synchronous=FULL or on a PostgreSQL of our own with
fsync: what is answered is on the disk. Every client sends registrations (form A), then follow-ups (form E) of the same
women, one request after another on one connection. Then the first pull of 5,000 records and pulls with nothing new.
Then the same batches again with many submissions stored.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.support.forms import FORM_A, FORM_E, VERSIONS, make_registrations, make_visits  # noqa: E402
from bench.support.postgres import Cluster, run_cluster  # noqa: E402
from bench.support.served import Served, describe_machine, print_table, serve  # noqa: E402
from bench.support.stored import multiply  # noqa: E402
from forms.xform import parse_form  # noqa: E402

SEEDED = 500
PULLED = 5_000
REQUESTS = {1: 100, 50: 10, 500: 4}
"""Of each client by size of batch, for one client; eight share twice as many."""


class Client:
    """One phone: a device of its own, bodies packed beforehand, one connection."""

    def __init__(self, served: Served, number: int, forms: tuple[Any, Any], batch: int, requests: int) -> None:
        self._address = urlsplit(served.url).netloc
        self._token = served.token
        self.latencies: list[float] = []
        self.failure = ""
        self.bodies: list[bytes] = []
        device_id, seq = str(UUID(int=number + 1, version=4)), 0
        for pair in range(max(requests // 2, 1)):
            registrations, records = make_registrations(forms[0], batch, seed=number * 1000 + pair)
            visits = make_visits(forms[1], records, seed=number * 1000 + pair)
            for items in (registrations, visits):
                for item in items:
                    item["seq"] = seq = seq + 1
                self.bodies.append(Served.pack(device_id, items))
        self.items = len(self.bodies) * batch

    def send(self) -> None:
        try:
            self._send()
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.failure = repr(error)

    def _send(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=600)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        for body in self.bodies:
            begun = time.perf_counter()
            connection.request("POST", "/v1/projects/1/sync/push", body, headers)
            answer = connection.getresponse()
            told = answer.read()
            self.latencies.append(time.perf_counter() - begun)
            statuses = {result["status"] for result in json.loads(told).get("results", [])}
            if answer.status != 200 or statuses != {"accepted"}:
                raise ValueError(f"not everything was accepted: {answer.status} {statuses} {told[:300]!r}")
        connection.close()


def push(served: Served, cluster: Cluster | None, clients: list[Client]) -> dict[str, float]:
    """Let clients push at once; return what it took."""
    served.forget_peak()
    cpu, database = served.cpu_s(), cluster.cpu_s() if cluster else 0.0
    threads = [threading.Thread(target=client.send) for client in clients]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    latencies = sorted(latency for client in clients for latency in client.latencies)
    failures = [client.failure for client in clients if client.failure]
    if failures:
        raise SystemExit(f"{len(failures)} clients failed: {failures[0]}")
    items = sum(client.items for client in clients)
    return {
        "items": items,
        "seconds": seconds,
        "per_second": items / seconds,
        "cpu_s_per_1000": (served.cpu_s() - cpu) / items * 1000,
        "database_cpu_s_per_1000": ((cluster.cpu_s() - database) if cluster else 0.0) / items * 1000,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[min(int(len(latencies) * 0.99), len(latencies) - 1)] * 1000,
        "peak_mib": served.peak_mib(),
    }


def pull(served: Served, cluster: Cluster | None, newest: int | None = None) -> dict[str, float]:
    """Pull records in pages as a new phone does, then again with nothing new.

    :param newest: the number of the last change, where pulling up to it would take long.
    """
    path, scopes, era = "/v1/projects/1/sync/pull", {}, None
    records, size, more = 0, 0, True
    cpu, database, begun = served.cpu_s(), cluster.cpu_s() if cluster else 0.0, time.perf_counter()

    def ask(limit: int) -> dict[str, Any]:
        nonlocal size
        body = {"protocol": 1, "deviceId": "bench", "era": era, "scopes": scopes, "forms": {}, "limit": limit}
        found = served.send(path, body, token=served.token)
        size += len(found)
        return json.loads(found)

    while more and records < PULLED:
        answer = ask(min(1000, PULLED - records))
        era = answer["era"]
        for scope, page in answer["scopes"].items():
            scopes[scope] = page["cursor"]
            records += len(page["upserts"])
        more = any(page["more"] for page in answer["scopes"].values())
    first = {
        "records": records,
        "seconds": time.perf_counter() - begun,
        "cpu_s": served.cpu_s() - cpu + ((cluster.cpu_s() - database) if cluster else 0.0),
        "mib": size / 2**20,
    }
    if newest is not None:
        scopes, more = dict.fromkeys(scopes, newest), False
    while more:
        answer = ask(1000)
        scopes.update({scope: page["cursor"] for scope, page in answer["scopes"].items()})
        more = any(page["more"] for page in answer["scopes"].values())
    forms = {form["formId"]: form["hash"] for form in answer["forms"]}
    latencies, size = [], 0
    cpu = served.cpu_s()
    body = {"protocol": 1, "deviceId": "bench", "era": era, "scopes": scopes, "forms": forms}
    for _ in range(50):
        begun = time.perf_counter()
        size = len(served.send(path, body, token=served.token))
        latencies.append(time.perf_counter() - begun)
    nothing = {
        "nothing_p50_ms": sorted(latencies)[25] * 1000,
        "nothing_bytes": size,
        "nothing_cpu_ms": (served.cpu_s() - cpu) * 20,
    }
    return {**first, **nothing}


def measure(name: str, cluster: Cluster | None, stored: int, quick: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"database": name, "pushes": [], "pulls": []}
    with serve(cluster.url if cluster else "") as served:
        forms = tuple(
            parse_form(served.send(f"/v1/projects/1/forms/{form_id}/versions/{VERSIONS[form_id]}.xml", token=served.token))
            for form_id in (FORM_A, FORM_E)
        )
        number = 0

        def run(state: str, batch: int, count: int) -> None:
            nonlocal number
            requests = REQUESTS[batch] if count == 1 else max(REQUESTS[batch] // 4, 2)
            clients = []
            for _ in range(count):
                clients.append(Client(served, number, (forms[0], forms[1]), batch, 2 if quick else requests))
                number += 1
            found["pushes"].append(
                {"stored": state, "batch": batch, "clients": count, **push(served, cluster, clients)}
            )

        seed, _ = make_registrations(forms[0], SEEDED, seed=-1)
        served.push("seed", seed)
        if stored >= SEEDED * 2:
            run("few", 500, 1)  # warm
            found["pushes"].clear()
        for batch in REQUESTS:
            for count in (1,) if quick and batch == 500 else (1, 8):
                run("few", batch, count)
        found["pulls"].append({"stored": "few", **pull(served, cluster)})
        if stored:
            begun = time.perf_counter()
            before = sum(push["items"] for push in found["pushes"]) + SEEDED
            newest = multiply(served.database_url, max(round(stored / before), 1))
            found["stored"], found["stored_s"] = stored, time.perf_counter() - begun
            found["pulls"].append({"stored": "many", **pull(served, cluster, newest)})
            for batch in REQUESTS:
                run("many", batch, 1)
            if not quick:
                run("many", 500, 8)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--stored", type=int, default=500_000)
    parser.add_argument("--quick", action="store_true", help="two requests of each client, none of eight with 500, at most 20,000 stored")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    stored = min(given.stored, 20_000) if given.quick else min(max(given.stored, 0), 5_000_000)
    results = []
    if given.database != "postgresql":
        results.append(measure("SQLite", None, stored, given.quick))
    if given.database != "sqlite":
        with run_cluster() as cluster:
            results.append(measure("PostgreSQL", cluster, stored, given.quick))
    if given.json:
        print(json.dumps({"machine": describe_machine(), "results": results}, indent=2))
        return
    print(describe_machine())
    rows = [
        [
            f"{found['database']}, {one['stored']} stored, {one['clients']} × {one['batch']}",
            f"{one['per_second']:.0f}",
            f"{one['cpu_s_per_1000']:.2f}",
            f"{one['database_cpu_s_per_1000']:.2f}",
            f"{one['p50_ms']:.0f}",
            f"{one['p99_ms']:.0f}",
            f"{one['peak_mib']:.0f}",
        ]
        for found in results
        for one in found["pushes"]
    ]
    print_table(["push: clients × batch", "per s", "CPU s/1000", "database", "p50 ms", "p99 ms", "peak MiB"], rows)
    rows = [
        [
            f"{found['database']}, {one['stored']} stored, {one['records']} records",
            f"{one['seconds']:.1f}",
            f"{one['cpu_s']:.1f}",
            f"{one['mib']:.1f}",
            f"{one['nothing_p50_ms']:.0f}",
            f"{one['nothing_cpu_ms']:.0f}",
            f"{one['nothing_bytes']}",
        ]
        for found in results
        for one in found["pulls"]
    ]
    print()
    print_table(["pull", "first, s", "CPU s", "MiB", "nothing new, ms", "CPU ms", "bytes"], rows)


if __name__ == "__main__":
    main()
