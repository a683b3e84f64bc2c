"""Whoever makes a workbook is killed in the middle: nothing half-made passes for a workbook, and what is left is cleared."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from server.auth import COMMAND
from server.config import Settings
from server.database import db, transaction
from server.models import WorkbookJob
from server.services import presets, workbooks
from server.services.workbook_options import read_asked
from tests.builders import registration

BOTH_DATABASES = True

ROOT = Path(__file__).resolve().parents[2]
#: A real process that makes a workbook as the server does, and stops after the first piece was written.
MAKER = """
import sys, threading
from pathlib import Path
from server import create_app
from server.auth import COMMAND
from server.services import exports, presets, workbooks
from server.services.workbook_options import read_asked
real = exports.stream_workbook
def paused(*given, **more):
    for piece in real(*given, **more):
        yield piece
        yield b"x" * 2**20  # more than a buffer holds: it is on the disk
        print("begun", file=sys.__stdout__, flush=True)  # the command has its own standard output
        threading.Event().wait(600)
exports.stream_workbook = paused
app = create_app()
with app.app_context():
    if sys.argv[1] == "job":
        workbooks.start_job(1, COMMAND, read_asked({}, COMMAND, 1))
        threading.Event().wait(600)
    elif sys.argv[1] == "preset":
        presets.run_presets(1)
    else:
        app.test_cli_runner().invoke(args=["export", "--out", sys.argv[2]])
"""


def kill_in_the_middle(settings: Settings, *what: str) -> None:
    environment = {
        **os.environ,
        "HIRFA_DATA": str(settings.data),
        "HIRFA_DATABASE_URL": settings.database_url,
        "HIRFA_SECRET_KEY": "tests",
        "PYTHONPATH": str(ROOT),
    }
    maker = subprocess.Popen(
        [sys.executable, "-c", MAKER, *what], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert maker.stdout is not None and maker.stderr is not None
        line = maker.stdout.readline()
        assert "begun" in line, maker.stderr.read()[-2000:]
    finally:
        maker.kill()
        maker.communicate()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() or path.is_symlink()]


@pytest.fixture
def woman(phone: Any) -> None:
    phone.push(phone.item(*registration()[:2]))
    db.session.remove()


@pytest.mark.usefixtures("woman")
def test_a_killed_server_leaves_no_workbook_and_the_job_is_told_as_interrupted(app: Flask, settings: Settings) -> None:
    kill_in_the_middle(settings, "job")
    folder = workbooks.exports_folder(1)
    assert [path.suffix for path in files(folder)] == [".part"]
    job = workbooks.list_jobs(1)[0]
    assert workbooks.state_of(job) == "running"  # it might still be at work
    with transaction() as session:
        session.get_one(WorkbookJob, (1, job.id)).touched_at = datetime.now(UTC) - timedelta(seconds=workbooks.SILENT_S + 1)
    assert workbooks.state_of(workbooks.list_jobs(1)[0]) == "interrupted"
    workbooks.tidy_jobs(1)
    assert workbooks.list_jobs(1)[0].state == "failed"
    assert files(folder) == []


@pytest.mark.usefixtures("woman")
def test_a_killed_schedule_leaves_the_newest_workbook_as_it_was(app: Flask, settings: Settings) -> None:
    saved = presets.save_preset(1, "Lundi", "week", read_asked({}, COMMAND, 1), COMMAND)
    kill_in_the_middle(settings, "preset")
    folder = presets.preset_folder(1, saved)
    left = files(folder)
    assert [path.suffix for path in left] == [".part"]
    db.session.remove()
    assert presets.find_preset(1, saved).made_at is None  # it is still due
    old = time.time() - presets.PART_HOURS * 3600 - 1
    os.utime(left[0], (old, old))
    assert [one.name for one in presets.run_presets(1)] == ["Lundi"]
    left = sorted(path.suffix for path in files(folder))
    assert left == [".json", ".xlsx", ".xlsx"]  # the workbook, the link to it, and its figures for the next one


@pytest.mark.usefixtures("woman")
def test_a_killed_command_leaves_no_file_of_the_name_that_was_asked(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "classeur.xlsx"
    kill_in_the_middle(settings, "command", str(out))
    assert not out.exists()
    assert [path.name for path in tmp_path.glob(".*")] == [".classeur.xlsx.part"]
