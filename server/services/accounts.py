"""An officer's own account: password, second factor, where she is signed in; and links for those who forgot."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server import safety
from server.auth import Actor, check_password, hash_password
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Project, ResetLink, User, UserSession, UserToken
from server.services import audits
from server.services.actors import MIN_PASSWORD

LINK_HOURS = 24
MAX_PASSWORD = 1024
WEAKEST = 2
"""Of zxcvbn's five grades: guessed in more than a million tries."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    key: str
    """What the page names it by: the beginning of its hash."""
    browser: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def check_new_password(password: str, *about: str) -> None:
    """Refuse what is short or easily guessed; nothing else is asked of a password.

    :param about: words of its owner, that do not make it stronger.
    :raises Problem: 400.16.
    """
    from zxcvbn import zxcvbn  # its lists of words take a while to read

    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Problem("400.16", reason=f"≥ {MIN_PASSWORD}")
    if int(zxcvbn(password[:72], user_inputs=[word for word in about if word])["score"]) < WEAKEST:
        raise Problem("400.16", reason="")


@retried
def change_password(user_id: int, old: str, new: str, *, keep_session: str = "") -> None:
    """Change one's own password; every other session and token ends.

    :raises Problem: 401.2 when the old one is wrong, 400.16 when the new one is too easy, 400.17 when it is
        the old one.
    """
    user = db.session.get_one(User, user_id)
    safety.check_tries(user.email)
    if not check_password(user.password_hash, old):
        safety.note_failure(user.email)
        raise Problem("401.2")
    if new == old:
        raise Problem("400.17")
    check_new_password(new, user.email, user.name)
    hashed = hash_password(new)
    with transaction() as session:
        session.execute(update(User).where(User.id == user_id).values(password_hash=hashed, must_change=False))
        _end_all(session, user_id, keep_session)
        _note(session, user_id, "user.password")


@retried
def make_reset_link(email: str, actor: Actor) -> str:
    """Make a one-time link by which somebody chooses a new password within a day; earlier links end.

    :raises Problem: 404.1 when nobody has that address.
    """
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with transaction() as session:
        user = session.scalar(select(User).where(User.email == email.strip().lower()))
        if user is None or user.disabled_at is not None:
            raise Problem("404.1")
        session.execute(delete(ResetLink).where(ResetLink.user_id == user.id, ResetLink.used_at.is_(None)))
        session.add(
            ResetLink(
                token_hash=safety.hash_text(token),
                user_id=user.id,
                created_at=now,
                expires_at=now + timedelta(hours=LINK_HOURS),
            )
        )
        _note(session, user.id, "user.reset_link", actor)
    return token


def find_reset(token: str) -> User | None:
    """Return whose password a link changes; None when it is unknown, used or too old."""
    row = db.session.get(ResetLink, safety.hash_text(token))
    if row is None or row.used_at is not None or row.expires_at < datetime.now(UTC):
        return None
    user = db.session.get(User, row.user_id)
    return None if user is None or user.disabled_at is not None else user


@retried
def use_reset_link(token: str, new: str) -> None:
    """Choose a new password by a link; all sessions end, the second factor stays.

    :raises Problem: 404.51 for a link that is worth nothing, 400.16 for a password that is too easy.
    """
    user = find_reset(token)
    if user is None:
        raise Problem("404.51")
    check_new_password(new, user.email, user.name)
    hashed, email = hash_password(new), user.email
    with transaction() as session:
        row = session.get(ResetLink, safety.hash_text(token), with_for_update={"key_share": True})
        if row is None or row.used_at is not None:
            raise Problem("404.51")
        row.used_at = datetime.now(UTC)
        session.execute(update(User).where(User.id == row.user_id).values(password_hash=hashed, must_change=False))
        _end_all(session, row.user_id)
        _note(session, row.user_id, "user.password")
    safety.forget_failures(email)


def list_sessions(user_id: int, this: str) -> list[OpenSession]:
    """List where an officer is signed in, the newest first."""
    now = datetime.now(UTC)
    return [
        OpenSession(row.id_hash[:16], row.browser, row.created_at, row.seen_at, row.id_hash == safety.hash_text(this))
        for row in db.session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.seen_at > now - safety.IDLE,
                UserSession.created_at > now - safety.LONGEST,
            )
            .order_by(UserSession.seen_at.desc())
        )
    ]


@retried
def end_sessions(user_id: int, *, key: str = "", keep: str = "") -> None:
    """End one of an officer's sessions, or all but ``keep`` and all tokens of her programs."""
    with transaction() as session:
        if key:
            named = UserSession.id_hash.startswith(key, autoescape=True)
            session.execute(delete(UserSession).where(UserSession.user_id == user_id, named))
        else:
            _end_all(session, user_id, keep)
        _note(session, user_id, "user.sessions_end")


def begin_second_factor(email: str) -> tuple[str, str]:
    """Make a secret for an authenticator: (secret, the address that its QR holds). Nothing is kept yet."""
    secret = safety.make_secret()
    return secret, address_of(secret, email)


def address_of(secret: str, email: str) -> str:
    """Return the address that an authenticator's QR holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Hirfa")


def remove_own_second_factor(user_id: int, password: str) -> None:
    """Do without a second factor; the password is asked again, so that an open browser is not enough.

    :raises Problem: 401.2 when it is wrong.
    """
    user = db.session.get_one(User, user_id)
    safety.check_tries(user.email)
    if not check_password(user.password_hash, password):
        safety.note_failure(user.email)
        raise Problem("401.2")
    remove_second_factor(user_id)


@retried
def confirm_second_factor(user_id: int, secret: str, code: str) -> list[str]:
    """Keep a second factor once a code proves that the authenticator knows it; return the recovery codes.

    :raises Problem: 401.4 when the code is wrong.
    """
    step = safety.find_step(secret, code, datetime.now(UTC))
    if step is None:
        raise Problem("401.4")
    with transaction() as session:
        codes = safety.add_second_factor(session, user_id, secret, step)
        _note(session, user_id, "user.second_factor")
        return codes


@retried
def remove_second_factor(user_id: int, actor: Actor | None = None) -> None:
    with transaction() as session:
        safety.drop_second_factor(session, user_id)
        _note(session, user_id, "user.second_factor_end", actor)


def find_user_id(email: str) -> int:
    """Return whose address it is.

    :raises Problem: 404.1.
    """
    found = db.session.scalar(select(User.id).where(User.email == email.strip().lower()))
    if found is None:
        raise Problem("404.1")
    return found


def _end_all(session: Session, user_id: int, keep: str = "") -> None:
    kept = safety.hash_text(keep) if keep else ""
    session.execute(delete(UserSession).where(UserSession.user_id == user_id, UserSession.id_hash != kept))
    session.execute(delete(UserToken).where(UserToken.user_id == user_id))


def _note(session: Session, user_id: int, action: str, actor: Actor | None = None) -> None:
    """Add a line to the operations log of the first project: officers belong to the whole server."""
    project_id = session.scalar(select(Project.id).order_by(Project.id).limit(1))
    if project_id is None:
        return
    user = session.get_one(User, user_id)
    who = actor or Actor(kind="user", id=user_id, name=user.name, role=user.role)
    audits.note(session, project_id, who, action, str(user_id), datetime.now(UTC))
