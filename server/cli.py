"""The command line: ``flask --app server …``. Each command calls one service and prints for people, or JSON for
scripts."""

from __future__ import annotations

import io
import json
import logging
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import segno
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy.exc import DBAPIError

from exports.programme import ALGIERS
from forms.errors import FormsError
from server.auth import COMMAND, ROLES
from server.cli_audit import verify_audit
from server.cli_duplicates import count_programme, find_duplicates
from server.cli_erasure import apply_erasures, begin_era, erase_entity
from server.cli_law import LAW_COMMANDS
from server.cli_lists import import_workbook
from server.cli_project import rename_project
from server.cli_quarantine import quarantine
from server.cli_service import SERVICE_COMMANDS
from server.cli_stores import move_blobs, partition
from server.cli_workbook import check_template, export, list_presets, run_presets, template_names
from server.config import Settings, is_loopback
from server.database import db
from server.errors import Problem, problem_rows
from server.services.actors import enrolment_link
from server.services.servers import tell_server
from server.terminal import fail, find_obstacle, project_and_json, say
from server.vault import VaultError


def settings() -> Settings:
    found: Settings = current_app.config["HIRFA"]
    return found


def show_qr(text: str) -> str:
    out = io.StringIO()
    segno.make(text, error="m").terminal(out=out, compact=True, border=2)
    return out.getvalue()


@click.command("init")
@click.option("--quiet", is_flag=True, help="Say nothing when nothing was missing.")
@project_and_json
def init(quiet: bool, project_id: int, as_json: bool) -> None:
    """Migrate the database and install what is missing of the programme. Safe to run again."""
    from server.services import programme

    _migrate()
    done = programme.install_programme(project_id)
    value: dict[str, Any] = {"project": done.project_id, "published": done.forms}
    lines = []
    if done.forms:
        lines.append(f"Forms published: {', '.join(done.forms)}")
    if done.password is not None:
        value |= {"email": done.email, "password": done.password}
        lines += ["", "First administrator (this password is shown once):", f"  {done.email}", f"  {done.password}"]
    if done.agent is not None:
        link = enrolment_link(done.agent.code)
        value |= {"appUser": done.agent.id, "link": link, "token": done.agent.token}
        lines += [
            "",
            f"First agent: {done.agent.name}, communes {', '.join(done.agent.scopes)}. Open on her phone, or scan:",
            f"  {link}",
            show_qr(link),
        ]
    if lines or as_json or not quiet:
        say(as_json, value, "\n".join(lines) or "Nothing to install: everything is there.")


def _migrate() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade(directory=str(current_app.config["MIGRATIONS"]))


@click.command("create-user")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", default="", help="Name shown in histories.")
@click.option("--language", type=click.Choice(["fr", "ar", "en"]), default="fr", show_default=True)
@click.option("--password", default=None, help="At least 10 characters; made and shown once when not given.")
@project_and_json
def create_user(
    email: str, role: str, name: str, language: str, password: str | None, project_id: int, as_json: bool
) -> None:
    """Create an officer or administrator."""
    from server.services import accounts, actors

    shown = password or secrets.token_urlsafe(12)
    try:
        user_id = actors.create_user(email, role, shown, name=name, language=language)
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    value = {"id": user_id, "email": email, "role": role}
    text = f"{email} created as {role}."
    if password is None:
        value["password"] = shown
        text += f"\nPassword (shown once): {shown}"
    else:
        try:
            accounts.check_new_password(shown, email, name)
        except Problem:
            click.echo("This password is easily guessed: she should change it at “My account”.", err=True)
    say(as_json, value, text)


@click.command("create-app-user")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, help="A commune's code or French name; repeat, or separate by commas."
)
@click.option("--collect", is_flag=True, help="Print the settings QR for ODK Collect; it holds her token.")
@project_and_json
def create_app_user(name: str, scopes: tuple[str, ...], collect: bool, project_id: int, as_json: bool) -> None:
    """Create an agent; print her enrolment link and QR, with a one-time code."""
    from server.services import actors, openrosa

    try:
        codes = actors.resolve_scopes(project_id, scopes)
        made = actors.create_app_user(project_id, name, codes, COMMAND)
    except actors.UnknownScope as unknown:
        fail(
            as_json,
            "400.8",
            f"{unknown}. Nothing was created.",
            near=[{"code": code, "name": label} for code, label in unknown.near],
        )
        return
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    link = enrolment_link(made.code)
    value = {
        "id": made.id,
        "name": made.name,
        "project": project_id,
        "scopes": list(made.scopes),
        "link": link,
        "code": made.code,
        "token": made.token,
        "server": settings().url,
    }
    held = ", ".join(made.scopes) or "none (she receives only lists without a commune)"
    text = (
        f"Agent {made.id}: {made.name}. Communes: {held}.\n"
        f"Open on her phone within {actors.CODE_DAYS} days, once, or scan:\n  {link}\n{show_qr(link)}"
    )
    if collect:
        collected = openrosa.collect_settings(project_id, made.token)
        packed = openrosa.pack_settings(collected)
        value["collect"] = {"settings": collected, "qr": packed}
        text += (
            "\nODK Collect: scan this when adding a project. Keep it like a password, it holds her token:\n"
            f"  {collected['general']['server_url']}\n{show_qr(packed)}"
        )
    say(as_json, value, text)


