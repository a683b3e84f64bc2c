"""Submissions and records as files for programs and maps: CSV, zip, GeoJSON. Addresses and options are Central's."""

from __future__ import annotations

from functools import partial

from flask import Response, request
from sqlalchemy import ColumnElement

from exports.odatafilter import Expression
from server.api.streams import send_stream
from server.auth import actor, require
from server.errors import Problem
from server.services import entity_tables, indexing, table_files, tables
from server.services.odata_filters import read_filter, read_search, show_record
from server.services.submission_filters import find_by_words
from server.services.tables import Wanted

CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"
GEOJSON = "application/geo+json"
READING_S = 5.0


def asked_filter() -> Expression | None:
    return read_filter(request.args.get("$filter"))


def asked_search(project_id: int) -> ColumnElement[bool] | None:
    """Read ``$search`` of records."""
    return _caught_up(project_id, read_search(request.args.get("$search"), show_record))


def asked_words(project_id: int) -> ColumnElement[bool] | None:
    """Read ``$search`` of submissions."""
    return _caught_up(project_id, read_search(request.args.get("$search"), partial(find_by_words, project_id)))


def _caught_up(project_id: int, search: ColumnElement[bool] | None) -> ColumnElement[bool] | None:
    """Take in what changed since the register was last read, so that a search misses nothing."""
    if search is not None:
        while indexing.catch_up(project_id, stages=("index",), seconds=READING_S):
            pass
    return search


def is_true(name: str, default: bool = False) -> bool:
    """Read an option as Central does: ``true``, in whatever case, is true."""
    given = request.args.get(name)
    return default if given is None else given.strip().lower() == "true"


def asked_number(name: str) -> int | None:
    """Read a count.

    :raises Problem: 400.8 when it is none.
    """
    given = request.args.get(name)
    if given is None or given == "":
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Problem("400.8", field=name, reason="a whole number from 0 is expected")
    return int(given)


@require("workbook.read")
def submissions_csv(project_id: int, form_id: str) -> Response:
    form = tables.find_form(project_id, form_id)
    chunks = table_files.stream_form_csv(
        project_id,
        form,
        actor(),
        Wanted(asked_filter(), search=asked_words(project_id)),
        group_paths=is_true("groupPaths", True),
        split=is_true("splitSelectMultiples"),
    )
    return send_stream(chunks, CSV, name=f"{form_id}.csv")


@require("workbook.read")
def submissions_zip(project_id: int, form_id: str) -> Response:
    form = tables.find_form(project_id, form_id)
    files = is_true("attachments", True)
    chunks = table_files.stream_form_zip(
        project_id,
        form,
        actor(),
        Wanted(asked_filter(), search=asked_words(project_id)),
        group_paths=is_true("groupPaths", True),
        split=is_true("splitSelectMultiples"),
        files=files,
    )
    return send_stream(chunks, ZIP, name=f"{form_id}.zip" if files else f"{form_id}.csv.zip")


@require("workbook.read")
def submissions_geojson(project_id: int, form_id: str) -> Response:
    form = tables.find_form(project_id, form_id)
    wanted = Wanted(asked_filter(), top=asked_number("limit"), search=asked_words(project_id))
    return send_stream(
        table_files.stream_form_geojson(project_id, form, actor(), wanted, request.args.get("fieldpath")), GEOJSON
    )


@require("workbook.read")
def entities_csv(project_id: int, list_name: str) -> Response:
    shape = entity_tables.find_shape(project_id, list_name)
    chunks = table_files.stream_records_csv(
        project_id, shape, actor(), Wanted(asked_filter(), search=asked_search(project_id))
    )
    return send_stream(chunks, CSV, name=f"{list_name}.csv")


@require("workbook.read")
def entities_geojson(project_id: int, list_name: str) -> Response:
    shape = entity_tables.find_shape(project_id, list_name)
    wanted = Wanted(asked_filter(), top=asked_number("limit"), search=asked_search(project_id))
    return send_stream(table_files.stream_records_geojson(project_id, shape, actor(), wanted), GEOJSON)
