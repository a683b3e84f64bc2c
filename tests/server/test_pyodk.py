"""pyODK, the official client of ODK Central, reads this server over real HTTP; and so do CSV, GeoJSON and OData readers."""

from __future__ import annotations

import csv
import io
import itertools
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import requests
from lxml import etree
from pyodk._utils.config import CentralConfig, Config
from pyodk.client import Client
from pyodk.errors import PyODKError

from server import create_app
from server.auth import COMMAND
from server.database import db
from server.services import actors
from server.services.forms import FormFile, publish_forms
from tests.builders import registration
from tests.live import LiveServer, live_server
from tests.server.conftest import PASSWORD, Phone, settings_in

BOTH_DATABASES = True

FORM = """
| survey   |                        |          |       |
|          | type                   | name     | label |
|          | begin_group            | g        | G     |
|          | text                   | name     | Name  |
|          | integer                | age      | Age   |
|          | decimal                | price    | Price |
|          | date                   | day      | Day   |
|          | dateTime               | at       | At    |
|          | geopoint               | where    | Where |
|          | select_multiple colors | likes    | Likes |
|          | text                   | nin      | NIN   |
|          | begin_repeat           | child    | Child |
|          | text                   | first    | First |
|          | begin_repeat           | toy      | Toy   |
|          | text                   | kind     | Kind  |
|          | end_repeat             |          |       |
|          | end_repeat             |          |       |
|          | end_group              |          |       |
| choices  |                        |          |       |
|          | list_name              | name     | label |
|          | colors                 | red      | Red   |
|          | colors                 | blue     | Blue  |
| settings |                        |          |       |
|          | form_id                | version  |       |
|          | a form                 | {version} |      |
"""


def make_id() -> str:
    """Make an instance id that no search for a number of these names finds by its beginning."""
    made = (str(uuid4()) for _ in itertools.count())
    return next(f"uuid:{one}" for one in made if not any(part[0] in "0123" for part in one.split("-")))


def filled(
    name: str, *, instance_id: str = "", deprecated_id: str = "", version: str = "1", **answers: str
) -> tuple[str, str]:
    instance_id = instance_id or make_id()
    v = {
        "age": "30",
        "price": "12.5",
        "day": "2026-11-20",
        "at": "2026-11-20T09:00:00.000+01:00",
        "likes": "red",
        **answers,
    }
    plain = "".join(
        f"<{key}>{v.get(key, '')}</{key}>" for key in ("age", "price", "day", "at", "where", "likes", "nin")
    )
    deprecated = f"<deprecatedID>{deprecated_id}</deprecatedID>" if deprecated_id else ""
    return (
        f'<data id="a form" version="{version}" xmlns:orx="http://openrosa.org/xforms"><g><name>{name}</name>{plain}'
        f"{v.get('repeats', '')}</g><meta>{deprecated}<instanceID>{instance_id}</instanceID>"
        f"<instanceName>of {name}</instanceName></meta></data>"
    ), instance_id


CHILDREN = (
    "<child><first>Ali</first><toy><kind>car</kind></toy><toy><kind>ball</kind></toy></child>"
    "<child><first>Lina</first></child>"
)


@dataclass
class Read:
    """A served project with submissions of one form, an edit among them, and what reads it."""

    server: LiveServer
    client: Client
    ids: list[str]
    woman: str

    def get(self, path: str, status: int = 200, **query: str) -> requests.Response:
        answer = requests.get(
            f"{self.server.url}/v1/projects/1/{path}",
            params={f"${k[1:]}" if k.startswith("_") else k: v for k, v in query.items()},
            auth=("officer@example.dz", PASSWORD),
            timeout=30,
        )
        assert answer.status_code == status, answer.text
        return answer


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("pyodk") / "data"
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("template"), folder)
        settings = settings_in(folder)
    else:
        running = request.getfixturevalue("cluster")
        shutil.copytree(running.folder / "keys", folder / "keys")
        settings = settings_in(folder, running.copy("template", "pyodk"))
    app = create_app(settings)
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with app.app_context():
        made = actors.create_app_user(1, "Agente", ("3112",), COMMAND)
        ids, woman = fill(Phone(app.test_client(), made.token, made.id))
        db.session.remove()
        db.engine.dispose()
    with live_server(settings.data, settings.database_url) as server:
        config = Config(central=CentralConfig(server.url, "officer@example.dz", PASSWORD, 1))
        yield Read(server, Client(config=config, cache_path=folder / "pyodk.toml", project_id=1), ids, woman)


