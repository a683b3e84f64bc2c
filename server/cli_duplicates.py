"""``flask --app server find-duplicates``: take in what changed, tell which records may be one woman."""

from __future__ import annotations

import time

import click

from server.terminal import project_and_json, say

ALWAYS = 10.0**9


@click.command("find-duplicates")
@click.option("--list", "list_name", default="artisanes", show_default=True, help="The entity list.")
@click.option("--anew", is_flag=True, help="Compare all records again; decisions of officers stay.")
@project_and_json
def find_duplicates(list_name: str, anew: bool, project_id: int, as_json: bool) -> None:
    """Find records that may be one woman, and count them. The desk does it too, little by little, as it is read."""
    from server.services import duplicates, indexing

    if anew:
        indexing.reindex(project_id)
    began = time.monotonic()
    indexing.catch_up(project_id, seconds=ALWAYS)
    counts = duplicates.count_pairs(project_id, list_name, to_the_end=True)
    seconds = time.monotonic() - began
    say(
        as_json,
        counts | {"seconds": round(seconds, 2)},
        f"Almost surely one woman: {counts['sure']} pairs. Perhaps: {counts['likely']}."
        f" Said to be two women: {counts['different']}. {seconds:.1f} s.",
    )


@click.command("count-programme")
@project_and_json
def count_programme(project_id: int, as_json: bool) -> None:
    """Count the programme's figures anew for the desk, read its sessions; worth doing at night with many forms."""
    from server.auth import COMMAND
    from server.services import facts, glance

    facts.take_in(project_id)
    counted = glance.count_programme(project_id, COMMAND)
    total = counted.figures["total"]
    say(as_json, {"at": counted.at.isoformat(), "total": total}, ", ".join(f"{name} {n}" for name, n in total.items()))
