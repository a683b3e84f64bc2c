"""People of the desk and the associations: who may what; what a user of an association sees."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import ROLES, actor, require
from server.console.pages import language, number, read_words, show, shown_project, text
from server.console.texts import TEXTS
from server.errors import Problem
from server.services import accounts, associations, deletion, entities, users
from server.services.labels import Labels


@require("user.manage")
def people() -> str:
    return _show_people()


def _show_people(problem: str = "", given: dict[str, str] | None = None) -> str:
    return show(
        "people.html",
        page=users.list_users(page=number("page")),
        roles=ROLES,
        offer=_offer((given or {}).get("association", "")),
        problem=problem,
        given=given or {},
    )


def _offer(picked: str) -> associations.Offer:
    return associations.offer_associations(shown_project(), words=read_words(), picked=[picked] if picked else [])


@require("user.manage")
def person(user_id: int) -> str:
    return _show_person(user_id)


def _show_person(user_id: int, problem: str = "", given: dict[str, str] | None = None) -> str:
    user = users.find_user(user_id)
    told = given or {"name": user.name, "role": user.role, "association": user.association}
    return show(
        "person.html", user=user, given=told, roles=ROLES, offer=_offer(told["association"]), problem=problem
    )  # fmt: skip


def _told(problem: Problem) -> str:
    """Return a problem in the words of this page."""
    field = problem.details.get("field") if isinstance(problem.details, dict) else ""
    key = f"people.wrong.{field}"
    return text(key) if problem.code == "400.8" and key in TEXTS else problem.message(language())


@require("user.manage")
def create_person() -> str | tuple[str, int]:
    """Create somebody; the answer shows her password, once."""
    given = {name: request.form.get(name, "") for name in ("email", "name", "role", "association")}
    try:
        _id, password = users.create(given["email"], given["name"], given["role"], given["association"], actor())
    except Problem as problem:
        if problem.code not in ("400.8", "409.3"):
            raise
        return _show_people(_told(problem), given), problem.status
    return show("password.html", email=given["email"].strip().lower(), password=password)


@require("user.manage")
def change_person(user_id: int) -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("name", "role", "association")}
    try:
        users.change(user_id, given["name"], given["role"], given["association"], actor())
    except Problem as problem:
        if problem.code not in ("400.8", "409.54"):
            raise
        return _show_person(user_id, _told(problem), given), problem.status
    return _back("people", "people.changed")


@require("user.manage")
def confirm_disable(user_id: int) -> str:
    return _confirm(user_id, "disable", "disable_person", {"disable": "1"})


@require("user.manage")
def confirm_password(user_id: int) -> str:
    return _confirm(user_id, "password", "give_password")


def _confirm(user_id: int, key: str, endpoint: str, values: dict[str, str] | None = None) -> str:
    user = users.find_user(user_id)
    return show(
        "confirm.html",
        title=text(f"people.{key}.title"),
        name=user.name or user.email,
        words=text(f"people.{key}.words"),
        button=text(f"people.{key}"),
        action=url_for(f"console.{endpoint}", user_id=user_id),
        back=url_for("console.person", user_id=user_id),
        values=values or {},
        danger=True,
    )


@require("user.manage")
def disable_person(user_id: int) -> Response | tuple[str, int]:
    try:
        users.disable(user_id, request.form.get("disable") == "1", actor())
    except Problem as problem:
        if problem.code != "409.54":
            raise
        return _show_person(user_id, _told(problem)), problem.status
    return _back("people", "people.changed")


@require("user.manage")
def give_password(user_id: int) -> str:
    """Give a new password; the answer shows it, once."""
    email, password = users.give_password(user_id, actor())
    accounts.end_sessions(user_id)
    return show("password.html", email=email, password=password)


def _back(endpoint: str, key: str, tone: str = "good") -> Response:
    flash(text(key), tone)
    return redirect(url_for(f"console.{endpoint}"), 303)


# Associations


@require("association.manage")
def list_associations() -> str:
    return _show_associations()


def _show_associations(problem: str = "") -> str:
    search = request.args.get("q", "").strip()[:200]
    page = associations.list_associations(shown_project(), words=search, page=number("page"))
    return show("associations.html", page=page, search=search, problem=problem)


def _seen() -> int:
    given = request.form.get("seen_version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


@require("association.manage")
def save_association() -> Response | tuple[str, int]:
    """Add an association, or rename the one that is named."""
    form, entity_id = request.form, request.form.get("id", "")
    try:
        associations.save_association(
            shown_project(), form.get("name_fr", ""), form.get("name_ar", ""), actor(),
            entity_id=entity_id, seen_version=_seen(),
        )  # fmt: skip
    except Problem as problem:
        if problem.code not in ("400.2", "409.51"):
            raise
        told = text("associations.need_name") if problem.code == "400.2" else problem.message(language())
        return _show_associations(told), problem.status
    return _back("list_associations", "associations.saved")


@require("association.manage")
def retire_association(entity_id: str) -> Response:
    """Take an association off the lists that agents pick from, or put it back; women who name it keep it."""
    project_id = shown_project()
    if entities.get_entity(project_id, entity_id).list != associations.LIST:
        raise Problem("404.1")
    act = deletion.restore_entity if request.form.get("restore") else deletion.delete_entity
    try:
        act(project_id, entity_id, _seen(), actor())
    except Problem as problem:
        if problem.code != "409.51":
            raise
        return _back("list_associations", "act.stale", "warn")
    return _back("list_associations", "associations.saved")


@require("association.read")
def own_women() -> str:
    """Show a user of an association its women, and of them what a phone may hold."""
    project_id = shown_project()
    code = associations.find_own(actor().id)
    labels = Labels(project_id, language())
    known = labels.properties(associations.WOMEN)
    return show(
        "own_women.html",
        association=associations.find_association(project_id, code),
        page=associations.list_own_women(project_id, code, page=number("page")),
        columns=[known[name] for name in ("code_artisane", "commune", "metier", "etape") if name in known],
        list=associations.WOMEN,
        labels=labels,
    )


@require("association.read")
def own_woman(entity_id: str) -> str:
    project_id = shown_project()
    code = associations.find_own(actor().id)
    data = associations.get_own_woman(project_id, code, entity_id)
    labels = Labels(project_id, language())
    known = [p for p in labels.properties(associations.WOMEN).values() if data.get(p.name) and not p.office]
    return show("own_woman.html", data=data, known=known, list=associations.WOMEN, labels=labels)
