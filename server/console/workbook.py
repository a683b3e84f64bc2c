"""The page that asks for the consolidated workbook: options, saved ones, what is being made, and the year's targets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from flask import Response, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from exports.headings_figures import INDICATORS
from exports.programme import ALGIERS
from server.api.workbook import XLSX, file_name
from server.auth import actor, require
from server.console.pages import language, read_words, show, shown_project, text
from server.errors import Problem
from server.services import presets, templates, workbooks
from server.services.associations import offer_associations
from server.services.exports import find_targets, list_places
from server.services.labels import Labels
from server.services.workbook_options import CHOICES, LISTS, read_asked, read_plain

_RUNNING: Final = ("running", "cancelling")


@require("workbook.read")
def workbook() -> str:
    return _page(_preset_values())


def _preset_values() -> dict[str, Any]:
    """Give what the form is filled with: the options of a saved name, else what goes without saying."""
    chosen = request.args.get("preset", "")
    if not chosen:
        values = {"language": "ar"} if language() == "ar" else {}
        filled = request.args.get("template", "")
        return {**values, "template": filled} if filled else values
    found = presets.find_preset(shown_project(), chosen)
    return {**found.asked, "name": found.name, "every": found.every, "id": found.id}


def _page(values: dict[str, Any], *, wrong: str = "") -> str:
    project_id = shown_project()
    jobs = [(job, workbooks.state_of(job)) for job in workbooks.list_jobs(project_id)]
    year = datetime.now(UTC).astimezone(ALGIERS).year
    picked = values.get("association") or []
    return show(
        "workbook.html",
        project_id=project_id,
        values=values,
        wrong=wrong,
        choices=CHOICES,
        every=presets.EVERY,
        presets=presets.list_presets(project_id),
        jobs=jobs,
        watching=request.args.get("watch") == "1",
        templates=templates.list_templates(project_id),
        running=any(state in _RUNNING for _, state in jobs),
        lists={"commune": list_places(project_id, language()), "form": Labels(project_id, language()).form_titles()},
        offer=offer_associations(
            project_id, words=read_words(), picked=picked if isinstance(picked, list) else [picked]
        ),
        year=year,
        targets=find_targets(project_id, year),
        indicators=_indicators(),
    )


def _indicators() -> list[tuple[str, str, bool]]:
    """Give the indicators: code, words, whether it is a share."""
    reader = "ar" if language() == "ar" else "fr"
    return [(code, one.name.to(reader), one.shown == "percent") for code, one in INDICATORS.items()]


@require("workbook.read")
def make_workbook() -> Answer | tuple[str, int]:
    """Begin to make the workbook, or save its options under a name."""
    given = dict(request.form.lists())
    try:
        asked = read_asked(given, actor(), shown_project())
        if request.form.get("save"):
            saved = presets.save_preset(
                shown_project(), request.form.get("name", ""), request.form.get("every", ""), asked, actor()
            )
            flash(text("workbook.saved"), "good")
            return redirect(url_for("console.workbook", preset=saved), 303)
        workbooks.start_job(shown_project(), actor(), asked)
    except Problem as problem:
        if problem.code not in ("400.8", "429.1"):
            raise
        field = str(problem.details.get("field", ""))
        words = text(f"workbook.wrong.{field}") if field in _EXPLAINED else text("workbook.wrong.busy")
        values = {name: found if name in LISTS else found[0] for name, found in given.items() if found}
        return _page(values, wrong=words), 400
    return redirect(url_for("console.workbook", watch=1) + "#jobs", 303)


_EXPLAINED: Final = frozenset({"since", "until", "reason", "name", "nin", "template"})


@require("workbook.read")
def cancel_workbook(job_id: str) -> Answer:
    workbooks.cancel_job(shown_project(), job_id)
    return redirect(url_for("console.workbook", watch=1) + "#jobs", 303)


@require("workbook.read")
def fetch_workbook(job_id: str) -> Response:
    path = workbooks.open_job(shown_project(), job_id, actor())
    return send_file(path, mimetype=XLSX, as_attachment=True, download_name=file_name())


@require("workbook.read")
def confirm_delete_preset(preset_id: str) -> str:
    return show(
        "confirm.html",
        title=text("workbook.delete.title"),
        name=presets.find_preset(shown_project(), preset_id).name,
        words=text("workbook.delete.words"),
        button=text("workbook.delete"),
        action=url_for("console.delete_preset", preset_id=preset_id),
        back=url_for("console.workbook"),
        danger=True,
    )


@require("workbook.read")
def delete_preset(preset_id: str) -> Answer:
    presets.delete_preset(shown_project(), preset_id, actor())
    flash(text("workbook.deleted"), "good")
    return redirect(url_for("console.workbook"), 303)


@require("workbook.read")
def run_preset(preset_id: str) -> Answer:
    """Make the workbook of saved options now."""
    found = presets.find_preset(shown_project(), preset_id)
    workbooks.start_job(shown_project(), actor(), read_plain(found.asked, actor(), shown_project()))
    return redirect(url_for("console.workbook", watch=1) + "#jobs", 303)


@require("workbook.read")
def set_targets() -> Answer | tuple[str, int]:
    """Write down what this year should reach."""
    year = datetime.now(UTC).astimezone(ALGIERS).year
    values: dict[str, float | None] = {}
    try:
        for code, _, share in _indicators():
            given = request.form.get(code, "").replace(",", ".").replace(" ", "").replace("\u202f", "").strip()
            values[code] = float(given) / (100 if share else 1) if given else None
        presets.set_targets(shown_project(), year, values, actor())
    except (ValueError, Problem):
        return _page({}, wrong=text("workbook.wrong.target")), 400
    flash(text("workbook.targets.saved"), "good")
    return redirect(url_for("console.workbook"), 303)
