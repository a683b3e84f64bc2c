"""One blueprint a resource: parse, call one service, dump. No logic, no session. All URLs stand in ``init_api``."""

from __future__ import annotations

from flask import Flask

from server.api import (
    app_files,
    attachments,
    central,
    corrections,
    enrolment,
    entities,
    forms,
    handover,
    odata,
    openapi,
    openrosa,
    questions,
    sessions,
    sync,
    tables,
    watch,
    workbook,
)


def init_api(app: Flask) -> None:
    """Put every resource on its URL: the readable list of the HTTP API."""
    p = "/v1/projects/<int:project_id>"
    k = "/v1/key/<token>/projects/<int:project_id>"
    rules = (
        ("GET", "/v1/openapi.json", openapi.document),
        ("POST", "/v1/enrol", enrolment.enrol),
        ("POST", "/v1/sessions", sessions.open_session),
        ("POST", f"{p}/sync/push", sync.push),
        ("POST", f"{p}/sync/pull", sync.pull),
        ("POST", f"{p}/sync/handover", handover.receive),
        ("GET", f"{p}/scopes", sync.scopes),
        ("GET", f"{p}/forms", forms.list_forms),
        ("GET", f"{p}/forms/<form_id>.xml", forms.form_xml),
        ("GET", f"{p}/forms/<form_id>/versions/<version>.xml", forms.form_xml),
        ("GET", f"{p}/forms/<form_id>/attachments/<name>", forms.attachment),
        ("GET", f"{p}/forms/<form_id>/versions/<version>/attachments/<name>", forms.attachment),
        ("OPTIONS", f"{p}/attachments", attachments.options),
        ("POST", f"{p}/attachments", attachments.create),
        ("HEAD", f"{p}/attachments/<upload_id>", attachments.head),
        ("PATCH", f"{p}/attachments/<upload_id>", attachments.patch),
        ("GET", f"{p}/submissions/<instance_id>/attachments/<name>", attachments.download),
        ("GET", f"{p}/corrections", corrections.list_corrections),
        ("GET", f"{p}/corrections/<instance_id>/attachments/<name>", corrections.attachment),
        ("POST", f"{p}/submissions/<instance_id>/correction", corrections.send),
        ("PATCH", f"{p}/submissions/<instance_id>/correction", corrections.give),
        ("DELETE", f"{p}/submissions/<instance_id>/correction", corrections.withdraw),
        ("GET", f"{p}/entities/<entity_id>", entities.entity),
        ("POST", f"{p}/entities/<entity_id>/merge", entities.merge),
        ("POST", f"{p}/entities/<entity_id>/unmerge", entities.unmerge),
        ("POST", f"{p}/entities/<entity_id>/delete", entities.delete),
        ("POST", f"{p}/entities/<entity_id>/restore", entities.restore),
        ("GET", f"{p}/questions", questions.list_questions),
        ("POST", f"{p}/entities/<entity_id>/questions", questions.ask),
        ("DELETE", f"{p}/questions/<question_id>", questions.withdraw),
        ("GET", f"{p}/workbook.xlsx", workbook.download),
        # what programs written for ODK Central ask
        ("GET", "/v1/users/current", central.current_user),
        ("GET", "/v1/projects", central.projects),
        ("GET", p, central.project),
        ("GET", f"{p}/forms/<form_id>", central.form),
        ("GET", f"{p}/forms/<form_id>/submissions", central.submissions),
        ("GET", f"{p}/forms/<form_id>/submissions.csv", tables.submissions_csv),
        ("GET", f"{p}/forms/<form_id>/submissions.csv.zip", tables.submissions_zip),
        ("GET", f"{p}/forms/<form_id>/submissions.geojson", tables.submissions_geojson),
        ("GET", f"{p}/forms/<form_id>/submissions/<instance_id>", central.submission),
        ("GET", f"{p}/forms/<form_id>/submissions/<instance_id>/attachments", central.attachments),
        ("GET", f"{p}/forms/<form_id>/submissions/<instance_id>/attachments/<name>", central.attachment),
        ("GET", f"{p}/forms/<form_id>.svc", odata.form_service),
        ("GET", f"{p}/forms/<form_id>.svc/<path:table>", odata.form_table),
        ("GET", f"{p}/datasets", central.datasets),
        ("GET", f"{p}/datasets/<list_name>", central.dataset),
        ("GET", f"{p}/datasets/<list_name>/entities", central.entities),
        ("GET", f"{p}/datasets/<list_name>/entities.csv", tables.entities_csv),
        ("GET", f"{p}/datasets/<list_name>/entities.geojson", tables.entities_geojson),
        ("GET", f"{p}/datasets/<list_name>.svc", odata.list_service),
        ("GET", f"{p}/datasets/<list_name>.svc/<path:table>", odata.list_table),
        ("GET", f"{k}/formList", openrosa.form_list),
        ("GET", f"{k}/forms/<form_id>.xml", openrosa.form_xml),
        ("GET", f"{k}/forms/<form_id>/versions/<version>.xml", openrosa.form_xml),
        ("GET", f"{k}/forms/<form_id>/manifest", openrosa.manifest),
        ("GET", f"{k}/forms/<form_id>/versions/<version>/manifest", openrosa.manifest),
        ("GET", f"{k}/forms/<form_id>/attachments/<name>", openrosa.attachment),
        ("GET", f"{k}/forms/<form_id>/versions/<version>/attachments/<name>", openrosa.attachment),
        ("GET", f"{k}/datasets/<list_name>/integrity", openrosa.integrity),
        ("HEAD", f"{k}/submission", openrosa.submission_head),
        ("POST", f"{k}/submission", openrosa.submit),
        ("GET", "/health", watch.health),
        ("GET", "/ready", watch.ready),
        ("GET", "/metrics", watch.metrics),
        ("GET", "/app/", app_files.index),
        ("GET", "/app/<path:name>", app_files.asset),
    )
    for method, url, view in rules:
        app.add_url_rule(
            url,
            endpoint=f"api.{view.__module__.rsplit('.', 1)[1]}.{view.__name__}",
            view_func=view,
            methods=[method],
            provide_automatic_options=False,
        )
    app.after_request(openrosa.mark)
