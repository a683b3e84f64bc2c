"""What all pages share: the reader's language, the frame around the page, the project shown, the error page."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Response, g, render_template, request, url_for
from flask_login import current_user

from exports.labels import in_language
from server.auth import Actor, find_actor
from server.console.files import static_url
from server.console.menu import find_section, find_tabs, list_groups
from server.console.texts import TEXTS, say
from server.errors import Problem
from server.services.projects import find_name
from server.texts import LANGUAGES, choose_language

LANGUAGE_NAMES: Final = {"fr": "Français", "ar": "العربية", "en": "English"}


def shown_project() -> int:
    """Return the project that the pages show: the one place to change when an officer can choose."""
    return 1


def language() -> str:
    """Return the reader's language, found once a request."""
    found: str | None = g.get("console_language")
    if found is None:
        found = g.console_language = choose_language(request)
    return found


def text(key: str, **values: object) -> str:
    """Return a text of the console in the reader's language."""
    return say(key, language(), **values)


def may(verb: str) -> bool:
    """Say whether the one who reads this page has a right."""
    actor: Actor | None = g.get("actor")
    return actor is not None and actor.may(verb)


def show(template: str, **values: Any) -> str:
    """Render a page of the console."""
    return render_template(template, **values)


def number(name: str, default: int = 1) -> int:
    """Read a whole number from the address; the default when it is none or absurd."""
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 8 else default


def read_words() -> str:
    """Read the words by which associations are looked for on a page that offers them."""
    return request.args.get("associations", "").strip()[:200]


def is_local(target: str) -> bool:
    """Say whether an address leads to a page of this server: one that begins with a single slash, in plain characters.

    Browsers take a backslash for a slash and drop tabs and line ends, so ``/\\evil.example`` leaves the server too.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def shared_values() -> dict[str, Any]:
    """Give each template what the frame needs."""
    reader = language()
    here = (request.endpoint or "").removeprefix("console.")
    menu = [] if (found := g.get("actor")) is not None and found.owes else list_groups(may)
    section = find_section(here)
    return {
        "t": text,
        "has_text": TEXTS.__contains__,
        "may": may,
        "actor": g.get("actor"),
        "language": reader,
        "direction": "rtl" if reader == "ar" else "ltr",
        "languages": LANGUAGE_NAMES,
        "menu": menu,
        "section": section,
        "tabs": find_tabs(menu, section),
        "current": "page" if here == section else "true",
        "static_url": static_url,
        "home": url_for("console.home" if may("desk.read") or not may("association.read") else "console.own_women"),
        "return_to": request.full_path.rstrip("?") if request.method == "GET" else "/",
        "address": address_with,
        "chamber": _chamber,
    }


def _chamber(reader: str = "") -> str:
    """Return the chamber's name in a language, the reader's if not said; asked for once a request."""
    if "chamber" not in g:
        g.chamber = find_name(shown_project())
    return in_language(g.chamber, reader or language())


def address_with(**changes: object) -> str:
    """Return this page's query with some values changed; blank ones are left out."""
    query: dict[str, object] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in query.items() if value not in ("", None)}
    return f"?{urlencode(kept)}" if kept else "?"


def keep_private(response: Response) -> Response:
    """Keep people's data out of caches: after sign-out the back button shows nothing."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def render_problem(problem: Problem, request_id: str) -> str:
    """Show an error as a page: what happened in the reader's language, its code, what to do.

    After a failure of the server itself nothing is asked of the database, so that this page cannot fail too.
    """
    if problem.status < 500 and g.get("actor") is None and current_user.is_authenticated:
        g.actor = find_actor(request)
    return render_template(
        "problem.html",
        **shared_values() | ({"chamber": lambda *_: ""} if problem.status >= 500 else {}),
        problem=problem,
        message=problem.message(language()),
        request_id=request_id,
        advice=_advice(problem),
    )


def _advice(problem: Problem) -> str:
    for key in (f"advice.{problem.code}", f"advice.{problem.status}"):
        if key in TEXTS:
            return text(key)
    return text("advice.500" if problem.status >= 500 else "advice.400")


assert set(LANGUAGE_NAMES) == set(LANGUAGES)  # noqa: S101 - a language without a name could not be chosen
