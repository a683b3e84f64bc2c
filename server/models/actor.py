"""Who acts: officers (users) and agents' phones (app users), with what proves it. Secrets are kept hashed."""

from __future__ import annotations

from flask_login import UserMixin
from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import maybe_json, maybe_moment, moment, project_key, text_key


class User(UserMixin, Base):  # type: ignore[misc]
    """An officer or the administrator, who signs in with e-mail and password."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    role: Mapped[str] = mapped_column(String(32))
    association: Mapped[str] = mapped_column(String(255), default="")
    """Of a user of an association: its code in the list of associations."""
    password_hash: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    created_at: Mapped[moment]
    disabled_at: Mapped[maybe_moment]
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Her password was made for her and seen by another: she may do nothing but choose her own."""


class UserIdentity(Base):
    """Whom an officer is at the provider by which she signs in too."""

    __tablename__ = "user_identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    linked_at: Mapped[moment]


class UserToken(Base):
    """A bearer token of an officer (``POST /v1/sessions``)."""

    __tablename__ = "user_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[moment]
    expires_at: Mapped[moment]


class AppUser(Base):
    """An agent: what she is called, which scopes her phones receive."""

    __tablename__ = "app_users"

    project_id: Mapped[project_key]
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[moment]
    revoked_at: Mapped[maybe_moment]


_APP_USER = ("app_users.project_id", "app_users.id")


class AppUserScope(Base):
    __tablename__ = "app_user_scopes"
    __table_args__ = (ForeignKeyConstraint(["project_id", "app_user_id"], _APP_USER),)

    project_id: Mapped[project_key]
    app_user_id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[text_key]


class AppUserToken(Base):
    """One enrolment's secret. A revoked one is still recognised, so that its work is kept."""

    __tablename__ = "app_user_tokens"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "app_user_id"], _APP_USER),
        Index("ix_app_user_tokens_project_id_app_user_id", "project_id", "app_user_id"),
        Index("ix_app_user_tokens_token_hash", "token_hash", unique=True),
    )

    project_id: Mapped[project_key]
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    app_user_id: Mapped[int]
    device_id: Mapped[str | None] = mapped_column(String(255))
    """The enrolment it was given to; a token made for scripts has none."""
    sends_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It lies clear on its phone, so that a locked one can send; with it nothing is read."""
    created_at: Mapped[moment]
    revoked_at: Mapped[maybe_moment]


class EnrolmentCode(Base):
    """A one-time code in a link or QR; worth nothing after its use or after seven days."""

    __tablename__ = "enrolment_codes"
    __table_args__ = (
        ForeignKeyConstraint(["project_id", "app_user_id"], _APP_USER),
        Index("ix_enrolment_codes_project_id_app_user_id", "project_id", "app_user_id"),
        Index("ix_enrolment_codes_code_hash", "code_hash", unique=True),
    )

    project_id: Mapped[project_key]
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    app_user_id: Mapped[int]
    created_at: Mapped[moment]
    expires_at: Mapped[moment]
    used_at: Mapped[maybe_moment]


class Device(Base):
    """One enrolment as its batches show it: the highest ``seq`` seen and the clock's offset."""

    __tablename__ = "devices"
    __table_args__ = (ForeignKeyConstraint(["project_id", "app_user_id"], _APP_USER),)

    project_id: Mapped[project_key]
    app_user_id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[text_key]
    max_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    clock_offset_s: Mapped[float] = mapped_column(default=0.0)
    """Seconds to add to the phone's clock to get ours, measured at its latest push."""
    first_seen_at: Mapped[moment]
    last_seen_at: Mapped[moment]
    report: Mapped[maybe_json]
    """What the app last said of itself: its version, what waits on the phone, its storage."""
    reported_at: Mapped[maybe_moment]
