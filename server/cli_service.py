"""Commands that keep the service alive: backup, restore, move, and what is wrong with it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pyrage
from flask import current_app

from server.auth import COMMAND
from server.config import Settings, normalise_database_url
from server.dumps import DumpError
from server.errors import Problem
from server.services import backups, restores
from server.terminal import fail, project_and_json, say
from server.texts import LANGUAGES
from server.vault import Vault, VaultError, read_identity

TROUBLE = "500.1"


def _settings() -> Settings:
    found: Settings = current_app.config["HIRFA"]
    return found


@click.command("backup-key")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where the private key is written.")
@project_and_json
def backup_key(out: Path, project_id: int, as_json: bool) -> None:
    """Make the key pair of the backups: the private part goes to a USB key and to paper, never stays on the server."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(
                f"# Hirfa: opens the backups. Keep it away from the server.\n# public key: {public}\n{identity}\n"
            )
    except OSError as error:
        fail(as_json, TROUBLE, f"{out}: {error.strerror}. No key was made.")
        return
    say(
        as_json,
        {"publicKey": public, "file": str(out)},
        f"HIRFA_BACKUP_KEY={public}\nThe private key is in {out}. Without it no backup can be opened: keep two copies, "
        "neither on this server.",
    )


@click.command("backup")
@click.option("--keep", default=backups.KEEP, show_default=True, type=click.IntRange(1), help="How many are kept.")
@project_and_json
def backup(keep: int, project_id: int, as_json: bool) -> None:
    """Back up everything to HIRFA_BACKUP_TO, sealed to HIRFA_BACKUP_KEY, and read it back. Pushes go on meanwhile."""
    try:
        done = backups.make_backup(keep=keep)
    except (VaultError, OSError) as error:
        fail(as_json, TROUBLE, f"No backup was made: {error}")
        return
    value = {
        "name": done.name,
        "at": done.at.isoformat(),
        "counts": done.counts,
        "rows": done.rows,
        "files": done.files,
        "newFiles": done.new_files,
        "sizeBytes": done.size_bytes,
        "missing": done.missing,
        "mended": done.mended,
        "removed": done.removed,
    }
    lines = [
        f"Backup {done.name}: {done.rows:,} rows, {done.files:,} photographs ({done.new_files:,} new), "
        f"{done.size_bytes / 2**20:.1f} MiB written and read back."
    ]
    if done.missing:
        lines.append(f"Warning: {len(done.missing)} photographs are not on this server. Run doctor.")
    if done.mended:
        lines.append(f"{len(done.mended)} damaged files of earlier backups were written again: is that disk failing?")
    if not done.counts and not done.missing:
        lines.append(
            "Warning: the backup lies on the disk of the data, so phones are not told of it. Take another disk, or set "
            "HIRFA_BACKUP_COPIED=yes when the folder is copied elsewhere."
        )
    say(as_json, value, "\n".join(lines))


