"""Officers, agents, enrolments."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from rapidfuzz import fuzz, process
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.auth import ROLES, Actor, hash_password, hash_token, make_token
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import (
    AppUser,
    AppUserScope,
    AppUserToken,
    Device,
    EnrolmentCode,
    EntityScope,
    Place,
    Project,
    Submission,
    User,
    UserToken,
)
from server.services import audits, keys
from server.services.feed import list_places
from server.services.stamps import stamp

CODE_DAYS = 7
SESSION_HOURS = 24
MIN_PASSWORD = 10
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No 0 O 1 I L: codes are read aloud and typed."""
CODE_LENGTH = 16


@dataclass(frozen=True, slots=True)
class NewAppUser:
    id: int
    name: str
    scopes: tuple[str, ...]
    code: str
    """One-time, for the link and the QR."""
    token: str
    """For scripts; shown once."""


class UnknownScope(Exception):
    """A scope that names no place here; ``near`` holds look-alikes as (code, name)."""

    def __init__(self, given: str, near: Sequence[tuple[str, str]]) -> None:
        self.given = given
        self.near = tuple(near)
        words = ", ".join(f"{code} {name}" for code, name in near)
        super().__init__(f"unknown scope '{given}'" + (f"; did you mean: {words}?" if words else ""))


@retried
def create_user(email: str, role: str, password: str, *, name: str = "", language: str = "fr") -> int:
    """Create an officer; return her id.

    :raises Problem: 409.3 when the e-mail is taken; 400.8 for a bad e-mail, role or short password.
    """
    email = email.strip().lower()
    if "@" not in email or len(email) > 255 or not email.isprintable():
        raise Problem("400.8", field="email", reason="an e-mail address is expected")
    if role not in ROLES:
        raise Problem("400.8", field="role", reason=f"one of {', '.join(ROLES)}")
    if len(password) < MIN_PASSWORD:
        raise Problem("400.8", field="password", reason=f"at least {MIN_PASSWORD} characters")
    hashed = hash_password(password)
    with transaction() as session:
        if session.scalar(select(User.id).where(User.email == email)):
            raise Problem("409.3", what=email)
        user = User(
            email=email, name=name, role=role, password_hash=hashed, language=language, created_at=datetime.now(UTC)
        )
        session.add(user)
        session.flush()
        return user.id


def get_user(user_id: int) -> User:
    """Return an officer.

    :raises Problem: 404.1.
    """
    found = db.session.get(User, user_id)
    if found is None:
        raise Problem("404.1")
    return found


def has_users() -> bool:
    return db.session.scalar(select(User.id).limit(1)) is not None


@retried
def open_session(user_id: int) -> tuple[str, datetime]:
    """Give an officer a bearer token; return it and when it ends."""
    token, now = make_token(), datetime.now(UTC)
    expires_at = now + timedelta(hours=SESSION_HOURS)
    with transaction() as session:
        session.add(UserToken(token_hash=hash_token(token), user_id=user_id, created_at=now, expires_at=expires_at))
    return token, expires_at


def resolve_scopes(project_id: int, given: Iterable[str]) -> tuple[str, ...]:
    """Turn codes or French (or Arabic) names, also several in one separated by commas, into codes.

    Without places in the project any word is a code.

    :raises UnknownScope: with near matches.
    """
    places = db.session.scalars(select(Place).where(Place.project_id == project_id)).all()
    names: dict[str, str] = {}
    for place in places:
        for word in (place.code, place.name_fr, place.name_ar, *place.variants.split("|")):
            if word.strip():
                names.setdefault(_fold(word), place.code)
    french = {place.code: place.name_fr for place in places}
    known_scopes = set(
        db.session.scalars(select(EntityScope.scope).where(EntityScope.project_id == project_id).distinct())
    )
    found: list[str] = []
    for word in (part.strip() for text in given for part in text.split(",")):
        if not word:
            continue
        code = names.get(_fold(word))
        if code is None and (not places or word in known_scopes):
            code = word
        if code is None:
            near = process.extract(_fold(word), list(names), scorer=fuzz.WRatio, limit=5, score_cutoff=60)
            codes = dict.fromkeys(names[match] for match, _score, _index in near)
            raise UnknownScope(word, [(c, french[c]) for c in codes][:3])
        if code not in found:
            found.append(code)
    return tuple(found)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


