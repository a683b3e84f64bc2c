"""Commands for lists of women that are sent in: looked at, taken over, undone."""

from __future__ import annotations

from typing import Any, BinaryIO

import click

from server.auth import COMMAND
from server.errors import Problem
from server.terminal import fail, project_and_json, say


@click.command("import-workbook")
@click.argument("file", type=click.File("rb"), required=False)
@click.option(
    "--yes", is_flag=True, help="Take over all that is proposed; without it, only what would change is shown."
)
@click.option("--consent-on", default="", help="Day (2026-11-20) on which women who are new consented on paper.")
@click.option("--undo", "undone", default="", help="Undo the list of this id instead.")
@project_and_json
def import_workbook(
    file: BinaryIO | None, yes: bool, consent_on: str, undone: str, project_id: int, as_json: bool
) -> None:
    """Take in a list of women: an exported workbook that was edited, or a list typed by hand (columns as guessed)."""
    from server.services import imports

    try:
        if undone:
            row = imports.undo_list(project_id, undone, COMMAND)
            say(as_json, {"id": row.id, "state": row.state}, f"Undone: {row.name}")
            return
        if file is None:
            raise click.UsageError("Give a FILE, or --undo ID.")
        import_id = imports.keep_list(project_id, file.name, file.read(), COMMAND)
        looked = imports.look_at_list(project_id, import_id)
        if looked.guess is not None:
            guessed = {c.place: c.target for c in looked.guess.columns if c.target}
            imports.confirm_mapping(project_id, import_id, guessed)
            looked = imports.look_at_list(project_id, import_id)
        told = _tell(looked)
        if yes:
            row = imports.take_over(project_id, import_id, imports.Accepted(consent_on=consent_on), COMMAND)
            told |= {"state": row.state, "counts": row.counts}
        else:
            imports.drop_list(project_id, import_id, COMMAND)
        say(as_json, told, _write(told))
    except Problem as problem:
        fail(as_json, problem.code, str(problem), **problem.details)


def _tell(looked: Any) -> dict[str, Any]:
    return {
        "id": looked.file.id,
        "kind": looked.file.kind,
        "rows": looked.rows,
        "changes": [{**each.change._asdict(), "done": each.done} for each in looked.changes],
        "new": [
            {
                "cell": each.row.cell,
                "values": dict(each.row.values),
                "proposed": each.ticked,
                "twins": [twin.label for twin in each.twins],
                "notes": [note._asdict() for note in each.row.notes],
            }
            for each in looked.newcomers
        ],
        "problems": [problem._asdict() for problem in looked.problems],
        "missing": list(looked.missing),
    }


def _write(told: dict[str, Any]) -> str:
    lines = [f"{told['rows']} rows read."]
    lines += [
        f"  {c['cell']}: {c['property']}: {c['was']!r} -> {c['now']!r}{' (taken over before)' if c['done'] else ''}"
        for c in told["changes"]
    ]
    lines += [
        f"  {n['cell']}: new: {n['values']}{' - may be ' + ', '.join(n['twins']) if n['twins'] else ''}"
        for n in told["new"]
    ]
    lines += [f"  {p['cell']}: not taken: {p['code']} {p['text']}" for p in told["problems"]]
    if told["missing"]:
        lines.append(f"  {len(told['missing'])} rows are missing from the file; nothing is deleted.")
    if "counts" in told:
        lines.append("Taken over: " + ", ".join(f"{name} {count}" for name, count in told["counts"].items()))
    else:
        lines.append("Nothing was changed. Add --yes to take over what is proposed.")
    return "\n".join(lines)
