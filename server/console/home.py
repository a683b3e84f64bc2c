"""Today: what needs the officer, each with the page where it is settled; then the counts and the newest submissions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import url_for

from server.auth import require
from server.console.pages import language, may, show, shown_project
from server.services import actors, indexing, submissions, today
from server.services.exports import WOMEN
from server.services.labels import Labels
from server.services.search import count_shown
from server.services.today import Today

NEWEST: Final = 8
SECONDS: Final = 0.5
"""Spent at most on comparing records that came since."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One thing that waits: how many, and where it is settled; no link for who may not settle it."""

    key: str
    count: int
    url: str
    urgent: bool = True
    more: str = ""
    """A smaller figure of the same: how many of them are late, how many are only likely."""
    more_count: int = 0


@require("desk.read")
def home() -> str:
    project_id = shown_project()
    indexing.catch_up(project_id, seconds=SECONDS)
    waits = today.read_today(project_id, WOMEN)
    newest = submissions.list_submissions(project_id, size=NEWEST)
    named = [row.submission.instance_id for row in newest.rows] if may("register.read") else []
    return show(
        "home.html",
        tiles=list_tiles(waits),
        women=count_shown(project_id, WOMEN),
        submissions=submissions.count_submissions(project_id),
        agents=sum(not agent["revoked"] for agent in actors.list_app_users(project_id)),
        newest=newest,
        about=submissions.find_about(project_id, named),
        labels=Labels(project_id, language()),
    )


def list_tiles(waits: Today) -> list[Tile]:
    """Put what waits in the order in which it should be settled."""

    def link(verb: str, endpoint: str, **values: object) -> str:
        return url_for(f"console.{endpoint}", **values) if may(verb) else ""  # type: ignore[arg-type]

    found = waits.duplicates_sure + waits.duplicates_likely
    return [
        Tile("breaches", waits.breaches, link("legal.manage", "list_breaches"), more="home.late",
             more_count=waits.untold),
        Tile("legal", waits.legal, link("legal.manage", "list_legal"), more="home.late", more_count=waits.late),
        Tile("conflicts", waits.conflicts, link("conflict.settle", "conflicts")),
        Tile("duplicates", found, link("entity.merge", "list_duplicates"), more="home.sure",
             more_count=waits.duplicates_sure),
        Tile("quarantine", waits.quarantine, link("desk.read", "quarantine")),
        Tile("flagged", waits.outside, link("desk.read", "submissions", flagged=1)),
        Tile("issues", waits.issues, link("desk.read", "submissions", state="hasIssues")),
        Tile("missing", waits.missing, link("desk.read", "agents")),
        Tile("silent", waits.silent, link("desk.read", "agents")),
        Tile("photos", waits.photos, link("desk.read", "submissions", waiting=1), urgent=False),
        Tile("unseen", waits.unseen, link("desk.read", "submissions", state="todo"), urgent=False),
    ]  # fmt: skip
