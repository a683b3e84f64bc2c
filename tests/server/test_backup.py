"""Backups: sealed, read back, restored on another machine and another database; what is wrong with one is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyrage
import pytest
from flask import Flask
from sqlalchemy import select, update

from exports.programme import Options
from server import create_app
from server.auth import COMMAND
from server.config import Settings
from server.database import db, transaction
from server.dumps import DumpError, load_dump, summarise, write_dump
from server.models import Audit, Backup, Project, Submission, SubmissionAttachment
from server.services import actors, backups, erasure, exports, keys, restores, templates
from server.services.attachments import keep_file
from server.vault import Vault, VaultError
from tests.builders import ARABIC_NAME, registration
from tests.server.conftest import Phone, settings_in
from tests.server.test_commands import data_of, run
from tests.server.test_templates import report, rows

BOTH_DATABASES = True

IDENTITY = pyrage.x25519.Identity.generate()


@pytest.fixture
def vault(app: Flask, tmp_path: Path) -> Vault:
    """A vault that this server writes to; its private key lies elsewhere."""
    folder = tmp_path / "vault"
    folder.mkdir()
    (tmp_path / "key.txt").write_text(f"# kept in a safe\n{IDENTITY}\n")
    app.config["HIRFA"] = replace(
        app.config["HIRFA"], backup_to=folder, backup_key=str(IDENTITY.to_public()), backup_copied=True
    )
    return Vault(folder)


PICTURE = b"\xff\xd8\xff as the camera made it"
"""How a photograph begins here: so long that chance does not write it into sealed bytes."""


@pytest.fixture
def other(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Another machine with nothing on it, with the same kind of database."""
    yield from _empty(request, tmp_path / "other", settings.database_url.startswith("postgresql"))


def _empty(request: pytest.FixtureRequest, data: Path, postgresql: bool) -> Iterator[Settings]:
    if not postgresql:
        yield settings_in(data)
        return
    cluster, name = request.getfixturevalue("cluster"), f"o{uuid4().hex}"
    cluster.run(f'CREATE DATABASE "{name}"')
    yield settings_in(data, cluster.url(name))
    cluster.drop(name)


def photo_of(phone: Phone) -> tuple[str, str]:
    """A registration with a photograph that is here: (sha256, the woman's id)."""
    sha256, size = keep_file(1, BytesIO(PICTURE + uuid4().bytes), "image/jpeg")
    xml, instance_id, woman = registration(photo="p.jpg")
    file = {"name": "p.jpg", "sha256": sha256, "size": size, "contentType": "image/jpeg"}
    phone.push(phone.item(xml, instance_id, attachments=[file]))
    return sha256, woman


def restored_in(other: Settings, vault: Vault, *more: str) -> Any:
    """Run ``restore`` there; return what it says and the application, whose context the caller is in."""
    made = create_app(other)
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    key = str(vault.folder.parent / "key.txt")
    with made.app_context():  # the command would take the application that is current
        said = run(made, "restore", "--from", str(vault.folder), "--key", key, "--json", *more)
        db.session.remove()
        db.engine.dispose()
        return made, said


def test_everything_comes_back_on_another_machine(
    app: Flask, phone: Phone, vault: Vault, other: Settings
) -> None:
    sha256, woman = photo_of(phone)
    actors.create_user("new@example.dz", "officer", "a long enough password")
    template = templates.keep_template(1, "Rapport", report(), COMMAND)
    done = data_of(run(app, "backup", "--json"))
    assert (done["files"] > 0, done["missing"], done["counts"]) == (True, [], True)
    before = summarise(db.engine)
    made, result = restored_in(other, vault)
    said = data_of(result)
    assert (said["eras"], said["filesLost"], said["aside"]) == ({"1": 2}, [], "")
    with made.app_context():
        after = summarise(db.engine)
        # the new era, the words of the log about it; the backup itself was not yet noted when it was made
        assert set(before.differences(after)) == {"projects", "audits", "audit_heads", "backups"}
        assert keys.find_public_key(1) == {**(keys.find_public_key(1) or {})}
        there = Phone(made.test_client(), phone.token, phone.app_user_id)
        pulled = there.pull(limit=2000)
        assert pulled["era"] == 2
        assert woman in {u["id"] for page in pulled["scopes"].values() for u in page["upserts"]}
        assert (other.blobs / "1" / sha256[:2] / sha256).exists()
        assert actors.create_user("next@example.dz", "officer", "a long enough password") > 3  # numbers go on
        chosen = templates.open_template(1, template.id)
        filled = rows(b"".join(exports.export_workbook(1, COMMAND, Options(), template=chosen)))
        assert (filled[0][:2], filled[3][:2]) == (("CAM Oran", 1), ("Benali", "Fatima"))
        db.session.remove()
        db.engine.dispose()
    first = {path.name: path.read_bytes() for path in app.config["HIRFA"].keys.rglob("*.pem")}
    assert first == {path.name: path.read_bytes() for path in other.keys.rglob("*.pem")}


