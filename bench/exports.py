"""Measure the consolidated workbook: ours beside openpyxl write-only and xlsxwriter constant_memory on the same rows.

    python bench/exports.py [--counts 10000,50000] [--postgres | --only-postgres] [--json]

The form has 40 questions (texts, numbers, dates, choices with labels, a place) and a repeat of 4 with three rows a
submission; submissions are made up from a seed and stored in a database of their own. Each measurement is a process of
its own that reads the same database: "ours" is what the server sends, from the first query to the last byte, "again" the
same once more, "a day" the workbook of one day; the others write the very same values, read and made the plain way, and
"values" is that reading and making with no writer at all. Garbage is looked for as seldom as in the served process.
"CPU s" is user and system time of that process (PostgreSQL's own processes apart), "peak MiB" its largest resident
memory, "before" what it held before it began, "first s" the time to the first byte, "adds ms" how long a million
additions took just before: what a CPU second is worth depends on who else uses the processor.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.support.served import describe_machine, print_table  # noqa: E402 - the path comes first

START = datetime(2026, 1, 4, 8, tzinfo=UTC)
WORDS = ("Kheira", "بن علي", "Douar Sidi Ali", "observation de l’agente", "couture traditionnelle", "pâtisserie")
CHOICES = tuple(f"c{number}" for number in range(8))
TYPES = (
    *["text"] * 10, *["integer"] * 8, *["decimal"] * 5, *["date"] * 3, "dateTime", *["select_one c"] * 6,
    *["select_multiple c"] * 2, "geopoint",
)  # fmt: skip
WAYS = ("ours", "again", "after 50", "a day", "openpyxl", "xlsxwriter", "values")
DAY = date(2026, 1, 6)
CHUNK = 5_000


def make_form() -> bytes:
    """Make the XLSForm: four groups of nine questions, and a repeat of four."""
    lines = ["| survey |", "| | type | name | label |"]
    for group in range(4):
        lines.append(f"| | begin_group | g{group} | Groupe {group} |")
        lines += [f"| | {TYPES[n]} | q{n} | Question numéro {n} |" for n in range(group * 9, group * 9 + 9)]
        lines.append("| | end_group | | |")
    lines += ["| | begin_repeat | membre | Membre |", "| | text | nom | Nom |", "| | integer | age | Âge |"]
    lines += ["| | select_one c | lien | Lien |", "| | text | metier | Métier |", "| | end_repeat | | |", "| choices |"]
    lines += ["| | list_name | name | label |", *(f"| | c | {name} | Choix {name} en mots |" for name in CHOICES)]
    lines += ["| settings |", "| | form_title | form_id | version |", "| | Mesure | mesure | 1 |"]
    return "\n".join(lines).encode()


def make_answer(chance: random.Random, kind: str) -> str:
    if kind == "text":
        return f"{chance.choice(WORDS)} {chance.randrange(10**6)}"
    if kind == "integer":
        return str(chance.randrange(100))
    if kind == "decimal":
        return f"{chance.random() * 1000:.2f}"
    if kind in ("date", "dateTime"):
        moment = START + timedelta(minutes=chance.randrange(500_000))
        return moment.date().isoformat() if kind == "date" else moment.isoformat(timespec="milliseconds")
    if kind == "geopoint":
        return f"35.{chance.randrange(10**6):06} -0.{chance.randrange(10**6):06} {chance.randrange(300)}.5 12"
    return " ".join(sorted(chance.sample(CHOICES, 1 if kind == "select_one c" else chance.randrange(1, 4))))


def make_xml(chance: random.Random, root: str, key: str, number: int) -> bytes:
    """Make one filled form; one question in twenty is left out."""
    inside = ""
    for group in range(4):
        asked = [n for n in range(group * 9, group * 9 + 9) if chance.random() > 0.05]
        inside += f"<g{group}>{''.join(f'<q{n}>{make_answer(chance, TYPES[n])}</q{n}>' for n in asked)}</g{group}>"
    for _ in range(3):
        inside += (
            f"<membre><nom>{make_answer(chance, 'text')}</nom><age>{chance.randrange(90)}</age>"
            f"<lien>{chance.choice(CHOICES)}</lien><metier>{chance.choice(WORDS)}</metier></membre>"
        )
    meta = f"<meta><instanceID>{key}</instanceID><instanceName>Fiche {number}</instanceName></meta>"
    return f'<{root} id="mesure" version="1">{inside}{meta}</{root}>'.encode()


def fill(count: int, seed: int) -> None:
    """Store submissions as a batch would, a few thousand at a time; must run inside an app context."""
    from sqlalchemy import insert

    from server.database import transaction
    from server.models import Submission
    from server.services.forms import find_definition

    chance = random.Random(seed)
    with transaction() as session:
        definition = find_definition(session, 1, "mesure", "1")
    assert definition is not None
    root = definition.root.strip("/")
    for first in range(0, count, CHUNK):
        rows = []
        for number in range(first, min(first + CHUNK, count)):
            key = f"uuid:{UUID(int=chance.getrandbits(128), version=4)}"
            xml = make_xml(chance, root, key, number)
            at = START + timedelta(days=seed * 300, seconds=37 * number)
            rows.append(
                {
                    "project_id": 1, "instance_id": key, "root_id": key, "superseded": False, "form_id": "mesure",
                    "form_version": "1", "instance_name": f"Fiche {number}", "xml": xml,
                    "xml_sha256": sha256(xml).hexdigest(), "at": at, "received_at": at, "app_user_id": 1,
                    "device_id": "appareil-1", "answer": {}, "outside_scope": False,
                }
            )  # fmt: skip
        with transaction() as session:
            session.execute(insert(Submission), rows)


class Nowhere(io.RawIOBase):
    """Takes bytes, counts them and forgets them."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)


