"""What keeps officers' accounts: open sessions, tries that failed, second factors, one-time links.

Secrets are hashed or sealed.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import maybe_moment, moment


class UserSession(Base):
    """A browser where an officer is signed in; what is not here opens nothing, whatever the cookie says."""

    __tablename__ = "user_sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    browser: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[moment]
    seen_at: Mapped[moment]


class SignInTry(Base):
    """Tries that failed in a row for one address, whether somebody has it or not."""

    __tablename__ = "sign_in_tries"

    email_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[moment]


class SecondFactor(Base):
    """What an officer's authenticator knows, sealed with the secret key of this server."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The newest 30 seconds whose code was used: a code counts once."""
    created_at: Mapped[moment]


class RecoveryCode(Base):
    """A code on paper that stands for the authenticator, once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[maybe_moment]


class ResetLink(Base):
    """A one-time link by which somebody chooses a new password, given by an administrator without mail."""

    __tablename__ = "reset_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[moment]
    expires_at: Mapped[moment]
    used_at: Mapped[maybe_moment]