@retried
def create_app_user(project_id: int, name: str, scopes: Sequence[str], actor: Actor) -> NewAppUser:
    """Create an agent with a one-time enrolment code and a token for scripts.

    :param scopes: codes, already resolved.
    :raises Problem: 400.2 without a name, 404.1 for an unknown project.
    """
    name = " ".join(name.split())
    if not name:
        raise Problem("400.2", field="name")
    now, token = datetime.now(UTC), make_token()
    with transaction() as session:
        project = session.get(Project, project_id, with_for_update={"key_share": True})
        if project is None:
            raise Problem("404.1")
        newest = session.scalar(select(func.max(AppUser.id)).where(AppUser.project_id == project_id)) or 0
        agent = AppUser(project_id=project_id, id=newest + 1, name=name[:255], created_at=now)
        session.add(agent)
        session.flush()
        for scope in scopes:
            session.add(AppUserScope(project_id=project_id, app_user_id=agent.id, scope=scope))
        session.add(
            AppUserToken(project_id=project_id, token_hash=hash_token(token), app_user_id=agent.id, created_at=now)
        )
        code = _add_code(session, project_id, agent.id, now)
        audits.note(session, project_id, actor, "app_user.create", str(agent.id), now, scopes=list(scopes))
        return NewAppUser(agent.id, agent.name, tuple(scopes), code, token)


def _add_code(session: Session, project_id: int, app_user_id: int, now: datetime) -> str:
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    session.add(
        EnrolmentCode(
            project_id=project_id,
            code_hash=hash_token(code),
            app_user_id=app_user_id,
            created_at=now,
            expires_at=now + timedelta(days=CODE_DAYS),
        )
    )
    return code


@retried
def give_code(project_id: int, app_user_id: int, actor: Actor) -> tuple[str, str]:
    """Give an agent a new one-time code, for another phone or when the first was not used in time; return (name, code).

    Codes given before and not used are worth nothing from now on.

    :raises Problem: 404.1 when there is no such agent or she is revoked.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        agent = session.get(AppUser, (project_id, app_user_id))
        if agent is None or agent.revoked_at is not None:
            raise Problem("404.1")
        session.execute(
            update(EnrolmentCode)
            .where(
                EnrolmentCode.project_id == project_id,
                EnrolmentCode.app_user_id == app_user_id,
                EnrolmentCode.used_at.is_(None),
                EnrolmentCode.expires_at > now,
            )
            .values(expires_at=now)
        )
        code = _add_code(session, project_id, app_user_id, now)
        audits.note(session, project_id, actor, "app_user.code", str(app_user_id), now)
        return agent.name, code


def enrolment_link(code: str) -> str:
    """Write an enrolment link; the code stands in the fragment, which no server log ever sees."""
    return f"{current_app.config['HIRFA'].url}/app/#/enrol/{code}"


def has_app_users(project_id: int) -> bool:
    return db.session.scalar(select(AppUser.id).where(AppUser.project_id == project_id).limit(1)) is not None


@retried
def enrol(code: str, device_id: str) -> dict[str, Any]:
    """Trade a one-time code for this phone's token.

    :raises Problem: 404.50 for a code that is unknown, used or too old.
    """
    now, token = datetime.now(UTC), make_token()
    cleaned = "".join(c for c in code.upper() if c.isalnum())
    with transaction() as session:
        row = session.scalar(
            select(EnrolmentCode).where(EnrolmentCode.code_hash == hash_token(cleaned)).with_for_update(key_share=True)
        )
        if row is None or row.used_at is not None or row.expires_at < now:
            raise Problem("404.50")
        agent = session.get_one(AppUser, (row.project_id, row.app_user_id))
        if agent.revoked_at is not None:
            raise Problem("404.50")
        project = session.get_one(Project, row.project_id)
        row.used_at = now
        session.add(
            AppUserToken(
                project_id=row.project_id,
                token_hash=hash_token(token),
                app_user_id=agent.id,
                device_id=device_id[:255],
                created_at=now,
            )
        )
        who = Actor(kind="app_user", id=agent.id, name=agent.name, role="app_user", project_id=project.id)
        audits.note(session, project.id, who, "app_user.enrol", device_id, now)
        answer = {
            "token": token,
            "appUser": {"id": agent.id, "name": agent.name},
            "project": {"id": project.id, "name": project.name, "publicKey": keys.find_public_key(project.id)},
            "era": project.era,
        }
    answer["scopes"] = list_places(project.id, who)
    return answer


@retried
def revoke_app_user(project_id: int, app_user_id: int, actor: Actor) -> None:
    """Revoke an agent: her phones are still recognised, what they send goes to quarantine.

    :raises Problem: 404.1 when there is no such agent.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        agent = session.get(AppUser, (project_id, app_user_id))
        if agent is None:
            raise Problem("404.1")
        agent.revoked_at = agent.revoked_at or now
        audits.note(session, project_id, actor, "app_user.revoke", str(app_user_id), now)


