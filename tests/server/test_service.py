"""What is wrong is found and said; upgrades leave a way back; the service seen from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text, update

from server import create_app
from server.console.texts import TEXTS
from server.database import db, transaction
from server.models import Backup, Blob, Device, Project, Submission
from server.services import backups, doctor, upgrades
from server.terminal import find_obstacle
from tests.builders import registration
from tests.server.conftest import PASSWORD, Phone
from tests.server.test_backup import photo_of
from tests.server.test_commands import data_of, run

BOTH_DATABASES = True

TOKEN = "a token of whoever watches"


@pytest.fixture
def sound(app: Flask, tmp_path: Path) -> Flask:
    """A server with nothing wrong, but that it is not reached by HTTPS."""
    vault = tmp_path / "vault"
    vault.mkdir()
    settings = app.config["HIRFA"]
    app.config["HIRFA"] = replace(
        settings, backup_to=vault, backup_copied=True, backup_key=str(pyrage.x25519.Identity.generate().to_public())
    )
    for path in (settings.data, settings.keys, settings.blobs, settings.uploads):
        path.chmod(0o700)
    backups.make_backup()
    return app


def keys_of(**how: bool) -> set[str]:
    return {f.key for f in doctor.examine(**how)}


def break_folder(app: Flask, phone: Phone) -> str:
    app.config["HIRFA"].data.chmod(0o755)
    return "folder_open"


def break_key(app: Flask, phone: Phone) -> str:
    next(app.config["HIRFA"].keys.rglob("*.pem")).chmod(0o644)
    return "file_open"


def lose_keys(app: Flask, phone: Phone) -> str:
    app.config["HIRFA"] = replace(app.config["HIRFA"], keys=app.config["HIRFA"].data / "nothing")
    return "key_missing"


def lose_photo(app: Flask, phone: Phone) -> str:
    sha256, _ = photo_of(phone)
    (app.config["HIRFA"].blobs / "1" / sha256[:2] / sha256).unlink()
    return "files_missing"


def cut_photo(app: Flask, phone: Phone) -> str:
    sha256, _ = photo_of(phone)
    (app.config["HIRFA"].blobs / "1" / sha256[:2] / sha256).write_bytes(b"\xff")
    return "files_damaged"


def set_clock_back(app: Flask, phone: Phone) -> str:
    phone.push(phone.item(*registration()[:2]))
    with transaction() as session:
        session.execute(update(Submission).values(received_at=datetime.now(UTC) + timedelta(days=400)))
    return "clock_back"


def break_counter(app: Flask, phone: Phone) -> str:
    phone.push(phone.item(*registration()[:2]))
    with transaction() as session:
        session.get_one(Project, 1).counter = 0
    return "rows_damaged"


def wait_for_backup(app: Flask, phone: Phone) -> str:
    with transaction() as session:
        session.execute(update(Backup).values(at=datetime.now(UTC) - timedelta(days=9)))
    return "backup_old"


def unmount(app: Flask, phone: Phone) -> str:
    app.config["HIRFA"] = replace(app.config["HIRFA"], backup_to=Path("/nowhere"))
    return "backup_unreachable"


def fall_silent(app: Flask, phone: Phone) -> str:
    phone.push(phone.item(*registration()[:2]))
    with transaction() as session:
        session.execute(update(Device).values(last_seen_at=datetime.now(UTC) - timedelta(days=40)))
    return "phones_silent"


def set_aside(app: Flask, phone: Phone) -> str:
    phone.push(phone.item("<data id='unknown'/>", "uuid:x"))
    return "quarantine_waiting"


def go_down(app: Flask, phone: Phone) -> str:
    db.session.remove()
    downgrade(directory=str(app.config["MIGRATIONS"]), revision="-1")
    return "migrations_old"


@pytest.mark.parametrize(
    "harm",
    [break_folder, break_key, lose_keys, lose_photo, cut_photo, set_clock_back, break_counter, wait_for_backup, unmount,
     fall_silent, set_aside, go_down],
)  # fmt: skip
def test_doctor_names_what_is_wrong(sound: Flask, phone: Phone, harm: Callable[[Flask, Phone], str]) -> None:
    assert keys_of() <= {"no_https", "clock_unsynced"}
    expected = harm(sound, phone)
    found = keys_of()
    assert expected in found
    result = run(sound, "doctor", "--language", "fr")
    assert "À faire" in result.output, result.output
    if expected == "go_down":
        upgrade(directory=str(sound.config["MIGRATIONS"]))


def test_doctor_asks_for_init_where_nothing_is_installed(app: Flask) -> None:
    db.session.remove()
    downgrade(directory=str(app.config["MIGRATIONS"]), revision="base")
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))  # as in an empty folder
    found = keys_of()
    assert "not_installed" in found and not found & {"migrations_old", "migrations_new", "database_away"}
    assert "lancer init" in run(app, "doctor", "--language", "fr").output
    assert "run init" in run(app, "doctor", "--language", "en").output
    assert "flask --app server init" in (find_obstacle() or "")


def test_a_database_of_a_newer_version_is_not_upgraded_by_an_older(app: Flask) -> None:
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "migrations_new" in keys_of()
    assert "too old" in (find_obstacle() or "") and "upgrade" not in (find_obstacle() or "")


def test_doctor_reads_everything_again_when_asked(sound: Flask, phone: Phone) -> None:
    sha256, _ = photo_of(phone)
    path = sound.config["HIRFA"].blobs / "1" / sha256[:2] / sha256
    path.write_bytes(path.read_bytes()[:-1] + b"?")  # the size is right
    assert "files_damaged" not in keys_of()
    assert "files_damaged" in keys_of(thorough=True)
    with transaction() as session:
        session.execute(text("UPDATE entities SET version = version + 7"))
    with transaction() as session:
        session.execute(text("UPDATE audits SET actor = 'nobody' WHERE seq = 2"))
    assert {"rows_damaged", "audits_broken"} <= keys_of(thorough=True)
    assert db.session.get(Blob, (1, sha256)) is not None


def test_doctor_says_that_the_database_is_away(sound: Flask) -> None:
    away = create_app(replace(sound.config["HIRFA"], database_url="postgresql+psycopg:///x?host=/nowhere"))
    with away.app_context():
        assert "database_away" in keys_of()
        assert away.test_client().get("/ready").text == "not ready: database\n"
        db.engine.dispose()


def test_every_finding_has_its_words() -> None:
    import inspect
    import re

    source = inspect.getsource(doctor)
    named = set(re.findall(r'Finding\(\s*"(\w+)"', source)) | {"migrations_old", "migrations_new", "not_installed", "files_missing", "files_damaged"}
    assert {f"doctor.{key}" for key in named} <= TEXTS.keys()


def test_an_upgrade_keeps_a_copy_and_goes_back_with_the_rows_that_came_since(app: Flask, phone: Phone) -> None:
    folder = str(app.config["MIGRATIONS"])
    db.session.remove()
    downgrade(directory=folder, revision="-1")
    done = data_of(run(app, "upgrade", "--json"))
    assert done["before"] != done["after"]
    phone.push(phone.item(*registration()[:2]))
    db.session.remove()
    back = data_of(run(app, "upgrade", "--back", "--json"))
    assert back["after"] == done["before"]
    with db.engine.connect() as connection:
        assert connection.execute(text("select count(*) from submissions")).scalar() == 1
    nothing = data_of(run(app, "upgrade", "--back", "--json"))
    assert (nothing["before"], nothing["copy"]) == (back["after"], "")  # twice is once
    assert data_of(run(app, "upgrade", "--json"))["after"] == done["after"]
    assert data_of(run(app, "upgrade", "--json"))["copy"] == ""  # nothing to do


def test_going_back_never_undoes_an_older_upgrade(app: Flask, phone: Phone) -> None:
    folder, note = str(app.config["MIGRATIONS"]), app.config["HIRFA"].data / upgrades.NOTE
    phone.push(phone.item(*registration()[:2]))
    db.session.remove()
    downgrade(directory=folder, revision="-1")
    data_of(run(app, "upgrade", "--json"))
    newest = data_of(run(app, "upgrade", "--json"))["after"]  # another version, without a migration
    assert data_of(run(app, "upgrade", "--back", "--json"))["after"] == newest
    for bad in (f'{{"before": "", "after": "{newest}"}}', '{"before": "0001", "after": "0002"}', "{"):
        note.write_text(bad)
        assert run(app, "upgrade", "--back").exit_code == 1
        assert upgrades._revision() == newest
    with db.engine.connect() as connection:
        assert connection.execute(text("select count(*) from submissions")).scalar() == 1


def test_a_migration_that_fails_in_the_middle_leaves_everything_as_it_was(
    app: Flask, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(app.config["MIGRATIONS"])
    phone.push(phone.item(*registration()[:2]))
    db.session.remove()
    downgrade(directory=folder, revision="-1")
    before = upgrades._revision()

    def half(*_: Any, **more: Any) -> None:
        upgrade(*_, **more)
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM submission_attachments"))
            connection.execute(text("DELETE FROM devices"))
        raise RuntimeError("power cut")

    monkeypatch.setattr(upgrades, "upgrade", half)
    result = run(app, "upgrade")
    assert (result.exit_code, "power cut" in result.output) == (1, True)
    assert upgrades._revision() == before
    monkeypatch.undo()
    assert run(app, "upgrade").exit_code == 0
    with db.engine.connect() as connection:
        assert connection.execute(text("select count(*) from submissions")).scalar() == 1


def test_health_and_ready_tell_strangers_nothing_else(sound: Flask) -> None:
    client = sound.test_client()
    assert client.get("/health").text == "ok\n"
    assert (client.get("/ready").status_code, client.get("/ready").text) == (200, "ready\n")
    db.session.remove()
    downgrade(directory=str(sound.config["MIGRATIONS"]), revision="-1")
    answer = client.get("/ready")
    assert (answer.status_code, answer.text, answer.headers["Retry-After"]) == (503, "not ready: migrations\n", "60")
    upgrade(directory=str(sound.config["MIGRATIONS"]))


def test_ready_says_that_the_disk_takes_nothing(sound: Flask) -> None:
    sound.config["HIRFA"].uploads.rmdir()
    assert sound.test_client().get("/ready").text == "not ready: disk\n"


def test_metrics_are_for_those_who_watch(sound: Flask, phone: Phone, as_role: Any) -> None:
    phone.push(phone.item(*registration()[:2]))
    phone.push(phone.item("<data id='unknown'/>", "uuid:x"))
    sound.config["HIRFA"] = replace(sound.config["HIRFA"], metrics_token=TOKEN)
    client = sound.test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert as_role("officer").get("/metrics").status_code == 403
    assert as_role("administrator").get("/metrics").status_code == 200
    told = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    lines = told.text.splitlines()
    assert 'hirfa_submissions{project="1"} 1.0' in lines
    assert 'hirfa_quarantine_waiting{project="1"} 1.0' in lines
    age = next(float(line.split()[1]) for line in lines if line.startswith("hirfa_backup_age_seconds"))
    assert 0 <= age < 3600
    # the watcher may do nothing else
    assert client.get("/v1/projects/1/questions", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 403
    assert TOKEN not in told.text


def test_the_alarm_page_is_for_the_administrator(sound: Flask, as_role: Any, phone: Phone) -> None:
    set_aside(sound, phone)
    assert as_role("officer").get("/service").status_code == 403
    for language in ("fr", "ar", "en"):
        page = as_role("administrator").get("/service", headers={"Accept-Language": language})
        assert page.status_code == 200
        assert "doctor." not in page.text
    assert PASSWORD not in page.text
