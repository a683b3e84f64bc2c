"""The server under test: the real application on a real database, killed at any statement, its clock and ids by seed."""

from __future__ import annotations

import os
import random as random_module
import shutil
import sqlite3
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import time_machine
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from werkzeug.test import TestResponse

from server import create_app
from server.auth import COMMAND, Actor
from server.config import Settings, load_settings
from server.database import db
from server.models import Project
from server.services import actors, keys
from server.services.forms import FormFile, publish_forms
from tests.postgres import Cluster
from tests.simulator.questionnaires import PUBLISHED, Questionnaire, write_xlsform

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
SCOPES = ("c1", "c2", "c3")
AGENTS = (("c1", "c2"), ("c2", "c3"), ("c1",), ("c1", "c2", "c3"))
"""Scopes of the agents that a template holds; one more, the witness, holds them all and never sends."""


class Killed(BaseException):
    """The server process ended here; no `except Exception` of its own may notice."""


@dataclass(frozen=True)
class Agent:
    id: int
    token: str
    scopes: tuple[str, ...]


@dataclass
class Template:
    """An installed server with its forms and agents: made once a process, copied for each history."""

    folder: Path
    cluster: Cluster | None
    agents: list[Agent]
    officer: Actor

    @property
    def postgres(self) -> bool:
        return self.cluster is not None


def settings_in(folder: Path, url: str) -> Settings:
    return load_settings(
        {
            "HIRFA_DATA": str(folder),
            "HIRFA_DATABASE_URL": url,
            "HIRFA_SECRET_KEY": "simulator",
            "HIRFA_BIND": "127.0.0.1:8000",
        }
    )


def as_file(form: Questionnaire) -> FormFile:
    return FormFile(f"{form.form_id}-{form.version}.md", write_xlsform(form))


def make_template(folder: Path, cluster: Cluster | None = None) -> Template:
    """Install a server with the simulated forms, an officer and the agents."""
    folder.mkdir(parents=True, exist_ok=True)
    url = ""
    if cluster is not None:
        cluster.run("CREATE DATABASE simulated")
        url = cluster.url("simulated")
    with seeded(Random(0)), time_machine.travel(START, tick=False):
        app = create_app(settings_in(folder, url))
        with app.app_context():
            upgrade(directory=str(app.config["MIGRATIONS"]))
            db.session.add(Project(id=1, name="Simulated", era=1, counter=0, created_at=START))
            db.session.commit()
            for form in PUBLISHED:
                publish_forms(1, [as_file(form)], COMMAND)
            made = [
                actors.create_app_user(1, f"Agent {n}", scopes, COMMAND) for n, scopes in enumerate((*AGENTS, SCOPES))
            ]
            agents = [Agent(agent.id, agent.token, agent.scopes) for agent in made]
            keys.ensure_key(1)
            officer_id = actors.create_user("officer@example.dz", "officer", "a long enough password", name="Officer")
            db.session.remove()
            db.engine.dispose()
    if cluster is None:
        with sqlite3.connect(folder / "hirfa.sqlite3") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return Template(folder, cluster, agents, Actor("user", officer_id, "Officer", "officer"))


@contextmanager
def seeded(chance: Random) -> Iterator[None]:
    """Draw every id and secret of the server from a source of chance, so that a history replays to the letter."""
    kept, kept_too = os.urandom, random_module._urandom  # type: ignore[attr-defined]
    os.urandom = chance.randbytes
    random_module._urandom = chance.randbytes  # type: ignore[attr-defined]
    try:
        yield
    finally:
        os.urandom = kept
        random_module._urandom = kept_too  # type: ignore[attr-defined]


