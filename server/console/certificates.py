"""Certificates: sessions whose papers can be issued, issuing, printing, cancelling; and the page that verifies one."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from exports.programme import Roles
from server.auth import PUBLIC, actor, require
from server.console.pages import language, number, show, shown_project, text
from server.errors import Problem
from server.limits import limiter
from server.services import certificates as service
from server.services import entities, papers
from server.services.labels import Labels

PDF = "application/pdf"
DECISION = "decision"
"""The question of the exam's form."""


@require("certificate.issue")
def certificates() -> str:
    project_id = shown_project()
    page, waiting = service.list_sessions(project_id, page=number("page"))
    rows = service.list_certificates(project_id) if page.number == 1 else []
    return show("certificates.html", page=page, waiting=waiting, rows=rows)


@require("certificate.issue")
def certificate_session(kind: str, code: str) -> str:
    return _show_session(kind, code)


def _show_session(kind: str, code: str, problem: str = "") -> str:
    candidates = service.list_candidates(shown_project(), kind, code)
    return show(
        "certificate_session.html", kind=kind, code=code, candidates=candidates, problem=problem,
        say_result=_say_results(kind),
    )  # fmt: skip


def _say_results(kind: str) -> Callable[[str], str]:
    """Say how a result is told in words: an exam's decision as its form words it, a training's half-days."""
    if kind != service.QUALIFICATION:
        names = ("count", "held")
        return lambda result: text("certificates.attended", **dict(zip(names, result.split("/"), strict=True)))
    labels = Labels(shown_project(), language())
    definition = labels.definition(Roles().exam)
    node = next((n for n in definition.nodes if n.name == DECISION), None) if definition else None
    return lambda result: labels.answer(definition, node, result) if definition and node else result


@require("certificate.issue")
def issue_certificates(kind: str, code: str) -> Redirect | tuple[str, int]:
    try:
        made = service.issue(shown_project(), kind, code, request.form.getlist("woman"), actor())
    except Problem as problem:
        if problem.code == "400.2":
            return _show_session(kind, code, text("certificates.nobody")), 422
        if problem.code == "409.59":
            return _show_session(kind, code, problem.message(language())), 409
        raise
    flash(text("certificates.done", count=len(made)), "good")
    return redirect(url_for("console.certificate_session", kind=kind, code=code), 303)


@require("certificate.issue")
def session_papers(kind: str, code: str) -> Response:
    rows = [r for r in service.list_certificates(shown_project(), kind=kind, code=code) if r.cancelled_at is None]
    if not rows:
        raise Problem("404.1")
    return _send(papers.print_certificates(rows[::-1]), f"{kind}-{code}")


@require("certificate.issue")
def session_minutes(code: str) -> Response:
    candidates = service.list_candidates(shown_project(), service.QUALIFICATION, code)
    return _send(papers.print_minutes(shown_project(), code, candidates), f"PV-{code}")


@require("certificate.issue")
def certificate(certificate_id: str) -> str:
    return _show_certificate(certificate_id)


def _show_certificate(certificate_id: str, problem: str = "") -> str:
    row = service.find_certificate(shown_project(), certificate_id)
    return show(
        "certificate.html", row=row, problem=problem, authors=entities.find_author_names(shown_project()),
        address=papers.verify_url(row),
    )  # fmt: skip


@require("certificate.issue")
def certificate_paper(certificate_id: str) -> Response:
    row = service.find_certificate(shown_project(), certificate_id)
    return _send(papers.print_certificates([row]), row.label)


@require("certificate.issue")
def cancel_certificate(certificate_id: str) -> Redirect | tuple[str, int]:
    try:
        service.cancel(shown_project(), certificate_id, request.form.get("reason", ""), actor())
    except Problem as problem:
        if problem.code != "400.2":
            raise
        return _show_certificate(certificate_id, text("certificates.reason.missing")), 422
    flash(text("certificates.cancel.done"), "good")
    return redirect(url_for("console.certificate", certificate_id=certificate_id), 303)


@require(PUBLIC)
@limiter.limit("60 per minute")
def verify_certificate(project_id: int, label: str, signature: str) -> tuple[str, int]:
    """Say whether a paper is genuine: its number, kind, trade, day and initials, never the name."""
    row = service.verify(project_id, label, signature)
    initials = ""
    if row is not None:
        it = row.subject
        initials = " · ".join(
            " ".join(f"{it[name][:1]}." for name in names if it[name])
            for names in (("nom_fr", "prenom_fr"), ("nom_ar", "prenom_ar"))
            if any(it[name] for name in names)
        )
    return show("verify.html", row=row, initials=initials), 200 if row is not None else 404


def _send(data: bytes, name: str) -> Response:
    response = Response(data, mimetype=PDF)
    response.headers.set("Content-Disposition", "inline", filename=f"{name}.pdf")
    return response
