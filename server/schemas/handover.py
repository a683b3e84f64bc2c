"""What is told of a hand-over: to the phone that carried it, and to scripts."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from server.schemas.sync import Moment


class OutcomeSchema(Schema):
    """The outcome of one item, without a word of its content."""

    instanceId = fields.String(allow_none=True)
    status = fields.String()
    code = fields.Method("_code", allow_none=True)

    def _code(self, result: dict[str, Any]) -> str | None:
        error = result.get("error")
        return error["code"] if error else None


class SenderSchema(Schema):
    id = fields.Integer(attribute="actor.id")
    name = fields.String(attribute="actor.name")
    revoked = fields.Boolean(attribute="actor.revoked")
    deviceId = fields.String(attribute="device_id")
    writtenAt = Moment(attribute="written_at")
    count = fields.Integer()
    photos = fields.Integer()
    size = fields.Integer()


class HandoverAnswerSchema(Schema):
    sender = fields.Nested(SenderSchema)
    results = fields.List(fields.Nested(OutcomeSchema))
    photos = fields.Integer()
    refused = fields.List(fields.Dict())
    damaged = fields.Integer()
    absent = fields.Integer()
    attachmentsWanted = fields.Function(lambda done: sorted(done.wanted))
