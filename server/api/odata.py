"""OData services of forms and entity lists, as Central's ``.svc``: what Power Query, Excel and pyODK's tables ask."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from flask import Response, jsonify, request

from exports.central import CentralForm
from exports.odata import (
    UnknownPropertyError,
    read_skiptoken,
    to_parent_name,
    to_service,
    write_entity_metadata,
    write_metadata,
)
from server.api.addresses import base_url
from server.api.streams import send_stream
from server.api.tables import asked_filter, asked_number, asked_search, asked_words, is_true
from server.auth import actor, require
from server.errors import Problem
from server.services import entity_tables, table_files, tables
from server.services.odata_filters import read_order
from server.services.table_files import ENTITIES, Feed
from server.services.tables import Wanted

MINIMAL = "application/json; odata.metadata=minimal; charset=utf-8"
EDMX = "application/xml; charset=utf-8"
_KNOWN = frozenset(
    {"$format", "$count", "$skip", "$top", "$filter", "$wkt", "$expand", "$select", "$skiptoken", "$orderby", "$search"}
)
_STEP = re.compile(r"([^(]+)\('([^']+)'\)")


@require("workbook.read")
def form_service(project_id: int, form_id: str) -> Response:
    form = tables.find_form(project_id, form_id)
    return _json(
        to_service([table.name for table in form.tables], _service_url(f"forms/{quote(form_id, safe='')}", project_id))
    )


@require("workbook.read")
def form_table(project_id: int, form_id: str, table: str) -> Response:
    form = tables.find_form(project_id, form_id)
    if table == "$metadata":
        _check_format("xml")
        return _versioned(Response(write_metadata(form), content_type=EDMX))
    _check_request()
    order = read_order(request.args.get("$orderby"), tables.COLUMNS)
    search = asked_words(project_id)
    service_url = _service_url(f"forms/{quote(form_id, safe='')}", project_id)
    number, one, parent = _find_table(form, table)
    token = _skiptoken()
    feed = Feed(
        wanted=Wanted(asked_filter(), _skip(token), asked_number("$top"), token.get("instanceId"), one, order, search),
        service_url=service_url,
        next_url=_next_url,
        count=is_true("$count"),
        wkt=is_true("$wkt"),
        expand=request.args.get("$expand") == "*",
        select=_select(),
        parent=parent,
        after_pass=token.get("repeatId"),
    )
    if (token and number == 0 and "instanceId" not in token) or (number and token and "repeatId" not in token):
        raise Problem("400.35")
    try:
        return _versioned(send_stream(table_files.stream_feed(project_id, form, number, actor(), feed), MINIMAL))
    except UnknownPropertyError as error:
        raise Problem("400.23", property=str(error)) from None


@require("workbook.read")
def list_service(project_id: int, list_name: str) -> Response:
    entity_tables.find_shape(project_id, list_name)
    return _json(to_service([ENTITIES], _service_url(f"datasets/{quote(list_name, safe='')}", project_id)))


@require("workbook.read")
def list_table(project_id: int, list_name: str, table: str) -> Response:
    shape = entity_tables.find_shape(project_id, list_name)
    if table == "$metadata":
        _check_format("xml")
        return _versioned(Response(write_entity_metadata(list_name, shape.properties), content_type=EDMX))
    found = _STEP.fullmatch(table)
    if table != ENTITIES and (found is None or found[1] != ENTITIES):
        raise Problem("404.1")
    _check_request()
    token = _skiptoken()
    if token and "uuid" not in token:
        raise Problem("400.35")
    feed = Feed(
        wanted=Wanted(
            asked_filter(),
            _skip(token),
            asked_number("$top"),
            token.get("uuid"),
            found[2] if found else None,
            read_order(request.args.get("$orderby"), entity_tables.COLUMNS),
            asked_search(project_id),
        ),
        service_url=_service_url(f"datasets/{quote(list_name, safe='')}", project_id),
        next_url=_next_url,
        count=is_true("$count"),
        select=_select(),
    )
    return _versioned(send_stream(table_files.stream_entity_feed(project_id, shape, actor(), feed), MINIMAL))


def _find_table(form: CentralForm, path: str) -> tuple[int, str | None, tuple[str, str] | None]:
    """Read which table an address means: ``Submissions``, ``Submissions.g.r``, ``Submissions('uuid:…')/g/r``.

    :returns: the number of the table, the one submission it is about, the parent row it is reached through.
    """
    steps = [(found[1], found[2]) if (found := _STEP.fullmatch(step)) else (step, None) for step in path.split("/")]
    number = form.find_table(".".join(name for name, _ in steps))
    if number is None:
        raise Problem("404.1")
    one = steps[0][1]
    if len(steps) > 1 and one is None:
        raise Problem("404.1")
    given = [value for _, value in steps[1:] if value is not None]
    name = to_parent_name(form, number)
    return number, one, (name, given[-1]) if given and name else None


def _check_request() -> None:
    _check_format("json")
    for name in request.args:
        if name.startswith("$") and name not in _KNOWN:
            raise Problem("501.1", feature=name)
    expand = request.args.get("$expand")
    if expand and expand != "*":
        raise Problem("501.6", text=expand)
    if expand and request.args.get("$select"):
        raise Problem("501.11")


def _check_format(offered: str) -> None:
    given = request.args.get("$format", "")
    xml = "xml" in given or given == "atom"
    if given and xml != (offered == "xml"):
        raise Problem("406.1", allowed=offered)
    most = request.headers.get("OData-MaxVersion", "4.0")
    if re.fullmatch(r"[0-3](\.\d+)?", most):
        raise Problem("404.1")


def _select() -> list[str] | None:
    given = request.args.get("$select")
    if not given or given == "*":
        return None
    return [name.strip() for name in given.split(",")]


def _skip(token: dict[str, str]) -> int:
    return 0 if token else asked_number("$skip") or 0


def _skiptoken() -> dict[str, str]:
    given = request.args.get("$skiptoken")
    if not given:
        return {}
    try:
        return read_skiptoken(given)
    except ValueError:
        raise Problem("400.35") from None


def _next_url(token: str) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("$skip", "$skiptoken")]
    query = urlencode([*kept, ("$skiptoken", token)], safe="$")
    path = quote(request.path, safe="/$().'!*:")
    return f"{base_url()}{path}?{query}"


def _service_url(what: str, project_id: int) -> str:
    return f"{base_url()}/v1/projects/{project_id}/{what}.svc"


def _json(document: object) -> Response:
    response = jsonify(document)
    response.content_type = MINIMAL
    return _versioned(response)


def _versioned(response: Response) -> Response:
    response.headers["OData-Version"] = "4.0"
    return response
