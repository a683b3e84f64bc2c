"""One submission gives its rows: typed, labelled, masked, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from exports.labels import Labeller
from exports.programme import ALGIERS
from exports.rows import FormRows, mask, to_day, to_plain
from exports.tables import build_tables
from forms.definition import FormDefinition
from tests.exports.field import to_submission

SETTINGS = """
| settings |
| | form_title | form_id | version | namespaces |
| | F | f | VERSION | hirfa="urn:hirfa:xforms:1" |
"""
KINDS = (
    """
| survey |
| | type | name | label | bind::hirfa:unit | bind::hirfa:decimals | calculation |
| | text | phone | P | | | |
| | integer | age | A | | | |
| | integer | code7 | C | | | |
| | decimal | sum | S | DZD | | |
| | date | day | D | | | |
| | time | hour | H | | | |
| | dateTime | moment | M | | | |
| | select_one c | one | O | | | |
| | select_multiple c | many | Many | | | |
| | geopoint | place | Place | | 2 | |
| | geotrace | line | Line | | 1 | |
| | geopoint | exact | Exact | | | |
| | acknowledge | ok | OK | | | |
| | image | photo | Photo | | | |
| | calculate | profit | | | | 1 |
| | calculate | x_code | | | | 1 |
| | calculate | until | | | | 1 |
| | text | nin | NIN | | | |
| | text | notes | Notes | | | |
| choices |
| | list_name | name | label |
| | c | oui | Oui |
| | c | non | Non |
"""
    + SETTINGS
)


@pytest.fixture(scope="module")
def kinds(read_form: Callable[[str], FormDefinition]) -> FormDefinition:
    return read_form(KINDS.replace("VERSION", "1"))


def to_dicts(
    forms: Sequence[FormDefinition], answers: Mapping[str, object], *, labels: bool = True, **more: object
) -> list[dict[str, object]]:
    """Give the rows of a submission of the newest version: heading -> value, blanks left out."""
    submission = to_submission(forms[-1], answers, **more)
    tables = build_tables(forms, "fr")
    rows = FormRows(tables, Labeller(forms, "fr", labels=labels), ALGIERS)
    made = []
    for number, cells in rows.to_rows(submission):
        columns = tables[number].sheet.columns
        made.append({column.heading: value for column, value in zip(columns, cells, strict=True) if value is not None})
    return made


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("phone", "0550123456", "0550123456"),
        ("phone", "=1+1", "=1+1"),
        ("age", "42", 42),
        ("age", "007", "007"),
        ("age", "quarante", "quarante"),
        ("age", "12345678901234567", "12345678901234567"),
        ("sum", "1500.50", 1500.5),
        ("sum", "00.5", 0.5),
        ("sum", "NaN", "NaN"),
        ("day", "1958-02-01", date(1958, 2, 1)),
        ("day", "1899-12-31", "1899-12-31"),
        ("day", "0001-01-01", "0001-01-01"),
        ("day", "2026-02-30", "2026-02-30"),
        ("hour", "08:30:00.000+01:00", time(8, 30)),
        ("moment", "2026-11-23T23:30:00.000+00:00", datetime(2026, 11, 24, 0, 30)),  # noqa: DTZ001
        ("one", "oui", "Oui"),
        ("one", "peut-être", "peut-être"),
        ("many", "non oui x", "Non ; Oui ; x"),
        ("line", "35.6789 -0.6789 0 0;35.1 -0.1 0 0", "35.7 -0.7 0 0;35.1 -0.1 0 0"),
        ("ok", "OK", True),
        ("photo", "1234.jpg", "1234.jpg"),
        ("profit", "-1250", -1250),
        ("profit", "012", "012"),
        ("profit", "1e5", "1e5"),
        ("x_code", "3112", "3112"),
        ("until", "2026-03-01", date(2026, 3, 1)),
        ("nin", "110420003112000123", "****0123"),
        ("nin", "1104", "****"),
    ],
)
def test_to_rows_gives_the_value_an_answer_means(kinds: FormDefinition, name: str, text: str, value: object) -> None:
    (row,) = to_dicts([kinds], {name: text})
    assert row[name] == value
    assert type(row[name]) is type(value)


def test_to_rows_gives_names_when_labels_are_not_wanted(kinds: FormDefinition) -> None:
    (row,) = to_dicts([kinds], {"one": "oui", "many": "non oui"}, labels=False)
    assert (row["one"], row["many"]) == ("oui", "non ; oui")


def test_to_rows_splits_places_and_keeps_only_their_precision(kinds: FormDefinition) -> None:
    (row,) = to_dicts([kinds], {"place": "35.48812 -0.52449 90.5 12", "exact": "35.4881234 -0.5"})
    assert [row[f"place-{part}"] for part in ("Latitude", "Longitude", "Altitude", "Accuracy")] == [
        35.49,
        -0.52,
        90.5,
        12,
    ]
    assert [row.get(f"exact-{part}") for part in ("Latitude", "Longitude", "Altitude")] == [35.4881234, -0.5, None]


def test_to_rows_keeps_the_text_when_a_place_is_none(kinds: FormDefinition) -> None:
    (row,) = to_dicts([kinds], {"place": "près du puits"})
    assert row["place-Latitude"] == "près du puits"


def test_to_rows_hides_the_identification_number_wherever_it_is_repeated(kinds: FormDefinition) -> None:
    nin = "110420003112000123"
    (row,) = to_dicts([kinds], {"nin": f" {nin} ", "notes": f"NIN {nin}, vu", "profit": nin}, name=f"Kheira {nin}")
    assert row["notes"] == "NIN ****0123, vu"
    assert nin not in str(row)


def test_to_rows_says_who_sent_it_and_when(kinds: FormDefinition) -> None:
    (row,) = to_dicts(
        [kinds], {}, author="Amina", device="d1", state="approved", edits=2, entity_ids=("e1", "e2"), attachments_present=1,
        attachments_expected=3,
    )  # fmt: skip
    assert row == {
        "SubmissionDate": datetime(2026, 11, 23, 10, 30),  # noqa: DTZ001
        "KEY": "uuid:11111111-1111-4111-8111-111111111111",
        "SubmitterName": "Amina",
        "AttachmentsPresent": 1,
        "AttachmentsExpected": 3,
        "ReviewState": "approved",
        "DeviceID": "d1",
        "Edits": 2,
        "FormVersion": "1",
        "EntityIDs": "e1 e2",
    }


NESTED = (
    """
