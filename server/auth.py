"""Who is calling, and what they may do: decided here for every route.

Each view carries ``@require(verb)``; a route without one is refused, so that forgetting is a closed door and not an
open one.
Verbs are granted to roles in one table. A test walks the URL map.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from sqlalchemy import bindparam, select
from werkzeug.wrappers import Response

from server import safety
from server.database import db, end_reads
from server.errors import Problem, wants_page
from server.models import AppUser, AppUserToken, Project, User, UserToken

PUBLIC = "public"
SESSION = "sid"
"""Where a browser's cookie carries the secret of its session."""
MAX_ID = 2**31 - 1
_ALWAYS = frozenset({"account", "sign_out", "set_language"})
_OWED = {
    "password": frozenset({"change_password"}),
    "second_factor": frozenset({"begin_second_factor", "confirm_second_factor", "change_password"}),
}
"""Pages that pay what somebody owes before anything else is open to her."""
REFUSED = {"password": "403.52", "second_factor": "403.53"}
_SIGNED_IN = frozenset({"session.end"})
_VIEWER = _SIGNED_IN | {"desk.read", "form.read", "scope.read"}
_OFFICER = _VIEWER | {
    "register.read",
    "conflict.settle",
    "submission.return",
    "submission.review",
    "submission.edit",
    "form.fill",
    "entity.merge",
    "legal.manage",
    "entity.delete",
    "association.manage",
    "quarantine.release",
    "handover.import",
    "workbook.read",
    "workbook.template",
    "list.import",
    "certificate.issue",
    "attachment.read",
}
GRANTS: dict[str, frozenset[str]] = {
    "app_user": frozenset({"send", "sync", "openrosa", "form.read", "scope.read"}),
    "sender": frozenset({"send"}),
    "viewer": _VIEWER,
    "officer": _OFFICER,
    "administrator": _OFFICER
    | {"entity.erase", "form.publish", "app_user.manage", "user.manage", "service.watch", "audit.read"}
    | {"workbook.reveal", "project.manage"},
    "protection": _VIEWER | {"register.read", "attachment.read", "legal.manage", "entity.erase", "audit.read"},
    "association": _SIGNED_IN | {"association.read"},
    "monitor": frozenset({"service.watch"}),
}
ROLES = ("administrator", "officer", "viewer", "protection", "association")
"""Of people who sign in: `protection` is the data-protection officer, `association` sees her association's women."""

_TOKENS, _AGENTS = AppUserToken.__table__, AppUser.__table__
_HOLDER = (
    select(
        _AGENTS.c.id,
        _AGENTS.c.name,
        _AGENTS.c.project_id,
        _TOKENS.c.sends_only,
        _TOKENS.c.revoked_at,
        _AGENTS.c.revoked_at,
    )
    .join_from(
        _TOKENS,
        _AGENTS,
        (_AGENTS.c.project_id == _TOKENS.c.project_id) & (_AGENTS.c.id == _TOKENS.c.app_user_id),
    )
    .where(_TOKENS.c.token_hash == bindparam("hash"))
)
View = TypeVar("View", bound=Callable[..., Any])
login_manager = LoginManager()
_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes this request."""

    kind: str
    """``app_user``, ``user``, ``command`` (the command line) or ``monitor`` (whoever reads the metrics)."""
    id: int
    name: str
    role: str
    project_id: int | None = None
    """The only project an app user may touch."""
    revoked: bool = False
    scopes: frozenset[str] = field(default_factory=frozenset)
    owes: str = ""
    """What she must do before anything else: ``password``, one of her own in place of the one that was made for her;
    ``second_factor``, which her role asks."""

    @property
    def label(self) -> str:
        return f"{self.kind}:{self.id}"

    def may(self, verb: str) -> bool:
        return verb in GRANTS.get(self.role, frozenset())


MONITOR = Actor(kind="monitor", id=0, name="monitoring", role="monitor")
COMMAND = Actor(kind="command", id=0, name="command line", role="administrator")


def require(verb: str) -> Callable[[View], View]:
    """Say which verb a view needs; ``PUBLIC`` for none."""

    def mark(view: View) -> View:
        view.required_verb = verb  # type: ignore[attr-defined]
        return view

    return mark


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def check_password(stored: str, password: str) -> bool:
    """Compare in constant time with the argon2 hash kept."""
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def make_token() -> str:
    """Make a secret that fits in a URL: 48 random bytes."""
    return secrets.token_urlsafe(48)


def hash_token(token: str) -> str:
    """Hash a secret for storage. Tokens are random and long, so plain sha256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def actor() -> Actor:
    """Return who makes this request.

    :raises Problem: 401.2 when nobody is signed in.
    """
    found: Actor | None = g.get("actor")
    if found is None:
        raise Problem("401.2")
    return found