def write_ours(out: Nowhere, day: date | None = None) -> float:
    """Export as the server does; gives the moment of the first byte.

    :param day: only what is of this day.
    """
    from exports.programme import Options
    from server.auth import COMMAND
    from server.services.exports import export_workbook

    first = 0.0
    for chunk in export_workbook(1, COMMAND, Options(since=day, until=day)):
        first = first or time.perf_counter()
        out.write(chunk)
    return first


def find_rows() -> tuple[list[list[str]], Iterator[tuple[int, list[object]]]]:
    """Give the headings and the rows of the measured form, (number of the sheet, values)."""
    from exports.labels import Labeller
    from exports.programme import Options
    from exports.rows import FormRows
    from exports.tables import build_tables
    from server.auth import COMMAND
    from server.services.exports import build_programme

    programme = build_programme(1, COMMAND, datetime.now(UTC))
    versions = [one for one in programme.forms if one.form_id == "mesure"]
    tables = build_tables(versions, "fr")
    maker = FormRows(tables, Labeller(versions, "fr"), Options().zone)
    heads = [[column.heading for column in table.sheet.columns] for table in tables]
    rows = (row for submission in programme.submissions("mesure") for row in maker.to_rows(submission))
    return heads, rows  # type: ignore[return-value]


def write_openpyxl(out: Nowhere) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    heads, rows = find_rows()
    sheets = []
    for number, head in enumerate(heads):
        sheet = book.create_sheet(f"s{number}")
        sheet.append(head)
        sheets.append(sheet)
    for number, cells in rows:
        sheets[number].append(cells)
    book.save(out)


def write_xlsxwriter(out: Nowhere) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(out, {"constant_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"})
    heads, rows = find_rows()
    sheets, lines = [], [1] * len(heads)
    for head in heads:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, head)
        sheets.append(sheet)
    for number, cells in rows:
        sheets[number].write_row(lines[number], 0, cells)
        lines[number] += 1
    book.close()


def write_values(out: Nowhere) -> None:
    for _, cells in find_rows()[1]:
        out.size += len(cells)


