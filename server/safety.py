"""What stands between a guess and an account: tries are counted, codes count once, sessions can be taken away.

Below ``auth``, which asks here; the officers' own page and the commands use it through ``services.accounts``. Tries are
counted by address, whether somebody has it or not: a stranger learns nothing by locking one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.database import db, end_reads, retried, transaction
from server.errors import Problem
from server.models import RecoveryCode, SecondFactor, SignInTry, UserSession

FREE_TRIES = 5
LOCK_S, LONGEST_LOCK_S = 30, 15 * 60
FORGET_TRIES = timedelta(days=1)
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
SEEN_AGAIN = timedelta(minutes=10)
STEP_S = 30
DRIFT_STEPS = 1
"""Codes of the half minute before and after are taken: clocks of phones differ."""
RECOVERY_CODES = 8
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# Tries.


def check_tries(email: str) -> None:
    """Refuse while an address is locked: 30 s after five tries that failed, twice as long after each further one.

    :raises Problem: 429.2, with the seconds to wait.
    """
    row = db.session.get(SignInTry, hash_text(email))
    end_reads()
    now = datetime.now(UTC)
    if row is None or row.count < FREE_TRIES or now - row.last_at > FORGET_TRIES:
        return
    wait_s = min(LONGEST_LOCK_S, LOCK_S * 2 ** min(row.count - FREE_TRIES, 10))
    left_s = (row.last_at + timedelta(seconds=wait_s) - now).total_seconds()
    if left_s > 0:
        raise Problem("429.2", seconds=int(left_s) + 1)


@retried
def note_failure(email: str) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        session.execute(delete(SignInTry).where(SignInTry.last_at < now - FORGET_TRIES))
        row = session.get(SignInTry, hash_text(email), with_for_update={"key_share": True})
        if row is None:
            session.add(SignInTry(email_hash=hash_text(email), count=1, last_at=now))
        else:
            row.count, row.last_at = row.count + 1, now


@retried
def forget_failures(email: str) -> None:
    if db.session.get(SignInTry, hash_text(email)) is None:
        return
    with transaction() as session:
        session.execute(delete(SignInTry).where(SignInTry.email_hash == hash_text(email)))


# Sessions of browsers.


@retried
def begin_session(user_id: int, browser: str) -> str:
    """Note that an officer is signed in in a browser; return the secret that its cookie carries."""
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with transaction() as session:
        session.execute(
            delete(UserSession).where((UserSession.seen_at < now - IDLE) | (UserSession.created_at < now - LONGEST))
        )
        session.add(
            UserSession(id_hash=hash_text(secret), user_id=user_id, browser=browser[:255], created_at=now, seen_at=now)
        )
    return secret


@retried
def is_open(secret: str, user_id: int) -> bool:
    """Say whether a session is open: not ended, used within 12 hours, begun within seven days."""
    key, now = hash_text(secret), datetime.now(UTC)
    row = db.session.get(UserSession, key)
    if row is None or row.user_id != user_id or now - row.seen_at > IDLE or now - row.created_at > LONGEST:
        return False
    if now - row.seen_at > SEEN_AGAIN:
        with transaction() as session:
            session.execute(update(UserSession).where(UserSession.id_hash == key).values(seen_at=now))
    return True


@retried
def end_session(secret: str) -> None:
    with transaction() as session:
        session.execute(delete(UserSession).where(UserSession.id_hash == hash_text(secret)))


# Second factor.


def has_second_factor(user_id: int) -> bool:
    found = db.session.get(SecondFactor, user_id) is not None
    end_reads()
    return found


def make_secret() -> str:
    """Make what an authenticator is to learn."""
    return pyotp.random_base32()


def find_step(secret: str, code: str, now: datetime) -> int | None:
    """Say of which half minute a code is; None when it is of none that counts now."""
    cleaned = "".join(code.split())
    here = int(now.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    found = [
        step
        for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1)
        if secrets.compare_digest(totp.at(step * STEP_S).encode(), cleaned.encode())
    ]
    return found[0] if found else None


def add_second_factor(session: Session, user_id: int, secret: str, step: int) -> list[str]:
    """Keep a second factor, inside the caller's transaction; return the recovery codes, shown once."""
    drop_second_factor(session, user_id)
    session.add(SecondFactor(user_id=user_id, sealed=_seal(secret), last_step=step, created_at=datetime.now(UTC)))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(24)) for _ in range(RECOVERY_CODES)]  # 118 bits: sha256
    session.add_all(RecoveryCode(user_id=user_id, code_hash=hash_text(code)) for code in codes)
    return ["-".join(code[at : at + 6] for at in range(0, 24, 6)) for code in codes]


def drop_second_factor(session: Session, user_id: int) -> None:
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


@retried
def take_code(user_id: int, code: str) -> bool:
    """Take a code of the authenticator, or a recovery code; each counts once."""
    now = datetime.now(UTC)
    with transaction() as session:
        row = session.get(SecondFactor, user_id, with_for_update={"key_share": True})
        if row is None:
            return False
        step = find_step(_open(row.sealed), code, now)
        if step is not None:
            if step <= row.last_step:
                return False
            row.last_step = step
            return True
        cleaned = "".join(c for c in code.upper() if c.isalnum())
        paper = session.scalar(
            select(RecoveryCode)
            .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == hash_text(cleaned))
            .with_for_update(key_share=True)
        )
        if paper is None or paper.used_at is not None:
            return False
        paper.used_at = now
        return True


def _key() -> bytes:
    secret: str = current_app.config["HIRFA"].secret_key
    return HKDF(SHA256(), 32, None, b"hirfa second factor").derive(secret.encode())


def _seal(text: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_key()).encrypt(nonce, text.encode(), None)


def _open(sealed: bytes) -> str:
    try:
        return AESGCM(_key()).decrypt(sealed[:12], sealed[12:], None).decode()
    except InvalidTag:  # the secret key of this server is another one: no code counts until it is set up anew
        return make_secret()
