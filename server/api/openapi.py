"""The contract as an OpenAPI 3.1 document, made from the URL map, ``operations`` and the schemas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, current_app, jsonify
from marshmallow import Schema
from werkzeug.routing import IntegerConverter, Rule

from server.api.operations import ANY, JSON, MULTIPART, OPERATIONS, XML, Operation
from server.auth import GRANTS, PUBLIC, require
from server.errors import MESSAGES
from server.schemas.answers import ProblemSchema
from server.schemas.sync import Moment, Passed

VERSION = "1"
ID_MAX = 2**31 - 1


@require(PUBLIC)
def document() -> Response:
    return jsonify(build_document(current_app))


def build_document(app: Flask) -> dict[str, Any]:
    """Describe every route under ``/v1``.

    :raises KeyError: for a route that ``operations`` does not know.
    """
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title="Hirfa",
        version=VERSION,
        openapi_version="3.1.0",
        info={"description": "Push and pull of phones, photographs by tus, OpenRosa, and what officers' programs ask."},
        plugins=[plugin],
        servers=[{"url": app.config["HIRFA"].url}],
    )
    converter: Any = plugin.converter
    converter.map_to_openapi_type(Moment, "string", "date-time")
    converter.add_attribute_function(_describe_passed)
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    for rule in sorted(find_rules(app), key=lambda rule: rule.rule):
        view: Any = app.view_functions[rule.endpoint]
        operation = OPERATIONS[rule.endpoint.removeprefix("api.")]
        methods = (rule.methods or set()) - ({"HEAD"} if "GET" in (rule.methods or set()) else set())
        described = {
            method.lower(): _describe(rule, method, operation, view.required_verb)
            for method in sorted(methods)
        }
        spec.path(path=to_path(rule), operations=described, parameters=list(_find_variables(rule)))
    return spec.to_dict()


def find_rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1/"))


def to_path(rule: Rule) -> str:
    """Write a route as OpenAPI does: ``/v1/projects/{project_id}/…``."""
    return "".join(f"{{{text}}}" if variable else text for variable, text in rule._trace).removeprefix("|")


def _find_variables(rule: Rule) -> Iterator[dict[str, Any]]:
    for name, converter in rule._converters.items():
        number = isinstance(converter, IntegerConverter)
        schema = {"type": "integer", "minimum": 0, "maximum": ID_MAX} if number else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _describe(rule: Rule, method: str, operation: Operation, verb: str) -> dict[str, Any]:
    openrosa = rule.rule.startswith("/v1/key/")
    roles = sorted(role for role, verbs in GRANTS.items() if verb in verbs)
    described: dict[str, Any] = {
        "operationId": f"{method.lower()} {to_path(rule)}",
        "summary": operation.says,
        "tags": [rule.endpoint.split(".")[1]],
        "x-verb": verb,
        "x-roles": roles,
        "security": [] if verb == PUBLIC or openrosa else [{"bearer": []}, {"basic": []}],
        "parameters": [
            *({"name": name, "in": "query", "schema": _text(values)} for name, values in operation.query.items()),
            *({"name": name, "in": "header", "required": True, "schema": _text()} for name in operation.headers),
        ],
        "responses": _describe_answers(operation, verb, openrosa),
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.body, many=False)}
    return described


def _describe_answers(operation: Operation, verb: str, openrosa: bool) -> dict[str, Any]:
    hoped: dict[str, Any] = {"description": operation.says}
    if operation.answer is not None:
        hoped["content"] = _content(operation.answer, many=operation.many)
    if operation.told:
        hoped["headers"] = {name: {"schema": _text()} for name in operation.told}
    answers = {str(operation.status): hoped}
    if operation.answer == ANY or openrosa:
        answers["304"] = {"description": "Not changed since."}
        answers["206"] = {"description": "The part that was asked for.", "content": _content(ANY, many=False)}
        answers["416"] = {"description": "No such part.", "content": _content(ANY, many=False)}
    by_status: dict[str, list[str]] = {}
    for code in sorted(set(operation.problems) | set(_common_problems(operation, verb, openrosa))):
        by_status.setdefault(code.partition(".")[0], []).append(code)
    problem: type[Schema] | str = XML if openrosa else ProblemSchema
    for status, codes in by_status.items():
        words = " · ".join(f"{code} {MESSAGES[code]['en']}" for code in codes)
        answers[status] = {"description": words, "content": _content(problem, many=False)}
    return answers


def _common_problems(operation: Operation, verb: str, openrosa: bool) -> Iterable[str]:
    yield from ("404.1", "500.1", "503.1", "503.50", "503.51")
    if verb != PUBLIC:
        yield from ("401.2", "401.3", "403.1")
    if openrosa:
        yield "403.50"
    if operation.body is not None:
        yield from ("400.1", "400.8", "400.50", "413.1", "415.1")
    if operation.body is not None or operation.status == 204:
        yield from ("409.1", "409.51", "422.50")


def _content(shape: type[Schema] | str | tuple[str, ...], *, many: bool) -> dict[str, Any]:
    if isinstance(shape, tuple):
        return {name: content for each in shape for name, content in _content(each, many=many).items()}
    if isinstance(shape, str):
        if shape == MULTIPART:
            part = {"type": "string", "contentMediaType": XML}
            return {MULTIPART: {"schema": {"type": "object", "properties": {"xml_submission_file": part}}}}
        return {shape: {"schema": {} if shape in (JSON, ANY) else {"type": "string"}}}
    schema = shape()
    return {JSON: {"schema": {"type": "array", "items": schema} if many else schema}}


def _text(values: Iterable[str] = ()) -> dict[str, Any]:
    listed = list(values)
    return {"type": "string", "enum": listed} if listed else {"type": "string"}


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__).removesuffix("Schema")


def _describe_passed(converter: Any, field: Any, **_kwargs: Any) -> dict[str, Any]:
    """Describe a field whose value is passed on as the service made it: by its shape, which it is not loaded with."""
    if not isinstance(field, Passed):
        return {}
    shape = converter.resolve_nested_schema(field.shape)
    return {"type": "array", "items": shape} if field.many else shape
