"""Rules of the house, kept by tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from server.api.operations import OPERATIONS
from server.auth import GRANTS, PUBLIC, hash_token
from server.database import db, transaction
from server.models import AppUserToken
from server.settings_file import KNOWN

ROOT = Path(__file__).resolve().parents[2]

PUBLIC_ENDPOINTS = {
    "api.enrolment.enrol",
    "api.sessions.open_session",
    "api.app_files.index",
    "api.app_files.asset",
    "api.openapi.document",
    "api.watch.health",
    "api.watch.ready",
    "console.sign_in",
    "console.verify_certificate",
    "console.open_session",
    "console.set_language",
    "console.ask_code",
    "console.take_code",
    "console.openid_start",
    "console.openid_back",
    "console.ask_password",
    "console.set_password",
    "console.static",
}


def test_imports_follow_the_contracts() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_every_route_says_what_it_requires(app: Flask) -> None:
    known = {verb for verbs in GRANTS.values() for verb in verbs} | {PUBLIC}
    for rule in app.url_map.iter_rules():
        verb = getattr(app.view_functions[rule.endpoint], "required_verb", None)
        assert verb in known, f"{rule} ({rule.endpoint}) requires {verb}"


def test_only_the_listed_routes_are_public(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "required_verb", None) == PUBLIC
    }
    assert public <= PUBLIC_ENDPOINTS


@pytest.mark.parametrize("who", ["nobody", "app_user", "sender", "viewer", "officer", "administrator", "protection", "association"])
def test_every_route_is_closed_to_those_without_its_verb(app: Flask, phone: object, as_role: object, who: str) -> None:
    if who == "nobody":
        client = app.test_client()
    elif who in ("app_user", "sender"):
        client = app.test_client()
        if who == "sender":
            with app.app_context(), transaction() as session:
                session.get_one(AppUserToken, (1, hash_token(phone.token))).sends_only = True  # type: ignore[attr-defined]
        client.environ_base["HTTP_AUTHORIZATION"] = phone.headers["Authorization"]  # type: ignore[attr-defined]
    else:
        client = as_role(who)  # type: ignore[operator]
    granted = GRANTS.get(who, frozenset())
    app.config["WTF_CSRF_ENABLED"] = False
    for rule in app.url_map.iter_rules():
        verb = app.view_functions[rule.endpoint].required_verb  # type: ignore[attr-defined]
        if verb == PUBLIC:
            continue
        values: dict[str, object] = {
            name: 1 if name in ("project_id", "app_user_id", "agent_id") else 9999 if name == "user_id" else "x"
            for name in rule.arguments
        }
        if who in ("app_user", "sender") and "token" in values:
            values["token"] = phone.token  # type: ignore[attr-defined]
        url = rule.build(values)[1]
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            with client.open(url, method=method, headers={"Accept": "application/json"}) as answer:
                status = answer.status_code
            if verb in granted:
                assert status not in (401, 403), f"{who} {method} {url}: {status}"
            else:
                assert status in (401, 403), f"{who} {method} {url}: {status}"


def test_foreign_keys_are_indexed() -> None:
    """A foreign key must be the beginning of the primary key or of an index."""
    for table in db.metadata.tables.values():
        prefixes = [tuple(c.name for c in table.primary_key.columns)]
        prefixes += [tuple(c.name for c in index.columns) for index in table.indexes]
        for key in table.foreign_key_constraints:
            names = tuple(c.name for c in key.columns)
            assert any(set(p[: len(names)]) == set(names) for p in prefixes), f"{table.name}{names} has no index"


def test_project_id_comes_first_in_every_key() -> None:
    for table in db.metadata.tables.values():
        if "project_id" in table.columns:
            assert next(iter(table.primary_key.columns)).name == "project_id", table.name


def test_commit_stands_in_one_file() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "server").rglob("*.py")
        if ".commit()" in path.read_text() and path.name not in ("database.py", "env.py")
    ]
    assert offenders == []


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (r"etree\.(?:fromstring|parse|iterparse|XML|XMLParser)\b|\bminidom\b|\bElementTree\b", {"forms/xmltree.py"}),
        (r"^\s*(?:from|import)\s+pyxform\b", {"forms/xlsform.py"}),
        (r"^\s*(?:from|import)\s+openpyxl\b", {
            "exports/workbook.py", "exports/charts.py", "exports/roundtrip.py", "exports/returned.py", "exports/blanklist.py", "exports/catalogue.py", "exports/references.py", "exports/moving.py",
            "exports/stylesheet.py", "exports/pages.py", "exports/saving.py",
        }),
    ],
)
def test_parsers_stay_behind_their_fence(words: str, allowed: set[str]) -> None:
    users = {
        str(path.relative_to(ROOT))
        for room in ("forms", "sync", "exports", "server")
        for path in (ROOT / room).rglob("*.py")
        if re.search(words, path.read_text(), re.MULTILINE)
    }
    assert users <= allowed


def test_every_setting_is_documented() -> None:
    used = set()
    for path in [*(ROOT / "server").rglob("*.py"), ROOT / "Makefile"]:
        used |= set(re.findall(r"HIRFA_[A-Z_]+(?![0-9a-z])", path.read_text()))
    documented = set(re.findall(r"`(HIRFA_[A-Z_]+)`", (ROOT / "server" / "README.md").read_text()))
    assert used <= documented
    read = set(re.findall(r'"(HIRFA_[A-Z0-9_]+)"', (ROOT / "server" / "config.py").read_text()))
    assert read == set(KNOWN)  # what deploy/write-settings takes


def test_every_route_is_documented(app: Flask) -> None:
    text = (ROOT / "server" / "README.md").read_text() + (ROOT / "server" / "console" / "README.md").read_text()
    for rule in app.url_map.iter_rules():
        assert f"`{rule.rule}`" in text, f"{rule.rule} is not in server/README.md or server/console/README.md"


def test_every_route_of_v1_is_in_the_contract(app: Flask) -> None:
    """Say in ``server/api/operations.py`` what a new route takes and answers."""
    views = {rule.endpoint.removeprefix("api.") for rule in app.url_map.iter_rules() if rule.rule.startswith("/v1/")}
    assert views == set(OPERATIONS)


def test_every_command_is_documented(app: Flask) -> None:
    text = (ROOT / "server" / "README.md").read_text()
    own = [name for name in app.cli.commands if name not in ("db",)]
    for name in own:
        assert f"`{name}" in text, name


def test_every_problem_code_is_documented_and_in_three_languages() -> None:
    from server.errors import MESSAGES

    text = (ROOT / "server" / "README.md").read_text()
    for code, texts in MESSAGES.items():
        assert set(texts) == {"en", "fr", "ar"}, code
        assert f"| {code} |" in text, code


def test_locks_leave_the_key_to_rows_that_name_it() -> None:
    """A plain ``FOR UPDATE`` waits for every transaction that added a row with a foreign key to it: they deadlock."""
    for path in (ROOT / "server").rglob("*.py"):
        for call in re.findall(r"with_for_update(?:\(|=)[^)\n]*", path.read_text()):
            assert "key_share" in call, f"{path.name}: {call}"


ONE_DATABASE = {
    "test_app_files": "the app is files alone",
    "test_config": "touches none",
    "test_search_words": "the same",
    "test_house": "walks the routes before anything is stored",
    "test_cut_bodies": "what is cut never comes as far as a database",
    "test_cut_routes": "the same",
    "test_not_ready": "there is no database yet, or it is away",
    "test_blobs_s3": "the store is what is tried; two servers there share a PostgreSQL",
    "test_replica": "of SQLite there is none",
    "test_partition": "SQLite has no tables in parts",
}


def test_every_module_that_stores_runs_on_both_databases() -> None:
    modules = sorted((ROOT / "tests" / "server").glob("test_*.py"))
    silent = {path.stem for path in modules if "\nBOTH_DATABASES = True\n" not in path.read_text()}
    assert silent <= set(ONE_DATABASE), silent - set(ONE_DATABASE)
