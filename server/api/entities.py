"""Records of the register, for officers' scripts: read, merge, separate, delete, restore."""

from __future__ import annotations

from flask import Response, jsonify

from server.api.bodies import read_json
from server.auth import actor, require
from server.schemas.entities import EntitySchema, MergeSchema, SeenSchema
from server.services import deletion, identity
from server.services import entities as service

_seen, _merge, _entity = SeenSchema(), MergeSchema(), EntitySchema()
MAX_BYTES = 10_000


@require("register.read")
def entity(project_id: int, entity_id: str) -> Response:
    return _show(project_id, entity_id)


@require("entity.merge")
def merge(project_id: int, entity_id: str) -> Response:
    given = read_json(_merge, max_bytes=MAX_BYTES)
    winner_id, _version = identity.merge_entities(
        project_id, entity_id, given["into"], given["version"], given["intoVersion"], actor()
    )
    return _show(project_id, winner_id)


@require("entity.merge")
def unmerge(project_id: int, entity_id: str) -> Response:
    identity.unmerge_entity(project_id, entity_id, read_json(_seen, max_bytes=MAX_BYTES)["version"], actor())
    return _show(project_id, entity_id)


@require("entity.delete")
def delete(project_id: int, entity_id: str) -> Response:
    deletion.delete_entity(project_id, entity_id, read_json(_seen, max_bytes=MAX_BYTES)["version"], actor())
    return _show(project_id, entity_id)


@require("entity.delete")
def restore(project_id: int, entity_id: str) -> Response:
    deletion.restore_entity(project_id, entity_id, read_json(_seen, max_bytes=MAX_BYTES)["version"], actor())
    return _show(project_id, entity_id)


def _show(project_id: int, entity_id: str) -> Response:
    response = jsonify(_entity.dump(service.get_entity(project_id, entity_id)))
    response.headers["Cache-Control"] = "no-store"
    return response
