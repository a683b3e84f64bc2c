"""The command that gives the project its names."""

from __future__ import annotations

from dataclasses import asdict, replace

import click

from server.auth import COMMAND
from server.errors import Problem
from server.services import projects
from server.terminal import fail, project_and_json, say


@click.command("rename-project")
@click.option("--fr", "name_fr", help="The chamber's name in French.")
@click.option("--ar", "name_ar", help="The chamber's name in Arabic.")
@click.option("--town-fr", help="Town that its papers name, in French; '' for none.")
@click.option("--town-ar", help="The same in Arabic.")
@project_and_json
def rename_project(project_id: int, as_json: bool, **given: str | None) -> None:
    """Name the chamber in both languages, on pages, phones, papers and workbooks; what is not given stays."""
    try:
        names = projects.find_names(project_id)
        wanted = {name: text for name, text in given.items() if text is not None}
        if wanted:
            names = projects.rename_project(project_id, replace(names, **wanted), COMMAND)
    except Problem as problem:
        fail(as_json, problem.code, f"{problem} Nothing was changed.")
    lines = [
        f"Français: {names.name_fr or '–'} ({names.town_fr or '–'})",
        f"العربية: {names.name_ar or '–'} ({names.town_ar or '–'})",
    ]
    say(as_json, asdict(names), "\n".join(lines))
