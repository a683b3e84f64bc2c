"""Questions to agents about disputed properties."""

from __future__ import annotations

from flask import Response, jsonify, request

from server.api.bodies import read_json
from server.auth import actor, require
from server.schemas.asked import AskSchema, QuestionSchema
from server.services import questions as service

_ask, _listed = AskSchema(), QuestionSchema(many=True)
MAX_BYTES = 100_000


@require("register.read")
def list_questions(project_id: int) -> Response:
    return jsonify(_listed.dump(service.list_questions(project_id, open_only=request.args.get("all") != "true")))


@require("conflict.settle")
def ask(project_id: int, entity_id: str) -> tuple[Response, int]:
    given = read_json(_ask, max_bytes=MAX_BYTES)
    question = service.ask(project_id, entity_id, given["property"], given["words"], actor())
    listed = service.list_questions(project_id, entity_id=entity_id)
    return jsonify(_listed.dump([asked for asked in listed if asked.question.id == question.id])[0]), 201


@require("conflict.settle")
def withdraw(project_id: int, question_id: str) -> tuple[str, int]:
    service.withdraw_question(project_id, question_id, actor())
    return "", 204
