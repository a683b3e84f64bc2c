"""Drafts, reviews and certificates for programs, with ODK Central's addresses where it has them."""

from __future__ import annotations

from typing import Any

from tests.builders import registration
from tests.server.test_certificates import examine
from tests.server.test_drafts import PICTURE, form

BOTH_DATABASES = True
FORMS = "/v1/projects/1/forms"


def test_a_draft_is_uploaded_given_its_files_published_and_dropped(as_role: Any) -> None:
    admin = as_role("administrator")
    address = f"{FORMS}/villes/draft"

    def upload(xlsform: str, status: int = 200) -> Any:
        answer = admin.post(address, data=xlsform.encode(), content_type="text/markdown")
        assert answer.status_code == status, answer.text
        return answer.json

    assert upload(form("autre", "1"), 400)["code"] == "400.8"  # another form than the address names
    assert admin.get(address).status_code == 404
    broken = upload("| survey |\n| | type | name |\n| | nothing | a |", 400)
    assert broken["code"] == "400.15" and broken["details"]["problems"]
    assert admin.post(address, data=b"x", content_type="application/zip").status_code == 415
    kept = upload(form("villes", "1", extra=PICTURE))
    assert (kept["xmlFormId"], kept["version"], kept["draft"]) == ("villes", "1", True)
    assert admin.get(f"{FORMS}/villes").status_code == 404  # nobody is offered a draft
    assert admin.get(f"{address}/attachments").json == [{"name": "ok.png", "exists": False}]
    assert admin.post(f"{address}/attachments/no.png", data=b"x").status_code == 404
    assert admin.post(f"{address}/attachments/ok.png", data=b"\x89PNG").json == {"name": "ok.png", "exists": True}
    assert admin.post(f"{address}/publish").json["version"] == "1"
    assert admin.get(f"{FORMS}/villes").json["xmlFormId"] == "villes" and admin.get(address).status_code == 404
    upload(form("villes", "1", question="lieu"))
    assert admin.post(f"{address}/publish").json["code"] == "409.6"
    assert admin.delete(address).status_code == 204 and admin.get(address).status_code == 404
    assert as_role("officer").post(address, data=b"x", content_type="text/markdown").status_code == 403


def test_a_submission_is_reviewed_and_spoken_of(as_role: Any, phone: Any) -> None:
    xml, instance_id, _ = registration()
    phone.push(phone.item(xml, instance_id))
    officer = as_role("officer")
    address = f"{FORMS}/cam_a_inscription/submissions/{instance_id}"
    assert officer.patch(address, json={"reviewState": "hasIssues"}).json["reviewState"] == "hasIssues"
    assert officer.get(address).json["reviewState"] == "hasIssues"
    said = officer.post(f"{address}/comments", json={"body": "La localité ?"}).json
    assert (said["body"], said["kind"], said["actor"]) == ("La localité ?", "comment", "officer")
    assert [one["kind"] for one in officer.get(f"{address}/comments").json] == ["hasIssues", "comment"]
    assert officer.patch(address, json={"reviewState": None}).json["reviewState"] is None
    assert officer.patch(address, json={"reviewState": "edited"}).json["code"] == "400.8"
    assert officer.patch(f"{FORMS}/cam_a_inscription/submissions/uuid:no", json={"reviewState": None}).status_code == 404
    assert as_role("viewer").patch(address, json={"reviewState": "approved"}).status_code == 403
    assert as_role("viewer").get(f"{address}/comments").status_code == 403


def test_certificates_are_issued_and_cancelled_by_programs_and_the_session_says_results_in_words(
    as_role: Any, phone: Any
) -> None:
    passed, failed = examine(phone, ["admise", "ajournee"])
    officer = as_role("officer")
    page = officer.get("/sessions/qualification/EX-1", headers={"Accept": "text/html", "Accept-Language": "fr"}).text
    assert ">Admise<" in page and ">Ajournée<" in page and ">admise<" not in page
    address = "/v1/projects/1/certificates"
    asked = {"kind": "qualification", "session": "EX-1", "entityIds": [passed, failed]}
    refused = officer.post(address, json=asked)
    assert refused.json["code"] == "409.59" and refused.json["details"]["blocked"] == {failed: "failed"}
    (made,) = officer.post(address, json={**asked, "entityIds": [passed]}).json
    assert made["number"].startswith("Q-") and made["verifyUrl"].startswith("http") and made["cancelledAt"] is None
    assert officer.get(f"{address}?session=EX-1").json == [made] == [officer.get(f"{address}/{made['id']}").json]
    gone = officer.post(f"{address}/{made['id']}/cancel", json={"reason": "erreur de nom"}).json
    assert gone["cancelledAt"] and gone["reason"] == "erreur de nom"
    assert officer.get(f"{address}/unknown").status_code == 404
    assert as_role("protection").get(address).status_code == 403
