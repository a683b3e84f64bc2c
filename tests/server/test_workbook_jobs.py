"""Workbooks made apart from the request: progress, stopping, interruption, saved options, targets, who may see what."""

from __future__ import annotations

import io
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask

from exports.programme import ALGIERS
from server.auth import COMMAND
from server.database import db, transaction
from server.errors import Problem
from server.models import Audit, WorkbookJob, WorkbookPreset
from server.services import exports, presets, workbooks
from server.services.workbook_options import read_asked
from tests.builders import registration
from tests.desk import served_apart, sign_in

BOTH_DATABASES = True

URL = "/v1/projects/1/workbook.xlsx"
NIN = "991980312000077799"


def settle(app: Flask, job_id: str, *wanted: str) -> str:
    """Wait until a job stands so, and say how it does."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with app.app_context():
            state = workbooks.state_of(workbooks.find_job(1, job_id))
        if state in wanted:
            return state
        threading.Event().wait(0.02)
    raise AssertionError(state)


def sheets(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(io.BytesIO(data))}


@pytest.fixture
def woman(phone: Any) -> str:
    xml, instance_id, entity_id = registration(nin=NIN)
    phone.push(phone.item(xml, instance_id))
    return str(entity_id)


def test_a_job_makes_a_workbook_that_can_be_fetched(app: Flask, woman: str, as_role: Any) -> None:
    officer = as_role("officer")
    job_id = workbooks.start_job(1, COMMAND, read_asked({"multiple": ["both"]}, COMMAND, 1))
    assert settle(app, job_id, "done", "failed") == "done"
    with officer.get(f"/workbook/jobs/{job_id}/file") as answer:
        assert answer.status_code == 200
        assert woman in str(sheets(answer.data)["07_Liste_nominative"])
    page = officer.get("/workbook").text
    assert "http-equiv" not in page  # nothing takes away what somebody is typing
    assert f"/workbook/jobs/{job_id}/file" in page
    with app.app_context():
        job = workbooks.find_job(1, job_id)
        assert (job.done, job.total) == (1, 1)
        path = workbooks.job_path(1, job_id)
        assert path.stat().st_size == job.size_bytes
        assert path.stat().st_mode & 0o077 == 0
    assert as_role("viewer").get(f"/workbook/jobs/{job_id}/file").status_code == 403


def test_a_job_stops_when_asked_and_leaves_nothing(app: Flask, woman: str, monkeypatch: pytest.MonkeyPatch) -> None:
    go, begun = threading.Event(), threading.Event()
    real = exports.build_programme

    def wait(*given: Any) -> Any:
        begun.set()
        assert go.wait(60)
        return real(*given)

    monkeypatch.setattr(exports, "build_programme", wait)
    job_id = workbooks.start_job(1, COMMAND, read_asked({}, COMMAND, 1))
    assert begun.wait(60)
    workbooks.cancel_job(1, job_id)
    go.set()
    assert settle(app, job_id, "cancelled", "done") == "cancelled"
    assert list(workbooks.exports_folder(1).iterdir()) == []


def test_a_job_whose_maker_is_gone_is_interrupted_and_tidied(app: Flask, woman: str) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=workbooks.SILENT_S + 5)
    with transaction() as session:
        session.add(
            WorkbookJob(
                project_id=1, id="11111111-1111-4111-8111-111111111111", asked_at=long_ago, asked_by="user:1", asked={},
                state="running", done=3, total=9, touched_at=long_ago, size_bytes=0,
            )
        )  # fmt: skip
    path = workbooks.job_path(1, "11111111-1111-4111-8111-111111111111")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_bytes(b"half")
    assert workbooks.state_of(workbooks.list_jobs(1)[0]) == "interrupted"
    workbooks.tidy_jobs(1)
    assert workbooks.list_jobs(1)[0].state == "failed"
    assert not path.with_suffix(".part").exists()


def test_numbers_in_full_want_a_right_and_a_reason_and_are_noted(app: Flask, woman: str, as_role: Any) -> None:
    query = "?nin=full&reason=Dossier%20ANGEM"
    assert as_role("officer").get(URL + query).status_code == 403
    administrator = as_role("administrator")
    assert administrator.get(URL + "?nin=full").json["code"] == "400.8"
    with administrator.get(URL + query) as answer:
        assert NIN in str(sheets(answer.data)["cam_a_inscription"])
    with app.app_context():
        noted = db.session.query(Audit).filter_by(action="workbook.export").order_by(Audit.at.desc()).first()
        assert noted is not None
        assert noted.details["reason"] == "Dossier ANGEM"
    with administrator.get(URL) as answer:
        assert NIN not in str(sheets(answer.data))


@pytest.mark.parametrize(
    "query", ["multiple=x", "since=31/03/2026", "since=2026-04-01&until=2026-03-01", "personal=maybe", "versions=2"]
)
def test_options_that_mean_nothing_are_refused(as_role: Any, query: str) -> None:
    assert as_role("officer").get(f"{URL}?{query}").json["code"] == "400.8"


def test_options_reach_the_workbook_by_http(woman: str, as_role: Any) -> None:
    officer = as_role("officer")
    with officer.get(f"{URL}?personal=pseudonyms&form=cam_a_inscription&multiple=split") as answer:
        found = sheets(answer.data)
    assert "07_Liste_nominative" not in found
    assert woman not in str(found)
    assert len(found["cam_a_inscription"]) == 2
    with officer.get(f"{URL}?since=2001-01-01&until=2001-12-31") as answer:
        assert len(sheets(answer.data)["cam_a_inscription"]) == 1


def test_saved_options_make_a_workbook_when_due_with_what_is_new_coloured(app: Flask, phone: Any, woman: str, as_role: Any) -> None:
    officer = as_role("officer")
    saved = presets.save_preset(1, "Lundi de la direction", "week", read_asked({"personal": ["true"]}, COMMAND, 1), COMMAND)
    made = presets.run_presets(1)
    assert [one.name for one in made] == ["Lundi de la direction"]
    assert made[0].file.name.startswith("Lundi-de-la-direction-")
    assert presets.run_presets(1) == []
    phone.push(phone.item(*registration()[:2]))
    presets.run_presets(1, everything=True)
    with officer.get(f"/v1/projects/1/presets/{saved}/workbook.xlsx") as answer:
        assert answer.status_code == 200
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    counts = [row for row in book["02_Par_commune"].iter_rows(min_row=2, min_col=4, max_col=4) if row[0].value]
    assert [row[0].fill.fgColor.rgb for row in counts] == ["00CDEBC5"] * 2  # her commune, and the total
    assert book["01_Synthese"]["B2"].fill.fgColor.rgb == "00CDEBC5"
    assert book["01_Synthese"]["C2"].fill.fgColor.rgb == "00000000"
    sheet = book["cam_a_inscription"]
    assert [sheet[f"A{line}"].fill.fgColor.rgb for line in (2, 3)] == ["00000000", "00CDEBC5"]
    assert officer.get("/v1/projects/1/presets/nothing/workbook.xlsx").status_code == 404
    assert as_role("viewer").get(f"/v1/projects/1/presets/{saved}/workbook.xlsx").status_code == 403


def test_saved_options_are_deleted_after_a_question_and_their_workbooks_stay(app: Flask) -> None:
    saved = presets.save_preset(1, "Lundi <b>", "week", read_asked({}, COMMAND, 1), COMMAND)
    made = presets.run_presets(1)[0].file
    desk = sign_in(served_apart(app), "officer")
    url = f"/workbook/presets/{saved}/delete"
    assert url in desk.get("/workbook")
    page = desk.get(url)
    assert "Lundi &lt;b&gt;" in page and f'action="{url}"' in page
    assert url in desk.get("/workbook")  # nothing was done by asking
    desk.post(url)
    assert url not in desk.get("/workbook") and made.exists()
    desk.get(url, status=404)


@pytest.mark.parametrize(
    ("every", "last", "today", "due"),
    [
        ("", None, date(2026, 11, 23), False),
        ("week", None, date(2026, 11, 26), True),
        ("week", date(2026, 11, 22), date(2026, 11, 23), True),
        ("week", date(2026, 11, 23), date(2026, 11, 29), False),
        ("day", date(2026, 11, 22), date(2026, 11, 23), True),
        ("month", date(2026, 11, 30), date(2026, 12, 1), True),
        ("month", date(2026, 11, 1), date(2026, 11, 30), False),
    ],
)
def test_saved_options_are_due_by_day_week_and_month(every: str, last: date | None, today: date, due: bool) -> None:
    made = datetime(last.year, last.month, last.day, 12, tzinfo=ALGIERS) if last else None
    assert presets.is_due(WorkbookPreset(every=every, made_at=made), today) is due


def test_numbers_in_full_cannot_be_saved(app: Flask) -> None:
    asked = read_asked({"nin": ["full"], "reason": ["x"]}, COMMAND, 1)
    with pytest.raises(Problem):
        presets.save_preset(1, "Tout", "", asked, COMMAND)


def test_targets_reach_the_summary(app: Flask, woman: str, as_role: Any) -> None:
    year = datetime.now(UTC).astimezone(ALGIERS).year
    presets.set_targets(1, year, {"I01": 50, "I07": 0.9, "I02": None}, COMMAND)
    with as_role("officer").get(URL) as answer:
        row = sheets(answer.data)["01_Synthese"][1]
    assert row[5] == 50
    with pytest.raises(Problem):
        presets.set_targets(1, year, {"I99": 1}, COMMAND)


def test_erasing_somebody_takes_finished_workbooks_away(app: Flask, woman: str) -> None:
    job_id = workbooks.start_job(1, COMMAND, read_asked({}, COMMAND, 1))
    assert settle(app, job_id, "done", "failed") == "done"
    workbooks.forget_workbooks(1)
    assert workbooks.state_of(workbooks.find_job(1, job_id)) == "gone"
