"""Measure a national service: many women in many projects on one PostgreSQL whose tables are in parts, agents at work.

    python bench/millions.py [--women 20000] [--projects 58] [--agents 200] [--minutes 1] [--pause 20]
        [--no-workbook] [--folder FOLDER] [--json]

500 registrations (form A) are pushed to a real server; the tables are put into parts (``partition``), the other
projects installed, and the registrations copied by the database into all of them (``support/national.py``) while it need
not be durable. Then it runs as it would in service (fsync on), a real server with two workers serves it, and for some
minutes agents of all projects push two registrations and two visits each time, pull what is new, and send a photograph
every third time (each kind is asked for alone before, to know what it costs); two officers open the desk's pages of project 1 one after another, and one downloads its workbook. At the
end one woman is erased. With a folder the state stays, and is measured again by the next run. It ends filling when the
disk has 14 GB left. As large as asked for: 5 million women take 51 GB, 2 GB of log and half an hour.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg  # noqa: E402

from bench.support import national  # noqa: E402
from bench.support.crowd import Agent, Times, download_workbook, read_pages  # noqa: E402
from bench.support.desk_pages import Officer  # noqa: E402
from bench.support.forms import FORM_A, FORM_E, VERSIONS, make_registrations, put_into  # noqa: E402
from bench.support.postgres import Cluster, run_cluster  # noqa: E402
from bench.support.served import Served, describe_machine, print_table, serve  # noqa: E402
from forms.xform import parse_form  # noqa: E402
from server.library import read_table  # noqa: E402
from server.partitions import TABLES  # noqa: E402

TEMPLATE = 500
ALONE = 10
"""How often each kind is asked for alone."""
COMMON = "-c max_locks_per_transaction=512 -c default_toast_compression=lz4 -c checkpoint_timeout=30min"
FILLING = (
    f"{COMMON} -c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off "
    "-c synchronous_commit=off -c max_wal_size=2GB -c shared_buffers=2GB -c maintenance_work_mem=512MB -c work_mem=128MB"
)
SERVING = f"{COMMON} -c shared_buffers=4GB -c random_page_cost=1.1"
PAGES = {
    "today": "/", "women": "/women", "a search": "/women?q=fatma+benali", "women of a commune": "/women?commune=3112",
    "submissions": "/submissions", "submissions of a commune": "/submissions?commune=3112", "agents": "/agents",
    "conflicts": "/conflicts", "quality": "/quality",
}  # fmt: skip


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def push_template(served: Served) -> None:
    """Send the registrations that all others are copies of, spread over the communes of the project."""
    form = parse_form(served.send(f"/v1/projects/1/forms/{FORM_A}/versions/{VERSIONS[FORM_A]}.xml", token=served.token))
    codes = [row["code_ons"] for row in read_table("communes.csv")]
    given = [part for code in codes for part in ("--scope", code)]
    served.token = served.flask("create-app-user", "Toutes communes", *given)["token"]
    items, _ = make_registrations(form, TEMPLATE, seed=5)
    put_into(items, codes)
    results = served.push("template", items)["results"]
    assert {result["status"] for result in results} == {"accepted"}


def make_state(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Fill the database, unless this folder holds one that is filled."""
    whole = folder / "filled.json"
    if whole.exists():
        kept: dict[str, Any] = json.loads(whole.read_text())
        return kept
    with run_cluster(folder / "cluster", FILLING) as cluster:
        with serve(cluster.url, keep=folder / "data") as served:
            push_template(served)
        begun = time.perf_counter()
        served.flask("partition")
        say(f"in parts, {time.perf_counter() - begun:.0f} s")
        begun = time.perf_counter()
        agents = national.install(served, given.projects, given.agents)
        told: dict[str, Any] = {"agents": agents, "install_s": time.perf_counter() - begun}
        say(f"{given.projects} projects installed, {told['install_s']:.0f} s")
        told["filled"] = national.fill(cluster.url, given.projects, given.women, folder, say)
        told["sizes"] = measure_sizes(cluster)
        begun = time.perf_counter()
    told["stop_s"] = time.perf_counter() - begun
    whole.write_text(json.dumps(told))
    return told


def measure_sizes(cluster: Cluster) -> dict[str, Any]:
    """Rows and bytes of each table with all its parts, and of the database."""
    with psycopg.connect(cluster.url) as connection:
        found = connection.execute(
            "SELECT parent.relname, sum(pg_table_size(part.oid)), sum(pg_indexes_size(part.oid)), sum(part.reltuples)"
            " FROM pg_class parent JOIN pg_inherits i ON i.inhparent = parent.oid JOIN pg_class part ON part.oid = i.inhrelid"
            " WHERE parent.relkind = 'p' GROUP BY parent.relname"
        ).fetchall()
        whole = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert whole
    tables = {name: [int(table), int(indexes), int(rows)] for name, table, indexes, rows in found}
    return {"tables": {name: tables[name] for name in TABLES if name in tables}, "database": int(whole[0])}


