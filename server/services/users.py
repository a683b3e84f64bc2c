"""People who sign in at the desk: create, change, disable; a password that is shown once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.auth import ROLES, Actor, hash_password
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Entity, User, UserToken
from server.services import audits
from server.services.entities import PAGE, Page, find_page

PROJECT = 1
"""Officers belong to the installation; what is done to them is noted in its first project's log."""
ASSOCIATIONS = "associations"


def list_users(*, page: int = 1) -> Page:
    """List a page of everybody, those who may sign in first."""
    total = db.session.scalar(select(func.count()).select_from(User)) or 0
    number = find_page(page, total, PAGE)
    wanted = select(User).order_by(User.disabled_at.is_not(None), User.name, User.email)
    return Page(list(db.session.scalars(wanted.limit(PAGE).offset((number - 1) * PAGE))), total, number, PAGE)


def find_user(user_id: int) -> User:
    """Return somebody who signs in, or did.

    :raises Problem: 404.1.
    """
    found = db.session.get(User, user_id)
    if found is None:
        raise Problem("404.1")
    return found


def make_password() -> str:
    """Make a password that nobody guesses and a person can type."""
    return "-".join(secrets.token_hex(2) for _ in range(4))


@retried
def create(email: str, name: str, role: str, association: str, actor: Actor) -> tuple[int, str]:
    """Create somebody who may sign in; return her id and her first password.

    :raises Problem: 409.3 when the e-mail is taken; 400.8 for a bad e-mail, role or association.
    """
    email, name = email.strip().lower(), " ".join(name.split())[:255]
    if "@" not in email or len(email) > 255 or not email.isprintable() or " " in email:
        raise Problem("400.8", field="email", reason="an e-mail address is expected")
    password, now = make_password(), datetime.now(UTC)
    hashed = hash_password(password)
    with transaction() as session:
        if session.scalar(select(User.id).where(User.email == email)):
            raise Problem("409.3", what=email)
        user = User(
            email=email, name=name, role="", password_hash=hashed, language="fr", created_at=now, must_change=True
        )
        _give_role(session, user, role, association)
        session.add(user)
        session.flush()
        audits.note(session, PROJECT, actor, "user.create", email, now, role=role, association=user.association)
        return user.id, password


def _give_role(session: Session, user: User, role: str, association: str) -> None:
    if role not in ROLES:
        raise Problem("400.8", field="role", reason=f"one of {', '.join(ROLES)}")
    if role == "association":
        named = select(Entity.id).where(
            Entity.list == ASSOCIATIONS, Entity.data["code"].as_string() == association
        )
        if not association or session.scalar(named.limit(1)) is None:
            raise Problem("400.8", field="association", reason="one of the list of associations is expected")
    user.role, user.association = role, association if role == "association" else ""


@retried
def change(user_id: int, name: str, role: str, association: str, actor: Actor) -> None:
    """Change what somebody is called and may do.

    :raises Problem: 404.1; 400.8; 409.54 when nobody would be left to administer.
    """
    with transaction() as session:
        user = _get(session, user_id)
        if user.role == "administrator" and role != "administrator":
            _keep_one(session, user)
        before = user.role
        user.name = " ".join(name.split())[:255]
        _give_role(session, user, role, association)
        audits.note(session, PROJECT, actor, "user.change", user.email, datetime.now(UTC), role=role, was=before)


@retried
def disable(user_id: int, disabled: bool, actor: Actor) -> None:
    """Let somebody sign in no more, or again; what she is signed in to ends at once.

    :raises Problem: 404.1; 409.54 when nobody would be left to administer.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        user = _get(session, user_id)
        if disabled and user.role == "administrator":
            _keep_one(session, user)
        user.disabled_at = (user.disabled_at or now) if disabled else None
        if disabled:
            session.execute(delete(UserToken).where(UserToken.user_id == user.id))
        audits.note(session, PROJECT, actor, "user.disable" if disabled else "user.enable", user.email, now)


@retried
def give_password(user_id: int, actor: Actor) -> tuple[str, str]:
    """Give somebody a new password; return (e-mail, password). Programs signed in with the old one are signed out.

    :raises Problem: 404.1.
    """
    password = make_password()
    hashed = hash_password(password)
    with transaction() as session:
        user = _get(session, user_id)
        user.password_hash, user.must_change = hashed, True
        session.execute(delete(UserToken).where(UserToken.user_id == user.id))
        audits.note(session, PROJECT, actor, "user.password", user.email, datetime.now(UTC))
        return user.email, password


def _get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id, with_for_update={"key_share": True})
    if user is None:
        raise Problem("404.1")
    return user


def _keep_one(session: Session, user: User) -> None:
    """Refuse what would leave nobody to administer.

    :raises Problem: 409.54.
    """
    others = session.scalars(
        select(User.id)
        .where(User.role == "administrator", User.disabled_at.is_(None))
        .order_by(User.id)
        .with_for_update(key_share=True)
    ).all()
    if not set(others) - {user.id}:
        raise Problem("409.54")

