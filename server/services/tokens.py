"""The two tokens of a phone: one lies clear on it and may send alone, one is kept encrypted there and reads."""

from __future__ import annotations

from datetime import UTC, datetime

from server.auth import Actor, hash_token
from server.database import retried, transaction
from server.errors import Problem
from server.models import AppUserToken
from server.services import audits


@retried
def split_token(project_id: int, actor: Actor, bearer: str, token: str) -> None:
    """Let ``token`` do what ``bearer`` may, and let ``bearer`` send alone.

    The phone makes the new token and keeps it before it asks: an answer that is lost loses nothing, and a token that
    once lay clear on the phone never reads again. What is revoked stays so, under both tokens. A file that was signed
    with either is genuine.

    :raises Problem: 403.1 when the old one sends alone already; 400.8 when the new one is in use.
    """
    now, hashed = datetime.now(UTC), hash_token(token)
    with transaction() as session:
        old = session.get(AppUserToken, (project_id, hash_token(bearer)), with_for_update={"key_share": True})
        if old is None or old.sends_only:
            raise Problem("403.1")
        new = session.get(AppUserToken, (project_id, hashed))
        if new is None:
            session.add(
                AppUserToken(
                    project_id=project_id,
                    token_hash=hashed,
                    app_user_id=old.app_user_id,
                    device_id=old.device_id,
                    created_at=now,
                    revoked_at=old.revoked_at,
                )
            )
        elif new is old or new.sends_only or (new.app_user_id, new.device_id) != (old.app_user_id, old.device_id):
            raise Problem("400.8", field="token", reason="it is in use")
        old.sends_only = True
        audits.note(session, project_id, actor, "app_user.split", old.device_id or "", now)
