"""Commands about what must be gone and must come back: erasures, and the new era after a restore."""

from __future__ import annotations

from typing import Any

import click

from server.auth import COMMAND
from server.errors import Problem
from server.terminal import fail, project_and_json, say


@click.command("erase-entity")
@click.argument("entity_id")
@click.option("--yes", is_flag=True, help="Do not ask: it cannot be undone.")
@project_and_json
def erase_entity(entity_id: str, yes: bool, project_id: int, as_json: bool) -> None:
    """Erase the data of the woman a record is about, in it and in every record that is one with it (law 18-07)."""
    from server.services import erasure

    if not yes:
        click.confirm(f"Erase everything about {entity_id}? It cannot be undone", abort=True, err=True)
    try:
        _tell_erased(as_json, erasure.erase_entity(project_id, entity_id.strip().lower(), COMMAND))
    except Problem as problem:
        fail(as_json, problem.code, str(problem))


@click.command("apply-erasures")
@project_and_json
def apply_erasures(project_id: int, as_json: bool) -> None:
    """Erase again what was erased before: after a restore from a backup, by the list kept in erasures.jsonl."""
    from server.services import erasure

    try:
        _tell_erased(as_json, erasure.apply_erasures(project_id, COMMAND))
    except Problem as problem:
        fail(as_json, problem.code, str(problem))


def _tell_erased(as_json: bool, done: Any) -> None:
    value = {
        "entities": list(done.entity_ids),
        "submissions": done.submissions,
        "files": done.files,
        "rewritten": done.scrubbed,
    }
    text = f"Erased: {len(done.entity_ids)} records, {done.submissions} forms, {done.files} files."
    if not done.scrubbed:
        text += "\nThe database was busy, not rewritten: old values may be in unused pages. Run apply-erasures again."
    say(as_json, value, text)


@click.command("begin-era")
@project_and_json
def begin_era(project_id: int, as_json: bool) -> None:
    """Begin a new era, after a restore from a backup: phones offer again all they kept, no number is given twice."""
    from server.services import eras, erasure

    try:
        erased = erasure.apply_erasures(project_id, COMMAND)
        done = eras.begin_era(project_id, COMMAND)
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    say(
        as_json,
        {"era": done.era, "counter": done.counter, "filesLost": done.files_lost, "erased": len(erased.entity_ids)},
        f"Era {done.era} began at {done.counter:,}. Photographs to be sent again: {done.files_lost}.",
    )
