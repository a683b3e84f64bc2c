"""What somebody asks a workbook to be, as plain texts (an address, a page, a saved preset), read into options."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from flask import current_app

from exports.programme import Options
from server.auth import Actor
from server.errors import Problem
from server.services.templates import find_template

#: Name -> what may be said; the first is taken when nothing is.
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "language": ("fr", "ar"),
    "labels": ("true", "false"),
    "headings": ("names", "labels"),
    "multiple": ("joined", "split", "both"),
    "personal": ("true", "false", "pseudonyms"),
    "versions": ("all", "newest"),
    "photos": ("names", "links"),
    "nin": ("masked", "full"),
}
DAYS: Final = ("since", "until")
LISTS: Final = ("commune", "association", "form")
TEXTS: Final = ("reason", "template")
REASON_CHARS: Final = 200
MOST_LISTED: Final = 500
REVEAL: Final = "workbook.reveal"


@dataclass(frozen=True, slots=True)
class Asked:
    """The options, and why numbers are wanted in full ("" when they are not)."""

    options: Options
    reason: str
    plain: dict[str, Any]
    """What was asked, without what goes without saying: fit to be kept, and to be read again."""
    template: str = ""
    """Id of the template to be filled."""


def read_asked(given: Mapping[str, Sequence[str]], actor: Actor, project_id: int) -> Asked:
    """Read options from names with their values.

    :raises Problem: 400.8 for a value that means nothing, an unknown template too; 403.1 for numbers in full without
        the right; 400.8 without a reason for them.
    """
    plain: dict[str, Any] = {}
    for name, allowed in CHOICES.items():
        value = (given.get(name) or [""])[0] or allowed[0]
        if value not in allowed:
            raise Problem("400.8", field=name, reason=" or ".join(allowed))
        if value != allowed[0]:
            plain[name] = value
    for name in DAYS:
        text = (given.get(name) or [""])[0].strip()
        if text:
            plain[name] = _to_day(name, text).isoformat()
    if "since" in plain and "until" in plain and plain["since"] > plain["until"]:
        raise Problem("400.8", field="until", reason="a day before the first one")
    for name in LISTS:
        values = sorted({one for one in given.get(name) or () if one})
        if len(values) > MOST_LISTED:
            raise Problem("400.8", field=name, reason=f"at most {MOST_LISTED}")
        if values:
            plain[name] = values
    reason = (given.get("reason") or [""])[0].strip()[:REASON_CHARS]
    if plain.get("nin") == "full":
        if not actor.may(REVEAL):
            raise Problem("403.1")
        if not reason:
            raise Problem("400.8", field="reason", reason="why the numbers are needed in full")
        plain["reason"] = reason
    template = (given.get("template") or [""])[0].strip()
    if template:
        plain["template"] = find_template(project_id, template).id
    said = reason if plain.get("nin") == "full" else ""
    return Asked(to_options(plain, project_id), said, plain, str(plain.get("template", "")))


def read_plain(plain: Mapping[str, Any], actor: Actor, project_id: int) -> Asked:
    """Read what was kept of an earlier asking.

    :raises Problem: as :func:`read_asked`.
    """
    given = {name: value if isinstance(value, list) else [str(value)] for name, value in plain.items()}
    return read_asked(given, actor, project_id)


def to_options(plain: Mapping[str, Any], project_id: int) -> Options:
    def choose(name: str) -> Any:
        return plain.get(name, CHOICES[name][0])

    def listed(name: str) -> frozenset[str]:
        return frozenset(plain.get(name, ()))

    personal = choose("personal")
    return Options(
        language=cast(Any, choose("language")),
        labels=choose("labels") == "true",
        headings=cast(Any, choose("headings")),
        multiple=cast(Any, choose("multiple")),
        personal=personal == "true",
        pseudonyms=find_pseudonym_key(project_id) if personal == "pseudonyms" else b"",
        reveal=choose("nin") == "full",
        since=date.fromisoformat(plain["since"]) if "since" in plain else None,
        until=date.fromisoformat(plain["until"]) if "until" in plain else None,
        communes=listed("commune"),
        associations=listed("association"),
        forms=listed("form"),
        versions=cast(Any, choose("versions")),
        pages=f"{current_app.config['HIRFA'].url}/submissions/" if choose("photos") == "links" else "",
    )


def find_pseudonym_key(project_id: int) -> bytes:
    """Give the key of a project's pseudonyms: it follows from this installation's secret and stays as long as that."""
    secret = current_app.config["HIRFA"].secret_key.encode()
    return hmac.digest(secret, f"workbook pseudonyms {project_id}".encode(), "sha256")


def _to_day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem("400.8", field=name, reason="a day as 2026-03-31") from None
