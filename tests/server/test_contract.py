"""The OpenAPI document says what the server does: every route is in it, and no generated request makes it fail."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase
from schemathesis.checks import CHECKS

from server.api.operations import XLSX
from server.errors import MESSAGES
from tests.builders import registration

BOTH_DATABASES = True

LONG = os.environ.get("HIRFA_TESTS") == "long"
EXAMPLES = 60 if LONG else 3
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
"""Not that everything the schema refuses is refused: of an envelope, what is not known is passed over (phones of
another day)."""


@schemathesis.serializer("application/offset+octet-stream", XLSX)
def write_piece(_context: Any, value: Any) -> bytes:
    """Send a piece of an upload, or a file, as what was generated for it."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def test_the_document_covers_every_route_and_method(app: Flask, client: FlaskClient) -> None:
    paths = client.get("/v1/openapi.json").json["paths"]
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/v1/"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        methods = (rule.methods or set()) - ({"HEAD"} if "GET" in (rule.methods or set()) else set())
        assert {method.lower() for method in methods} <= set(paths[path]), path
        named = {parameter["name"] for parameter in paths[path].get("parameters", [])}
        assert named == rule.arguments, path


def test_the_document_names_only_codes_and_schemas_that_exist(client: FlaskClient) -> None:
    document = client.get("/v1/openapi.json").json
    text = json.dumps(document)
    for name in set(re.findall(r"#/components/schemas/(\w+)", text)):
        assert name in document["components"]["schemas"]
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            for status, answer in operation["responses"].items():
                for code in re.findall(r"\b\d{3}\.\d+\b", answer["description"].split(" The ")[0]):
                    assert code in MESSAGES
                    assert code.startswith(status)


def test_the_command_prints_the_same_document(app: Flask, client: FlaskClient) -> None:
    printed = app.test_cli_runner().invoke(args=["openapi"])
    assert json.loads(printed.output) == client.get("/v1/openapi.json").json


class Caller:
    """Somebody who calls, by a WSGI client of its own, with the context of each request apart."""

    def __init__(self, app: Flask, headers: dict[str, str], token: str) -> None:
        self.app, self.headers, self.token = app, headers, token

    def whole(self, environ: Any, start_response: Any) -> list[bytes]:
        """Answer whole and close what was answered from, as a server does and this client does not."""
        answer = self.app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()


@pytest.fixture(params=["nobody", "app_user", "officer", "administrator"])
def caller(request: pytest.FixtureRequest, app: Flask, phone: Any, as_role: Any) -> Iterator[Caller]:
    xml, instance_id, _ = registration()
    phone.push(phone.item(xml, instance_id))
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    headers = {}
    if request.param == "app_user":
        headers = dict(phone.headers)
    elif request.param != "nobody":
        headers = {"Authorization": as_role(request.param).environ_base["HTTP_AUTHORIZATION"]}
    return Caller(app, headers, phone.token if request.param == "app_user" else "x" * 64)


def test_no_request_makes_the_server_fail_and_answers_are_as_described(caller: Caller) -> None:
    """Project 1 exists and the token in the address is the caller's in most requests, else nothing would be reached."""
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", caller.whole)
    checks = CHECKS.get_by_names(list(CHECKED))
    failures: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=not LONG,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(), here=hypothesis.strategies.integers(0, 4))
        def run(case: Any, here: int) -> None:
            if here and case.path_parameters:
                known: dict[str, Any] = {"project_id": 1, "token": caller.token}
                case.path_parameters.update({k: v for k, v in known.items() if k in case.path_parameters})
            case.headers.update(caller.headers)
            case.validate_response(case.call(), checks=checks)

        try:
            run()
        except Exception as error:
            failures.append(f"{operation.method} {operation.path}: {str(error)[:1500]}")
    assert not failures, "\n\n".join(failures)