def init_auth(app: Flask) -> None:
    login_manager.init_app(app)

    @login_manager.user_loader  # type: ignore[untyped-decorator]
    def _load(user_id: str) -> User | None:
        user = db.session.get(User, int(user_id)) if user_id.isdigit() else None
        if user is None or user.disabled_at or not safety.is_open(str(session.get(SESSION, "")), user.id):
            return None
        return user

    @app.before_request
    def _check() -> Response | None:
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None:
            return None  # an unknown address: answered as 404 or 405
        if any(isinstance(value, int) and value > MAX_ID for value in (request.view_args or {}).values()):
            raise Problem("404.1")  # no row has it, and databases refuse to look for it
        verb = "public" if request.endpoint == "static" else getattr(view, "required_verb", None)
        if verb == PUBLIC:
            return None
        token = (request.view_args or {}).get("token")
        g.actor = find_actor(request) if token is None else find_key(token)
        owes = g.actor.owes if g.actor is not None else ""
        end_reads()
        if owes and (request.endpoint or "").removeprefix("console.") not in _ALWAYS | _OWED[owes]:
            if wants_page():
                return redirect(url_for("console.account"))
            raise Problem(REFUSED[owes])
        if g.actor is None:
            if wants_page():
                return redirect(url_for("console.sign_in", next=request.full_path))
            raise Problem("401.2")
        if verb is None or not g.actor.may(verb):
            raise Problem("403.1")
        project_id = (request.view_args or {}).get("project_id")
        if g.actor.project_id is not None and project_id is not None and g.actor.project_id != project_id:
            raise Problem("403.1")
        if g.actor.project_id is None and project_id is not None and not _is_project(project_id):
            raise Problem("404.1")
        return None


def _is_project(project_id: int) -> bool:
    found = db.session.get(Project, project_id) is not None
    end_reads()
    return found


def find_actor(incoming: Request) -> Actor | None:
    """Find who the credentials of a request belong to: bearer token, Basic over HTTPS or loopback, or the session
    cookie.

    The cookie alone is never enough for a write under ``/v1/``: those answers have no CSRF token.
    """
    given = incoming.authorization
    if given is not None and given.type == "bearer" and given.token:
        return _bearer(given.token)
    if given is not None and given.type == "basic":
        if not (incoming.is_secure or incoming.remote_addr in ("127.0.0.1", "::1")):
            raise Problem("401.3")
        found = sign_in(given.username or "", given.password or "")
        if found is not None and safety.has_second_factor(found.id):
            raise Problem("401.5")
        return found
    if given is None and current_user.is_authenticated:
        if incoming.path.startswith("/v1/") and incoming.method not in ("GET", "HEAD", "OPTIONS"):
            raise Problem("401.2")
        return _of_user(current_user)
    return None


def find_key(token: str) -> Actor | None:
    """Find the agent whose token stands in the address; nobody else's does, and no other credentials count there."""
    found = _bearer(token)
    return found if found is not None and found.kind == "app_user" else None


def sign_in(email: str, password: str) -> Actor | None:
    """Return the officer whose e-mail and password these are, or None.

    One who has a second factor is not signed in by this alone: ask ``take_second_factor``.

    :raises Problem: 429.2 while the address is locked after tries that failed.
    """
    email = email.strip().lower()
    safety.check_tries(email)
    user = db.session.scalar(select(User).where(User.email == email))
    stored = user.password_hash if user else _decoy()
    if not check_password(stored, password) or user is None or user.disabled_at:
        safety.note_failure(email)
        return None
    found = _of_user(user)
    if not safety.has_second_factor(found.id):
        safety.forget_failures(email)
    return found


def take_second_factor(user_id: int, code: str) -> bool:
    """Say whether a code of the authenticator, or on paper, is good; each counts once, wrong ones lock the account.

    :raises Problem: 429.2 while it is locked.
    """
    email = db.session.get_one(User, user_id).email
    safety.check_tries(email)
    if not safety.take_code(user_id, code):
        safety.note_failure(email)
        return False
    safety.forget_failures(email)
    return True


@lru_cache(maxsize=1)
def _decoy() -> str:
    """Make the time a wrong e-mail takes the time a wrong password takes."""
    return _hasher.hash(make_token())


def _of_user(user: User) -> Actor:
    owes = "password" if user.must_change else ""
    if not owes and user.role in current_app.config["HIRFA"].second_factor and not safety.has_second_factor(user.id):
        owes = "second_factor"
    return Actor(kind="user", id=user.id, name=user.name or user.email, role=user.role, owes=owes)


def _bearer(token: str) -> Actor | None:
    watcher = current_app.config["HIRFA"].metrics_token
    if watcher and secrets.compare_digest(token.encode(), watcher.encode()):
        return MONITOR
    hashed = hash_token(token)
    row = db.session.execute(_HOLDER, {"hash": hashed}).first()
    if row is not None:
        agent_id, name, project_id, sends_only, *revoked = row
        return Actor(
            kind="app_user",
            id=agent_id,
            name=name,
            role="sender" if sends_only else "app_user",
            project_id=project_id,
            revoked=any(at is not None for at in revoked),
        )
    found = db.session.execute(
        select(UserToken, User).join(User, User.id == UserToken.user_id).where(UserToken.token_hash == hashed)
    ).first()
    if found is None or found[0].expires_at < datetime.now(UTC) or found[1].disabled_at:
        return None
    return _of_user(found[1])
