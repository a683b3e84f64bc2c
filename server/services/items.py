"""One item of a batch, read before any transaction: what it says, what it asks for, what is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from forms.arrival import read_filled
from forms.definition import FormDefinition
from forms.entities import EntityRequest, to_requests
from forms.errors import FormsError
from forms.instance import Instance, parse_instance
from server.auth import Actor
from server.database import db
from server.errors import Problem, problem_of
from server.services import keys
from server.services.forms import find_definition
from sync.errors import SyncError
from sync.protocol import MAX_INFLATED
from sync.receipt import Arrival

ID_CHARS = 255


@dataclass(frozen=True, slots=True)
class Parsed:
    """One item of a batch, read but not yet stored."""

    instance_id: str
    content: bytes
    sha256: str
    item: dict[str, Any]
    """As sent, without its content; ``sealed`` is true where that could not be opened."""
    seq: int | None
    finalized_at: datetime | None
    instance: Instance | None
    definition: FormDefinition | None
    requests: tuple[EntityRequest, ...]
    trouble: tuple[str, ...]
    """What is impossible about its entities; it is accepted all the same."""
    files: tuple[str, ...]
    """The names of the files that its answers name."""
    problem: Problem | None
    """Why it cannot be applied; it is quarantined."""

    def arrival(self, revoked: bool) -> Arrival:
        """Describe it for the decision what becomes of it."""
        return Arrival(
            instance_id=self.instance_id,
            sha256=self.sha256,
            xml_id=self.instance.instance_id if self.instance else None,
            deprecated_id=self.instance.deprecated_id if self.instance else None,
            known_form=self.definition is not None,
            revoked=revoked,
            invalid=self.instance is None or (self.problem is not None and self.problem.code != "404.6"),
        )


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a batch, from which enrolment, with which clock."""

    actor: Actor
    device_id: str
    offset_s: float
    received_at: datetime
    scopes: frozenset[str]
    literal: bool = False
    """Its actions are ``literal`` (``sync.actions``)."""
    carried: bool = False
    """Its items were carried by somebody else: the phone itself was not heard of."""

    @property
    def app_user_id(self) -> int | None:
        """The agent who sends; None for an officer, who fills forms at the desk."""
        return self.actor.id if self.actor.kind == "app_user" else None

    @property
    def device(self) -> str | None:
        """The enrolment it comes from; None for the desk, whose officers see all that the office holds."""
        return self.device_id or None


class Definitions:
    """What the items of a batch are read with: the form versions they name, each read once, and the project's keys."""

    def __init__(self, project_id: int) -> None:
        self._project_id = project_id
        self._left_bytes = MAX_INFLATED
        self.overflowed = False
        """Whether what was sealed inflates to more than a batch may."""
        self._known: dict[tuple[str, str], FormDefinition | None] = {}

    def find(self, form_id: str, version: str) -> FormDefinition | None:
        key = (form_id, version)
        if key not in self._known:
            self._known[key] = find_definition(db.session, self._project_id, form_id, version)
        return self._known[key]

    def open(self, instance_id: object, key_id: object, sealed: str) -> bytes:
        """Open a sealed item; all of a batch together may inflate to what a batch in clear may.

        :raises Problem: 422.51 for an unknown key, 422.52 when it is damaged, another's, or too large.
        """
        try:
            xml = keys.open_item(
                self._project_id, instance_id if isinstance(instance_id, str) else "", key_id, sealed, self._left_bytes
            )
        except SyncError as error:
            self.overflowed = True
            raise Problem("422.52", reason=str(error)) from None
        self._left_bytes -= len(xml)
        return xml


def parse_item(definitions: Definitions, item: Any) -> Parsed:
    """Read one item; never raises: what is wrong is told in ``problem``.

    :param item: as it came in a batch; its ``xml`` is bytes where it did not come as JSON.
    """
    fields = dict(item) if isinstance(item, Mapping) else {"given": item}
    xml, sealed = fields.pop("xml", None), fields.pop("sealed", None)
    unopened: Problem | None = None
    if xml is None and isinstance(sealed, str):
        try:
            xml = definitions.open(fields.get("instanceId"), fields.get("keyId"), sealed)
        except Problem as error:
            unopened, fields["sealed"] = error, True
    if isinstance(xml, bytes):
        content = xml
    else:
        text = xml if isinstance(xml, str) else sealed if isinstance(sealed, str) else json.dumps(item, sort_keys=True)
        content = text.encode("utf-8", "surrogatepass")
    given_id = fields.get("instanceId")
    instance_id = given_id if isinstance(given_id, str) and is_plain(given_id) else ""
    instance, definition = None, None
    requests: tuple[EntityRequest, ...] = ()
    trouble: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    problem: Problem | None = None
    finalized_at = parse_moment(fields.get("finalizedAt"))
    try:
        if unopened is not None:
            raise unopened
        if not isinstance(xml, str | bytes):
            raise Problem("422.50", reason="xml is missing")
        instance = parse_instance(content)
        instance_id = instance_id or instance.instance_id
        if not is_plain(instance_id):
            raise Problem("422.50", reason="instanceID is too long or has control characters")
        definition = definitions.find(instance.form_id, instance.version)
        if definition is None:
            raise Problem("404.6", form_id=instance.form_id, form_version=instance.version)
        reading = read_filled(definition, instance)
        files = reading.files
        requests, problems = to_requests(definition, reading)
        trouble = tuple(p.message for p in problems)
        finalized_at = finalized_at or parse_moment(reading.end)
    except (FormsError, Problem) as error:
        problem = problem_of(error)
    seq = fields.get("seq")
    return Parsed(
        instance_id=instance_id,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        item=_storable(fields),
        seq=seq if isinstance(seq, int) and not isinstance(seq, bool) and 0 < seq < 2**53 else None,
        finalized_at=finalized_at,
        instance=instance,
        definition=definition,
        requests=requests,
        trouble=trouble,
        files=files,
        problem=problem,
    )


def is_plain(text: str) -> bool:
    return 0 < len(text) <= ID_CHARS and text.isprintable()


def _storable(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keep an item's other fields as JSON that both databases take (no NUL, no lone surrogate)."""
    try:
        short = orjson.dumps(fields)  # refuses a lone surrogate
        if len(short) < 20_000 and b"\\u0000" not in short:
            return dict(fields)
    except TypeError:
        pass
    text = json.dumps(fields, ensure_ascii=True)
    if len(text) > 100_000:
        return {"cut": text[:100_000]}
    kept: dict[str, Any] = _without_surrogates(json.loads(text.replace("\\u0000", "\\ufffd")))
    return kept


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_surrogates(v) for v in value]
    if isinstance(value, dict):
        return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
    return value


def parse_moment(value: Any) -> datetime | None:
    """Read an ISO 8601 instant; None when it is none. One without a zone is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def find_announced(item: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Read the attachments an item announces; what is malformed is left out (the XML still names it)."""
    given = item.get("attachments")
    for entry in given if isinstance(given, list) else []:
        if not isinstance(entry, Mapping):
            continue
        name, sha256, size = entry.get("name"), entry.get("sha256"), entry.get("size")
        if not (isinstance(name, str) and is_plain(name) and isinstance(sha256, str)):
            continue
        sha256 = sha256.lower()
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            continue
        kind = entry.get("contentType")
        yield {
            "name": name,
            "sha256": sha256,
            "size": size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
            "contentType": kind[:ID_CHARS]
            if isinstance(kind, str) and kind.isprintable()
            else "application/octet-stream",
        }
