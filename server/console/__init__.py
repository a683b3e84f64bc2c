"""The officers' pages: same rule as the API, parse, call one service, show. All URLs stand in ``init_console``."""

from __future__ import annotations

from flask import Blueprint, Flask

from server.console import (
    agents,
    conflicts,
    corrections,
    drafts,
    duplicates,
    files,
    fill,
    formats,
    forms,
    handover,
    home,
    lists,
    pages,
    quarantine,
    records,
    reviews,
    service,
    sessions,
    submissions,
    women,
    workbook,
)
from server.console.pages import render_problem

__all__ = ["init_console", "render_problem"]


def init_console(app: Flask) -> None:
    """Put the officers' pages on their URLs: the readable list of them."""
    blueprint = Blueprint("console", __name__, template_folder="templates")
    rules = (
        ("GET", "/", home.home),
        ("GET", "/sign-in", sessions.sign_in),
        ("POST", "/sign-in", sessions.open_session),
        ("POST", "/sign-out", sessions.sign_out),
        ("POST", "/language", sessions.set_language),
        ("GET", "/women", women.women),
        ("GET", "/women/<entity_id>", women.woman),
        ("POST", "/women/<entity_id>", women.reveal),
        ("GET", "/women/<entity_id>/merge", records.find_twin),
        ("GET", "/women/<entity_id>/merge/<other_id>", records.compare),
        ("POST", "/women/<entity_id>/merge/<other_id>", records.merge),
        ("GET", "/women/<entity_id>/unmerge", records.confirm_unmerge),
        ("POST", "/women/<entity_id>/unmerge", records.unmerge),
        ("GET", "/women/<entity_id>/delete", records.confirm_delete),
        ("POST", "/women/<entity_id>/delete", records.delete),
        ("POST", "/women/<entity_id>/restore", records.restore),
        ("GET", "/women/<entity_id>/erase", records.confirm_erase),
        ("POST", "/women/<entity_id>/erase", records.erase),
        ("GET", "/duplicates", duplicates.list_duplicates),
        ("POST", "/women/<entity_id>/different/<other_id>", duplicates.say_different),
        ("POST", "/women/<entity_id>/different/<other_id>/undo", duplicates.take_back_different),
        ("POST", "/submissions/<instance_id>/correction", corrections.send_back),
        ("POST", "/submissions/<instance_id>/correction/give", corrections.give_correction),
        ("POST", "/submissions/<instance_id>/correction/withdraw", corrections.withdraw_correction),
        ("GET", "/submissions", submissions.submissions),
        ("GET", "/submissions/<instance_id>", submissions.submission),
        ("GET", "/submissions/<instance_id>/xml", submissions.xml),
        ("POST", "/submissions/<instance_id>/review", reviews.review),
        ("GET", "/submissions/<instance_id>/changes", reviews.changes),
        ("GET", "/quality", reviews.quality),
        ("GET", "/submissions/<instance_id>/edit", fill.edit),
        ("POST", "/submissions/<instance_id>/edit", fill.send_edit),
        ("GET", "/fill", fill.choose_form),
        ("GET", "/fill/<form_id>", fill.fill),
        ("POST", "/fill/<form_id>", fill.send),
        ("GET", "/fill/<form_id>/lists/<name>", fill.entity_list),
        ("GET", "/conflicts", conflicts.conflicts),
        ("GET", "/conflicts/<entity_id>", conflicts.conflict),
        ("POST", "/conflicts/<entity_id>", conflicts.settle),
        ("POST", "/conflicts/<entity_id>/ask", corrections.ask_agents),
        ("POST", "/questions/<question_id>/withdraw", corrections.withdraw_question),
        ("GET", "/quarantine", quarantine.quarantine),
        ("POST", "/quarantine", quarantine.retry_all),
        ("GET", "/quarantine/<content_sha256>", quarantine.item),
        ("POST", "/quarantine/<content_sha256>", quarantine.retry_item),
        ("GET", "/quarantine/<content_sha256>/release", quarantine.confirm_release),
        ("POST", "/quarantine/<content_sha256>/release", quarantine.release),
        ("GET", "/quarantine/<content_sha256>/content", quarantine.content),
        ("GET", "/handover", handover.handover),
        ("POST", "/handover", handover.take_handover),
        ("GET", "/handover/<sha256>", handover.handed_over),
        ("POST", "/handover/<sha256>", handover.import_handover),
        ("GET", "/agents", agents.agents),
        ("POST", "/agents", agents.create),
        ("GET", "/agents/<int:app_user_id>/code", agents.confirm_code),
        ("POST", "/agents/<int:app_user_id>/code", agents.give_code),
        ("GET", "/agents/<int:app_user_id>/revoke", agents.confirm_revoke),
        ("POST", "/agents/<int:app_user_id>/revoke", agents.revoke),
        ("GET", "/forms", forms.forms),
        ("GET", "/forms/<form_id>/codebook", forms.codebook),
        ("GET", "/forms/<form_id>/versions/<version>/source", forms.source),
        ("GET", "/forms/<form_id>/retire", forms.confirm_retire),
        ("POST", "/forms/<form_id>/retire", forms.retire),
        ("POST", "/forms/<form_id>/offer", forms.offer),
        ("POST", "/drafts", drafts.upload),
        ("POST", "/drafts/publish", drafts.publish),
        ("GET", "/drafts/<form_id>", drafts.draft),
        ("POST", "/drafts/<form_id>/files", drafts.add_files),
        ("POST", "/drafts/<form_id>/drop", drafts.drop),
        ("GET", "/drafts/<form_id>/form.xml", drafts.xform),
        ("GET", "/drafts/<form_id>/files/<name>", drafts.file),
        ("GET", "/drafts/<form_id>/lists/<name>", drafts.entity_list_of_draft),
        ("GET", "/drafts/<form_id>/try", drafts.try_out),
        ("POST", "/drafts/<form_id>/try", drafts.send_test),
        ("GET", "/drafts/<form_id>/tested", drafts.tested),
        ("GET", "/workbook", workbook.workbook),
        ("GET", "/service", service.service),
        ("GET", "/lists", lists.lists),
        ("POST", "/lists", lists.take_list),
        ("GET", "/lists/blank.xlsx", lists.blank_list),
        ("GET", "/lists/<import_id>", lists.taken_list),
        ("POST", "/lists/<import_id>", lists.apply_list),
        ("POST", "/lists/<import_id>/columns", lists.confirm_columns),
        ("POST", "/lists/<import_id>/drop", lists.drop_list),
        ("POST", "/lists/<import_id>/undo", lists.undo_list),
        ("GET", "/static/<path:name>", files.static),
    )
    for method, url, view in rules:
        blueprint.add_url_rule(
            url, endpoint=view.__name__, view_func=view, methods=[method], provide_automatic_options=False
        )
    blueprint.context_processor(pages.shared_values)
    blueprint.after_request(pages.keep_private)
    for name, function in formats.FILTERS.items():
        blueprint.add_app_template_filter(function, name)
    app.register_blueprint(blueprint)
