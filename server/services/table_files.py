"""The tables of a form or an entity list, made into files and answers a piece at a time: CSV, zip, GeoJSON, OData.

Each reads one moment of the database (``snapshot``), whatever arrives meanwhile, and holds one batch in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from exports.central import CentralForm, to_identifier, to_stamp
from exports.csvtables import CsvTables, CsvZip, stream_csv, to_file_name
from exports.geometry import GEOMETRIES, to_geojson
from exports.odata import ODataForm, to_end, write_skiptoken
from server.auth import Actor
from server.blobs import blob_store
from server.database import snapshot
from server.errors import Problem
from server.services import entity_tables, tables
from server.services.entity_tables import ListShape, Record
from server.services.tables import TableRow, Wanted, note_export

MAX_ZIPPED = 200 * 2**20
"""Bytes of one photograph in a zip."""
ENTITIES = "Entities"


@dataclass(frozen=True, slots=True)
class Feed:
    """What an OData client asks for: ``service_url`` is where its service lies, ``next_url`` makes the next page's."""

    wanted: Wanted
    service_url: str
    next_url: Callable[[str], str]
    count: bool = False
    wkt: bool = False
    expand: bool = False
    select: Sequence[str] | None = None
    parent: tuple[str, str] | None = None
    """Of a repeat reached through its parent: property and ``__id`` of that."""
    after_pass: str | None = None
    """Of a repeat: ``__id`` of the last row of the last page."""


def stream_form_csv(
    project_id: int, form: CentralForm, actor: Actor, wanted: Wanted, *, group_paths: bool, split: bool
) -> Iterator[bytes]:
    """Give the submissions of a form, without their repeats, as CSV."""
    note_export(project_id, actor, "submission.export", form.form_id, format="csv")
    with snapshot(apart=True):
        made = CsvTables(form, group_paths=group_paths, split=split)
        rows = (
            fields
            for row in tables.stream_rows(project_id, form.form_id, wanted)
            for number, fields in made.to_lines(row.submission, row.submitter_id, row.instance_id)
            if number == 0
        )
        yield from stream_csv(made.headers[0], rows)


def stream_form_zip(
    project_id: int,
    form: CentralForm,
    actor: Actor,
    wanted: Wanted,
    *,
    group_paths: bool,
    split: bool,
    files: bool,
) -> Iterator[bytes]:
    """Give the tables of a form as a zip of CSV files, with the photographs when they are wanted."""
    note_export(project_id, actor, "submission.export", form.form_id, format="csv.zip", files=files)
    with snapshot(apart=True):
        made = CsvTables(form, group_paths=group_paths, split=split)
        archive = CsvZip(made, form, datetime.now(UTC))
        sent: list[str] = []
        try:
            for row in tables.stream_rows(project_id, form.form_id, wanted):
                for number, fields in made.to_lines(row.submission, row.submitter_id, row.instance_id):
                    archive.put(number, fields)
                if files and row.submission.attachments_present:
                    sent.append(row.instance_id)
                yield from archive.take()
            archive.close_tables()
            for name, data in _read_files(project_id, sent):
                archive.add(f"media/{name}", data)
                yield from archive.take()
            archive.close()
            yield from archive.take()
        finally:
            archive.discard()