def _open(folder: Path | None, key: Path) -> tuple[Vault, Any]:
    place = folder or _settings().backup_to
    if place is None or not place.is_dir():
        raise VaultError("where is the backup? Give --from FOLDER, or set HIRFA_BACKUP_TO")
    try:
        return Vault(place.resolve()), read_identity(key.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise VaultError(f"{key} cannot be read: {error}") from None


_from = click.option("--from", "folder", type=click.Path(path_type=Path), help="Folder of the backups.")
_key = click.option("--key", required=True, type=click.Path(path_type=Path), help="File of the private key.")
_name = click.option("--name", default="", help="Which backup; the newest when not given.")


@click.command("verify-backup")
@_from
@_key
@_name
@project_and_json
def verify_backup(folder: Path | None, key: Path, name: str, project_id: int, as_json: bool) -> None:
    """Open a whole backup with the private key, as a restore would, and change nothing. To be done now and then."""
    try:
        vault, identity = _open(folder, key)
        names = backups.list_snapshots(vault)
        if not names:
            raise VaultError(f"there is no backup in {vault.folder}")
        chosen = name or names[-1]
        found = restores.verify(vault, identity, chosen, _settings().data)
    except (VaultError, DumpError, OSError) as error:
        fail(as_json, TROUBLE, str(error))
        return
    say(
        as_json,
        {"name": chosen, **found, "names": names},
        f"Backup {chosen} opens: {found['rows']:,} rows, {found['files']:,} photographs.",
    )


@click.command("restore")
@_from
@_key
@_name
@click.option("--replace", "replace_old", is_flag=True, help="Put the database that is here aside.")
@project_and_json
def restore(folder: Path | None, key: Path, name: str, replace_old: bool, project_id: int, as_json: bool) -> None:
    """Bring everything back from a backup, erase again what was erased, begin a new era. The server must be stopped."""
    try:
        vault, identity = _open(folder, key)
        done = restores.restore(vault, identity, name=name, replace_old=replace_old)
    except (VaultError, DumpError, OSError) as error:
        fail(as_json, TROUBLE, f"Not restored: {error}")
        return
    value = {
        "name": done.name,
        "at": done.at,
        "rows": done.rows,
        "files": done.files,
        "filesLost": done.files_lost,
        "erased": done.erased,
        "eras": done.eras,
        "aside": done.aside,
    }
    lines = [
        f"Restored what there was on {done.at}: {done.rows:,} rows, {done.files:,} photographs.",
        "Era " + ", ".join(f"{era} of project {project}" for project, era in done.eras.items()) + " began: phones send "
        "again what came since, at their next synchronisation.",
    ]
    if done.files_lost:
        lines.append(f"{len(done.files_lost)} photographs are not in the backup; phones are asked for them.")
    if done.aside:
        lines.append(f"The database that was here is kept: {done.aside}")
    say(as_json, value, "\n".join(lines))


@click.command("move-database")
@click.argument("address")
@project_and_json
def move_database(address: str, project_id: int, as_json: bool) -> None:
    """Copy the whole database into an empty one (postgresql://user:password@host/name), and compare both."""
    try:
        told = restores.move_database(restores.settings_of(_settings(), normalise_database_url(address)))
    except (VaultError, DumpError) as error:
        fail(as_json, TROUBLE, f"Not moved: {error}")
        return
    say(
        as_json,
        {"rows": told.rows, "tables": len(told.tables), "revision": told.revision},
        f"{told.rows:,} rows of {len(told.tables)} tables copied and compared. Nothing was changed here.\n"
        "Now set HIRFA_DATABASE_URL to that address and start the server.",
    )


@click.command("doctor")
@click.option("--thorough", is_flag=True, help="Read every row and every photograph again.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@project_and_json
def doctor(thorough: bool, language: str, project_id: int, as_json: bool) -> None:
    """Say what is wrong with the service and what to do. Ends with 1 when something must be done."""
    from server.console.texts import say as say_text
    from server.services.doctor import BAD, examine
    from server.services.servers import tell_server

    with suppress(Exception):  # whatever stands in the way is found below
        tell_server()
    found = examine(thorough=thorough)
    told = [(f.level, f.key, say_text(f"doctor.{f.key}", language, **f.fields)) for f in found]
    say(
        as_json,
        {"findings": [{"level": level, "key": key, "text": text} for level, key, text in told]},
        "\n".join(f"[{level}] {text}" for level, _, text in told) or "Everything is as it must be.",
    )
    if any(f.level == BAD for f in found):
        sys.exit(1)


@click.command("upgrade")
@click.option("--back", is_flag=True, help="Undo the migrations of the last upgrade; rows that came since are kept.")
@project_and_json
def upgrade(back: bool, project_id: int, as_json: bool) -> None:
    """Migrate the database, with a copy beside it: if anything fails it is as it was. The server must be stopped."""
    from server.services import upgrades

    try:
        done = upgrades.go_back() if back else upgrades.upgrade_database()
    except (upgrades.UpgradeError, VaultError, OSError) as error:
        fail(as_json, TROUBLE, f"Not migrated, the database is as it was: {error}")
        return
    text = f"The database is at revision {done.after}" + (f", it was at {done.before or 'none'}." if done.copy else ".")
    if done.copy:
        text += f"\nThe database of before is kept: {done.copy}"
    say(as_json, {"before": done.before, "after": done.after, "copy": done.copy}, text)


@click.command("reset-password")
@click.argument("email")
@project_and_json
def reset_password(email: str, project_id: int, as_json: bool) -> None:
    """Print a one-time link by which an officer chooses a new password within a day. No mail is sent."""
    from server.services import accounts

    try:
        link = f"{_settings().url}/reset/{accounts.make_reset_link(email, COMMAND)}"
    except Problem as problem:
        fail(as_json, problem.code, f"Nobody who may sign in has the address {email}.")
        return
    say(as_json, {"link": link}, f"Give this link to {email} and nobody else; it works once, until tomorrow:\n  {link}")


@click.command("reset-second-factor")
@click.argument("email")
@project_and_json
def reset_second_factor(email: str, project_id: int, as_json: bool) -> None:
    """Let an officer in without her second factor: she lost her phone and her recovery codes. Make sure it is she."""
    from server.services import accounts

    try:
        accounts.remove_second_factor(accounts.find_user_id(email), COMMAND)
    except Problem as problem:
        fail(as_json, problem.code, f"Nobody has the address {email}.")
        return
    say(as_json, {"email": email}, f"{email} signs in by her password alone, until she sets a second factor up again.")


SERVICE_COMMANDS: tuple[click.Command, ...] = (
    backup_key,
    backup,
    verify_backup,
    restore,
    move_database,
    doctor,
    upgrade,
    reset_password,
    reset_second_factor,
)
