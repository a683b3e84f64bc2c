"""How commands speak: options that all of them have, answers for people or as JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from server.database import db
from server.dumps import find_standing

Command = TypeVar("Command", bound=Callable[..., Any])


def project_and_json(command: Command) -> Command:
    """Give a command its ``--project`` and ``--json`` options; a database that is not ready is told in words."""

    @wraps(command)
    def told(*arguments: Any, as_json: bool, **options: Any) -> Any:
        try:
            return command(*arguments, as_json=as_json, **options)
        except DBAPIError:
            why = _explain()
            if why is None:
                raise
            fail(as_json, "503.1", why)

    found = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(told)
    found = click.option("--project", "project_id", type=int, default=1, show_default=True, help="Project number.")(
        found
    )
    return cast(Command, found)


def _explain() -> str | None:
    """Say why the database cannot be used, when it is away, empty or of another version."""
    db.session.rollback()
    try:
        return find_obstacle()
    except DBAPIError as away:
        return f"The database does not answer ({type(away.orig).__name__}). Start it, or correct HIRFA_DATABASE_URL."


def find_obstacle() -> str | None:
    """Say what must be done before this software can use the database: nothing is installed, or another version.

    :raises DBAPIError: when it does not answer.
    """
    found = find_standing(db.engine, str(current_app.config["MIGRATIONS"]))
    if not found.here:
        where = current_app.config["HIRFA"].data
        return f"Nothing is installed in {where} yet. Run: flask --app server init"
    if found.ready:
        return None
    said = f"The database is at revision {found.here}, this software expects {found.head}"
    if not found.known:
        return f"{said} and does not know the other: it is too old. Put the newer version of the software back."
    return f"{said}. Run: flask --app server upgrade"


def say(as_json: bool, value: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else text)


def fail(as_json: bool, code: str, message: str, **details: Any) -> None:
    """Say what is wrong and end with status 1; scripts get JSON on standard output."""
    if as_json:
        click.echo(json.dumps({"error": {"code": code, "message": message, **details}}, ensure_ascii=False, indent=2))
    click.echo(f"Error: {message}", err=True)
    sys.exit(1)
