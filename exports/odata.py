"""A form, or an entity list, as an OData 4 service: what Central's ``.svc`` answers, for pyODK, Power Query and Excel.

Groups are nested objects, each repeat is a table of its own that names its parent, every question is there in every row
(null where nothing was answered), because that is what these clients were written against.

Source: ODK Central, https://docs.getodk.org/central-api-odata-endpoints/; OData 4.0 (OASIS).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from exports.central import ROOT, CentralForm, CentralTable, to_identifier, to_link, to_pass_id, to_stamp
from exports.geometry import to_geojson, to_wkt
from exports.programme import Submission
from forms.values import to_number, to_value

_NAMESPACE: Final = "org.opendatakit.user"
_EDM: Final = {
    "int": "Edm.Int64",
    "decimal": "Edm.Decimal",
    "geopoint": "Edm.GeographyPoint",
    "geotrace": "Edm.GeographyLineString",
    "geoshape": "Edm.GeographyPolygon",
    "date": "Edm.Date",
    "dateTime": "Edm.DateTimeOffset",
}
SYSTEM: Final = (
    ("submissionDate", "Edm.DateTimeOffset"),
    ("updatedAt", "Edm.DateTimeOffset"),
    ("deletedAt", "Edm.DateTimeOffset"),
    ("submitterId", "Edm.String"),
    ("submitterName", "Edm.String"),
    ("attachmentsPresent", "Edm.Int64"),
    ("attachmentsExpected", "Edm.Int64"),
    ("status", "org.opendatakit.submission.Status"),
    ("reviewState", "org.opendatakit.submission.ReviewState"),
    ("deviceId", "Edm.String"),
    ("edits", "Edm.Int64"),
    ("formVersion", "Edm.String"),
)
ENTITY_SYSTEM: Final = (
    ("createdAt", "Edm.DateTimeOffset"),
    ("creatorId", "Edm.String"),
    ("creatorName", "Edm.String"),
    ("updates", "Edm.Int64"),
    ("updatedAt", "Edm.DateTimeOffset"),
    ("deletedAt", "Edm.DateTimeOffset"),
    ("version", "Edm.Int64"),
    ("conflict", "Edm.String"),
)
_META: Final = ("instanceID", "instanceName")
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}")


class UnknownPropertyError(ValueError):
    """``$select`` names a property that is not there."""


class ODataForm:
    """Makes the rows of one table of a form.

    :param select: the ``$select`` of the request, None for everything.
    :raises UnknownPropertyError: for a property that the table does not have.
    """

    def __init__(
        self,
        form: CentralForm,
        table: int,
        *,
        wkt: bool = False,
        expand: bool = False,
        select: Sequence[str] | None = None,
    ) -> None:
        self._form = form
        self._table = table
        self._wkt = wkt
        self._expand = expand
        self._paths = [to_paths(each) for each in form.tables]
        self._parent_id = to_parent_name(form, table)
        self._select = (
            None if select is None else _read_select(form, table, self._paths[table], self._parent_id, select)
        )

    def to_rows(self, submission: Submission, system: Mapping[str, object], instance_id: str) -> list[dict[str, Any]]:
        """Give the rows that a submission has in the table, ready for JSON.

        :param system: the values of ``__system``, for the table of submissions.
        """
        filled = self._form.read(submission)
        key = submission.key
        bags: dict[str, dict[str, Any]] = {}
        made = []
        for row in filled.rows:
            own = row.table == self._table
            above = bags.get(row.parent_key or "")
            if row.table and above is not None:
                self._hang(above, row.table, row.key, key)
            if not own and not (self._expand and above is not None):
                continue
            bag: dict[str, Any] = {"__id": to_pass_id(row.key, key)}
            if row.table == 0:
                bag["__system"] = dict(system)
                bag["meta"] = {"instanceID": instance_id, "instanceName": filled.name or None}
            elif own and self._parent_id is not None:
                bag[self._parent_id] = to_pass_id(row.parent_key or key, key)
            self._fill(bag, row.table, row.texts)
            bags[row.key] = bag
            if own:
                made.append(bag)
            elif above is not None:
                self._collect(above, row.table, bag)
        return made if self._select is None else [_pick(bag, self._select) for bag in made]

    def _fill(self, bag: dict[str, Any], table: int, texts: Sequence[str]) -> None:
        for path, kind, text in zip(self._paths[table], self._form.tables[table].types, texts, strict=True):
            inner = bag
            for group in path[:-1]:
                inner = inner.setdefault(group, {})
            inner[path[-1]] = to_json_value(kind, text, wkt=self._wkt)

    def _hang(self, above: dict[str, Any], table: int, row_key: str, key: str) -> None:
        inner, name = self._place(above, table)
        inner[f"{name}@odata.navigationLink"] = to_link(row_key, key)

    def _collect(self, above: dict[str, Any], table: int, bag: dict[str, Any]) -> None:
        inner, name = self._place(above, table)
        inner.setdefault(name, []).append(bag)

    def _place(self, above: dict[str, Any], table: int) -> tuple[dict[str, Any], str]:
        each = self._form.tables[table]
        outer = self._form.tables[each.parent or 0].repeat
        steps = [to_identifier(step) for step in each.repeat[len(outer) :]]
        for group in steps[:-1]:
            above = above.setdefault(group, {})
        return above, steps[-1]


def to_paths(table: CentralTable) -> list[tuple[str, ...]]:
    """Name the fields of a table by group, each differently from its neighbours."""
    made: list[tuple[str, ...]] = []
    taken: set[tuple[str, ...]] = {("__id",), ("__system",), ("meta",)}
    for item in table.fields:
        steps = tuple(map(to_identifier, item.path[len(table.repeat) :]))
        name, number = steps[-1], 2
        while (*steps[:-1], name) in taken:
            name, number = f"{steps[-1]}_{number}", number + 1
        path = (*steps[:-1], name)
        taken.update(path[:size] for size in range(len(path), 0, -1))
        made.append(path)
    return made


def to_parent_name(form: CentralForm, table: int) -> str | None:
    """Name the property that holds the ``__id`` of the parent row; None for the submissions themselves."""
    each = form.tables[table]
    if not each.repeat:
        return None
    outer = form.tables[each.parent or 0].repeat
    return f"__{'-'.join((ROOT, *map(to_identifier, outer)))}-id"


def to_json_value(kind: str, text: str, *, wkt: bool = False) -> object:
    """Make of an answer the JSON that its OData type wants; None when it is blank or not of that type."""
    text = text if kind == "string" else text.strip()
    if not text:
        return None
    if kind == "string":
        return text
    if kind == "int":
        number = to_number(text)
        return int(number) if number is not None and _WHOLE.fullmatch(str(int(number))) else None
    if kind == "decimal":
        number = to_number(text)
        return None if number is None else float(number)
    if kind == "date":
        return text if to_value("date", text) != text else None
    if kind == "dateTime":
        return text if text.endswith("Z") else None
    return to_wkt(kind, text) if wkt else to_geojson(kind, text)


def _read_select(
    form: CentralForm, table: int, paths: Sequence[tuple[str, ...]], parent_id: str | None, select: Sequence[str]
) -> set[tuple[str, ...]]:
    known: set[tuple[str, ...]] = {path[:size] for path in paths for size in range(1, len(path) + 1)} | {("__id",)}
    if table == 0:
        known |= {("__system",), ("meta",), *(("meta", n) for n in _META), *(("__system", n) for n, _ in SYSTEM)}
    if parent_id:
        known.add((parent_id,))
    outer = form.tables[table].repeat
    known |= {
        tuple(map(to_identifier, each.repeat[len(outer) :]))
        for each in form.tables
        if each.repeat and each.parent == table
    }
    wanted = set()
    for name in select:
        steps = tuple(name.strip().split("/"))
        if steps not in known:
            raise UnknownPropertyError(name.strip())
        wanted.add(steps)
    return wanted


def _pick(bag: Mapping[str, Any], wanted: set[tuple[str, ...]], above: tuple[str, ...] = ()) -> dict[str, Any]:
    picked: dict[str, Any] = {}
    for name, value in bag.items():
        path = (*above, name.partition("@")[0])
        if any(path[: len(steps)] == steps for steps in wanted):
            picked[name] = value
        elif isinstance(value, dict) and any(steps[: len(path)] == path for steps in wanted):
            picked[name] = _pick(value, wanted, path)
    return picked


def to_service(names: Iterable[str], service_url: str) -> dict[str, Any]:
    """Make the service document: which tables there are."""
    return {
        "@odata.context": f"{service_url}/$metadata",
        "value": [{"name": name, "kind": "EntitySet", "url": name} for name in names],
    }


def to_end(table: str, service_url: str, *, next_url: str | None = None, count: int | None = None) -> dict[str, Any]:
    """Make what follows ``value`` in an answer."""
    end: dict[str, Any] = {"@odata.context": f"{service_url}/$metadata#{table}"}
    if next_url:
        end["@odata.nextLink"] = next_url
    if count is not None:
        end["@odata.count"] = count
    return end


def write_skiptoken(data: Mapping[str, str]) -> str:
    """Say where the next page begins, in Central's way."""
    return "01" + base64.b64encode(json.dumps(data, separators=(",", ":")).encode()).decode()


