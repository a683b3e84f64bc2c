"""Commands about where things are kept when several servers share them."""

from __future__ import annotations

import sys

import click

from server.services import partitions, stores
from server.terminal import fail, project_and_json, say
from server.vault import VaultError


@click.command("move-blobs")
@click.option("--back", is_flag=True, help="From the store to the folder.")
@click.option("--remove", is_flag=True, help="Take each away from where it was, once it was read back.")
@click.option("--thorough", is_flag=True, help="Read back what earlier runs brought too.")
@project_and_json
def move_blobs(back: bool, remove: bool, thorough: bool, project_id: int, as_json: bool) -> None:
    """Copy the photographs to the store that HIRFA_BLOBS names, each read back; run again, it goes on."""
    try:
        done = stores.move_blobs(back=back, remove=remove, thorough=thorough)
    except (ValueError, OSError) as error:
        fail(as_json, "503.52", f"Not all were moved: {error}. Run it again: it goes on from there.")
        return
    lines = [f"{done.moved:,} photographs moved ({done.size_bytes / 2**20:.1f} MiB), {done.already:,} were there."]
    if done.removed:
        lines.append(f"{done.removed:,} were removed from where they were.")
    if done.missing:
        lines.append(f"{len(done.missing)} are neither here nor there: run doctor. {', '.join(done.missing[:5])}")
    if done.damaged:
        lines.append(f"{len(done.damaged)} are damaged and were left where they are. {', '.join(done.damaged[:5])}")
    value = {
        "moved": done.moved, "sizeBytes": done.size_bytes, "already": done.already, "removed": done.removed,
        "missing": done.missing, "damaged": done.damaged,
    }  # fmt: skip
    say(as_json, value, "\n".join(lines))
    if done.missing or done.damaged:
        sys.exit(1)


@click.command("partition")
@project_and_json
def partition(project_id: int, as_json: bool) -> None:
    """Put the big tables of PostgreSQL into parts, one of each project. The server must be stopped; run again, it does
    what is missing. The disk must have as much room as the database takes."""
    try:
        done = partitions.partition_database()
    except VaultError as error:
        fail(as_json, "500.1", f"Nothing was changed: {error}.")
        return
    value = {"tables": done.tables, "rows": done.rows, "projects": done.projects, "parts": done.parts}
    lines = [f"{len(done.tables)} tables put into parts of {done.projects} projects, {done.rows:,} rows in them."]
    if done.parts:
        lines.append(f"{done.parts} parts made in tables that were in parts already.")
    say(as_json, value, "\n".join(lines))
