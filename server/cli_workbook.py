"""``flask --app server export``, ``run-presets`` and ``list-presets``: workbooks into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from server.auth import COMMAND
from server.errors import Problem
from server.terminal import fail, project_and_json, say


@click.command("export")
@click.option("--out", "out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--language", type=click.Choice(["fr", "ar"]), default="fr", show_default=True)
@click.option("--names", is_flag=True, help="Choice names instead of labels.")
@click.option("--headings", type=click.Choice(["names", "labels"]), default="names", show_default=True)
@click.option("--multiple", type=click.Choice(["joined", "split", "both"]), default="joined", show_default=True)
@click.option("--since", default="", help="First day of the period (2026-03-01).")
@click.option("--until", default="", help="Last day of the period.")
@click.option("--commune", multiple=True, help="Only women of this commune (code); may be repeated.")
@click.option("--association", multiple=True, help="Only women of this association (code); may be repeated.")
@click.option("--form", multiple=True, help="Only the sheets of this form (id); may be repeated.")
@click.option("--newest-version", is_flag=True, help="Only what was filled with the newest version of each form.")
@click.option("--photo-links", is_flag=True, help="Names of photographs lead to their page at the desk.")
@click.option("--without-personal-data", is_flag=True)
@click.option("--pseudonyms", is_flag=True, help="Without personal data, the forms' sheets under stable pseudonyms.")
@click.option("--reveal-numbers", "reason", default="", help="Identification numbers in full, for this reason (noted).")
@click.option("--template", "template", default="", help="Fill a template: a file, or the name of one at the desk.")
@project_and_json
def export(out: Path, template: str, project_id: int, as_json: bool, **given: object) -> None:
    """Write the consolidated workbook to a file."""
    from server.services.exports import Template, export_workbook
    from server.services.templates import open_template
    from server.services.workbook_options import read_asked

    part = out.with_name(f".{out.name}.part")
    try:
        file_given = Path(template) if template.lower().endswith((".xlsx", ".xltx")) else None
        asked = read_asked(_to_texts({**given, "template": "" if file_given else template}), COMMAND, project_id)
        filled = (
            Template(file_given.name, file_given.read_bytes())
            if file_given
            else open_template(project_id, asked.template)
        )
        with part.open("wb") as file:
            for chunk in export_workbook(
                project_id, COMMAND, asked.options, reason=asked.reason, template=filled
            ):
                file.write(chunk)
        part.replace(out)  # whole or not at all
    except OSError as error:
        part.unlink(missing_ok=True)
        fail(as_json, "500.1", f"{out}: {error.strerror}")
    except Problem as problem:
        part.unlink(missing_ok=True)
        fail(as_json, problem.code, str(problem))
    size = out.stat().st_size
    say(as_json, {"file": str(out), "size": size}, f"{out} written, {size:,} bytes.")


def _to_texts(given: dict[str, object]) -> dict[str, list[str]]:
    """Say the options as an address would."""
    texts = {
        name: [str(one) for one in value] if isinstance(value, tuple) else [str(value)]
        for name, value in given.items()
        if value and not isinstance(value, bool)
    }
    if given["names"]:
        texts["labels"] = ["false"]
    if given["newest_version"]:
        texts["versions"] = ["newest"]
    if given["photo_links"]:
        texts["photos"] = ["links"]
    if given["without_personal_data"]:
        texts["personal"] = ["false"]
    if given["pseudonyms"]:
        texts["personal"] = ["pseudonyms"]
    if given["reason"]:
        texts["nin"] = ["full"]
    return texts


@click.command("run-presets")
@click.option("--all", "everything", is_flag=True, help="Also those that are not due.")
@project_and_json
def run_presets(everything: bool, project_id: int, as_json: bool) -> None:
    """Make the workbooks of saved options that are due. For cron or a timer; an hourly call is fine."""
    from server.services import presets

    try:
        made = presets.run_presets(project_id, everything=everything)
    except OSError as error:
        fail(as_json, "500.1", f"{error.filename}: {error.strerror}")
        return
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    say(
        as_json,
        {"made": [{"id": m.preset_id, "name": m.name, "file": str(m.file), "size": m.size_bytes} for m in made]},
        "\n".join(f"{m.name}: {m.file}, {m.size_bytes:,} bytes." for m in made) or "Nothing is due.",
    )


@click.command("list-presets")
@project_and_json
def list_presets(project_id: int, as_json: bool) -> None:
    """List saved options of the workbook, and the place of the newest workbook of each."""
    from server.services import presets

    rows = [
        {
            "id": one.id,
            "name": one.name,
            "every": one.every,
            "asked": one.asked,
            "made_at": one.made_at.isoformat() if one.made_at else None,
            "folder": str(presets.preset_folder(project_id, one.id)),
        }
        for one in presets.list_presets(project_id)
    ]
    say(
        as_json,
        {"presets": rows},
        "\n".join(f"{r['name']} ({r['every'] or 'by hand'}): {r['folder']}" for r in rows) or "None.",
    )


@click.command("check-template")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--keep", "name", default="", help="Keep it under this name for the desk.")
@project_and_json
def check_template(file: Path, name: str, project_id: int, as_json: bool) -> None:
    """Say what a workbook would be as a template: what is filled, unknown, kept, refused. Ends with 1 when refused."""
    from exports.references import to_ref
    from server.services import templates

    data = file.read_bytes()
    try:
        looked = templates.keep_template(project_id, name, data, COMMAND) if name else None
        layout = looked.layout if looked else templates.look_at(project_id, data)
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
        return
    notes = [{**one._asdict(), "near": list(one.near)} for one in layout.notes]
    named = [(one.table.name, one.sheet, one.area, list(one.columns.values())) for one in layout.tables]
    named += [(one.name, one.sheet, one.cell, []) for one in layout.figures]
    places: list[dict[str, Any]] = [
        {"name": called, "where": f"{sheet.title}!{to_ref(area)}", "columns": columns}
        for called, sheet, area, columns in named
    ]
    lines = [f"{one['name']}: {one['where']}" for one in places]
    lines += [
        " ".join(filter(None, (f"{n['level']}: {n['code']}", n["where"], n["what"], ", ".join(n["near"]))))
        for n in notes
    ]
    if looked and looked.id:
        lines.append(f"Kept as {name} ({looked.id}).")
    said = {"places": places, "notes": notes, "id": looked.id if looked else ""}
    if layout.refused:
        fail(as_json, "422.55", "\n".join(lines), **said)
    say(as_json, said, "\n".join(lines))


@click.command("template-names")
@click.option("--out", "out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--language", type=click.Choice(["fr", "ar"]), default="fr", show_default=True)
@project_and_json
def template_names(out: Path, language: str, project_id: int, as_json: bool) -> None:
    """Write the list of names and columns that a template of this project may use."""
    from server.services import templates

    try:
        out.write_bytes(templates.write_template_names(project_id, language))
    except OSError as error:
        fail(as_json, "500.1", f"{out}: {error.strerror}")
    except Problem as problem:
        fail(as_json, problem.code, str(problem))
    say(as_json, {"file": str(out)}, f"{out} written.")
