"""Shapes inside the envelopes: made by the services, described here, passed on as they are."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class ConflictedSchema(Schema):
    id = fields.String(required=True)
    version = fields.Integer(required=True)
    conflicts = fields.List(fields.String(), required=True)


class ErrorSchema(Schema):
    code = fields.String(required=True)
    message = fields.String(required=True)


class ResultSchema(Schema):
    """The outcome of one item of a push."""

    instanceId = fields.String(required=True, allow_none=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["accepted", "duplicate", "quarantined", "failed"])
    )
    entities = fields.List(fields.Nested(ConflictedSchema), required=True)
    error = fields.Nested(ErrorSchema)


class GoneSchema(Schema):
    id = fields.String(required=True)
    mergedInto = fields.String()


class FormFileSchema(Schema):
    name = fields.String(required=True)
    hash = fields.String(required=True)


class OfferedFormSchema(Schema):
    """A form as a pull tells it."""

    formId = fields.String(required=True)
    version = fields.String(required=True)
    hash = fields.String(required=True)
    title = fields.String(required=True)
    audience = fields.String(required=True)
    attachments = fields.List(fields.Nested(FormFileSchema), required=True)
