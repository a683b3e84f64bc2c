"""The alarm page: what is wrong with the service and what to do, and the newest backups."""

from __future__ import annotations

from dataclasses import replace

from server.auth import require
from server.console.pages import show
from server.services import backups, doctor

NEWEST = 14


@require("service.watch")
def service() -> str:
    # Its own certificate is not asked for here: the page would wait for itself; nor is all of the database read.
    findings = [
        replace(found, fields={name: f"\u2066{value}\u2069" for name, value in found.fields.items()})
        for found in doctor.examine(certificate=False, pages=False)
    ]  # paths and dates are isolated, or Arabic turns them round
    return show("service.html", findings=findings, backups=backups.list_backups(NEWEST))