| survey |
| | type | name | label |
| | begin_repeat | child | C |
| | text | name | N |
| | begin_repeat | toy | T |
| | text | what | W |
| | end_repeat | | |
| | end_repeat | | |
"""
    + SETTINGS
)


def test_to_rows_links_repeats_to_their_parents(read_form: Callable[[str], FormDefinition]) -> None:
    form = read_form(NESTED.replace("VERSION", "1"))
    children = [{"name": "Ali", "toy": [{"what": "ball"}, {"what": "kite"}]}, {"name": "Zohra"}]
    key = "uuid:11111111-1111-4111-8111-111111111111"
    main, *others = to_dicts([form], {"child": children})
    assert main["KEY"] == key
    assert {(row.get("name") or row.get("what"), row["PARENT_KEY"], row["KEY"]) for row in others} == {
        ("Ali", key, f"{key}/child[1]"),
        ("Zohra", key, f"{key}/child[2]"),
        ("ball", f"{key}/child[1]", f"{key}/child[1]/toy[1]"),
        ("kite", f"{key}/child[1]", f"{key}/child[1]/toy[2]"),
    }


def test_to_rows_counts_answers_of_a_version_nobody_gave(
    kinds: FormDefinition, read_form: Callable[..., FormDefinition]
) -> None:
    other = read_form(NESTED.replace("VERSION", "9"))
    rows = FormRows(build_tables([kinds], "fr"), Labeller([kinds], "fr"), ALGIERS)
    submission = to_submission(other, {"child": [{"name": "Ali"}]})
    made = list(rows.to_rows(submission))
    assert [number for number, _ in made] == [0]
    assert rows.homeless == 1


def test_to_rows_reads_each_submission_with_its_own_version(read_form: Callable[[str], FormDefinition]) -> None:
    text = "| survey |\n| | type | name | label |\n| | TYPE | q | Q |\n" + SETTINGS
    old = read_form(text.replace("TYPE", "text").replace("VERSION", "1"))
    new = read_form(text.replace("TYPE", "integer").replace("VERSION", "2"))
    tables = build_tables([old, new], "fr")
    rows = FormRows(tables, Labeller([old, new], "fr"), ALGIERS)
    values = []
    for form in (old, new):
        submission = to_submission(form, {"q": "12"})
        values += [cells[1] for _, cells in rows.to_rows(submission)]
    assert values == ["12", 12]


def test_mask_keeps_four_characters_of_a_long_number_only() -> None:
    assert [mask("110420003112000123"), mask(" 12345678 "), mask("1234567")] == ["****0123", "****5678", "****"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.50", Decimal("1.50")),
        ("-3", Decimal(-3)),
        ("1 500", "1 500"),
        ("2026-13-01", "2026-13-01"),
        ("٣", "٣"),
        ("-", "-"),
    ],
)
def test_to_plain_reads_only_what_is_written_exactly(text: str, value: object) -> None:
    assert to_plain(text) == value


def test_to_day_keeps_text_when_it_is_no_date() -> None:
    assert [to_day("1980-02-29"), to_day("hier"), to_day("")] == [date(1980, 2, 29), "hier", None]
