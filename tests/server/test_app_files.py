"""The agents' app as it is served, and the pictures for its maps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask


@pytest.fixture
def tiles(app: Flask, tmp_path: Path) -> Path:
    folder = tmp_path / "tiles"
    (folder / "9/255").mkdir(parents=True)
    (folder / "9/255/201.png").write_bytes(b"\x89PNG")
    (folder / "secret.txt").write_text("no")
    app.config["HIRFA"] = replace(app.config["HIRFA"], tiles=folder)
    return folder


def test_tile_comes_from_the_folder_and_is_kept_by_phones(app: Flask, tiles: Path) -> None:
    with app.test_client().get("/app/tiles/9/255/201.png") as answer:
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", b"\x89PNG")
        assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["9/255/202.png", "secret.txt", "../tiles/secret.txt", "9/255/201.png/../../../secret.txt", "a/b/c.png"])
def test_nothing_else_of_that_folder_is_served(app: Flask, tiles: Path, name: str) -> None:
    assert app.test_client().get(f"/app/tiles/{name}").status_code == 404


def test_without_a_folder_there_are_no_tiles(app: Flask) -> None:
    assert app.test_client().get("/app/tiles/9/255/201.png").status_code == 404
