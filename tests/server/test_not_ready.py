"""What the commands say when their database is not there, empty or of another version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from server import create_app
from server.config import load_settings
from server.database import db


def make(folder: Path, url: str = "") -> Flask:
    return create_app(load_settings({"HIRFA_DATA": str(folder), "HIRFA_DATABASE_URL": url, "HIRFA_SECRET_KEY": "x"}))


def run(app: Flask, *words: str) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(args=words)


@pytest.mark.parametrize(
    "command",
    [["demo"], ["serve"], ["create-user", "a@example.dz", "--role", "officer"], ["create-app-user", "Amina", "--scope", "3112"], ["rebuild-entities"]],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_command_says_that_nothing_is_installed(tmp_path: Path, command: list[str]) -> None:
    done = run(make(tmp_path), *command, "--json")
    assert done.exit_code == 1 and "init" in done.stderr and str(tmp_path) in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "503.1"


def test_a_command_says_that_an_upgrade_is_missing(tmp_path: Path) -> None:
    app = make(tmp_path)
    with app.app_context():
        db.session.connection().exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        db.session.connection().exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
        db.session.commit()
    done = run(app, "rebuild-entities")
    assert done.exit_code == 1 and "0001" in done.stderr and "upgrade" in done.stderr


def test_a_command_says_that_the_database_is_away_and_no_password(tmp_path: Path) -> None:
    app = make(tmp_path, "postgresql://hirfa:secret@127.0.0.1:1/hirfa")
    done = run(app, "create-user", "a@example.dz", "--role", "officer")
    assert done.exit_code == 1 and "HIRFA_DATABASE_URL" in done.stderr and "secret" not in done.output
