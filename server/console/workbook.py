"""The page that asks for the consolidated workbook; the file itself comes from the API."""

from __future__ import annotations

from server.auth import require
from server.console.pages import show, shown_project


@require("workbook.read")
def workbook() -> str:
    return show("workbook.html", project_id=shown_project())