def read_skiptoken(token: str) -> dict[str, str]:
    """Read where a page begins.

    :raises ValueError: when it was not made here.
    """
    if not token.startswith("01"):
        raise ValueError("not a skiptoken")
    data = json.loads(base64.b64decode(token[2:], validate=True))
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ValueError("not a skiptoken")
    return data


def write_metadata(form: CentralForm) -> str:
    """Write the metadata document (EDMX) of a form."""
    space = f"{_NAMESPACE}.{to_identifier(form.form_id)}"
    types: list[str] = []
    sets: list[str] = []
    complexes: dict[str, list[str]] = {"meta": [_property(name, "Edm.String") for name in _META]}
    for number, table in enumerate(form.tables):
        head = ['<Key><PropertyRef Name="__id"/></Key>', _property("__id", "Edm.String")]
        parent = to_parent_name(form, number)
        if parent:
            head.append(_property(parent, "Edm.String"))
        else:
            head += [_property("__system", "org.opendatakit.submission.metadata"), _property("meta", f"{space}.meta")]
        own: list[str] = []
        prefix = list(map(to_identifier, table.repeat))
        for path, type_ in zip(to_paths(table), table.types, strict=True):
            _declare(own, complexes, space, prefix, path, _property(path[-1], _EDM.get(type_, "Edm.String")))
        for below in form.tables:
            if below.repeat and form.tables[below.parent or 0] is table:
                steps = tuple(map(to_identifier, below.repeat[len(table.repeat) :]))
                kind = quoteattr(f"Collection({space}.{below.name})")
                link = f"<NavigationProperty Name={quoteattr(steps[-1])} Type={kind}/>"
                _declare(own, complexes, space, prefix, steps, link)
        types.append(f"<EntityType Name={quoteattr(table.name)}>{''.join(head + own)}</EntityType>")
        kind = quoteattr(f"{space}.{table.name}")
        sets.append(f"<EntitySet Name={quoteattr(table.name)} EntityType={kind}>{_CAN}</EntitySet>")
    made = "".join(f"<ComplexType Name={quoteattr(n)}>{''.join(p)}</ComplexType>" for n, p in complexes.items())
    members = "".join(f'<Member Name="{name}"/>' for name in ("hasIssues", "edited", "rejected", "approved"))
    system = (
        f'<ComplexType Name="metadata">{"".join(_property(*each) for each in SYSTEM)}</ComplexType>'
        '<EnumType Name="Status"><Member Name="notDecrypted"/><Member Name="missingEncryptedFormData"/></EnumType>'
        f'<EnumType Name="ReviewState">{members}</EnumType>'
    )
    return _edmx("submission", system, space, "".join(types) + made, form.form_id, "".join(sets))