def test_phones_are_told_of_a_backup_only_when_it_is_away_and_complete(app: Flask, phone: Phone, vault: Vault) -> None:
    sha256, _ = photo_of(phone)
    assert phone.pull()["backedUp"] is None
    app.config["HIRFA"] = replace(app.config["HIRFA"], backup_copied=False)  # on the disk of the data
    result = run(app, "backup")
    assert "disk of the data" in result.output
    assert phone.pull()["backedUp"] is None
    app.config["HIRFA"] = replace(app.config["HIRFA"], backup_copied=True)
    before = datetime.now(UTC)
    assert data_of(run(app, "backup", "--json"))["counts"]
    told = datetime.fromisoformat(phone.pull()["backedUp"])
    assert before.replace(microsecond=0) <= told <= datetime.now(UTC)
    app.config["HIRFA"].blobs.joinpath("1", sha256[:2], sha256).unlink()
    vault.path(backups.name_sealed(f"1/{sha256}")).unlink()
    done = data_of(run(app, "backup", "--json"))
    assert (done["missing"], done["counts"]) == ([f"1/{sha256}"], False)
    assert phone.pull()["backedUp"] == told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_backup_of_the_future_does_not_count(app: Flask, vault: Vault, phone: Phone) -> None:
    backups.make_backup()
    assert backups.find_newest(datetime(2020, 1, 1, tzinfo=UTC)) is None


def test_nothing_in_the_vault_can_be_read_without_the_key(app: Flask, phone: Phone, vault: Vault) -> None:
    photo_of(phone)
    backups.make_backup()
    secrets = [ARABIC_NAME.encode(), b"Benali", b"PRIVATE KEY", PICTURE, app.config["HIRFA"].secret_key.encode()]
    for path in vault.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [s for s in secrets if s in content], path
            assert path.stat().st_mode & 0o077 == 0 or path.name in (".lock", "files.sums")
    assert str(IDENTITY) not in "".join(p.read_text() for p in app.config["HIRFA"].data.glob("*") if p.suffix == ".json")


def test_a_second_backup_writes_only_what_is_new(app: Flask, phone: Phone, vault: Vault) -> None:
    photo_of(phone)
    first = backups.make_backup()
    assert first.new_files == first.files > 0
    sha256, _ = photo_of(phone)
    second = backups.make_backup()
    assert (second.new_files, second.files) == (1, first.files + 1)
    assert f"1/{sha256}" in backups.read_file_names(vault, second.name)


def test_old_backups_go_and_take_what_was_erased_with_them(app: Flask, phone: Phone, vault: Vault) -> None:
    sha256, woman = photo_of(phone)
    backups.make_backup()
    erasure.erase_entity(1, woman, COMMAND)
    sealed = vault.path(backups.name_sealed(f"1/{sha256}"))
    assert backups.make_backup(keep=2).removed == []
    assert sealed.exists()
    assert len(backups.make_backup(keep=2).removed) == 1
    assert not sealed.exists()
    assert len(backups.list_snapshots(vault)) == 2
    assert data_of(run(app, "verify-backup", "--key", str(vault.folder.parent / "key.txt"), "--json"))["rows"] > 0


def test_what_was_erased_after_the_backup_stays_erased(
    app: Flask, phone: Phone, vault: Vault, other: Settings
) -> None:
    sha256, woman = photo_of(phone)
    backups.make_backup()
    erasure.erase_entity(1, woman, COMMAND)  # brings its list to the vault by itself
    assert backups.are_erasures_copied(app.config["HIRFA"])
    made, result = restored_in(other, vault)
    assert data_of(result)["erased"] == 1
    with made.app_context():
        assert b"Benali" not in db.session.scalars(select(Submission.xml)).one()
        assert not (other.blobs / "1" / sha256[:2] / sha256).exists()
        db.session.remove()
        db.engine.dispose()


def test_photographs_removed_after_the_backup_stay_removed(
    app: Flask, phone: Phone, vault: Vault, other: Settings
) -> None:
    sha256, _ = photo_of(phone)
    kept, _ = photo_of(phone)
    with transaction() as session:
        of_it = select(SubmissionAttachment.instance_id).where(SubmissionAttachment.sha256 == sha256)
        old = update(Submission).where(Submission.instance_id.in_(of_it))
        session.execute(old.values(received_at=datetime.now(UTC) - timedelta(days=800)))
    backups.make_backup()
    assert data_of(run(app, "retention", "--apply", "--yes", "--json"))["photographs"]["removed"] == 1
    assert backups.are_erasures_copied(app.config["HIRFA"])
    made, result = restored_in(other, vault)
    assert data_of(result)["filesLost"] == []
    with made.app_context():
        rows = db.session.execute(select(SubmissionAttachment.sha256, SubmissionAttachment.present)).all()
        assert sorted(rows, key=lambda row: row.present) == [(None, False), (kept, True)]
        assert not (other.blobs / "1" / sha256[:2] / sha256).exists()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("part", [backups.DATABASE, backups.SERVER])
