"""A simulated year: every figure of the workbook is what a script counts that reads the raw XML alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from exports.headings_figures import INDICATORS
from exports.indicators import Window, funnel, gather
from exports.measures import measure
from exports.programme import Programme
from forms.definition import FormDefinition
from tests.exports.field import read, write
from tests.exports.recount import Recount
from tests.exports.year import EXTRACTED, tell_year

TODAY = EXTRACTED.date()
ALL = ("", "9999-12-31")
SPRING = ("2026-03-01", "2026-05-31")
Year = tuple[Programme, Recount]


@pytest.fixture(scope="module")
def year(library: Mapping[str, FormDefinition]) -> Year:
    programme, documents, merged = tell_year(library, 80, 5)
    return programme, Recount(documents, merged)


@pytest.fixture(scope="module")
def whole(year: Year) -> dict[str, list[list[object]]]:
    return read(write(year[0]))


def same(found: object, expected: object) -> bool:
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return found == pytest.approx(expected, abs=1e-9)
    return found == expected


@pytest.mark.parametrize("span", [ALL, SPRING, ("2025-11-24", "2026-11-23"), ("2026-02-01", "2026-02-28")])
def test_every_indicator_of_any_span_is_what_the_raw_xml_says(year: Year, span: tuple[str, str]) -> None:
    programme, recount = year
    tally = gather(programme)
    lives = tally.lives(programme.living())
    found = measure(tally, lives, Window(*span), TODAY, programme.duplicates)
    expected = recount.indicators(*span, TODAY.isoformat())
    wrong = {code: (found[code].value, value) for code, value in expected.items() if not same(_float(found[code].value), value)}
    assert wrong == {}
    stages = [[*stage[1:]] for stage in funnel(lives, Window(*span), TODAY)]
    assert stages == [[pytest.approx(v) if v is not None else None for v in row] for row in recount.funnel(*span, TODAY.isoformat())]


def _float(value: object) -> object:
    return float(value) if value is not None and not isinstance(value, str) else value  # type: ignore[arg-type]


def test_the_summary_shows_this_year_the_one_before_and_the_targets(year: Year, whole: dict[str, list[list[object]]]) -> None:
    now = year[1].indicators("2025-11-24", "2026-11-23", TODAY.isoformat())
    before = year[1].indicators("2024-11-24", "2025-11-23", TODAY.isoformat())
    ever, this_year = (year[1].indicators(first, "9999-12-31", TODAY.isoformat()) for first in ("", "2026-01-01"))
    rows = dict(zip(INDICATORS, whole["01_Synthese"][1:], strict=False))
    for code, value in now.items():
        assert rows[code][0] == INDICATORS[code].name.fr
        assert [same(f, e) for f, e in zip([rows[code][1], rows[code][2], rows[code][4]], [value, before[code], ever[code]], strict=True)] == [True] * 3, code
    assert (rows["I01"][5], rows["I01"][6]) == (100, pytest.approx(this_year["I01"] / 100))
    assert rows["I07"][6] == pytest.approx(this_year["I07"] / 0.9)
    assert [rows[code][1] for code in ("I20a", "I20b", "I20c")] == [2, 1, 0]


@pytest.mark.parametrize(("sheet", "name", "at", "width"), [("02_Par_commune", "commune", 0, 3), ("04_Par_association", "association", 0, 2)])
def test_lines_by_place_and_association_are_what_the_raw_xml_says(
    year: Year, whole: dict[str, list[list[object]]], sheet: str, name: str, at: int, width: int
) -> None:
    programme, recount = year
    codes = {one.label: one.code for one in programme.associations} | {"Sans association": "", "Total": "*"}
    total = 0
    for row in whole[sheet][1:]:
        code = codes.get(str(row[at]), row[at]) if row[at] is not None else "*"
        mine = {w for w, known in recount.women.items() if code in ("*", known[name])}
        expected = recount.counts(*ALL, mine)[:11]
        assert [same(f, e) for f, e in zip(row[width:], expected, strict=True)] == [True] * 11, code
        total += row[width] if code != "*" else 0  # type: ignore[operator]
    assert total == 80


def test_months_jobs_and_difficulties_are_what_the_raw_xml_says(year: Year, whole: dict[str, list[list[object]]]) -> None:
    programme, recount = year
    months = whole["05_Par_mois"][1:]
    assert [row[0] for row in months] == [f"{y}-{m:02}" for y, m in [(2025, 12), *((2026, m) for m in range(1, 12))]]
    for row in months:
        expected = [*recount.counts(f"{row[0]}-01", f"{row[0]}-31")[:9], *recount.month(row[0])]
        assert [same(f, e) for f, e in zip(row[1:], expected, strict=True)] == [True] * 12, row[0]
    communes = {one.name_fr: one.code for one in programme.communes}
    trades = {one.fr: one.code for one in programme.trades}
    jobs = {(communes[str(row[0])], trades[str(row[1])]): row[2:] for row in whole["11_Emplois"][1:-1]}
    assert jobs == dict(recount.jobs(*ALL))
    assert whole["11_Emplois"][-1][8] == recount.counts(*ALL)[8]
    rows = whole["12_Difficultes"]
    support = next(number for number, row in enumerate(rows) if row[0] == "APPUIS DEMANDÉS")
    for question, part in (("difficultes", rows[1:support]), ("appuis", rows[support + 1 :])):
        cited = recount.cited(question, *ALL)
        assert sorted((row[1], row[2]) for row in part if row[1]) == sorted((n, pytest.approx(share)) for n, share, _ in cited.values())
        heads = [trades[str(head).removeprefix("dont ")] for head in rows[0][3:]]
        by_trade = {tuple(row[3:]) for row in part if row[1]}
        assert by_trade == {tuple(who.count(trade) for trade in heads) for _, _, who in cited.values()}


def test_a_period_counts_its_own_events_only(year: Year) -> None:
    programme, recount = year
    sheets = read(write(programme, since=date(2026, 3, 1), until=date(2026, 5, 31)))
    assert sheets["02_Par_commune"][-1][3:] == [same_or(v) for v in recount.counts(*SPRING)[:11]]
    before = recount.indicators("2025-12-01", "2026-02-28", TODAY.isoformat())
    assert sheets["01_Synthese"][1][1:3] == [recount.counts(*SPRING)[0], before["I01"]]
    assert [row[1] for row in sheets["06_Entonnoir"][1:]] == [row[0] for row in recount.funnel(*SPRING, TODAY.isoformat())]


def same_or(value: object) -> object:
    return pytest.approx(value) if isinstance(value, float) else value


def test_minutes_attendance_and_files_have_everybody_once(year: Year, whole: dict[str, list[list[object]]]) -> None:
    _, recount = year
    candidates = {(a["code_exam"], woman) for woman, _, _, a in recount.about("cam_c_examen")}
    assert sum(isinstance(row[0], (int, float)) for row in whole["08_Examen_PV"][1:]) == len(candidates)
    marks = [row for row in whole["09_Presences"][1:] if row[-1] in ("Oui", "Non")]
    expected = 0
    for entries in recount.sessions.values():
        halves = recount.halves(entries)
        expected += sum(len(there) for there, _ in halves.values())
    assert sum(row.count("P") for row in marks) == sum(row[-3] for row in marks) == expected  # type: ignore[misc]
    files = {(woman, a["num_dossier"]) for woman, _, _, a in recount.about("cam_d_angem") if a.get("num_dossier")}
    assert len(whole["10_Suivi_ANGEM"]) - 1 == len(files)
    assert [row[7] for row in whole["13_Doublons_a_valider"][1:]] == [None, "fusionner"]


def test_the_edition_without_names_gives_no_small_count_away(year: Year) -> None:
    sheets = read(write(year[0], personal=False))
    assert not {"07_Liste_nominative", "08_Examen_PV", "09_Presences", "10_Suivi_ANGEM", "13_Doublons_a_valider"} & sheets.keys()
    counts = {
        "02_Par_commune": range(3, 12), "04_Par_association": range(2, 11), "05_Par_mois": range(1, 11), "06_Entonnoir": (1, 5),
        "11_Emplois": range(2, 10), "12_Difficultes": range(3, 7),
    }  # fmt: skip
    for name, columns in counts.items():
        for row in sheets[name][1:]:
            assert not [row[c] for c in columns if isinstance(row[c], (int, float)) and 0 < row[c] < 5], (name, row)
    assert any("<5" in row for row in sheets["11_Emplois"])
