"""`flask --app server quarantine`: list, retry, release."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask

from server.auth import COMMAND
from server.database import db
from server.services.actors import revoke_app_user
from server.services.forms import FormFile, publish_forms
from tests.builders import registration

BOTH_DATABASES = True

FORM = """
| survey   |      |         |       |
|          | type | name    | label |
|          | text | a       | A     |
| settings |         |         |    |
|          | form_id | version |    |
|          | later   | 1       |    |
"""


def run(app: Flask, *arguments: str, status: int = 0) -> Any:
    db.session.remove()
    done = app.test_cli_runner().invoke(args=["quarantine", *arguments, "--json"])
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


def test_quarantine_is_listed_retried_and_released(app: Flask, make_phone: Any) -> None:
    one, two = make_phone("Amina"), make_phone("Houria")
    one.push(one.item("<data id='later' version='1'><a>1</a><meta><instanceID>uuid:l</instanceID></meta></data>", "uuid:l"))
    one.push(one.item("no xml", "uuid:broken"))
    revoke_app_user(1, two.app_user_id, COMMAND)
    xml, instance_id, woman = registration()
    two.push(two.item(xml, instance_id))
    listed = run(app, "list")["items"]
    assert {(i["code"], i["appUser"]) for i in listed} == {("404.6", "Amina"), ("400.1", "Amina"), ("403.50", "Houria")}
    assert [i["instanceId"] for i in run(app, "list", "--code", "404.6")["items"]] == ["uuid:l"]
    assert [i["counts"] for i in run(app, "retry", "--all")["items"]] == [False, False, False]
    publish_forms(1, [FormFile("l.md", FORM.encode())], COMMAND)
    assert run(app, "retry", "--code", "404.6")["items"] == [
        {"instanceId": "uuid:l", "counts": True, "code": None, "message": None}
    ]
    (hers,) = [i["id"] for i in listed if i["code"] == "403.50"]
    assert run(app, "release", hers[:10])["items"][0]["counts"]
    assert woman in make_phone("Nouvelle").women()
    (broken,) = run(app, "list")["items"]
    assert run(app, "release", broken["id"], status=1)["error"]["code"] == "400.1"
    assert run(app, "retry", status=1)["error"]["code"] == "400.2"
    assert run(app, "retry", "ffffffffff", status=1)["error"]["code"] == "404.1"