def measure(way: str) -> dict[str, Any]:
    """Measure one way in this process."""
    from server import create_app
    from server.serve import GARBAGE_LOOKED_FOR

    gc.set_threshold(*GARBAGE_LOOKED_FOR)
    app = create_app()
    with app.app_context():
        from server.auth import COMMAND
        from server.database import db, snapshot
        from server.services.exports import build_programme

        build_programme(1, COMMAND, datetime.now(UTC))  # a running server has read its forms
        db.session.rollback()
        out, first, adds_ms = Nowhere(), 0.0, time_additions()
        before = read_memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
        cpu, begun = time.process_time(), time.perf_counter()
        if way in ("ours", "again", "after 50", "a day"):
            first = write_ours(out, DAY if way == "a day" else None) - begun
        else:
            with snapshot():
                {"openpyxl": write_openpyxl, "xlsxwriter": write_xlsxwriter, "values": write_values}[way](out)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    return {
        "seconds": seconds, "cpu_s": cpu, "first_s": first, "peak_mib": read_memory("VmHWM"), "before_mib": before,
        "size_mib": out.size / 2**20, "load": os.getloadavg()[0], "adds_ms": adds_ms,
    }  # fmt: skip


def time_additions() -> float:
    """Give the milliseconds of CPU time that a million additions take."""
    begun, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - begun) * 1000


def read_memory(field: str) -> float:
    """Read the resident memory of this process: now (VmRSS) or at most (VmHWM), in MiB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def run_bench(script: str, arguments: list[str], environment: dict[str, str]) -> Any:
    """Run a part of a measurement in a process of its own; gives what it printed last."""
    command = [sys.executable, script, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def prepare(count: int, seed: int) -> None:
    from server import create_app
    from server.auth import COMMAND
    from server.services.forms import FormFile, publish_forms

    app = create_app()
    with app.app_context():
        if seed == 1:
            publish_forms(1, [FormFile("mesure.md", make_form())], COMMAND)
        fill(count, seed)
    print(json.dumps(count))


@contextmanager
def installed(url: str | None) -> Iterator[dict[str, str]]:
    """Give the environment of an empty programme; with a temporary PostgreSQL database when ``url`` names one."""
    with tempfile.TemporaryDirectory(prefix="hirfa-bench-") as folder:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HIRFA_")} | {"HIRFA_DATA": folder}
        if url:
            environment["HIRFA_DATABASE_URL"] = url
        command = [sys.executable, "-m", "flask", "--app", "server", "init", "--json"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        yield environment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", default="10000", help="numbers of submissions, at most 500000 each")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--postgres", action="store_true", help="also on a PostgreSQL server started for it")
    parser.add_argument("--only-postgres", action="store_true", help="on that server alone")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--prepare", nargs=2, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return
    if given.prepare:
        prepare(*given.prepare)
        return
    counts = [min(max(int(count), 100), 500_000) for count in given.counts.split(",")]
    found: list[dict[str, Any]] = []
    with ExitStack() as stack:
        databases: dict[str, Any] = {} if given.only_postgres else {"SQLite": None}
        if given.postgres or given.only_postgres:
            from tests.postgres import postgres_cluster

            databases["PostgreSQL"] = stack.enter_context(postgres_cluster())
        for database, cluster in databases.items():
            for count in counts:
                if cluster:
                    cluster.run(f"create database bench{count}")
                with installed(cluster.url(f"bench{count}") if cluster else None) as environment:
                    run_bench(__file__, ["--prepare", str(count), "1"], environment)
                    for way in given.ways.split(","):
                        if way == "after 50":
                            run_bench(__file__, ["--prepare", "50", "2"], environment)
                        figures = run_bench(__file__, ["--measure", way], environment)
                        found.append({"database": database, "count": count, "way": way, **figures})
    if given.json:
        print(json.dumps({"machine": describe_machine(), "runs": found}, indent=2))
        return
    print(f"{describe_machine()}; load {min(r['load'] for r in found):.0f} to {max(r['load'] for r in found):.0f}")
    keys = ("seconds", "cpu_s", "first_s", "peak_mib", "before_mib", "size_mib", "load", "adds_ms")
    print_table(
        ["workbook", "seconds", "CPU s", "first s", "peak MiB", "before", "MiB", "load", "adds ms"],
        [[f"{r['database']} {r['count']:,} {r['way']}", *(f"{r[key]:.2f}" for key in keys)] for r in found],
    )


if __name__ == "__main__":
    main()
