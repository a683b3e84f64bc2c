"""What officers write and read of corrections and questions."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from server.schemas.sync import Moment

_WORDS = validate.Length(max=2000)


class _Given(Schema):
    class Meta:
        unknown = EXCLUDE


class SendBackSchema(_Given):
    comment = fields.String(required=True, validate=validate.Length(min=1, max=2000))
    appUserId = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=2**31 - 1))


class GiveSchema(_Given):
    appUserId = fields.Integer(required=True, validate=validate.Range(min=0, max=2**31 - 1))


class AskSchema(_Given):
    property = fields.String(required=True, validate=validate.Length(min=1, max=255))
    words = fields.String(load_default="", validate=_WORDS)


class CorrectionSchema(Schema):
    instanceId = fields.String(attribute="correction.instance_id")
    formId = fields.String(attribute="submission.form_id")
    formVersion = fields.String(attribute="submission.form_version")
    comment = fields.String(attribute="correction.comment")
    at = Moment(attribute="correction.at")
    by = fields.String(attribute="officer")
    appUserId = fields.Integer(attribute="correction.app_user_id")
    appUser = fields.String(attribute="agent")
    offered = fields.Boolean()
    open = fields.Boolean(attribute="correction.open")
    ended = fields.String(attribute="correction.ended")
    closedAt = Moment(attribute="correction.closed_at", allow_none=True)


class QuestionSchema(Schema):
    id = fields.String(attribute="question.id")
    entity = fields.String(attribute="question.entity_id")
    property = fields.String(attribute="question.property")
    words = fields.String(attribute="question.words")
    at = Moment(attribute="question.at")
    by = fields.String(attribute="officer")
    open = fields.Boolean(attribute="question.open")
    ended = fields.String(attribute="question.ended")
    closedAt = Moment(attribute="question.closed_at", allow_none=True)