class Fuse:
    """Burns down statement by statement while it is lit, and kills the server at its end."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.dead = False
        self.where = ""

    def light(self, steps: int) -> None:
        self.left, self.dead, self.where = steps, False, ""

    def put_out(self) -> bool:
        """Stop burning; tell whether it killed."""
        dead, self.left, self.dead = self.dead, None, False
        return dead

    def burn(self, where: str) -> None:
        if self.dead:
            raise Killed(self.where)
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left, self.dead, self.where = None, True, where
            raise Killed(where)


class SimulatedServer:
    """One server whose data folder and database are laid anew for each history."""

    def __init__(self, template: Template, folder: Path) -> None:
        self.template = template
        self.folder = folder
        self.fuse = Fuse()
        self.url = template.cluster.url("history") if template.cluster else ""
        self.app: Flask | None = None
        self.kills = 0

    def reset(self) -> None:
        """Begin a history: a fresh copy of the template."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.template.folder, self.folder)
        if self.template.cluster is not None:
            self.template.cluster.drop("history")
            self.template.cluster.copy("simulated", "history")
        self.kills = 0
        if self.app is None:
            self._start()

    @property
    def _backup(self) -> Path:
        return self.folder.with_name("backup")

    def back_up(self) -> None:
        """Copy database and files as they are now."""
        self.close()
        if self.template.cluster is None:
            with sqlite3.connect(self.folder / "hirfa.sqlite3") as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        else:
            self.template.cluster.drop("backup")
            self.template.cluster.copy("history", "backup")
        shutil.rmtree(self._backup, ignore_errors=True)
        shutil.copytree(self.folder, self._backup)

    def restore(self) -> None:
        """Put the backup in the place of what there is; the list of erasures outlives it."""
        self.close()
        listed = settings_in(self.folder, self.url).erasures
        kept = listed.read_bytes() if listed.exists() else b""
        shutil.rmtree(self.folder)
        shutil.copytree(self._backup, self.folder)
        if kept:
            listed.write_bytes(kept)
        if self.template.cluster is not None:
            self.template.cluster.drop("history")
            self.template.cluster.copy("backup", "history")

    def find_texts(self, marks: Collection[str]) -> list[str]:
        """Name what is found anywhere in the database, its free pages on SQLite included, and in the files."""
        found = []
        with db.engine.connect() as connection:
            for table in db.metadata.sorted_tables:
                stored = repr(connection.execute(table.select()).all())
                found += [f"{mark} in {table.name}" for mark in marks if mark in stored]
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                stored_bytes = path.read_bytes()
                found += [f"{mark} in {path.name}" for mark in marks if mark.encode() in stored_bytes]
        return found

    def _start(self) -> None:
        self.app = create_app(settings_in(self.folder, self.url))
        self.app.config.update(TESTING=True, RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
        with self.app.app_context():
            self._watch(db.engine)

    def close(self) -> None:
        if self.app is not None:
            with self.app.app_context():
                db.session.remove()
                db.engine.dispose()

    def _watch(self, engine: Any) -> None:
        fuse = self.fuse

        @event.listens_for(engine, "before_cursor_execute")
        def _before(_c: Any, _u: Any, statement: str, *_more: Any) -> None:
            fuse.burn(f"before {statement[:60]}")

        commit = engine.dialect.do_commit

        def do_commit(connection: Any) -> None:
            fuse.burn("before COMMIT")
            commit(connection)
            fuse.burn("after COMMIT")

        engine.dialect.do_commit = do_commit

    @contextmanager
    def _mortal(self, kill_after: int | None) -> Iterator[None]:
        """Let the server die after some statements or writes of files inside the block; it starts anew then."""
        if kill_after is None:
            yield
            return
        replace, fsync = os.replace, os.fsync

        def watched(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
            def do(*args: Any, **kwargs: Any) -> Any:
                self.fuse.burn(f"before {name}")
                done = call(*args, **kwargs)
                self.fuse.burn(f"after {name}")
                return done

            return do

        os.replace, os.fsync = watched("replace", replace), watched("fsync", fsync)
        self.fuse.light(kill_after)
        where = None
        try:
            yield
        except Killed as killed:
            where = str(killed)
            traceback.clear_frames(killed.__traceback__)  # a half-read result would keep its connection and its lock
        finally:
            os.replace, os.fsync = replace, fsync
            dead = self.fuse.put_out()
        if dead:
            self.kills += 1
            self.close()
            if self.kills % 4 == 0:  # a new process; each time would cost more than all the rest
                self._start()
            raise Killed(where or self.fuse.where)

    def ask(self, method: str, path: str, *, kill_after: int | None = None, **options: Any) -> TestResponse:
        """Send one request.

        :raises Killed: when the server died of it; it runs again then.
        """
        assert self.app is not None
        with self._mortal(kill_after):
            return self.app.test_client().open(path, method=method, **options)

    def do(self, act: Callable[[], Any], *, kill_after: int | None = None) -> Any:
        """Run a service, as a command or a page of the desk does."""
        assert self.app is not None
        with self._mortal(kill_after), self.app.app_context():
            try:
                return act()
            finally:
                db.session.remove()

    def command(self, *arguments: str) -> Any:
        """Run ``flask --app server …`` and return what it printed."""
        assert self.app is not None
        with self.app.app_context():
            done = self.app.test_cli_runner().invoke(args=list(arguments))
            db.session.remove()
        assert done.exit_code == 0, done.output
        return done.output


class Clock:
    """The true time of a history; it stands still unless it is moved."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self.now = START

    def tick(self, seconds: float = 60.0) -> None:
        self.now += timedelta(seconds=seconds)
        self._traveller.move_to(self.now)


@contextmanager
def simulated_time() -> Iterator[Clock]:
    with time_machine.travel(START, tick=False) as traveller:
        yield Clock(traveller)
