"""Templates of the workbook, as the API tells them."""

from __future__ import annotations

from marshmallow import Schema, fields

from server.schemas.sync import Moment


class TemplateNoteSchema(Schema):
    level = fields.String()
    code = fields.String()
    where = fields.String()
    what = fields.String()
    near = fields.List(fields.String())


class TemplateSchema(Schema):
    id = fields.String()
    name = fields.String()
    size = fields.Integer()
    putAt = Moment()
    notes = fields.List(fields.Nested(TemplateNoteSchema))