def measure(served: Served, cluster: Cluster, state: dict[str, Any], given: argparse.Namespace) -> dict[str, Any]:
    """Let the crowd work for the time that was given."""
    forms = tuple(
        parse_form(served.send(f"/v1/projects/1/forms/{name}/versions/{VERSIONS[name]}.xml", token=served.token))
        for name in (FORM_A, FORM_E)
    )
    with psycopg.connect(cluster.url) as connection:
        newest = dict(connection.execute("SELECT id, counter FROM projects").fetchall())
        women = dict(connection.execute("SELECT project_id, count(*) FROM entities WHERE list = 'artisanes' GROUP BY 1").fetchall())
    times, stopped = Times(), threading.Event()
    seconds = given.minutes * 60
    run = int(time.time())
    agents = [Agent(served, number, made, times, run) for number, made in enumerate(state["agents"][: given.agents])]
    at_rest = served.proportional_mib()
    for agent in agents:
        agent.prepare((forms[0], forms[1]), round(seconds / given.pause * 1.5) + ALONE + 2, newest[agent.project_id])
    officer = json.loads(served.send("/v1/sessions", {"email": served.email, "password": served.password}))["token"]
    say("the agents are ready")
    alone = measure_alone(served, cluster, agents[0])
    say("each kind was measured alone")
    threads = [threading.Thread(target=agent.live, args=(stopped, given.pause)) for agent in agents]
    threads += [threading.Thread(target=read_pages, args=(served, PAGES, times, stopped, 1.0)) for _ in range(2)]
    size: list[int] = []
    if not given.no_workbook:
        threads.append(threading.Thread(target=lambda: size.append(download_workbook(served, officer, times))))
    served.forget_peak()
    cpu, database, own, begun = served.cpu_s(), cluster.cpu_s(), time.process_time(), time.perf_counter()
    for thread in threads:
        thread.start()
    stopped.wait(seconds)
    took = time.perf_counter() - begun
    found = {
        "seconds": took,
        "server_cpu_s": served.cpu_s() - cpu, "database_cpu_s": cluster.cpu_s() - database,
        "clients_cpu_s": time.process_time() - own,
        "server_mib_at_rest": at_rest, "server_mib": served.proportional_mib(), "server_peak_mib": served.peak_mib(),
        "database_mib": cluster.memory_mib(), "load": os.getloadavg()[0],
    }  # fmt: skip
    stopped.set()
    for thread in threads:
        thread.join(900)
    found |= {"forms": sum(agent.sent for agent in agents), "workbook_mib": sum(size) / 2**20, "women": sum(women.values())}
    with psycopg.connect(cluster.url) as connection:
        some = connection.execute(
            "SELECT id FROM entities WHERE project_id = 1 AND list = 'artisanes' ORDER BY counter LIMIT 1 OFFSET 100"
        ).fetchone()
    assert some
    begun = time.perf_counter()
    served.flask("erase-entity", str(some[0]), "--yes")
    found["erase_s"] = time.perf_counter() - begun
    return {**found, "women_of_project_1": women[1], "times": times.rows(), "wrong": times.wrong, "alone": alone}


def measure_alone(served: Served, cluster: Cluster, agent: Agent) -> list[list[str]]:
    """Ask for one thing after another, with nobody else at the server: what each costs, which a busy machine shows too."""
    officer = Officer(served)
    kinds: dict[str, Callable[[], Any]] = {"push of four forms": agent.push, "pull": agent.pull, "photograph": agent.send_photo}
    kinds |= {f"desk: {name}": functools.partial(officer.get, path) for name, path in PAGES.items()}
    rows = []
    for kind, ask in kinds.items():
        taken = []
        cpu, database = served.cpu_s(), cluster.cpu_s()
        for _ in range(ALONE):
            begun = time.perf_counter()
            ask()
            taken.append(time.perf_counter() - begun)
        spent = (served.cpu_s() - cpu, cluster.cpu_s() - database, ALONE * sorted(taken)[ALONE // 2])
        rows.append([kind, *(f"{one / ALONE * 1000:.0f}" for one in spent)])
    return rows


def show(state: dict[str, Any], found: dict[str, Any]) -> None:
    women = state["filled"]["women"]
    print(
        f"{women:,} women in {state['filled']['projects']} projects: filled in {state['filled']['seconds']:.0f} s, "
        f"{state['sizes']['database'] / 2**30:.1f} GiB, {state['sizes']['database'] / women:,.0f} bytes a woman"
    )
    print_table(
        ["table", "rows", "MiB", "indexes MiB", "bytes a woman"],
        [
            [name, f"{rows:,}", f"{table / 2**20:,.0f}", f"{indexes / 2**20:,.0f}", f"{(table + indexes) / women:,.0f}"]
            for name, (table, indexes, rows) in state["sizes"]["tables"].items()
            if rows > 0
        ],
    )
    print()
    print_table(["one alone", "server CPU ms", "database CPU ms", "p50 ms"], found.pop("alone"))
    print()
    print_table(["request", "times", "p50 ms", "p99 ms", "longest ms"], found.pop("times"))
    for name, value in found.items():
        print(f"{name:20} {value if isinstance(value, dict) else f'{value:,.1f}'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--women", type=int, default=20_000)
    parser.add_argument("--projects", type=int, default=58)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--pause", type=float, default=20.0, help="seconds between two exchanges of an agent, on the mean")
    parser.add_argument("--no-workbook", action="store_true", help="nobody downloads one meanwhile")
    parser.add_argument("--folder", type=Path, help="where the state stays, to be measured again")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    given.projects, given.agents = min(max(given.projects, 1), 200), min(max(given.agents, 1), 1000)
    given.women, given.minutes = min(given.women, 10_000_000), min(given.minutes, 60.0)
    with nullcontext(str(given.folder)) if given.folder else tempfile.TemporaryDirectory(prefix="hirfa-millions-") as name:
        folder = Path(name).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        state = make_state(folder, given)
        with run_cluster(folder / "cluster", SERVING) as cluster, serve(cluster.url, keep=folder / "data") as served:
            found = measure(served, cluster, state, given)
        (folder / "measured.json").write_text(json.dumps(found))
    if given.json:
        print(json.dumps({"machine": describe_machine(), "state": {**state, "agents": len(state["agents"])}, **found}, indent=1))
        return
    print(describe_machine())
    show(state, found)


if __name__ == "__main__":
    main()