def test_a_damaged_backup_is_not_restored(
    app: Flask, phone: Phone, vault: Vault, other: Settings, part: str
) -> None:
    name = backups.make_backup().name
    path = vault.path(f"{backups.SNAPSHOTS}/{name}/{part}")
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    made, result = restored_in(other, vault)
    assert result.exit_code == 1
    assert part in result.output
    with made.app_context():
        assert restores.is_empty()
        db.engine.dispose()


def test_a_wrong_key_and_a_missing_disk_say_what_is_wrong(
    app: Flask, vault: Vault, tmp_path: Path
) -> None:
    backups.make_backup()
    (tmp_path / "wrong.txt").write_text(str(pyrage.x25519.Identity.generate()))
    wrong = run(app, "verify-backup", "--key", str(tmp_path / "wrong.txt"))
    assert (wrong.exit_code, "right private key" in wrong.output) == (1, True)
    (tmp_path / "none.txt").write_text("hello")
    assert "no private key" in run(app, "verify-backup", "--key", str(tmp_path / "none.txt")).output
    app.config["HIRFA"] = replace(app.config["HIRFA"], backup_to=tmp_path / "unmounted")
    assert "connected and mounted" in run(app, "backup").output
    app.config["HIRFA"] = replace(app.config["HIRFA"], backup_to=vault.folder, backup_key="nonsense")
    assert "backup-key" in run(app, "backup").output


def test_a_file_that_rotted_in_the_vault_is_written_again(app: Flask, phone: Phone, vault: Vault) -> None:
    backups.make_backup()
    names = backups.read_file_names(vault, backups.list_snapshots(vault)[-1])
    today = datetime.now(UTC).toordinal() % backups.TURNS
    for name in names:
        path = vault.path(backups.name_sealed(name))
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    due = [name for name in names if int(name.partition("/")[2][:8], 16) % backups.TURNS == today]
    assert backups.make_backup().mended == due


def test_restore_keeps_what_is_there_and_refuses_while_the_server_runs(
    app: Flask, phone: Phone, vault: Vault, other: Settings
) -> None:
    photo_of(phone)
    backups.make_backup()
    made, first = restored_in(other, vault)
    assert first.exit_code == 0, first.output
    _, again = restored_in(other, vault)
    assert (again.exit_code, "--replace" in again.output) == (1, True)
    with restores.serving(other):
        _, running = restored_in(other, vault, "--replace")
    assert (running.exit_code, "stop it first" in running.output) == (1, True)
    _, replaced = restored_in(other, vault, "--replace")
    assert data_of(replaced)["aside"]
    (other.data / restores.UNFINISHED).write_text("x")  # as after a power cut in the middle
    with pytest.raises(VaultError, match="not finished"), restores.serving(other):
        pass
    _, finished = restored_in(other, vault)
    assert finished.exit_code == 0, finished.output
    with restores.serving(other), made.app_context():
        assert db.session.get_one(Project, 1).era == 2
        db.session.remove()
        db.engine.dispose()


def test_the_database_moves_to_the_other_kind_and_back_with_every_row(
    request: pytest.FixtureRequest, app: Flask, phone: Phone, settings: Settings, tmp_path: Path
) -> None:
    photo_of(phone)
    before = summarise(db.engine)
    on_sqlite = settings.database_url.startswith("sqlite")
    empty = _empty(request, tmp_path / "moved", postgresql=on_sqlite)
    target = next(empty)
    said = data_of(run(app, "move-database", target.database_url, "--json"))
    assert said["rows"] == before.rows
    assert "not empty" in run(app, "move-database", target.database_url).output
    moved = create_app(target)
    with moved.app_context():
        assert before.differences(summarise(db.engine)) == []
        back = next(iter(_empty(request, tmp_path / "back", False)))
        restores.move_database(back)
        db.session.remove()
        db.engine.dispose()
    with create_app(back).app_context():
        assert before.differences(summarise(db.engine)) == []
        db.engine.dispose()
    next(empty, None)


def test_a_dump_that_is_cut_or_changed_loads_nothing(app: Flask, phone: Phone) -> None:
    photo_of(phone)
    lines = list(write_dump(db.engine))
    before = summarise(db.engine)
    for bad in (lines[:-1], lines[: len(lines) // 2], [b"{}\n", *lines[1:]], [*lines[:-1], b'{"tables": 1, "rows": 1}\n'],
                [line.replace(b"Benali", b"Benalo") for line in lines], [lines[0], b"garbage\n"]):
        with pytest.raises(DumpError):
            load_dump(db.engine, bad)
    assert before.differences(summarise(db.engine)) == []
    load_dump(db.engine, lines)
    assert before.differences(summarise(db.engine)) == []


def test_backup_key_writes_the_private_part_away(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "usb.txt"
    said = data_of(run(app, "backup-key", "--out", str(out), "--json"))
    assert said["publicKey"].startswith("age1")
    assert out.stat().st_mode & 0o077 == 0
    assert run(app, "backup-key", "--out", str(out)).exit_code == 1  # never over another key
    assert json.loads(json.dumps(said))["publicKey"] in out.read_text()
    assert db.session.scalars(select(Backup)).all() == []
    assert db.session.scalars(select(Audit).where(Audit.action == "backup.key")).all() == []
