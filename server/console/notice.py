"""The notice about her data that a woman takes home (law 18-07 art. 32-33), in French and Arabic on one sheet."""

from __future__ import annotations

from typing import Final

from flask import current_app

from server.auth import require
from server.console.pages import show
from server.console.texts import say
from server.services import law, requests

PARTS: Final = ("who", "why", "what", "free", "whom", "long", "rights", "contact")
BLANK: Final = "…" * 12


@require("desk.read")
def notice() -> str:
    """Show the notice; whoever may print it, anybody of the desk."""
    settings = current_app.config["HIRFA"]
    given = {
        "years": law.YEARS, "photos": settings.keep_photos_years, "days": requests.DUE_DAYS,
        "contact": settings.dpo or BLANK,
    }  # fmt: skip
    return show("notice.html", parts=PARTS, given=given, contact=settings.dpo, say=say)
