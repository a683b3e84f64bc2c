"""What is answered besides the two envelopes of synchronisation: an error, a place, a form, a token, an outcome."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from server.schemas.central import PublishedFormSchema
from server.schemas.shapes import OfferedFormSchema
from server.schemas.sync import Moment


class ProblemSchema(Schema):
    code = fields.String(required=True, validate=validate.Regexp(r"^\d{3}\.\d{1,3}$"))
    message = fields.String(required=True)
    details = fields.Dict(required=True)
    requestId = fields.String(required=True)


class PlaceSchema(Schema):
    value = fields.String(required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class FormSchema(PublishedFormSchema, OfferedFormSchema):
    publishedAt = Moment(required=True)


class AgentSchema(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)


class ProjectSchema(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    publicKey = fields.Dict(allow_none=True)


class TokenAnswerSchema(Schema):
    sendsOnly = fields.Boolean(metadata={"description": "Of the token of this request, from now on."})


class EnrolAnswerSchema(Schema):
    token = fields.String(required=True)
    appUser = fields.Nested(AgentSchema, required=True)
    project = fields.Nested(ProjectSchema, required=True)
    era = fields.Integer(required=True)
    scopes = fields.List(fields.Nested(PlaceSchema), required=True)


class SessionAnswerSchema(Schema):
    token = fields.String(required=True)
    expiresAt = Moment(required=True)
