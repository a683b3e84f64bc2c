"""A copy of the database that exports are read from, so that a long one does not keep pushes waiting (optional).

It is used when it is there, is a replica, and has everything that was confirmed before it was asked; else the database
itself is read, and the log says why. So an export never shows less than it would without.
"""

from __future__ import annotations

import time
from typing import Final

import structlog
from flask import Flask, current_app
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from server.config import Settings

CONNECT_S: Final = 3
BEHIND_S: Final = 5.0
"""How long an export waits for the replica to catch up."""
REST_S: Final = 30.0
"""How long one that was away is not asked again."""
NAME: Final = "hirfa-replica"
AWAY, NONE, BEHIND = "replica_away", "replica_none", "replica_behind"
log = structlog.get_logger()


class Replica:
    def __init__(self, url: str, **options: object) -> None:
        self.engine: Engine = create_engine(
            url, pool_pre_ping=True, pool_size=2, connect_args={"connect_timeout": CONNECT_S}, **options
        )
        self._rest_until = 0.0

    def find_fault(self, primary: Engine, wait_s: float = BEHIND_S) -> str:
        """Say why it cannot be read from now; empty when it can."""
        try:
            with primary.connect() as connection:
                position = connection.execute(text("SELECT pg_current_wal_lsn()::text")).scalar_one()
            until = time.monotonic() + wait_s
            with self.engine.connect() as connection:
                while True:
                    asked = text("SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() >= CAST(:position AS pg_lsn)")
                    is_copy, is_here = connection.execute(asked, {"position": position}).one()
                    connection.rollback()
                    if not is_copy:
                        return NONE
                    if is_here:
                        return ""
                    if time.monotonic() > until:
                        return BEHIND
                    time.sleep(0.05)
        except SQLAlchemyError:
            return AWAY

    def choose(self, primary: Engine) -> Engine:
        """Return what an export is read from: the copy, or the database itself."""
        if time.monotonic() < self._rest_until:
            return primary
        fault = self.find_fault(primary)
        if not fault:
            return self.engine
        self._rest_until = time.monotonic() + REST_S
        log.warning("exports are read from the database itself", reason=fault)
        return primary


def init_replica(app: Flask, **options: object) -> None:
    settings: Settings = app.config["HIRFA"]
    if settings.read_url:
        app.extensions[NAME] = Replica(settings.read_url, **options)


def find_replica() -> Replica | None:
    found: Replica | None = current_app.extensions.get(NAME)
    return found
