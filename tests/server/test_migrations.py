"""Migrations go up and down with rows in the tables, and end where the models are."""

from __future__ import annotations

from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from server.database import db
from tests.builders import registration
from tests.server.conftest import compare_with_models

BOTH_DATABASES = True


def test_migrations_and_models_agree(app: Flask) -> None:
    assert compare_with_models() == []


def test_migrations_go_down_and_up_with_rows(app: Flask, phone: object) -> None:
    phone.push(phone.item(*registration()[:2]))  # type: ignore[attr-defined]
    db.session.remove()
    folder = str(app.config["MIGRATIONS"])
    steps = [script.revision for script in ScriptDirectory(folder).walk_revisions()]  # newest first, as they are chained
    for step in steps[1:]:
        downgrade(directory=folder, revision=step)
        with db.engine.connect() as connection:
            assert connection.execute(text("select count(*) from submissions")).scalar() == 1
    upgrade(directory=folder)
    with db.engine.connect() as connection:
        assert connection.execute(text("select count(*) from submissions")).scalar() == 1
    downgrade(directory=folder, revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade(directory=folder)
