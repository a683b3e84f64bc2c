"""How many agents one core serves: ever more of them synchronise, until a hundredth of their requests takes longer than a second.

    python bench/agents.py [--postgres] [--women 5000] [--step-s 40] [--json]

The server (two workers, as installed) and its database are held on one core, those who ask on another. Agents come at
chance, so many a second, whether the server keeps up or not; a request that had to wait for its turn has waited. Each
sends a batch of 8 forms (4 registrations, 4 visits of women who are there), pulls what changed in her commune since her
last visit, and sends 4 photographs of 100 KiB by tus in pieces of 64 KiB. "Agents" are those who could synchronise
within one hour. Bounded: at most eleven steps, each of ``--step-s`` seconds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.support.forms import FORM_A, FORM_E, VERSIONS, make_registrations, make_visits  # noqa: E402
from bench.support.postgres import Cluster, run_cluster  # noqa: E402
from bench.support.served import Served, describe_machine, print_table, serve  # noqa: E402
from forms.xform import parse_form  # noqa: E402

PROJECT = "/v1/projects/1"
COMMUNES = ("3103", "3105", "3110", "3112")
FORMS, PHOTO_KIB, PIECE_KIB = 4, 100, 64
SLOW_S = 1.0
FIRST, STEPS = 0.5, 11
BUSY_MOST = 200
"""Agents who may be at it at once; who finds no line free has waited too long."""
SECONDS_AN_HOUR = 3600


@dataclass
class Load:
    """What is asked: the forms that are left to send, and what each commune's agents know."""

    served: Served
    definitions: tuple[Any, Any]
    records: list[Any]
    tokens: dict[str, str]
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    visitors: int = 0

    def prepare(self, count: int) -> list[tuple[str, str, bytes, dict[str, bytes]]]:
        """Pack what `count` agents send, before the clock runs: commune, device, body, photographs by their hash."""
        chance, packed = Random(self.visitors), []
        for _ in range(count):
            self.visitors += 1
            device = str(UUID(int=self.visitors, version=4))
            items, made = make_registrations(self.definitions[0], FORMS, seed=self.visitors)
            visited = [self.records.pop(0) for _ in range(FORMS)]
            items += make_visits(self.definitions[1], visited, seed=self.visitors)
            self.records += made
            photos: dict[str, bytes] = {}
            for seq, item in enumerate(items, start=1):
                item["seq"] = seq
                for attachment in item["attachments"]:
                    photo = b"\xff\xd8\xff" + chance.randbytes(PHOTO_KIB * 1024)
                    name = sha256(photo).hexdigest()
                    attachment |= {"sha256": name, "size": len(photo)}
                    photos[name] = photo
            packed.append((chance.choice(COMMUNES), device, Served.pack(device, items), photos))
        return packed


