"""Run migrations with the application's own engine."""

from __future__ import annotations

from alembic import context
from flask import current_app

from server.database import WRITE

db = current_app.extensions["migrate"].db
engine = db.engine


def run() -> None:
    with engine.connect().execution_options(**{WRITE: True}) as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # tables are copied and renamed
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_type=True,
            render_as_batch=True,
            user_module_prefix="server.models.columns.",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


run()