def fill(phone: Phone) -> tuple[list[str], str]:
    publish_forms(1, [FormFile("f.md", FORM.format(version="1").encode())], COMMAND)
    ids = []
    for number in range(4):
        repeats = CHILDREN if number == 0 else ""
        where = "35.5 -0.71 120 4.5" if number < 2 else ""
        xml, instance_id = filled(f"Name {number}", repeats=repeats, where=where, nin="991980312000010099")
        phone.push(phone.item(xml, instance_id))
        ids.append(instance_id)
    xml, instance_id = filled(
        "=cmd|'/c calc'!A0", age="31", deprecated_id=ids[2], likes="red blue", where="-35.1 0.2 0 0"
    )
    phone.push(phone.item(xml, instance_id))
    xml, instance_id, woman = registration(nom_fr="=1+1", telephone="0660123456")
    phone.push(phone.item(xml, instance_id))
    return ids, woman


def test_pyodk_reads_projects_forms_submissions_and_entities(read: Read) -> None:
    client = read.client
    assert [project.id for project in client.projects.list()] == [1]
    project = client.projects.get()
    assert project.forms and project.lastSubmission
    forms = {form.xmlFormId: form for form in client.forms.list()}
    assert forms["a form"].state == "open"
    assert client.forms.get("a form").hash == forms["a form"].hash
    assert "a form" in client.forms.get_xml("a form")
    listed = client.submissions.list(form_id="a form")
    assert [one.instanceId for one in listed] == read.ids[::-1]
    one = client.submissions.get(read.ids[2], form_id="a form")
    assert (one.reviewState, one.instanceName) == ("edited", "of =cmd|'/c calc'!A0")
    lists = {found.name for found in client.entity_lists.list()}
    assert "artisanes" in lists
    names = {found.name for found in client.entity_lists.get("artisanes").properties or []}
    assert {"nom_fr", "commune"} <= names
    assert [entity.uuid for entity in client.entities.list("artisanes")] == [read.woman]
    assert client.session.get("users/current").json()["email"] == "officer@example.dz"


def test_pyodk_reads_tables_whole_and_in_pages(read: Read) -> None:
    table = read.client.submissions.get_table
    whole = table(form_id="a form", count=True)
    assert whole["@odata.count"] == 4 and "@odata.nextLink" not in whole
    assert [row["__id"] for row in whole["value"]] == read.ids[::-1]
    first = whole["value"][-1]
    assert first["meta"] == {"instanceID": read.ids[0], "instanceName": "of Name 0"}
    assert first["g"]["age"] == 30 and first["g"]["price"] == 12.5 and first["g"]["day"] == "2026-11-20"
    assert first["g"]["at"] == "2026-11-20T08:00:00.000Z"
    assert first["g"]["nin"] == "****0099"
    assert first["g"]["where"] == {
        "type": "Point",
        "coordinates": [-0.71, 35.5, 120.0],
        "properties": {"accuracy": 4.5},
    }
    assert first["g"]["child@odata.navigationLink"] == f"Submissions('{read.ids[0].replace(':', '%3A')}')/g/child"
    edited = whole["value"][1]
    assert edited["g"]["name"].startswith("=cmd") and edited["__system"]["edits"] == 1
    assert edited["__system"]["reviewState"] == "edited" and edited["meta"]["instanceID"] != edited["__id"]
    paged, url = [], f"{read.server.url}/v1/projects/1/forms/a form.svc/Submissions?$top=3"
    while url:
        page = read.client.session.get(url).json()
        paged += page["value"]
        url = page.get("@odata.nextLink", "")
    assert paged == whole["value"]
    assert table(form_id="a form", skip=1, top=1)["value"] == whole["value"][1:2]
    assert table(form_id="a form", top=0, count=True) == {
        "value": [],
        **{k: whole[k] for k in whole if k != "value"},
    }
    expanded = table(form_id="a form", expand="*")["value"][-1]
    assert [child["first"] for child in expanded["g"]["child"]] == ["Ali", "Lina"]
    assert [toy["kind"] for toy in expanded["g"]["child"][0]["toy"]] == ["car", "ball"]
    wkt = table(form_id="a form", wkt=True)["value"][-1]
    assert wkt["g"]["where"] == "POINT (-0.71 35.5 120.0)"


