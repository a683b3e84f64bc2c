"""Ids of another project, or of none, open nothing: every route of the API that names a project, as everybody."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from server.auth import PUBLIC

BOTH_DATABASES = True

NOWHERE = 7


def routes(app: Flask) -> list[tuple[str, str, dict[str, Any]]]:
    found = []
    for rule in app.url_map.iter_rules():
        if "project_id" in rule.arguments and app.view_functions[rule.endpoint].required_verb != PUBLIC:  # type: ignore[attr-defined]
            values = {name: 1 if name.endswith("_id") and "int" in str(rule) else "x" for name in rule.arguments}
            found += [(rule.endpoint, method, values) for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})]
    return found


@pytest.mark.parametrize("who", ["app_user", "officer", "administrator"])
def test_no_route_opens_for_a_project_that_is_not_ones_own(app: Flask, phone: Any, as_role: Any, who: str) -> None:
    if who == "app_user":
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = phone.headers["Authorization"]
    else:
        client = as_role(who)
    tried = 0
    adapter = app.url_map.bind("localhost")
    for endpoint, method, values in routes(app):
        given = {**values, "project_id": NOWHERE, **({"token": phone.token} if "token" in values else {})}
        rule = next(r for r in app.url_map.iter_rules(endpoint) if set(values) == r.arguments)
        for name, converter in rule._converters.items():
            if name != "project_id" and type(converter).__name__ == "IntegerConverter":
                given[name] = 1
        url = adapter.build(endpoint, given, method=method)
        with client.open(url, method=method, headers={"Accept": "application/json"}, data=b"{}") as answer:
            assert answer.status_code in (401, 403, 404), f"{who} {method} {url}: {answer.status_code}"
        tried += 1
    assert tried > 30