def _read_files(project_id: int, instance_ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Give each file that is here under its own name; of two that differ and have one name, the later gets a number."""
    store = blob_store()
    given: dict[str, str] = {}
    for start in range(0, len(instance_ids), tables.BATCH):
        for file in tables.list_files(project_id, instance_ids[start : start + tables.BATCH]):
            if not file.present or file.sha256 is None or (file.size or 0) > MAX_ZIPPED:
                continue
            plain = to_file_name(file.name)
            stem, dot, ending = plain.rpartition(".")
            name, number = plain, 2
            while given.get(name.casefold(), file.sha256) != file.sha256:
                name, number = (f"{stem}~{number}.{ending}" if dot else f"{plain}~{number}"), number + 1
            if name.casefold() in given:
                continue
            try:
                with store.open(project_id, file.sha256) as opened:
                    data = opened.read()
            except FileNotFoundError:
                continue
            given[name.casefold()] = file.sha256
            yield name, data


def stream_form_geojson(
    project_id: int, form: CentralForm, actor: Actor, wanted: Wanted, fieldpath: str | None
) -> Iterator[bytes]:
    """Give the positions of a form as a GeoJSON FeatureCollection, one feature a submission.

    :param fieldpath: ``/group/field``; the first position of the form outside repeats when it is None.
    :raises Problem: 400.23 when no position is asked there.
    """
    fields = [
        ("/" + "/".join(item.path), number, kind)
        for number, (item, kind) in enumerate(zip(form.tables[0].fields, form.tables[0].types, strict=True))
        if kind in GEOMETRIES
    ]
    chosen = next((field for field in fields if fieldpath in (None, field[0])), None)
    if chosen is None and fieldpath is not None:
        raise Problem("400.23", property=fieldpath)
    note_export(project_id, actor, "submission.export", form.form_id, format="geojson")
    with snapshot(apart=True):
        rows = tables.stream_rows(project_id, form.form_id, wanted) if chosen else iter(())
        yield from _collection(_feature(form, row, chosen) for row in rows if chosen)


def _feature(form: CentralForm, row: TableRow, chosen: tuple[str, int, str]) -> dict[str, Any] | None:
    path, number, kind = chosen
    geometry = to_geojson(kind, form.read(row.submission).rows[0].texts[number])
    if geometry is None:
        return None
    return {"type": "Feature", "id": row.submission.key, "properties": {"fieldpath": path}, "geometry": geometry}


def _collection(features: Iterator[dict[str, Any] | None]) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","features":['
    begun = False
    for feature in features:
        if feature is not None:
            yield (b"," if begun else b"") + orjson.dumps(feature)
            begun = True
    yield b"]}"


def stream_records_csv(
    project_id: int, shape: ListShape, actor: Actor, wanted: Wanted
) -> Iterator[bytes]:
    """Give an entity list as CSV."""
    note_export(project_id, actor, "entity.export", shape.name, format="csv")
    ends = ("__createdAt", "__creatorId", "__creatorName", "__updates", "__updatedAt", "__version")
    with snapshot(apart=True):
        rows = (
            (
                it.id,
                it.label,
                *(it.data.get(name, "") for name in shape.properties),
                to_stamp(it.created_at),
                it.creator_id,
                it.creator_name,
                it.updates,
                to_stamp(it.updated_at) if it.updated_at else "",
                it.version,
            )
            for it in entity_tables.stream_records(project_id, shape, wanted)
        )
        yield from stream_csv(("__id", "label", *shape.properties, *ends), rows)


def stream_records_geojson(project_id: int, shape: ListShape, actor: Actor, wanted: Wanted) -> Iterator[bytes]:
    """Give the positions of an entity list: of the property ``geometry``, else of its first position."""
    chosen = next((each for each in shape.geometries if each[0] == "geometry"), next(iter(shape.geometries), None))
    note_export(project_id, actor, "entity.export", shape.name, format="geojson")
    with snapshot(apart=True):
        rows = entity_tables.stream_records(project_id, shape, wanted) if chosen else iter(())
        yield from _collection(_record_feature(it, *chosen) for it in rows if chosen)


def _record_feature(record: Record, name: str, kind: str) -> dict[str, Any] | None:
    geometry = to_geojson(kind, record.data.get(name, ""))
    if geometry is None:
        return None
    return {"type": "Feature", "id": record.id, "properties": {"label": record.label}, "geometry": geometry}


def stream_records_json(project_id: int, shape: ListShape) -> Iterator[bytes]:
    """Give what Central's list of entities says of each."""
    with snapshot(apart=True):
        yield from _array(describe_record(it) for it in entity_tables.stream_records(project_id, shape, Wanted()))


def stream_submissions_json(project_id: int, form_id: str) -> Iterator[bytes]:
    """Give what Central's list of submissions says of each."""
    with snapshot(apart=True):
        yield from _array(describe_submission(row) for row in tables.stream_rows(project_id, form_id, Wanted()))


def _array(made: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    yield b"["
    begun = False
    for each in made:
        yield (b"," if begun else b"") + orjson.dumps(each)
        begun = True
    yield b"]"


def describe_submission(row: TableRow) -> dict[str, Any]:
    """Describe a submission as Central does."""
    return {
        "instanceId": row.submission.key,
        "instanceName": row.instance_name or None,
        "submitterId": row.submitter_id or 0,
        "deviceId": row.submission.device or None,
        "userAgent": None,
        "reviewState": row.submission.state or None,
        "createdAt": to_stamp(row.submission.submitted_at),
        "updatedAt": to_stamp(row.updated_at) if row.updated_at else None,
        "deletedAt": None,
    }


def describe_record(it: Record) -> dict[str, Any]:
    """Describe a record as Central does."""
    at = to_stamp(it.updated_at or it.created_at)
    return {
        "uuid": it.id,
        "creatorId": it.creator_id,
        "createdAt": to_stamp(it.created_at),
        "updatedAt": to_stamp(it.updated_at) if it.updated_at else None,
        "deletedAt": to_stamp(it.deleted_at) if it.deleted_at else None,
        "conflict": it.conflict,
        "currentVersion": {
            "label": it.label,
            "current": True,
            "createdAt": at,
            "creatorId": it.creator_id,
            "userAgent": "",
            "version": it.version,
        },
    }


def stream_feed(project_id: int, form: CentralForm, table: int, actor: Actor, feed: Feed) -> Iterator[bytes]:
    """Answer an OData request for one table of a form.

    Rows of repeats are counted and passed over while all submissions are read, as in Central.
    """
    made = ODataForm(form, table, wkt=feed.wkt, expand=feed.expand, select=feed.select)
    wanted = feed.wanted
    if wanted.after is None and feed.after_pass is None and not wanted.skip:
        note_export(project_id, actor, "submission.export", form.form_id, format="odata", table=form.tables[table].name)
    with snapshot(apart=True):
        if table == 0:
            yield from _feed_submissions(project_id, form, made, feed)
        else:
            yield from _feed_passes(project_id, form, table, made, feed)


def _feed_submissions(project_id: int, form: CentralForm, made: ODataForm, feed: Feed) -> Iterator[bytes]:
    wanted = feed.wanted
    count = tables.count_rows(project_id, form.form_id, wanted) if feed.count else None
    more = replace(wanted, top=None if wanted.top is None else wanted.top + 1)
    yield b'{"value":['
    sent, last, next_url = 0, "", None
    for row in tables.stream_rows(project_id, form.form_id, more):
        if sent == wanted.top:
            next_url = feed.next_url(write_skiptoken({"instanceId": last})) if sent else None
            break
        for bag in made.to_rows(row.submission, row.system, row.instance_id):
            yield (b"," if sent else b"") + orjson.dumps(bag)
            sent, last = sent + 1, row.submission.key
    yield b"]," + orjson.dumps(to_end(form.tables[0].name, feed.service_url, next_url=next_url, count=count))[1:]


def _feed_passes(project_id: int, form: CentralForm, table: int, made: ODataForm, feed: Feed) -> Iterator[bytes]:
    wanted = feed.wanted
    plain = ODataForm(form, table, wkt=feed.wkt, expand=feed.expand)  # with its ids, whatever is selected
    begun = feed.after_pass is None
    counted = sent = 0
    last, next_url = "", None
    yield b'{"value":['
    every = Wanted(wanted.condition, one=wanted.one, order=wanted.order, search=wanted.search)
    for row in tables.stream_rows(project_id, form.form_id, every):
        whole = plain.to_rows(row.submission, {}, row.instance_id)
        shown = whole if feed.select is None else made.to_rows(row.submission, {}, row.instance_id)
        for bag, seen in zip(whole, shown, strict=True):
            if feed.parent is not None and bag.get(feed.parent[0]) != feed.parent[1]:
                continue
            counted += 1
            if not begun:
                begun = bag["__id"] == feed.after_pass
                continue
            if counted <= wanted.skip and feed.after_pass is None:
                continue
            if sent == wanted.top:
                next_url = feed.next_url(write_skiptoken({"repeatId": last})) if sent else None
                if not feed.count:
                    break
                continue
            yield (b"," if sent else b"") + orjson.dumps(seen)
            sent, last = sent + 1, bag["__id"]
        if next_url is not None and not feed.count:
            break
    if not begun:
        raise Problem("400.34")
    count = counted if feed.count else None
    yield b"]," + orjson.dumps(to_end(form.tables[table].name, feed.service_url, next_url=next_url, count=count))[1:]


def stream_entity_feed(project_id: int, shape: ListShape, actor: Actor, feed: Feed) -> Iterator[bytes]:
    """Answer an OData request for an entity list.

    :raises Problem: 400.23 for a ``$select`` that names no property.
    """
    names = {name: to_identifier(name) for name in shape.properties}
    known = {"__id", "__system", "label", *names, *(f"__system/{name}" for name in _SYSTEM)}
    for name in feed.select or ():
        if name not in known:
            raise Problem("400.23", property=name)
    wanted = feed.wanted
    if wanted.after is None and not wanted.skip:
        note_export(project_id, actor, "entity.export", shape.name, format="odata")
    more = replace(wanted, top=None if wanted.top is None else wanted.top + 1)
    with snapshot(apart=True):
        count = entity_tables.count_records(project_id, shape.name, wanted) if feed.count else None
        yield b'{"value":['
        sent, last, next_url = 0, "", None
        for it in entity_tables.stream_records(project_id, shape, more):
            if sent == wanted.top:
                next_url = feed.next_url(write_skiptoken({"uuid": last})) if sent else None
                break
            yield (b"," if sent else b"") + orjson.dumps(_record_row(it, names, feed.select))
            sent, last = sent + 1, it.id
        yield b"]," + orjson.dumps(to_end(ENTITIES, feed.service_url, next_url=next_url, count=count))[1:]


_SYSTEM = ("createdAt", "creatorId", "creatorName", "updates", "updatedAt", "deletedAt", "version", "conflict")


def _record_row(it: Record, names: Mapping[str, str], select: Sequence[str] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"__id": it.id, "label": it.label, "__system": it.system}
    row.update((odata, it.data.get(name, "")) for name, odata in names.items())
    if select is None:
        return row
    picked = {key: value for key, value in row.items() if key in {names.get(name, name) for name in select}}
    inner = {name.partition("/")[2] for name in select if name.startswith("__system/")}
    if inner and "__system" not in picked:
        picked["__system"] = {key: value for key, value in it.system.items() if key in inner}
    return picked