def test_repeats_are_tables_that_name_their_parents(read: Read) -> None:
    table = read.client.submissions.get_table
    children = table(form_id="a form", table_name="Submissions.g.child", count=True)
    assert children["@odata.count"] == 2
    assert [(row["first"], row["__Submissions-id"]) for row in children["value"]] == [
        ("Ali", read.ids[0]),
        ("Lina", read.ids[0]),
    ]
    toys = table(form_id="a form", table_name="Submissions.g.child.toy")["value"]
    assert {row["__Submissions-g-child-id"] for row in toys} == {children["value"][0]["__id"]}
    page = table(form_id="a form", table_name="Submissions.g.child.toy", top=1)
    assert page["value"] == toys[:1]
    assert read.client.session.get(page["@odata.nextLink"]).json()["value"] == toys[1:]
    link = children["value"][0]["toy@odata.navigationLink"]
    assert read.get(f"forms/a form.svc/{link}").json()["value"] == toys
    assert read.get(f"forms/a form.svc/Submissions('{read.ids[1]}')").json()["value"][0]["g"]["name"] == "Name 1"
    assert read.get("forms/a form.svc/Submissions.g.nothing", 404).json()["code"] == "404.1"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("__system/reviewState eq 'edited'", [2]),
        ("not (__system/reviewState eq 'edited')", [0, 1, 3]),
        ("__system/reviewState eq null and __system/submitterId ge 1", [0, 1, 3]),
        ("year(__system/submissionDate) lt 2020", []),
        ("__system/submissionDate ge 2020-01-01 and __system/submissionDate lt now()", [0, 1, 2, 3]),
        ("__system/updatedAt ne null or $root/Submissions/__system/submissionDate lt 2000-01-01T00:00:00Z", [2]),
        ("__system/deletedAt eq null", [0, 1, 2, 3]),
    ],
)
def test_filters_are_centrals(read: Read, text: str, found: list[int]) -> None:
    rows = read.client.submissions.get_table(form_id="a form", filter=text, count=True)
    assert [row["__id"] for row in rows["value"]] == [read.ids[number] for number in reversed(found)]
    assert rows["@odata.count"] == len(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("__system/submissionDate asc", [0, 1, 2, 3]),
        ("__system/submissionDate DESC", [3, 2, 1, 0]),
        ("__system/updatedAt", [0, 1, 3, 2]),
        ("$root/Submissions/__system/updatedAt desc", [2, 3, 1, 0]),
        ("__system/reviewState desc, __system/submissionDate asc", [2, 0, 1, 3]),
        ("__system/deletedAt, __system/submitterId asc , __system/submissionDate desc", [3, 2, 1, 0]),
    ],
)
def test_orders_are_centrals_whole_and_in_pages(read: Read, text: str, found: list[int]) -> None:
    def ids(rows: list[dict[str, object]]) -> set[object]:
        return {row["__id"] for row in rows}

    url = f"{read.server.url}/v1/projects/1/forms/a form.svc/Submissions"
    whole = read.client.session.get(url, params={"$orderby": text}).json()["value"]
    known = [number for number in found if number in (2, 3)] if "updatedAt" in text else found
    order = [read.ids.index(row["__id"]) for row in whole]
    assert [number for number in order if number in known] == known and ids(whole) == set(read.ids)
    paged, query = [], {"$orderby": text, "$top": "1"}
    answer = read.client.session.get(url, params=query).json()
    while True:
        paged += answer["value"]
        if "@odata.nextLink" not in answer:
            break
        answer = read.client.session.get(answer["@odata.nextLink"]).json()
    assert paged == whole
    toys = read.get("forms/a form.svc/Submissions.g.child.toy", _orderby=text).json()["value"]
    assert [toy["kind"] for toy in toys] == ["car", "ball"]


