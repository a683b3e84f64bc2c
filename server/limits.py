"""Slow down guessing: limits on the few routes that take a secret from somebody unknown.

They are counted in the database, so that they hold whichever process or server is asked; while it is away each process
counts for itself. Addresses are kept as hashes, for no longer than their limit.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any, cast

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy import case, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from server.database import WRITE, db
from server.models import RateCount


class DatabaseStorage(Storage):
    """Counts in the table ``rate_counts``, each written in a transaction of its own."""

    STORAGE_SCHEME = ["hirfa-database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(RateCount)
        begun = insert.values(key_hash=_hide(key), count=amount, ends_at=now + expiry)
        over = RateCount.ends_at <= now
        counted = begun.on_conflict_do_update(
            index_elements=[RateCount.key_hash],
            set_={
                "count": case((over, amount), else_=RateCount.count + amount),
                "ends_at": case((over, now + expiry), else_=RateCount.ends_at),
            },
        ).returning(RateCount.count)
        with db.engine.execution_options(**{WRITE: True}).begin() as connection:
            count = connection.execute(counted).scalar_one()
            connection.execute(delete(RateCount).where(RateCount.ends_at < now - expiry))
        return int(count)

    def get(self, key: str) -> int:
        return int(self._read(key)[0])

    def get_expiry(self, key: str) -> float:
        return float(self._read(key)[1])

    def check(self) -> bool:
        try:
            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        with db.engine.execution_options(**{WRITE: True}).begin() as connection:
            removed = connection.execute(delete(RateCount)).rowcount
        return removed

    def clear(self, key: str) -> None:
        with db.engine.execution_options(**{WRITE: True}).begin() as connection:
            connection.execute(delete(RateCount).where(RateCount.key_hash == _hide(key)))

    def _read(self, key: str) -> tuple[int, float]:
        now = time.time()
        wanted = select(RateCount.count, RateCount.ends_at).where(
            RateCount.key_hash == _hide(key), RateCount.ends_at > now
        )
        with db.engine.connect() as connection:
            found: Any = connection.execute(wanted).one_or_none()
        return cast(tuple[int, float], tuple(found) if found else (0, now))


def _hide(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


limiter = Limiter(
    key_func=get_remote_address, storage_uri="hirfa-database://", in_memory_fallback_enabled=True
)
