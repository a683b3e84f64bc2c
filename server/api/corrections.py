"""Submissions sent back to be corrected."""

from __future__ import annotations

from flask import Response, jsonify, request

from server.api.bodies import read_json
from server.api.files import send_blob
from server.auth import actor, require
from server.schemas.asked import CorrectionSchema, GiveSchema, SendBackSchema
from server.services import corrections as service
from server.services import feed

_send, _give, _listed = SendBackSchema(), GiveSchema(), CorrectionSchema(many=True)
MAX_BYTES = 100_000


@require("register.read")
def list_corrections(project_id: int) -> Response:
    return jsonify(_listed.dump(service.list_corrections(project_id, open_only=request.args.get("all") != "true")))


@require("submission.return")
def send(project_id: int, instance_id: str) -> tuple[Response, int]:
    given = read_json(_send, max_bytes=MAX_BYTES)
    service.send_back(project_id, instance_id, given["comment"], actor(), app_user_id=given["appUserId"])
    return jsonify(_listed.dump(service.list_corrections(project_id, instance_id=instance_id))[0]), 201


@require("submission.return")
def give(project_id: int, instance_id: str) -> Response:
    given = read_json(_give, max_bytes=MAX_BYTES)
    service.give_correction(project_id, instance_id, given["appUserId"], actor())
    return jsonify(_listed.dump(service.list_corrections(project_id, instance_id=instance_id))[0])


@require("submission.return")
def withdraw(project_id: int, instance_id: str) -> tuple[str, int]:
    service.withdraw_correction(project_id, instance_id, actor())
    return "", 204


@require("sync")
def attachment(project_id: int, instance_id: str, name: str) -> Response:
    """Send a file of a submission to the agent who is asked to correct it."""
    return send_blob(project_id, feed.find_correction_file(project_id, actor(), instance_id, name), name)