def test_what_is_not_offered_is_said_with_centrals_codes(read: Read) -> None:
    url = "forms/a form.svc/Submissions"
    for query, status, code in (
        ({"_filter": "g/name eq 'x'"}, 501, "501.5"),
        ({"_filter": "concat(__id,'x') eq 'x'"}, 501, "501.4"),
        ({"_filter": "__id eq"}, 400, "400.18"),
        ({"_filter": "__system/submissionDate gt 'soon'"}, 400, "400.18"),
        ({"_filter": "(" * 60}, 400, "400.18"),
        ({"_expand": "g/child"}, 501, "501.6"),
        ({"_expand": "*", "_select": "g"}, 501, "501.11"),
        ({"_compute": "x"}, 501, "501.1"),
        ({"_search": "a " * 40}, 400, "400.18"),
        ({"_orderby": "g/name desc"}, 501, "501.5"),
        ({"_orderby": "__system/submissionDate sideways"}, 400, "400.18"),
        ({"_orderby": ","}, 400, "400.18"),
        ({"_select": "nothing"}, 400, "400.23"),
        ({"_skiptoken": "01nonsense"}, 400, "400.35"),
        ({"_skiptoken": "01" + "eyJpbnN0YW5jZUlkIjoieCJ9"}, 400, "400.34"),
        ({"_format": "atom"}, 406, "406.1"),
    ):
        assert read.get(url, status, **query).json()["code"] == code, query
    with pytest.raises(PyODKError):
        read.client.submissions.get_table(form_id="no such form")
    nobody = requests.get(f"{read.server.url}/v1/projects/1/{url}", timeout=30)
    assert nobody.status_code == 401
    viewer = requests.get(f"{read.server.url}/v1/projects/1/{url}", auth=("viewer@example.dz", PASSWORD), timeout=30)
    assert viewer.json()["code"] == "403.1"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nàme", [0, 1, 3]),
        ('"name 1" or calc', [1, 2]),
        ("of -name", [2]),
        ("name NOT 3", [0, 1]),
        ("Agente", [0, 1, 2, 3]),
        ("nobody", []),
        ("  ", [0, 1, 2, 3]),
        ("id of 2", [2]),
    ],
)
def test_words_of_submissions_are_searched_in_feeds_and_files(read: Read, text: str, found: list[int]) -> None:
    if text == "id of 2":  # edited: programs know it by the id of its original
        text = read.ids[2].removeprefix("uuid:")[:13]
    ids = [read.ids[number] for number in reversed(found)]
    rows = read.get("forms/a form.svc/Submissions", _search=text, _count="true").json()
    assert ([row["__id"] for row in rows["value"]], rows["@odata.count"]) == (ids, len(ids))
    toys = read.get("forms/a form.svc/Submissions.g.child.toy", _search=text).json()["value"]
    assert len(toys) == (2 if 0 in found else 0)
    lines = read.get("forms/a form/submissions.csv", _search=text).content.decode("utf-8-sig")
    assert [line["KEY"] for line in csv.DictReader(io.StringIO(lines))] == ids
    with zipfile.ZipFile(io.BytesIO(read.get("forms/a form/submissions.csv.zip", _search=text).content)) as archive:
        assert archive.read("a form.csv").count(b"uuid:") >= len(ids)
    places = read.get("forms/a form/submissions.geojson", _search=text).json()["features"]
    assert [place["id"] for place in places] == [key for key in ids if key != read.ids[3]]


def test_select_keeps_what_is_named(read: Read) -> None:
    table = read.client.submissions.get_table
    rows = table(form_id="a form", select="__id,g/name,__system/edits")["value"]
    assert rows[-1] == {"__id": read.ids[0], "__system": {"edits": 0}, "g": {"name": "Name 0"}}
    rows = table(form_id="a form", table_name="Submissions.g.child", select="first")["value"]
    assert rows == [{"first": "Ali"}, {"first": "Lina"}]


def test_service_and_metadata_describe_every_property_that_rows_have(read: Read) -> None:
    service = read.get("forms/a form.svc").json()
    assert [each["name"] for each in service["value"]] == [
        "Submissions",
        "Submissions.g.child",
        "Submissions.g.child.toy",
    ]
    answer = read.get("forms/a form.svc/$metadata")
    assert answer.headers["OData-Version"] == "4.0"
    space = {"e": "http://docs.oasis-open.org/odata/ns/edm"}
    document = etree.fromstring(answer.content)
    types = {
        each.get("Name"): {p.get("Name"): p.get("Type") for p in each.findall("e:Property", space)}
        | {p.get("Name"): p.get("Type") for p in each.findall("e:NavigationProperty", space)}
        for kind in ("EntityType", "ComplexType")
        for each in document.iterfind(f".//e:{kind}", space)
    }
    assert types["g"]["age"] == "Edm.Int64" and types["g"]["where"] == "Edm.GeographyPoint"
    assert (
        types["g"]["child"].startswith("Collection(")
        and types["Submissions.g.child"]["__Submissions-id"] == "Edm.String"
    )
    row = read.get("forms/a form.svc/Submissions").json()["value"][-1]
    assert {name.partition("@")[0] for name in row} == set(types["Submissions"])
    assert {name.partition("@")[0] for name in row["g"]} == set(types["g"])
    assert set(row["__system"]) == {p.get("Name") for p in document.find(".//e:ComplexType[@Name='metadata']", space)}


