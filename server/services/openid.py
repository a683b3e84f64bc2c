"""Signing in through the provider of the house (OpenID Connect, optional): who is meant, and not what she may.

The provider says who somebody is; which role she has is decided here, by an administrator who made her account. Nobody
gets an account by having one there. An account is known by the provider's subject once it came with a verified e-mail
address that is hers here; the address alone does not count again, for addresses change hands.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from authlib.integrations.base_client.errors import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.flask_client import OAuth  # type: ignore[import-untyped]
from flask import Flask, current_app
from joserfc.errors import JoseError
from requests import RequestException
from sqlalchemy import select

from server.auth import Actor
from server.config import Settings, is_confidential
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Project, User, UserIdentity
from server.services import audits

ASK_S: Final = 10
ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signatures by a key that the provider alone has: neither none, nor one made with the secret that we share."""
_OPENED: Final = re.compile(r"[!#$%&()*+,./:;=?@\[\]_~A-Za-z0-9-]+\Z")
"""An address that is led to from a page: nothing that ends an attribute."""
REFUSALS: Final = (OAuthError, JoseError, RequestException, ValueError, KeyError, RuntimeError, TypeError)
"""What a provider that is away, wrong or lying makes of our asking; each is told as one that did not confirm."""


def init_openid(app: Flask) -> None:
    """Make the client, where one is set."""
    settings: Settings = app.config["HIRFA"]
    if settings.oidc is None:
        return
    oauth = OAuth(app)
    oauth.register(
        "provider",
        client_id=settings.oidc.client,
        client_secret=settings.oidc.secret,
        server_metadata_url=f"{settings.oidc.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile", "code_challenge_method": "S256", "default_timeout": ASK_S,
        },
    )  # fmt: skip
    app.extensions["hirfa-openid"] = oauth.provider


def find_client() -> Any:
    """Return the client, its provider's description read and judged.

    :raises Problem: 404.1 when none is set.
    :raises ValueError: when the provider says to be another.
    """
    client = current_app.extensions.get("hirfa-openid")
    settings: Settings = current_app.config["HIRFA"]
    if client is None or settings.oidc is None:
        raise Problem("404.1")
    told = client.load_server_metadata()
    if str(told.get("issuer", "")).rstrip("/") != settings.oidc.issuer:
        raise ValueError("the provider's description names another issuer")
    known = told.get("id_token_signing_alg_values_supported") or ["RS256"]
    told["id_token_signing_alg_values_supported"] = [name for name in known if name in ALGORITHMS]
    return client


def find_way_out(id_token: str, back: str) -> str | None:
    """Return the provider's address where somebody's session there ends; None when it offers none that can be opened.

    :param id_token: that she came with, "" when it is not known: the provider then asks her.
    :param back: where it leads her afterwards, as it was registered there.
    """
    client = find_client()
    address = client.load_server_metadata().get("end_session_endpoint")
    if not isinstance(address, str) or not _OPENED.match(address) or not is_confidential(address):
        return None
    made = client.create_logout_url(back, id_token or None, client_id=client.client_id)
    return str(made["url"])


@retried
def find_user(claims: dict[str, Any]) -> User | None:
    """Return whose account it is that the provider confirmed; the first time it is tied to the subject.

    :param claims: of an id token that was verified.
    """
    settings: Settings = current_app.config["HIRFA"]
    issuer, subject = settings.oidc.issuer if settings.oidc else "", str(claims["sub"])[:255]
    known = db.session.get(UserIdentity, (issuer, subject))
    if known is not None:
        owner = db.session.get_one(User, known.user_id)
        return None if owner.disabled_at else owner
    email = str(claims.get("email") or "").strip().lower()
    if not email or claims.get("email_verified") is not True:
        return None
    now = datetime.now(UTC)
    with transaction() as session:
        user: User | None = session.scalar(select(User).where(User.email == email))
        if user is None or user.disabled_at:
            return None
        taken = session.scalar(
            select(UserIdentity.subject).where(UserIdentity.issuer == issuer, UserIdentity.user_id == user.id)
        )
        if taken is not None:  # the address belongs to another person there now
            return None
        session.add(UserIdentity(issuer=issuer, subject=subject, user_id=user.id, linked_at=now))
        project_id = session.scalar(select(Project.id).order_by(Project.id).limit(1))
        if project_id is not None:
            me = Actor(kind="user", id=user.id, name=user.name or user.email, role=user.role)
            audits.note(session, project_id, me, "user.link", str(user.id), now, issuer=issuer)
        return user
