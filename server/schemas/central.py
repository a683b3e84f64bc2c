"""Projects, forms, lists and their contents in ODK Central's terms, as pyODK reads them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from server.schemas.sync import Moment


class CentralUserSchema(Schema):
    id = fields.Integer(required=True)
    type = fields.String(required=True)
    email = fields.String(required=True)
    displayName = fields.String(required=True)
    createdAt = Moment(required=True)
    updatedAt = Moment(allow_none=True)
    deletedAt = Moment(allow_none=True)
    verbs = fields.List(fields.String(), required=True)


class CentralProjectSchema(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    description = fields.String(allow_none=True)
    archived = fields.Boolean()
    keyId = fields.Integer(allow_none=True)
    appUsers = fields.Integer()
    forms = fields.Integer()
    lastSubmission = Moment(allow_none=True)
    createdAt = Moment(required=True)
    updatedAt = Moment(allow_none=True)
    deletedAt = Moment(allow_none=True)


class PublishedFormSchema(Schema):
    projectId = fields.Integer(required=True)
    xmlFormId = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    version = fields.String(required=True)
    hash = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["open", "closed"]))
    keyId = fields.Integer(required=True, allow_none=True)
    enketoId = fields.String(required=True, allow_none=True)
    createdAt = Moment(required=True)
    updatedAt = Moment(required=True, allow_none=True)
    publishedAt = Moment(required=True)


class CentralSubmissionSchema(Schema):
    instanceId = fields.String(required=True)
    instanceName = fields.String(allow_none=True)
    submitterId = fields.Integer(required=True)
    deviceId = fields.String(allow_none=True)
    userAgent = fields.String(allow_none=True)
    reviewState = fields.String(allow_none=True)
    createdAt = Moment(required=True)
    updatedAt = Moment(allow_none=True)
    deletedAt = Moment(allow_none=True)


class AttachmentSchema(Schema):
    name = fields.String(required=True)
    exists = fields.Boolean(required=True)


class DatasetPropertySchema(Schema):
    name = fields.String(required=True)
    odataName = fields.String(required=True)
    publishedAt = Moment(required=True)
    forms = fields.List(fields.String(), required=True)


class DatasetSchema(Schema):
    name = fields.String(required=True)
    projectId = fields.Integer(required=True)
    createdAt = Moment(required=True)
    approvalRequired = fields.Boolean(required=True)
    properties = fields.List(fields.Nested(DatasetPropertySchema))


class CurrentVersionSchema(Schema):
    label = fields.String(required=True)
    current = fields.Boolean(required=True)
    createdAt = Moment(required=True)
    creatorId = fields.Integer(required=True)
    userAgent = fields.String(required=True)
    version = fields.Integer(required=True)


class ListedEntitySchema(Schema):
    uuid = fields.String(required=True)
    creatorId = fields.Integer(required=True)
    createdAt = Moment(required=True)
    updatedAt = Moment(allow_none=True)
    deletedAt = Moment(allow_none=True)
    conflict = fields.String(allow_none=True)
    currentVersion = fields.Nested(CurrentVersionSchema, required=True)
