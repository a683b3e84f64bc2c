"""The one place where a transaction begins and ends.

SQLite writes take ``BEGIN IMMEDIATE`` before their first read: with a plain ``BEGIN`` two requests that read and then
write fail at once with "database is locked". PostgreSQL: callers lock entity rows in sorted order, the change counter
last; all of them ``FOR NO KEY UPDATE`` (``key_share=True``), for any new row that names a project or a record holds a
share of its key: two phones seen for the first time would wait for one another.
"""

from __future__ import annotations

import functools
import gc
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, cast

import orjson
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session

from server.partitions import find_partitioned, name_part
from server.replica import find_replica, init_replica
from server.rows import forget_waiting, write_waiting
from server.trouble import is_lost_race, outlives_its_cause

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
WRITE = "hirfa_write"
READS = "hirfa_reads"
LAST = "hirfa_last"
BUSY_TIMEOUT_MS = 30_000
SCRUB_WAIT_MS, SCRUB_TRIES = 1_000, 5
RUNS = 4
"""Of a service that loses a race, and loses again: with eight at once on one record the third run was enough."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


def to_json(value: Any) -> str:
    """Write a value for a JSON column; what orjson does not take (integers beyond 64 bits) the slower way."""
    try:
        return orjson.dumps(value).decode()
    except (TypeError, UnicodeError):
        return json.dumps(value)


def from_json(text: str) -> Any:
    """Read a JSON column that was asked for as text."""
    return orjson.loads(text)


class RoutedSession(FlaskSession):
    """A session that reads from a replica while ``snapshot`` says so."""

    def get_bind(self, *args: Any, **named: Any) -> Engine | Connection:
        apart: Engine | None = None if self.info.get(WRITE) else self.info.get(READS)
        return apart if apart is not None else super().get_bind(*args, **named)


# hide_parameters: an error of the database is logged, what was to be stored is somebody's
_OPTIONS: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": from_json, "hide_parameters": True}
db = SQLAlchemy(
    model_class=Base,
    session_options={"expire_on_commit": False, "class_": RoutedSession},
    engine_options=_OPTIONS,
)
migrate = Migrate()

P = ParamSpec("P")
R = TypeVar("R")


def init_database(app: Flask) -> None:
    if not app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        # ask before use: a database that was restarted then costs its users nothing but a moment
        app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {"pool_pre_ping": True})
    db.init_app(app)
    init_replica(app, **_OPTIONS)
    migrate.init_app(app, db, directory=str(app.config["MIGRATIONS"]), compare_type=True, render_as_batch=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
        _drop_useless_connections(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # NORMAL can lose acknowledged commits at a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _drop_useless_connections(engine: Engine) -> None:
    """Open anew what would go on failing when the disk or the database can be written again."""

    @event.listens_for(engine, "handle_error")
    def _drop(context: ExceptionContext) -> None:
        if outlives_its_cause(context.original_exception):
            context.is_disconnect = True
            # SQLite's connections share the map of the WAL: while one lives that may only read, new ones may no more.
            engine.dispose()


@event.listens_for(db.session, "do_orm_execute")
def _write_before_reading(state: ORMExecuteState) -> None:
    write_waiting(state.session)


@event.listens_for(db.session, "before_flush")
def _write_before_flushing(session: Session, _context: Any, _instances: Any) -> None:
    write_waiting(session)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one writing transaction of a service function; commit at its end, roll back on any error.

    Reads made earlier in the request are closed first, so the write lock is taken before anything is read.

    :raises RuntimeError: when one is open already: services do not nest.
    """
    session = db.session()
    if session.info.get(WRITE):
        raise RuntimeError("transaction() does not nest: one public service function is one transaction")
    session.rollback()
    session.info[WRITE] = True
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        for finish in session.info.pop(LAST, {}).values():
            finish(session)
        write_waiting(session)
        session.commit()
    except BaseException:
        forget_waiting(session)
        session.rollback()
        raise
    finally:
        session.info.pop(WRITE, None)
        session.info.pop(LAST, None)


def do_last(session: Session, name: str, finish: Callable[[Session], None]) -> None:
    """Have something done once at the end of this transaction, before its commit: what locks what everybody needs."""
    session.info.setdefault(LAST, {})[name] = finish


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Open a part of a transaction that can fail alone: what it did, rows that wait included, is then undone."""
    write_waiting(session)
    try:
        with session.begin_nested():
            yield
            write_waiting(session)
    except BaseException:
        forget_waiting(session)
        raise


def retried(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service again when a constraint or another transaction had the last word.

    Two identical requests in a race both see no row; one insert wins, the other fails on the unique constraint. The
    second run finds the row the first made and takes the proper branch. It costs one wasted transaction, seldom.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(RUNS - 1):
            try:
                return function(*args, **kwargs)
            except Exception as error:  # a savepoint that ends on a dropped connection says so in its own way
                useless = outlives_its_cause(error)
                if not (useless or is_lost_race(error)):  # the next connection may be fine
                    raise
            if useless:
                gc.collect()  # a closed connection holds its files until the statements that failed on it are freed
        return function(*args, **kwargs)

    return run


@contextmanager
def snapshot(*, apart: bool = False) -> Iterator[Session]:
    """Open a reading transaction that sees one moment until its end, however long it lasts.

    :param apart: read it from the replica, where one is set and can be read from.
    """
    session = db.session()
    session.rollback()
    replica = find_replica() if apart else None
    if replica is not None:
        session.info[READS] = replica.choose(db.engine)
    try:
        if db.engine.dialect.name == "postgresql":  # SQLite's readers see one moment by themselves
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
    finally:
        session.rollback()
        session.info.pop(READS, None)


def end_reads() -> None:
    """Close the reading transaction of this request, so that nothing is held while the answer is written."""
    if not db.session().info.get(WRITE):
        db.session.rollback()


def _is_emptied(driver: Any) -> bool:
    """Bring the WAL into the database and empty it, if nobody reads from it now."""
    time.sleep(0.05)
    return bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def scrub(project_id: int) -> bool:
    """Rewrite the database, so that what was erased is not left in pages that nothing uses; say whether it was done.

    Of tables in parts, what is the project's: the others go on working meanwhile.
    It is not when somebody holds the database for too long; the next erasure, or `apply-erasures`, does it then.
    """
    db.session.rollback()
    with db.engine.connect() as asking:
        in_parts = set(find_partitioned(asking))
    connection = db.engine.raw_connection()
    try:
        driver = cast(Any, connection.driver_connection)
        if db.engine.dialect.name == "sqlite":
            driver.execute(f"PRAGMA busy_timeout = {SCRUB_WAIT_MS}")
            driver.execute("VACUUM")
            # A long reader keeps the old pages in the WAL: writers are not made to wait until it ends.
            return any(_is_emptied(driver) for _ in range(SCRUB_TRIES))
        driver.rollback()
        driver.autocommit = True
        driver.execute(f"SET lock_timeout = {SCRUB_WAIT_MS}")
        for table in Base.metadata.sorted_tables:
            name = name_part(table.name, project_id) if table.name in in_parts else table.name
            driver.execute(f'VACUUM FULL "{name}"')
        return True
    except db.engine.dialect.dbapi.Error:  # type: ignore[union-attr]
        return False
    finally:
        connection.invalidate()  # with its settings
