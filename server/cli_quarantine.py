"""``flask --app server quarantine list|retry|release``: what was set aside, for scripts and for a terminal."""

from __future__ import annotations

from typing import Any

import click

from server.auth import COMMAND
from server.errors import Problem
from server.terminal import fail, project_and_json, say


@click.group("quarantine")
def quarantine() -> None:
    """Look at what was set aside, try it again, let it count. Nothing leaves it by itself."""


@quarantine.command("list")
@click.option("--code", default="", help="Only this reason, such as 404.6.")
@project_and_json
def list_(code: str, project_id: int, as_json: bool) -> None:
    """List what is aside, newest first."""
    from server.services import submissions

    rows = [(row, name) for row, name in submissions.list_quarantine(project_id) if not code or row.code == code]
    items = [
        {
            "id": row.content_sha256,
            "instanceId": row.instance_id or None,
            "code": row.code,
            "message": row.message,
            "receivedAt": row.received_at.isoformat(),
            "appUser": name,
            "deviceId": row.device_id,
            "size": len(row.content),
        }
        for row, name in rows
    ]
    lines = [
        f"{i['id'][:12]}  {i['code']:7} {i['receivedAt'][:16]}  {i['appUser'] or '-'}  {i['message']}" for i in items
    ]
    say(as_json, {"items": items}, "\n".join(lines) or "Nothing is set aside.")


@quarantine.command("retry")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is aside.")
@click.option("--code", default="", help="Everything set aside for this reason.")
@project_and_json
def retry(ids: tuple[str, ...], everything: bool, code: str, project_id: int, as_json: bool) -> None:
    """Decide again by the ordinary rules about some items (the first characters of an id are enough), or all."""
    from server.services import quarantine as service

    if bool(ids) == (everything or bool(code)):
        fail(as_json, "400.2", "Name items, or say --all or --code.")
        return
    try:
        if ids:
            outcomes = [service.retry_item(project_id, _find(project_id, given), COMMAND) for given in ids]
        else:
            outcomes = service.retry_all(project_id, COMMAND, code=code)
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    _tell(as_json, outcomes)


@quarantine.command("release")
@click.argument("ids", nargs=-1, required=True)
@project_and_json
def release(ids: tuple[str, ...], project_id: int, as_json: bool) -> None:
    """Let items count whatever the rules say of their sender or id; nothing that is there is replaced."""
    from server.services import quarantine as service

    try:
        outcomes = [service.release_item(project_id, _find(project_id, given), COMMAND) for given in ids]
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    _tell(as_json, outcomes)


def _find(project_id: int, given: str) -> str:
    """Return the id that begins with some characters.

    :raises Problem: 404.1 when none or several do.
    """
    from server.services import submissions

    found = [r.content_sha256 for r, _ in submissions.list_quarantine(project_id) if r.content_sha256.startswith(given)]
    if len(found) != 1:
        raise Problem("404.1")
    return str(found[0])


def _tell(as_json: bool, outcomes: Any) -> None:
    told = [
        {
            "instanceId": outcome.instance_id or None,
            "counts": outcome.problem is None,
            "code": outcome.problem.code if outcome.problem else None,
            "message": outcome.problem.message() if outcome.problem else None,
        }
        for outcome in outcomes
    ]
    lines = [f"{one['instanceId']}: {'counts now' if one['counts'] else one['message']}" for one in told]
    say(as_json, {"items": told}, "\n".join(lines) or "Nothing to try.")
