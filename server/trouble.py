"""What it means when the disk or the database does not do its part: which answer to give, and what to try again.

SQLite tells by its result codes (sqlite.org/rescode.html), PostgreSQL by SQLSTATE (Appendix A of its manual), files by
errno. All of it passes: there will be room again, the server comes back. So the answers are 503, for phones and ODK
Collect to send again.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, TimeoutError

from server.blobs import StoreAway

BUSY, FULL, UNWRITABLE, STORE_AWAY = "503.1", "503.50", "503.51", "503.52"

_ERRNO = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), FULL),
    **dict.fromkeys((errno.EROFS, errno.EIO), UNWRITABLE),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE, errno.ENOMEM), BUSY),
}
_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    **dict.fromkeys((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM), BUSY),
    **dict.fromkeys((sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN), UNWRITABLE),
}
"""By primary result code, the lowest byte of what is told."""
_SQLSTATE = {
    "53100": FULL,  # disk_full
    "25006": UNWRITABLE,  # read_only_sql_transaction: a standby, or a database that was made so
    "58030": UNWRITABLE,  # io_error
    "55P03": BUSY,  # lock_not_available
    "40001": BUSY,  # serialization_failure
    "40P01": BUSY,  # deadlock_detected
}
_SQLSTATE_CLASS = {"08": BUSY, "53": BUSY, "57": BUSY, "58": UNWRITABLE}
"""Connection lost; out of connections or memory; stopping or starting; trouble of the system."""
_LOST_RACE = frozenset({"40001", "40P01"})


def find_trouble(error: BaseException) -> str | None:
    """Return the code of the answer to an error of the disk or the database; None for any other error.

    What it was raised during counts too: SQLite rolls a transaction back by itself when the disk is full, and what is
    told then is that the savepoint is gone.
    """
    return next((code for link in _chain(error) if (code := _code_of(link)) is not None), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [link.__context__, link.__cause__]


def _code_of(error: BaseException) -> str | None:
    if isinstance(error, TimeoutError):  # no connection of the pool became free
        return BUSY
    if isinstance(error, DBAPIError):
        return _of_driver(error.orig) or (BUSY if error.connection_invalidated else None)
    if isinstance(error, StoreAway):
        return STORE_AWAY
    if isinstance(error, OSError):
        return _ERRNO.get(error.errno or 0)
    return _of_driver(error)


def _of_driver(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    sqlstate = getattr(error, "sqlstate", None)
    if isinstance(sqlstate, str):
        return _SQLSTATE.get(sqlstate) or _SQLSTATE_CLASS.get(sqlstate[:2])
    # psycopg names no state where it has no server to hear one from
    return BUSY if type(error).__module__.startswith("psycopg") and type(error).__name__ == "OperationalError" else None


def is_of_the_whole(error: BaseException) -> bool:
    """Say whether an error is no fault of one item: the transaction, the connection or the disk is gone."""
    by_itself = isinstance(error, DataError | IntegrityError | ProgrammingError)
    return find_trouble(error) is not None or (isinstance(error, DBAPIError) and not by_itself)


def is_lost_race(error: BaseException) -> bool:
    """Say whether another transaction or a constraint had the last word: running again finds what it left."""
    if isinstance(error, IntegrityError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _LOST_RACE


def outlives_its_cause(error: BaseException) -> bool:
    """Say whether a connection keeps failing when what it failed of is over.

    SQLite opens a file on a read-only disk for reading only, and stays so; PostgreSQL's sessions keep the setting they
    began with.
    """
    return find_trouble(error) == UNWRITABLE
