"""A record as officers' scripts read it, and what they decide about it."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from server.schemas.sync import Moment

_VERSION = validate.Range(min=0, max=2**31 - 1)


class _Given(Schema):
    class Meta:
        unknown = EXCLUDE


class SeenSchema(_Given):
    version = fields.Integer(required=True, validate=_VERSION)


class MergeSchema(SeenSchema):
    into = fields.String(required=True, validate=validate.Length(min=1, max=36))
    intoVersion = fields.Integer(required=True, validate=_VERSION)


class EntitySchema(Schema):
    id = fields.String()
    list = fields.String()
    version = fields.Integer()
    data = fields.Dict()
    open = fields.List(fields.String())
    deleted = fields.Boolean()
    mergedInto = fields.String(attribute="merged_into", allow_none=True)
    updatedAt = Moment(attribute="updated_at")
