"""What fails is logged with its request id, and without secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.logs import init_logs
from server.services import feed

BOTH_DATABASES = True


def test_a_failure_is_logged_without_what_variables_held(
    capsys: pytest.CaptureFixture[str], client: FlaskClient, phone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        nin = "991980312000077799"
        raise RuntimeError("broken " + str(len(nin)))

    init_logs()  # onto the stream that this test reads
    monkeypatch.setattr(feed, "pull", fail)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.post("/v1/projects/1/sync/pull", json={}, headers=phone.headers)
    assert (answer.status_code, answer.json["code"]) == (500, "500.1")
    assert "RuntimeError" not in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    failed = next(line for line in lines if line["event"] == "failed")
    assert failed["request_id"] == answer.json["requestId"]
    assert "broken 18" in failed["exception"]
    assert "991980312000077799" not in str(failed)
    assert phone.token not in str(failed)