class Visit:
    """One agent in town: one connection, her requests one after the other, each timed."""

    def __init__(self, load: Load, commune: str, device: str, began: float) -> None:
        self._load, self._commune, self._device, self._began = load, commune, device, began
        self._line = http.client.HTTPConnection(urlsplit(load.served.url).netloc, timeout=60)
        self.taken: list[tuple[str, float]] = []
        self.failure = ""

    def _ask(self, kind: str, method: str, path: str, body: bytes, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        given = {"Authorization": f"Bearer {self._load.tokens[self._commune]}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        begun, self._began = self._began or time.monotonic(), 0.0  # the first one since she came
        self._line.request(method, path, body, given)
        answer = self._line.getresponse()
        said = answer.read()
        self.taken.append((kind, time.monotonic() - begun))
        if answer.status >= 300:
            raise ValueError(f"{method} {path}: {answer.status} {said[:200]!r}")
        return answer, said

    def run(self, body: bytes, photos: dict[str, bytes]) -> None:
        try:
            self._run(body, photos)
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.failure = repr(error)
        finally:
            self._line.close()

    def _run(self, body: bytes, photos: dict[str, bytes]) -> None:
        _, said = self._ask("push", "POST", f"{PROJECT}/sync/push", body, Content_Type="application/json", Content_Encoding="gzip")
        told = json.loads(said)
        if {result["status"] for result in told["results"]} != {"accepted"}:
            raise ValueError(f"not everything was accepted: {said[:300]!r}")
        self.pull()
        for name in told["attachmentsWanted"]:
            self._upload(photos[name], name)

    def pull(self) -> None:
        """Take in what is new since somebody of this commune was here last."""
        known = self._load.known.setdefault(self._commune, {"era": None, "scopes": {}, "forms": {}})
        more = True
        while more:
            body = {"protocol": 1, "deviceId": self._device, "limit": 500, **known}
            _, said = self._ask("pull", "POST", f"{PROJECT}/sync/pull", json.dumps(body).encode(), Content_Type="application/json")
            told = json.loads(said)
            cursors = {scope: page["cursor"] for scope, page in told["scopes"].items()}
            known = {"era": told["era"], "scopes": cursors, "forms": {form["formId"]: form["hash"] for form in told["forms"]}}
            more = any(page["more"] for page in told["scopes"].values())
        self._load.known[self._commune] = known

    def _upload(self, photo: bytes, name: str) -> None:
        pairs = {"sha256": name, "contentType": "image/jpeg"}
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in pairs.items())
        tus = {"Tus_Resumable": "1.0.0"}
        made, _ = self._ask("photo", "POST", f"{PROJECT}/attachments", b"", Upload_Length=str(len(photo)), Upload_Metadata=metadata, **tus)
        place = urlsplit(made.headers["Location"]).path
        for start in range(0, len(photo), PIECE_KIB * 1024):
            piece = photo[start : start + PIECE_KIB * 1024]
            self._ask("photo", "PATCH", place, piece, Upload_Offset=str(start), Content_Type="application/offset+octet-stream", **tus)


def step(load: Load, cluster: Cluster | None, rate: float, seconds: float) -> dict[str, Any]:
    """Let agents come at chance, `rate` a second, and tell how long their requests took."""
    chance = Random(f"arrivals {rate}")
    count = max(20, round(rate * seconds))
    packed = load.prepare(count)
    arrivals = sorted(chance.uniform(0, count / rate) for _ in packed)
    taken: dict[str, list[float]] = {}
    failures: list[str] = []
    guard = threading.Lock()

    def visit(at: float, commune: str, device: str, body: bytes, photos: dict[str, bytes]) -> None:
        one = Visit(load, commune, device, at)
        one.run(body, photos)
        with guard:
            for kind, took in one.taken:
                taken.setdefault(kind, []).append(took)
            if one.failure:
                failures.append(one.failure)

    cpu, database = load.served.cpu_s(), cluster.cpu_s() if cluster else 0.0
    begun = time.monotonic()
    with ThreadPoolExecutor(BUSY_MOST) as pool:
        for after, given in zip(arrivals, packed, strict=True):
            time.sleep(max(0.0, begun + after - time.monotonic()))
            pool.submit(visit, begun + after, *given)
    lasted = time.monotonic() - begun
    every = sorted(took for times in taken.values() for took in times)
    used = load.served.cpu_s() - cpu + ((cluster.cpu_s() - database) if cluster else 0.0)
    kinds = {kind: round(sorted(times)[len(times) * 99 // 100], 2) for kind, times in sorted(taken.items())}
    return {
        "agents_per_s": round(rate, 2), "agents_an_hour": round(rate * SECONDS_AN_HOUR), "served": count, "failed": len(failures),
        "failure": failures[0] if failures else "", "p50_s": round(every[len(every) // 2], 3), "p99_s": round(every[len(every) * 99 // 100], 2),
        "p99_by_kind_s": kinds, "cpu_s_an_agent": round(used / count, 3), "busy": round(used / lasted, 2),
    }  # fmt: skip


def kept_up(found: dict[str, Any]) -> bool:
    return found["failed"] == 0 and found["p99_s"] <= SLOW_S


def search(load: Load, cluster: Cluster | None, seconds: float) -> list[dict[str, Any]]:
    """Double the agents until the server does not keep up, then halve the distance."""
    steps: list[dict[str, Any]] = []
    low, high, rate = 0.0, 0.0, FIRST
    while len(steps) < STEPS and (not high or high / max(low, FIRST / 2) > 1.15):
        steps.append(step(load, cluster, rate, seconds))
        print(json.dumps(steps[-1]), file=sys.stderr, flush=True)
        if kept_up(steps[-1]):
            low = rate
        else:
            high = rate
            time.sleep(5)  # what waits is to be done with
        rate = (low + high) / 2 if high else rate * 2
    return sorted(steps, key=lambda found: float(found["agents_per_s"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--women", type=int, default=5000, help="registered before")
    parser.add_argument("--step-s", type=float, default=40)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("Two cores are needed: one serves, the other asks.")
    machine = describe_machine()
    with ExitStack() as stack:
        os.sched_setaffinity(0, cores[:1])  # whoever is started now stays there
        cluster = stack.enter_context(run_cluster()) if given.postgres else None
        served = stack.enter_context(serve(cluster.url if cluster else ""))
        os.sched_setaffinity(0, cores[1:])
        forms = [parse_form(served.send(f"{PROJECT}/forms/{name}/versions/{VERSIONS[name]}.xml", token=served.token)) for name in (FORM_A, FORM_E)]
        tokens = {commune: served.flask("create-app-user", f"Agente {commune}", "--scope", commune)["token"] for commune in COMMUNES}
        load = Load(served, (forms[0], forms[1]), [], tokens)
        for first in range(0, given.women, 500):
            items, records = make_registrations(forms[0], min(500, given.women - first), seed=-1 - first)
            served.push(str(UUID(int=2**64 + first, version=4)), items)
            load.records += records
        for commune in COMMUNES:
            Visit(load, commune, str(UUID(int=2**65, version=4)), 0.0).pull()
        steps = search(load, cluster, given.step_s)
        memory = round(served.memory_mib())
    best = max((found for found in steps if kept_up(found)), key=lambda found: float(found["agents_per_s"]), default=None)
    if given.json:
        print(json.dumps({"machine": machine, "database": "postgresql" if cluster else "sqlite", "steps": steps, "memory_mib": memory}, indent=1))
        return
    names = ("agents_per_s", "agents_an_hour", "served", "failed", "p50_s", "p99_s", "cpu_s_an_agent", "busy")
    print(f"{machine}; {'PostgreSQL' if cluster else 'SQLite'}, one core for the server and its database, {given.women} women there")
    print_table(["agents a second", "an hour", "came", "failed", "p50 s", "p99 s", "CPU s each", "core used"], [[str(found[name]) for name in names] for found in steps])
    if best:
        print(f"p99 at most {SLOW_S:g} s up to {best['agents_an_hour']} agents an hour ({best['p99_by_kind_s']}); {memory} MiB resident afterwards")
    else:
        print("not even the first step was kept up with")


if __name__ == "__main__":
    main()