@click.command("publish-form")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@project_and_json
def publish_form(files: tuple[Path, ...], project_id: int, as_json: bool) -> None:
    """Publish XLSForms, together: all of them or none.

    Media and plain CSV files are taken from the folder NAME-media beside NAME.xlsx.
    """
    from server.services import forms

    given = []
    for path in files:
        try:
            given.append(forms.FormFile(path.name, path.read_bytes(), _media_of(path)))
        except OSError as error:
            fail(as_json, "404.1", f"{path}: {error.strerror}")
            return
    results = []
    current = None
    try:
        for file in given:
            current = file.name
            forms.read_form_id(file)
        current = None
        results = forms.publish_forms(project_id, given, COMMAND)
    except FormsError as error:
        told = getattr(error, "problems", None) or [error]
        text = "\n".join(f"  {problem}" for problem in told)
        fail(
            as_json,
            "400.15",
            f"{current}: this XLSForm is not valid. Nothing was published.\n{text}",
            file=current,
            problems=problem_rows(error),
        )
    except Problem as problem:
        fail(as_json, problem.code, f"{problem} Nothing was published.")
    lines = []
    for done in results:
        state = "published" if done.changed else "was published already, unchanged"
        lines.append(f"{done.form_id} version {done.version}: {state}.")
        lines += [f"  Warning: {warning}" for warning in done.warnings]
        lines += [f"  On phones: {limit.as_text()}" for limit in done.limits]
        lines += [f"  Missing file: {name} (put it into the NAME-media folder)" for name in done.missing]
    value = {
        "published": [
            {
                "formId": d.form_id,
                "version": d.version,
                "title": d.title,
                "changed": d.changed,
                "warnings": list(d.warnings),
                "limits": [
                    {
                        "kind": limit.kind,
                        "name": limit.name,
                        "state": limit.state,
                        "question": limit.question,
                        "row": limit.row,
                        "message": limit.as_text(),
                    }
                    for limit in d.limits
                ],
                "missing": list(d.missing),
            }
            for d in results
        ]
    }
    say(as_json, value, "\n".join(lines))


def _media_of(path: Path) -> dict[str, bytes]:
    folder = path.with_name(f"{path.stem}-media")
    if not folder.is_dir():
        return {}
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


@click.command("import-batch")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@project_and_json
def import_batch(file: Path, project_id: int, as_json: bool) -> None:
    """Import a hand-over file that a phone wrote. Importing it again changes nothing."""
    from server.schemas.handover import HandoverAnswerSchema
    from server.services import handover

    try:
        with file.open("rb") as stream:
            done = handover.import_handover(project_id, stream, COMMAND)
    except OSError as error:
        fail(as_json, "404.1", f"{file}: {error.strerror}")
        return
    except Problem as problem:
        fail(as_json, problem.code, str(problem), **problem.details)
        return
    sender = done.sender
    lines = [f"From {sender.actor.name}{' (revoked)' if sender.actor.revoked else ''}, written {sender.written_at}:"]
    counted: dict[str, int] = {}
    for result in done.results:
        counted[result["status"]] = counted.get(result["status"], 0) + 1
    lines += [f"  {number} {status}" for status, number in counted.items()] or ["  no items"]
    lines.append(f"  {done.photos} photographs are here")
    for result in done.results:
        if result.get("error"):
            lines.append(f"  {result['instanceId']} {result['status']}: {result['error']['message']}")
    lines += [f"  photograph {photo['sha256']} refused: {photo['message']}" for photo in done.refused]
    if done.damaged or done.absent:
        lines.append(
            f"  Damaged: {done.damaged} lines; {done.absent} of the entries it lists are not in it whole. "
            "The phone still has them: ask for another file."
        )
    say(as_json, HandoverAnswerSchema().dump(done), "\n".join(lines))


@click.command("new-key")
@project_and_json
def new_key(project_id: int, as_json: bool) -> None:
    """Make a new key pair: phones seal to it from their next pull on. The old ones stay, to open what is on its way."""
    from server.services import keys

    keys.make_key(project_id)
    value = keys.find_public_key(project_id) or {}
    say(as_json, value, f"Phones seal to key {value['keyId']} from now on. Copy {settings().keys} to a safe place.")


