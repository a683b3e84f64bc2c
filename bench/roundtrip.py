"""Measure lists of women that come back: the sheet of a whole register edited, and a list typed by hand.

    python bench/roundtrip.py [--women 5000] [--json]

A register is made up from a seed and exported; 200 of its telephone numbers are changed and 20 women added in the list
of the workbook, half of them women that the register has. A second file is a list of 200 women of one's own, half of
them known too. "kept" is taking the file in, "preview" is what an officer waits for on the page that shows what it
would change (`server.services.imports`), "again" the same page once more; each in a process of its own, without HTTP.
"index" is taking new records in (`server.services.indexing`), once after they came: the desk's pages have mostly done it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.exports import installed, run_bench, time_additions  # noqa: E402 - the path comes first
from bench.support.served import describe_machine, print_table  # noqa: E402

BATCH = 500
EDITED, ADDED, TYPED = 200, 20, 200
SHEET = "07_Liste_nominative"
FILES = {"returned": "returned.xlsx", "typed": "typed.xlsx"}
HEADINGS = ("Nom", "Prénom", "Date de naissance", "Commune", "Téléphone", "Métier")


def prepare(women: int) -> None:
    """Store the register, and put the two files beside it."""
    import openpyxl

    from bench.support.forms import make_registrations
    from exports.programme import Options
    from server import create_app
    from server.auth import COMMAND, Actor
    from server.services.actors import create_app_user
    from server.services.exports import export_workbook
    from server.services.forms import find_definition
    from server.services.sync import receive_batch

    app = create_app()
    folder = Path(app.config["HIRFA"].data)
    with app.app_context():
        from server.database import db

        made = create_app_user(1, "Agente", (), COMMAND)
        actor = Actor("app_user", made.id, "Agente", "agent", 1)
        definition = find_definition(db.session, 1, "cam_a_inscription", "2026112701")
        assert definition is not None
        db.session.rollback()
        records: list[Any] = []
        for number, first in enumerate(range(0, women, BATCH)):
            items, some = make_registrations(definition, min(BATCH, women - first), seed=number)
            receive_batch(1, actor, f"device-{number}", datetime.now(UTC), items)
            records += some
        book = openpyxl.load_workbook(io.BytesIO(b"".join(export_workbook(1, COMMAND, Options()))))
        sheet = book[SHEET]
        heads = {cell.value: cell.column for cell in sheet[1]}
        rows = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, heads["KEY"]).value]
        for row in rows[:: max(len(rows) // EDITED, 1)][:EDITED]:
            sheet.cell(row, heads["Téléphone"]).value = f"07{row:08}"
        for number in range(ADDED):
            row, known = sheet.max_row + 1, rows[number * 7 % len(rows)]
            for heading, column in heads.items():
                if heading not in ("KEY", "VERSION"):
                    sheet.cell(row, column).value = sheet.cell(known, column).value if number % 2 else None
            if not number % 2:
                sheet.cell(row, heads.get("Nom (fr)", 3)).value = f"NOUVELLE {number}"
        book.save(folder / FILES["returned"])
        typed = openpyxl.Workbook()
        page = typed.worksheets[0]
        page.append(HEADINGS)
        for number in range(TYPED):
            it = records[number * 13 % len(records)].values
            name = it.get("nom_fr", "") if number % 2 else f"BENNOUVELLE{number}"
            born = it.get("date_naissance") or it.get("annee_naissance") or ""
            page.append([name, it.get("prenom_fr", ""), born, it.get("commune", ""), it.get("telephone", ""), ""])
        typed.save(folder / FILES["typed"])
    print(json.dumps(len(rows)))


def measure(which: str) -> dict[str, Any]:
    """Take a file in and look at it twice."""
    from server import create_app
    from server.auth import COMMAND
    from server.services import imports
    from server.services.indexing import catch_up

    app = create_app()
    data = (Path(app.config["HIRFA"].data) / FILES[which]).read_bytes()
    figures: dict[str, Any] = {"size_mib": len(data) / 2**20}
    with app.app_context():
        from server.database import db

        def timed(name: str, work: Any) -> Any:
            cpu, begun = time.process_time(), time.perf_counter()
            found = work()
            figures[f"{name}_s"] = time.perf_counter() - begun
            figures[f"{name}_cpu_s"] = time.process_time() - cpu
            db.session.rollback()
            return found

        timed("index", lambda: catch_up(1, stages=("index",), seconds=600.0))
        import_id = timed("kept", lambda: imports.keep_list(1, FILES[which], data, COMMAND))
        if which == "typed":
            guess = imports.look_at_list(1, import_id).guess
            assert guess is not None
            imports.confirm_mapping(1, import_id, {column.place: column.target for column in guess.columns})
        looked = timed("preview", lambda: imports.look_at_list(1, import_id))
        timed("again", lambda: imports.look_at_list(1, import_id))
    known = sum(bool(each.twins) for each in looked.newcomers)
    return {
        **figures, "rows": looked.rows, "changes": len(looked.changes), "new": len(looked.newcomers), "known": known,
        "problems": len(looked.problems), "load": os.getloadavg()[0], "adds_ms": time_additions(),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--women", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--prepare", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure)))
        return
    if given.prepare:
        prepare(given.prepare)
        return
    women = min(max(given.women, BATCH), 50_000)
    with installed(None) as environment:
        stored = run_bench(__file__, ["--prepare", str(women)], environment)
        runs = {which: run_bench(__file__, ["--measure", which], environment) for which in FILES}
    if given.json:
        print(json.dumps({"machine": describe_machine(), "women": stored, "runs": runs}, indent=2))
        return
    print(f"{describe_machine()}; {stored:,} women")
    keys = ("index_s", "kept_s", "kept_cpu_s", "preview_s", "preview_cpu_s", "again_s", "again_cpu_s", "load", "adds_ms")
    print_table(
        ["list", "rows", "changes", "new", "known", *(key.replace("_", " ") for key in keys)],
        [
            [which, *(f"{run[key]:,}" for key in ("rows", "changes", "new", "known")), *(f"{run[key]:.2f}" for key in keys)]
            for which, run in runs.items()
        ],
    )


if __name__ == "__main__":
    main()
