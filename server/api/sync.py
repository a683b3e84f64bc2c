"""Push and pull: the phone's two requests."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from server.api.bodies import read_json, too_large
from server.auth import actor, require
from server.schemas.sync import PullAnswerSchema, PullSchema, PushAnswerSchema, PushSchema
from server.services import feed
from server.services import sync as service
from server.services.devices import read_report
from server.services.items import ID_CHARS, parse_moment
from sync.feed import decide_limit
from sync.protocol import MAX_COMPRESSED, MAX_ITEMS

_push, _pull = PushSchema(), PullSchema()
_pushed, _pulled = PushAnswerSchema(), PullAnswerSchema()


@require("send")
def push(project_id: int) -> Response:
    given = read_json(_push, verbatim=True)
    if len(given["submissions"]) > MAX_ITEMS:
        raise too_large(MAX_COMPRESSED)
    answer = service.receive_batch(
        project_id, actor(), given["deviceId"], parse_moment(given["sentAt"]), given["submissions"]
    )
    return _json(_pushed.dump(answer))


@require("sync")
def pull(project_id: int) -> Response:
    given = read_json(_pull)
    request = feed.PullRequest(
        era=given["era"],
        scopes={scope: cursor or 0 for scope, cursor in (given["scopes"] or {}).items()},
        forms={form_id: form_hash or "" for form_id, form_hash in (given["forms"] or {}).items()},
        limit=decide_limit(given["limit"]),
        device_id=(given["deviceId"] or "")[:ID_CHARS],
        report=read_report(given["app"]),
    )
    return _json(_pulled.dump(feed.pull(project_id, actor(), request)))


@require("scope.read")
def scopes(project_id: int) -> Response:
    return _json(feed.list_places(project_id, actor()))


def _json(value: Any) -> Response:
    response = jsonify(value)
    response.headers["Cache-Control"] = "no-store"
    return response