@click.command("rebuild-entities")
@project_and_json
def rebuild_entities(project_id: int, as_json: bool) -> None:
    """Compute every record anew from its recorded actions. Version rows are read, never rewritten."""
    from server.services.entities import rebuild_entities as rebuild

    try:
        total, changed = rebuild(project_id)
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    say(
        as_json,
        {"entities": total, "changed": changed},
        f"{total} records computed anew, {changed} showed something else.",
    )


@click.command("demo")
@click.option("--seed", type=int, default=31, show_default=True, help="The same seed tells the same year.")
@project_and_json
def demo(seed: int, project_id: int, as_json: bool) -> None:
    """Fill a freshly installed project with a made-up year: about 200 women, 25 associations, four agents."""
    from server.services import demo as service

    try:
        done = service.fill_programme(project_id, seed, datetime.now(ALGIERS).date())
    except service.DemoRefused as refused:
        fail(as_json, "409.3", str(refused))
        return
    if done.already:
        say(as_json, {"already": True, "seed": done.seed}, f"Already filled (seed {done.seed}); nothing was changed.")
        return
    links = [(agent, enrolment_link(agent.code)) for agent in done.agents]
    value = {
        "already": False,
        "seed": done.seed,
        "women": done.women,
        "submissions": done.forms,
        "outcomes": done.outcomes,
        "openConflicts": done.open_conflicts,
        "pictures": done.pictures,
        "agents": [
            {"id": a.id, "name": a.name, "scopes": list(a.scopes), "link": link, "token": a.token} for a, link in links
        ],
    }
    lines = [
        f"{done.women} records of women, {sum(done.forms.values())} forms, {done.pictures} pictures, "
        f"{done.open_conflicts} open conflicts. Everything is made up.",
        "Agents (each link enrols one phone):",
        *(f"  {agent.name}, communes {', '.join(agent.scopes)}: {link}" for agent, link in links),
    ]
    say(as_json, value, "\n".join(lines))


@click.command("openapi")
@project_and_json
def openapi(project_id: int, as_json: bool) -> None:
    """Print the contract of the HTTP API as an OpenAPI document."""
    from server.api.openapi import build_document

    document = build_document(current_app)
    say(as_json, document, json.dumps(document, ensure_ascii=False, indent=2))


@click.command("serve")
@project_and_json
def serve(project_id: int, as_json: bool) -> None:
    """Serve the API, the officers' pages and the agents' app: every project of this server."""
    from server.serve import run

    here = settings()
    with suppress(DBAPIError):  # a database that is away now may be there when somebody asks
        if (why := find_obstacle()) is not None:
            fail(as_json, "503.1", why)
    with suppress(DBAPIError, OSError):  # nor one that cannot be written
        tell_server()
    db.engine.dispose()  # the workers have their own connections and inherit none
    say(
        as_json,
        {"project": project_id, "desk": f"{here.url}/", "app": f"{here.url}/app/", "bind": here.bind},
        f"Officers' desk:  {here.url}/\nAgents' app:     {here.url}/app/\nStop with Ctrl-C.",
    )
    warning = phones_warning(here)
    if warning:
        click.echo(warning, err=True)
    try:
        run(here)
    except VaultError as error:
        fail(as_json, "503.1", str(error))


def phones_warning(here: Settings) -> str:
    """Say why phones will not work, when the address is reached from elsewhere without HTTPS."""
    if is_loopback(here.bind.rsplit(":", 1)[0]) or here.https:
        return ""
    return (
        f"\nWarning: {here.bind} can be reached from other machines, without HTTPS. Phones will not work:\n"
        "outside HTTPS a browser gives no offline storage for the app (service worker), no camera and no\n"
        "position; and passwords travel in clear.\n"
        "What to do: put an HTTPS server such as Caddy in front (see deploy/README.md) and set\n"
        "HIRFA_URL=https://your.name, or listen on 127.0.0.1 only.\n"
    )


def init_commands(app: Flask) -> None:
    for command in (
        find_duplicates,
        count_programme,
        list_presets,
        run_presets,
        init,
        create_user,
        create_app_user,
        publish_form,
        import_batch,
        new_key,
        export,
        check_template,
        template_names,
        rebuild_entities,
        erase_entity,
        apply_erasures,
        begin_era,
        quarantine,
        move_blobs,
        partition,
        verify_audit,
        demo,
        openapi,
        serve,
        *SERVICE_COMMANDS,
        import_workbook,
        rename_project,
        *LAW_COMMANDS,
    ):
        app.cli.add_command(command)
