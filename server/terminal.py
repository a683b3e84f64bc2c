"""How commands speak: options that all of them have, answers for people or as JSON for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def project_and_json(command: Command) -> Command:
    """Give a command its ``--project`` and ``--json`` options."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(command)
    return click.option("--project", "project_id", type=int, default=1, show_default=True, help="Project number.")(
        command
    )


def say(as_json: bool, value: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else text)


def fail(as_json: bool, code: str, message: str, **details: Any) -> None:
    """Say what is wrong and end with status 1; scripts get JSON on standard output."""
    if as_json:
        click.echo(json.dumps({"error": {"code": code, "message": message, **details}}, ensure_ascii=False, indent=2))
    click.echo(f"Error: {message}", err=True)
    sys.exit(1)
