"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.cli import phones_warning
from server.config import Settings, load_settings


@pytest.mark.parametrize(
    ("given", "bind"),
    [
        ("", "127.0.0.1:8000"),
        ("8100", "127.0.0.1:8100"),
        (":8100", "127.0.0.1:8100"),
        ("0.0.0.0", "0.0.0.0:8000"),
        ("192.168.1.4:80", "192.168.1.4:80"),
        ("[::1]:8000", "[::1]:8000"),
        ("[::1]", "[::1]:8000"),
    ],
)
def test_bind_may_be_given_in_part(tmp_path: Path, given: str, bind: str) -> None:
    assert load_settings({"HIRFA_DATA": str(tmp_path), "HIRFA_BIND": given}).bind == bind


def test_a_wildcard_gives_links_that_can_be_opened(tmp_path: Path) -> None:
    assert "0.0.0.0" not in load_settings({"HIRFA_DATA": str(tmp_path), "HIRFA_BIND": "0.0.0.0:8000"}).url


def test_the_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = load_settings({"HIRFA_DATA": str(tmp_path)})
    assert first.secret_key == load_settings({"HIRFA_DATA": str(tmp_path)}).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_plain_postgresql_address_names_the_driver(tmp_path: Path) -> None:
    settings = load_settings({"HIRFA_DATA": str(tmp_path), "HIRFA_DATABASE_URL": "postgresql://h/d"})
    assert settings.database_url == "postgresql+psycopg://h/d"


@pytest.mark.parametrize(
    ("bind", "url", "warns"),
    [
        ("127.0.0.1:8000", "", False),
        ("localhost:8000", "", False),
        ("[::1]:8000", "", False),
        ("0.0.0.0:8000", "", True),
        ("0.0.0.0:8000", "https://hirfa.example.dz", False),
    ],
)
def test_serving_others_without_https_says_why_phones_will_not_work(
    tmp_path: Path, bind: str, url: str, warns: bool
) -> None:
    warning = phones_warning(load_settings({"HIRFA_DATA": str(tmp_path), "HIRFA_BIND": bind, "HIRFA_URL": url}))
    assert bool(warning) == warns
    assert not warns or ("HTTPS" in warning and "What to do" in warning)


def test_how_long_data_are_kept_is_a_whole_number_of_years(tmp_path: Path) -> None:
    def load(**given: str) -> Settings:
        return load_settings({"HIRFA_DATA": str(tmp_path), **given})

    usual = load(HIRFA_KEEP_LOG_YEARS="")
    assert (usual.keep_photos_years, usual.keep_log_years, usual.keep_photos_except) == (2, 3, {"photo_emargement"})
    own = load(HIRFA_KEEP_PHOTOS_YEARS="4", HIRFA_KEEP_LOG_YEARS="5", HIRFA_KEEP_PHOTOS_EXCEPT="a, b")
    assert (own.keep_photos_years, own.keep_log_years, own.keep_photos_except) == (4, 5, {"a", "b"})
    assert load(HIRFA_KEEP_PHOTOS_EXCEPT=",").keep_photos_except == frozenset()
    for wrong in ("0", "-1", "0.5", "2 ans", "101", "²"):
        with pytest.raises(ValueError, match="HIRFA_KEEP_LOG_YEARS"):
            load(HIRFA_KEEP_LOG_YEARS=wrong)
