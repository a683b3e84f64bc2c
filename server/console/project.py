"""The page that names the chamber in both languages."""

from __future__ import annotations

from dataclasses import asdict, fields

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.pages import show, shown_project, text
from server.errors import Problem
from server.services import projects


@require("project.manage")
def project() -> str:
    return _show(projects.find_names(shown_project()))


def _show(names: projects.Names, wrong: str = "", problem: str = "") -> str:
    return show("project.html", given=asdict(names), most=projects.MAX_NAME, wrong=wrong, problem=problem)


@require("project.manage")
def rename_project() -> Response | tuple[str, int]:
    names = projects.Names(**{each.name: request.form.get(each.name, "") for each in fields(projects.Names)})
    try:
        projects.rename_project(shown_project(), names, actor())
    except Problem as problem:
        if problem.code not in ("400.2", "400.8"):
            raise
        field = str(problem.details.get("field", "")) if isinstance(problem.details, dict) else ""
        why = "nameless" if problem.code == "400.2" else field[-2:]
        return _show(names, field, text(f"project.wrong.{why}")), problem.status
    flash(text("project.saved"), "good")
    return redirect(url_for("console.project"), 303)