def _declare(
    own: list[str], complexes: dict[str, list[str]], space: str, prefix: list[str], path: tuple[str, ...], what: str
) -> None:
    """Put a property into its entity type or, inside groups, into theirs."""
    into = own
    for size in range(1, len(path)):
        name = ".".join((*prefix, *path[:size]))
        if name not in complexes:
            complexes[name] = []
            into.append(_property(path[size - 1], f"{space}.{name}"))
        into = complexes[name]
    into.append(what)


def write_entity_metadata(list_name: str, properties: Sequence[str]) -> str:
    """Write the metadata document of an entity list."""
    space = f"{_NAMESPACE}.{to_identifier(list_name)}"
    own = "".join(_property(name, "Edm.String") for name in ("label", *map(to_identifier, properties)))
    types = (
        '<EntityType Name="Entities"><Key><PropertyRef Name="__id"/></Key>'
        f"{_property('__id', 'Edm.String')}{_property('__system', 'org.opendatakit.entity.metadata')}{own}</EntityType>"
    )
    system = f'<ComplexType Name="metadata">{"".join(_property(*each) for each in ENTITY_SYSTEM)}</ComplexType>'
    kind = quoteattr(f"{space}.Entities")
    sets = f'<EntitySet Name="Entities" EntityType={kind}>{_CAN}</EntitySet>'
    return _edmx("entity", system, space, types, list_name, sets)


def write_odata_error(code: str, message: str) -> str:
    """Write an error for who asked for metadata."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><error code={quoteattr(code)}>'
        f"<message>{message.replace('&', '&amp;').replace('<', '&lt;')}</message></error>"
    )


_CAPABILITY: Final = "Org.OData.Capabilities.V1."


def _can(term: str, name: str, able: bool) -> str:
    value = f'<Record><PropertyValue Property="{name}" Bool="{str(able).lower()}"/></Record>'
    return f'<Annotation Term="{_CAPABILITY}{term}Restrictions">{value}</Annotation>'


_CAN: Final = (
    f'<Annotation Term="{_CAPABILITY}ConformanceLevel" EnumMember="{_CAPABILITY}ConformanceLevelType/Minimal"/>'
    f'<Annotation Term="{_CAPABILITY}BatchSupported" Bool="false"/>'
    f"{_can('Count', 'Countable', True)}{_can('Sort', 'Sortable', False)}{_can('Expand', 'Expandable', False)}"
)


def _property(name: str, kind: str) -> str:
    return f"<Property Name={quoteattr(name)} Type={quoteattr(kind)}/>"


def _edmx(what: str, system: str, space: str, types: str, container: str, sets: str) -> str:
    edm = "http://docs.oasis-open.org/odata/ns/edm"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>'
        f'<Schema xmlns="{edm}" Namespace="org.opendatakit.{what}">{system}</Schema>'
        f'<Schema xmlns="{edm}" Namespace={quoteattr(space)}>{types}'
        f"<EntityContainer Name={quoteattr(to_identifier(container))}>{sets}</EntityContainer></Schema>"
        "</edmx:DataServices></edmx:Edmx>"
    )


def to_stamp_or_none(moment: Any) -> str | None:
    """Write an instant, or nothing."""
    return None if moment is None else to_stamp(moment)
