"""The forms that phones receive, and how the answers they save to records are reconciled."""

from __future__ import annotations

from server.auth import require
from server.console.pages import language, show, shown_project
from server.services import forms as service
from server.services.labels import Labels, Property


@require("desk.read")
def forms() -> str:
    project_id = shown_project()
    labels = Labels(project_id, language())
    return show(
        "forms.html",
        forms=[(form, _saved(labels, form["formId"])) for form in service.list_forms(project_id)],
        labels=labels,
    )


def _saved(labels: Labels, form_id: str) -> list[tuple[str, list[Property]]]:
    """List, by entity list, the properties that a form saves."""
    definition = labels.definition(form_id)
    if definition is None:
        return []
    lists = dict.fromkeys(declared.list for declared in definition.entities)
    return [(name, [labels.property(name, found) for found in definition.properties(name)]) for name in lists]