@retried
def change_app_user(project_id: int, app_user_id: int, name: str, scopes: Sequence[str], actor: Actor) -> None:
    """Change what an agent is called and where she works; her phones learn it with their next pull.

    :param scopes: codes, already resolved.
    :raises Problem: 404.1 when there is no such agent or she is revoked; 400.2 without a name.
    """
    name = " ".join(name.split())[:255]
    if not name:
        raise Problem("400.2", field="name")
    now = datetime.now(UTC)
    with transaction() as session:
        agent = session.get(AppUser, (project_id, app_user_id), with_for_update={"key_share": True})
        if agent is None or agent.revoked_at is not None:
            raise Problem("404.1")
        if agent.name != name:
            agent.name = name
            stamp(session, project_id, Submission.app_user_id == app_user_id)
        wanted = set(scopes)
        rows = session.scalars(
            select(AppUserScope).where(AppUserScope.project_id == project_id, AppUserScope.app_user_id == app_user_id)
        ).all()
        was = {row.scope for row in rows}
        for row in rows:
            if row.scope not in wanted:
                session.delete(row)
        for scope in sorted(wanted - was):
            session.add(AppUserScope(project_id=project_id, app_user_id=app_user_id, scope=scope))
        details = {"scopes": sorted(wanted), "was": sorted(was)}
        audits.note(session, project_id, actor, "app_user.change", str(app_user_id), now, **details)


def find_last_seen(project_id: int) -> dict[int, datetime]:
    """Say when each agent's phones last sent something."""
    rows = db.session.execute(
        select(Device.app_user_id, func.max(Device.last_seen_at))
        .where(Device.project_id == project_id)
        .group_by(Device.app_user_id)
    )
    return {row[0]: row[1] for row in rows}


def list_app_users(project_id: int) -> list[dict[str, Any]]:
    """List the agents with their scopes."""
    scopes: dict[int, list[str]] = {}
    for row in db.session.scalars(select(AppUserScope).where(AppUserScope.project_id == project_id)):
        scopes.setdefault(row.app_user_id, []).append(row.scope)
    return [
        {
            "id": agent.id,
            "name": agent.name,
            "scopes": sorted(scopes.get(agent.id, [])),
            "createdAt": agent.created_at,
            "revoked": agent.revoked_at is not None,
        }
        for agent in db.session.scalars(select(AppUser).where(AppUser.project_id == project_id).order_by(AppUser.id))
    ]
