"""Send a submission back for correction; ask agents about a disputed property."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.pages import language, shown_project, text
from server.errors import Problem
from server.services import corrections, questions


@require("submission.return")
def send_back(instance_id: str) -> Response:
    try:
        corrections.send_back(
            shown_project(), instance_id, request.form.get("comment", ""), actor(), app_user_id=_agent()
        )
    except Problem as problem:
        words = text("correction.need_words") if problem.code == "400.2" else problem.message(language())
        return _back(instance_id, words, "bad")
    return _back(instance_id, text("correction.sent"))


@require("submission.return")
def give_correction(instance_id: str) -> Response:
    agent = _agent()
    if agent is None:
        raise Problem("400.2", field="agent")
    corrections.give_correction(shown_project(), instance_id, agent, actor())
    return _back(instance_id, text("correction.given"))


@require("submission.return")
def withdraw_correction(instance_id: str) -> Response:
    corrections.withdraw_correction(shown_project(), instance_id, actor())
    return _back(instance_id, text("correction.withdrawn"))


def _agent() -> int | None:
    given = request.form.get("agent", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _back(instance_id: str, words: str, tone: str = "good") -> Response:
    flash(words, tone)
    return redirect(url_for("console.submission", instance_id=instance_id, _anchor="correction"), 303)


@require("conflict.settle")
def ask_agents(entity_id: str) -> Response:
    name = request.form.get("ask", "")[:255]
    try:
        questions.ask(shown_project(), entity_id, name, request.form.get(f"words:{name}", ""), actor())
        flash(text("question.asked"), "good")
    except Problem as problem:
        if problem.code == "404.1":
            raise
        flash(problem.message(language()), "bad")
    return redirect(url_for("console.conflict", entity_id=entity_id), 303)


@require("conflict.settle")
def withdraw_question(question_id: str) -> Response:
    question = questions.withdraw_question(shown_project(), question_id, actor())
    flash(text("question.withdrawn"), "good")
    return redirect(url_for("console.conflict", entity_id=question.entity_id), 303)