def test_entities_are_a_table_a_csv_and_points(read: Read) -> None:
    rows = read.client.entities.get_table("artisanes", count=True)
    assert rows["@odata.count"] == 1
    row = rows["value"][0]
    assert (row["__id"], row["nom_fr"], row["commune"]) == (read.woman, "=1+1", "3112")
    assert row["nin"] == "****0099" and row["__system"]["version"] == 1 and row["__system"]["creatorName"] == "Agente"
    assert read.client.entities.get_table("artisanes", select="label,__system/version")["value"] == [
        {"label": row["label"], "__system": {"version": 1}}
    ]
    for text, count in (
        ("__system/conflict eq null", 1),
        ("__system/createdAt lt 2000-01-01", 0),
        (f"__id eq '{read.woman}'", 1),
    ):
        assert len(read.client.entities.get_table("artisanes", filter=text)["value"]) == count, text
    url = "datasets/artisanes.svc/Entities"
    for text, count in (
        ("tafraoui", 0),  # the label of a choice is not hers
        ("0660123456", 1),
        ("nobody OR 0660123456", 1),
        ("-0660123456", 0),
        ('"0660123456" -nobody', 1),
        ("0660123456 nobody", 0),
        ("  ", 1),
    ):
        found = read.get(url, _search=text, _count="true").json()
        assert (len(found["value"]), found["@odata.count"]) == (count, count), text
        lines = read.get("datasets/artisanes/entities.csv", _search=text).content.decode("utf-8-sig")
        assert len(list(csv.DictReader(io.StringIO(lines)))) == count
    assert read.get(url, 400, _search="a " * 40).json()["code"] == "400.18"
    assert read.get(url, _orderby="__system/createdAt asc, __system/conflict desc").json()["value"] == rows["value"]
    assert read.get(url, 501, _orderby="label").json()["code"] == "501.5"
    assert len(read.get(f"datasets/artisanes.svc/Entities('{read.woman}')").json()["value"]) == 1
    document = read.get("datasets/artisanes.svc/$metadata").text
    assert all(f'Name="{name}"' in document for name in row if not name.startswith("__"))
    assert read.get("datasets/artisanes.svc").json()["value"][0]["url"] == "Entities"
    text = read.get("datasets/artisanes/entities.csv").content.decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["__id"], line["nom_fr"], line["telephone"], line["__version"]) == (
        read.woman,
        "'=1+1",
        "0660123456",
        "1",
    )
    assert read.get("datasets/artisanes/entities.geojson").json()["type"] == "FeatureCollection"
    assert read.get("datasets/nothing/entities.csv", 404).json()["code"] == "404.1"


def test_csv_and_its_zip_are_centrals_tables(read: Read) -> None:
    answer = read.get("forms/a form/submissions.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["KEY"] for line in lines] == read.ids[::-1]
    assert lines[1]["g-name"] == "'=cmd|'/c calc'!A0" and lines[1]["g-where-Latitude"] == "-35.1"
    assert lines[-1]["g-at"] == "2026-11-20T08:00:00.000Z" and lines[-1]["g-nin"] == "****0099"
    assert lines[0]["SubmissionDate"].endswith("Z") and lines[0]["SubmitterName"] == "Agente"
    zipped = read.get(
        "forms/a form/submissions.csv.zip", attachments="false", groupPaths="false", splitSelectMultiples="true"
    )
    with zipfile.ZipFile(io.BytesIO(zipped.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a form.csv", "a form-child.csv", "a form-toy.csv"]
        main, children, toys = (
            list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))) for name in archive.namelist()
        )
    assert (main[1]["likes"], main[1]["likes/red"], main[1]["likes/blue"], main[0]["likes/blue"]) == (
        "red blue",
        "1",
        "1",
        "0",
    )
    assert [(c["first"], c["PARENT_KEY"]) for c in children] == [("Ali", read.ids[0]), ("Lina", read.ids[0])]
    assert [t["KEY"] for t in toys] == [f"{read.ids[0]}/g/child[1]/toy[{n}]" for n in (1, 2)]
    filtered = read.get("forms/a form/submissions.csv", _filter="__system/reviewState eq 'edited'")
    assert len(filtered.content.decode("utf-8-sig").splitlines()) == 2


def test_geojson_shows_where_a_form_was_answered(read: Read) -> None:
    found = json.loads(read.get("forms/a form/submissions.geojson").content)
    assert {feature["id"]: feature["geometry"]["coordinates"] for feature in found["features"]} == {
        read.ids[0]: [-0.71, 35.5, 120.0],
        read.ids[1]: [-0.71, 35.5, 120.0],
        read.ids[2]: [0.2, -35.1, 0.0],
    }
    assert found["features"][0]["properties"] == {"fieldpath": "/g/where"}
    assert len(read.get("forms/a form/submissions.geojson", limit="2").json()["features"]) == 1
    assert read.get("forms/a form/submissions.geojson", 400, fieldpath="/g/name").json()["code"] == "400.23"
