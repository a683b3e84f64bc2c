"""Agents: where they work, when they last sent something; their links, shown once; revoking them."""

from __future__ import annotations

import secrets
from typing import Any

import segno
from flask import flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.conflicts import NAME_CHARS
from server.console.pages import show, shown_project, text
from server.console.women import list_places
from server.errors import Problem
from server.services import actors, devices


@require("desk.read")
def agents() -> str:
    return _show_agents()


def _show_agents(problem: str = "", name: str = "", scopes: tuple[str, ...] = ()) -> str:
    project_id = shown_project()
    places = list_places(project_id)
    return show(
        "agents.html",
        agents=actors.list_app_users(project_id),
        seen=actors.find_last_seen(project_id),
        places={place["value"]: place["name"] for place in places},
        all_places=places,
        form_key=secrets.token_urlsafe(12),
        problem=problem,
        given_name=name,
        given_scopes=scopes,
    )


@require("desk.read")
def agent(app_user_id: int) -> str:
    return _show_agent(app_user_id)


def _show_agent(app_user_id: int, problem: str = "") -> str:
    project_id = shown_project()
    found = next((one for one in actors.list_app_users(project_id) if one["id"] == app_user_id), None)
    if found is None:
        raise Problem("404.1")
    return show(
        "agent.html",
        agent=found,
        places=list_places(project_id),
        phones=devices.list_devices(project_id, app_user_id),
        problem=problem,
    )


@require("app_user.manage")
def change_agent(app_user_id: int) -> Response | tuple[str, int]:
    """Change an agent's name and communes."""
    project_id = shown_project()
    try:
        scopes = actors.resolve_scopes(project_id, request.form.getlist("scope"))
        actors.change_app_user(project_id, app_user_id, request.form.get("name", ""), scopes, actor())
    except actors.UnknownScope as unknown:
        raise Problem("400.8", field="scope", reason=str(unknown)) from None
    except Problem as problem:
        if problem.code != "400.2":
            raise
        return _show_agent(app_user_id, text("agents.need_name")), 422
    flash(text("agent.changed"), "good")
    return redirect(url_for("console.agent", app_user_id=app_user_id), 303)


@require("app_user.manage")
def create() -> str | tuple[str, int]:
    """Create an agent and show the link; the same page sent twice creates nobody else."""
    project_id, form_key = shown_project(), request.form.get("form_key", "")[:64]
    if form_key and session.get("made") == form_key:
        return _show_agents(text("agents.again")), 409
    name = request.form.get("name", "")
    try:
        scopes = actors.resolve_scopes(project_id, request.form.getlist("scope"))
        made = actors.create_app_user(project_id, name, scopes, actor())
    except actors.UnknownScope as unknown:
        raise Problem("400.8", field="scope", reason=str(unknown)) from None
    except Problem as problem:
        if problem.code != "400.2":
            raise
        return _show_agents(text("agents.need_name"), scopes=tuple(request.form.getlist("scope"))), 422
    session["made"] = form_key
    return _show_link(made.name, made.code)


def _show_link(name: str, code: str) -> str:
    link = actors.enrolment_link(code)
    return show(
        "agent_link.html",
        name=name,
        link=link,
        code="-".join(code[start : start + 4] for start in range(0, len(code), 4)),
        days=actors.CODE_DAYS,
        qr=segno.make(link, error="m").svg_data_uri(scale=6, border=4, dark="#2b1d16", light="#ffffff"),
    )


@require("app_user.manage")
def confirm_code(app_user_id: int) -> str:
    return _confirm(app_user_id, "code", "give_code")


@require("app_user.manage")
def give_code(app_user_id: int) -> str:
    name, code = actors.give_code(shown_project(), app_user_id, actor())
    return _show_link(name, code)


@require("app_user.manage")
def confirm_revoke(app_user_id: int) -> str:
    return _confirm(app_user_id, "revoke", "revoke", danger=True)


@require("app_user.manage")
def revoke(app_user_id: int) -> Response:
    agent = _find(app_user_id)
    actors.revoke_app_user(shown_project(), app_user_id, actor())
    flash(text("revoke.done", name=agent["name"][:NAME_CHARS]), "good")
    return redirect(url_for("console.agents"), 303)


def _confirm(app_user_id: int, key: str, endpoint: str, *, danger: bool = False) -> str:
    return show(
        "confirm.html",
        title=text(f"{key}.title"),
        name=_find(app_user_id)["name"],
        words=text(f"{key}.words"),
        button=text(f"{key}.button"),
        action=url_for(f"console.{endpoint}", app_user_id=app_user_id),
        danger=danger,
    )


def _find(app_user_id: int) -> dict[str, Any]:
    for agent in actors.list_app_users(shown_project()):
        if agent["id"] == app_user_id and not agent["revoked"]:
            return agent
    raise Problem("404.1")
