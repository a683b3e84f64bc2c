"""Envelopes of push, pull and enrolment (design: sync protocol, version 1).

An app of an earlier day is understood: ``protocol`` may be missing or 1, fields that are not known are passed over,
those that were added since are optional.
"""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from server.errors import Problem
from server.schemas.shapes import GoneSchema, OfferedFormSchema, ResultSchema
from sync.protocol import PROTOCOL

_ID = validate.Length(min=1, max=255)


class Envelope(Schema):
    class Meta:
        unknown = EXCLUDE

    protocol = fields.Integer(strict=True, load_default=1, allow_none=True, validate=validate.Range(min=1))

    @post_load
    def _check_protocol(self, given: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Refuse words of a later protocol whole, before anything is stored: half understood would be lost.

        :raises Problem: 400.51.
        """
        if (given["protocol"] or 1) > PROTOCOL:
            raise Problem("400.51", protocol=given["protocol"], newest=PROTOCOL)
        return given


class PushSchema(Envelope):
    deviceId = fields.String(required=True, validate=_ID)
    sentAt = fields.String(load_default=None, allow_none=True)
    submissions = fields.List(fields.Raw(allow_none=True), load_default=list)


class PullSchema(Envelope):
    deviceId = fields.String(load_default="", allow_none=True)
    era = fields.Integer(load_default=None, allow_none=True)
    scopes = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(allow_none=True, validate=validate.Range(min=0)),
        load_default=dict,
        allow_none=True,
    )
    forms = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), load_default=dict, allow_none=True)
    limit = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1))
    app = fields.Raw(load_default=None, allow_none=True, metadata={"description": "What the app says of itself."})


class TokenSchema(Envelope):
    token = fields.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{43,255}\Z"))


class EnrolSchema(Envelope):
    code = fields.String(required=True, validate=validate.Length(min=1, max=64))
    deviceId = fields.String(required=True, validate=_ID)


class SessionSchema(Envelope):
    email = fields.String(required=True, validate=_ID)
    password = fields.String(required=True, validate=validate.Length(min=1, max=1024))
    code = fields.String(load_default="", validate=validate.Length(max=64))


class Moment(fields.Field[Any]):
    """A UTC instant as ISO 8601 with milliseconds and Z."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else iso(value)


def iso(value: Any) -> str:
    """Write a UTC instant as clients expect it."""
    text: str = value.isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class Passed(fields.Field[Any]):
    """A value passed on as the service made it, in a shape that is only described: dumping thousands costs time."""

    def __init__(self, shape: type[Schema], *, many: bool = False, **kwargs: Any) -> None:
        self.shape, self.many = shape, many
        super().__init__(**kwargs)


class PassedRecords(Passed):
    """Records passed on as they are, the moments of their events written."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return [
            {**record, "events": [{**event, "date": iso(event["date"])} for event in record["events"]]}
            for record in value
        ]


class EventSchema(Schema):
    formId = fields.String()
    date = Moment()
    byName = fields.String()


class UpsertSchema(Schema):
    id = fields.String()
    list = fields.String()
    version = fields.Integer()
    data = fields.Dict()
    open = fields.List(fields.String())
    events = fields.List(fields.Nested(EventSchema))


class PageSchema(Schema):
    cursor = fields.Integer()
    more = fields.Boolean()
    upserts = PassedRecords(UpsertSchema, many=True)
    gone = Passed(GoneSchema, many=True)


class FileSchema(Schema):
    name = fields.String()
    sha256 = fields.String()
    size = fields.Integer(allow_none=True)
    contentType = fields.String()


class GivenCorrectionSchema(Schema):
    instanceId = fields.String()
    formId = fields.String()
    formVersion = fields.String()
    xml = fields.String()
    attachments = fields.List(fields.Nested(FileSchema))
    comment = fields.String()
    at = Moment()
    by = fields.String()


class AskedQuestionSchema(Schema):
    entity = fields.String()
    property = fields.String()
    values = fields.List(fields.String())
    words = fields.String()
    at = Moment()


class PullAnswerSchema(Schema):
    serverTime = Moment()
    era = fields.Integer()
    backedUp = Moment(allow_none=True)
    scopes = fields.Dict(keys=fields.String(), values=fields.Nested(PageSchema))
    dropScopes = fields.List(fields.String())
    addScopes = fields.List(fields.String())
    forms = Passed(OfferedFormSchema, many=True)
    withdrawn = fields.List(fields.String())
    corrections = fields.List(fields.Nested(GivenCorrectionSchema))
    questions = fields.List(fields.Nested(AskedQuestionSchema))
    publicKey = fields.Dict(allow_none=True)
    device = fields.String()


class PushAnswerSchema(Schema):
    serverTime = Moment(attribute="server_time")
    era = fields.Integer()
    results = Passed(ResultSchema, many=True)
    missing = fields.List(fields.Integer())
    attachmentsWanted = fields.List(fields.String(), attribute="attachments_wanted")
    device = fields.String()
