"""Drafts, reviews and certificates, as programs send and read them."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from server.schemas.sync import Moment
from server.services.submission_filters import EDITED, STATES


class DraftSchema(Schema):
    projectId = fields.Integer(required=True)
    xmlFormId = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.String(required=True)
    audience = fields.String(required=True)
    draft = fields.Boolean(required=True)
    updatedAt = Moment(required=True)
    warnings = fields.List(fields.Dict(), required=True)


class DraftFileSchema(Schema):
    name = fields.String(required=True)
    exists = fields.Boolean(required=True)


class ReviewSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    reviewState = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([state for state in STATES if state != EDITED])
    )


class CommentSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    body = fields.String(required=True, validate=validate.Length(min=1, max=2000))


class SaidSchema(Schema):
    body = fields.String(required=True)
    actor = fields.String(required=True)
    kind = fields.String(required=True)
    createdAt = Moment(required=True)


class CertificateSchema(Schema):
    id = fields.String(required=True)
    number = fields.String(required=True, attribute="label")
    kind = fields.String(required=True)
    entityId = fields.String(required=True, attribute="entity_id")
    session = fields.String(required=True)
    subject = fields.Dict(required=True)
    issuedAt = Moment(required=True, attribute="issued_at")
    cancelledAt = Moment(required=True, allow_none=True, attribute="cancelled_at")
    reason = fields.String(required=True)
    verifyUrl = fields.Method("_verify_url", required=True)

    def _verify_url(self, row: Any) -> str:
        from server.services.papers import verify_url

        return verify_url(row)


class ReasonSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    reason = fields.String(required=True, validate=validate.Length(min=1, max=500))


class IssueSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    kind = fields.String(required=True, validate=validate.OneOf(["qualification", "training"]))
    session = fields.String(required=True, validate=validate.Length(min=1, max=255))
    entityIds = fields.List(fields.String(validate=validate.Length(max=36)), required=True)
