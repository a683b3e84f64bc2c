"""The figures are counts of distinct women: golden stories, then a count from the raw XML alone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from statistics import median

import pytest

from exports.events import Life, Story, to_facts
from exports.indicators import Figures, Window, count, has_started, running_visit
from exports.programme import Submission, Woman
from exports.tally import Tally
from forms.definition import FormDefinition
from forms.reading import AnswerReader
from tests.exports.field import Field, make_up, read, to_programme, to_submission, write

WOMEN = ("w1", "w2", "w3")
Send = Callable[..., Submission]


@pytest.fixture
def tell(library: Mapping[str, FormDefinition]) -> Callable[..., Tally]:
    """Give a function from (form letter, answers, more) to a closed tally of three women; w9 was merged into w1."""

    def run(*sent: tuple[str, dict[str, object]], **more: object) -> Tally:
        programme = to_programme(
            list(library.values()), merged={"w9": "w8", "w8": "w1", "l1": "l2", "l2": "l1"}, **more
        )
        tally = Tally(programme, WOMEN)
        for number, (letter, answers) in enumerate(sent):
            extra = {key[1:]: answers.pop(key) for key in list(answers) if key.startswith("_")}
            key = f"uuid:11111111-1111-4111-8111-{number:012}"
            submission = to_submission(library[letter], answers, key, **extra)
            reader = AnswerReader(submission.definition)
            texts = reader.read(submission.load(key), key).rows[0].texts
            tally.add(submission, to_facts(reader.questions[""], texts))
        tally.close()
        return tally

    return run


def session(
    women: str, day: int, half: str = "matin", programme: str = "cree", code: str = "CREE-2026-01"
) -> tuple[str, dict[str, object]]:
    return "b", {
        "code_session": code, "programme": programme, "date_seance": f"2026-05-{day:02}", "demi_journee": half, "presentes": women,
    }  # fmt: skip


def earned(tally: Tally, entity_id: str) -> bool:
    return any(training.earned for training in tally.story(entity_id).trainings)


def test_tally_counts_four_of_five_half_days_as_trained(tell: Callable[..., Tally]) -> None:
    tally = tell(*(session("w1 w2" if day < 5 else "w2", day) for day in range(1, 6)), session("w3", 1, "matin"))
    assert [earned(tally, woman) for woman in WOMEN] == [True, True, False]
    assert tally.story("w1").trainings == [("CREE-2026-01", "cree", 4, 5, True, "2026-05-05")]


def test_tally_counts_a_whole_day_twice_and_a_repeated_half_day_once(tell: Callable[..., Tally]) -> None:
    tally = tell(session("w1", 1, "journee"), session("w2", 2), session("w1", 2), session("w2", 1, "apresmidi"))
    assert tally.story("w1").trainings == [("CREE-2026-01", "cree", 3, 3, True, "2026-05-02")]
    assert tally.story("w2").trainings == [("CREE-2026-01", "cree", 2, 3, False, "2026-05-02")]


def test_tally_counts_a_merged_woman_once_even_when_both_records_are_ticked(tell: Callable[..., Tally]) -> None:
    tally = tell(session("w9 w1", 1), session("w9", 2))
    assert tally.story("w1").trainings == [("CREE-2026-01", "cree", 2, 2, True, "2026-05-02")]


def test_tally_earns_no_attestation_for_other_programmes(tell: Callable[..., Tally]) -> None:
    tally = tell(session("w1", 1, programme="technique"))
    assert tally.story("w1").trainings == [("CREE-2026-01", "technique", 1, 1, False, "2026-05-01")]


@pytest.mark.parametrize(("percent", "trained"), [(66, True), (67, False), (0, True), (100, False)])
def test_tally_follows_the_threshold_of_the_programme(tell: Callable[..., Tally], percent: int, trained: bool) -> None:
    tally = tell(session("w1", 1), session("w1", 2), session("w2", 3), attendance_percent=percent)
    assert earned(tally, "w1") is trained


def test_tally_keeps_a_pass_whatever_comes_after(tell: Callable[..., Tally]) -> None:
    exam = {"artisane": "w1", "bonne_personne": "oui"}
    tally = tell(
        ("c", {**exam, "decision": "admise", "date_exam": "2026-06-01", "num_certificat": "0042"}),
        ("c", {**exam, "decision": "absente", "date_exam": "2026-06-02"}),
        ("c", {"artisane": "w2", "decision": "ajournee", "date_exam": "2026-06-02"}),
        ("c", {"artisane": "w2", "decision": "reportee", "date_exam": "2026-06-03"}),
    )
    assert (tally.story("w1").decision, tally.story("w1").certificate) == ("admise", "0042")
    assert tally.story("w2").decision == "reportee"


def test_tally_sums_payments_once_for_each_step_and_date(tell: Callable[..., Tally]) -> None:
    loan = {"artisane": "w9", "etape_angem": "e09", "date_etape": "2026-07-01"}
    tally = tell(
        ("d", {**loan, "montant_verse": "40000"}),
        ("d", {**loan, "montant_verse": "40000", "artisane": "w1"}),
        ("d", {**loan, "montant_verse": "60000", "date_etape": "2026-08-01"}),
        ("d", {**loan, "montant_verse": "beaucoup", "etape_angem": "e11", "date_etape": "2026-06-01"}),
    )
    story = tally.story("w1")
    assert (sum(story.payments.values()), story.step) == (100000, "e09")
    assert {step.step for step in story.steps} == {"e09", "e11"}


def test_tally_takes_jobs_from_the_last_visit_that_told_the_activity(tell: Callable[..., Tally]) -> None:
    tally = tell(
        (
            "e",
            {
                "artisane": "w1",
                "date_visite": "2026-08-01",
                "etat_act": "active",
                "emplois_crees": "3",
                "benefice": "100",
            },
        ),
        (
            "e",
            {
                "artisane": "w1",
                "date_visite": "2026-07-01",
                "etat_act": "active",
                "emplois_crees": "9",
                "benefice": "900",
            },
        ),
        ("e", {"artisane": "w1", "date_visite": "2026-09-01", "consent_visite": "non"}),
        ("e", {"artisane": "w2", "date_visite": "2026-07-01", "etat_act": "saison", "emplois_crees": "4"}),
        ("e", {"artisane": "w2", "date_visite": "2026-08-01", "etat_act": "suspendue"}),
    )
    first, second = tally.lives([Woman("w1", 1, {}), Woman("w2", 1, {})])
    figures = count([first])
    assert (figures.jobs, first.story.visited, figures.profits) == (3, "2026-09-01", [100])
    assert (running_visit(second), has_started(second)) == (None, True)
    assert count([first], Window("2026-07-01", "2026-07-31")).jobs == 9


def test_tally_leaves_out_rejected_submissions_wrong_persons_and_unknown_women(tell: Callable[..., Tally]) -> None:
    tally = tell(
        ("d", {"artisane": "w1", "etape_angem": "e02", "_state": "rejected"}),
        ("d", {"artisane": "w1", "etape_angem": "e02", "bonne_personne": "non"}),
        ("d", {"artisane": "nobody", "etape_angem": "e02"}),
        ("d", {"artisane": "l1", "etape_angem": "e02"}),
    )
    assert tally.story("w1").steps == []
    assert tally.seen == {"cam_d_angem": [4, 1, 3]}


def test_tally_believes_the_entity_acted_on_before_the_answer(tell: Callable[..., Tally]) -> None:
    tally = tell(("d", {"artisane": "w2", "etape_angem": "e02", "_entity_ids": ("w9",)}))
    assert (tally.story("w1").step, tally.story("w2").step) == ("e02", "")


def test_figures_leave_rates_blank_when_nobody_could() -> None:
    figures = count([Life(Woman("w1", 1, {}), Story())])
    assert figures.rates() == (None, None)
    assert figures.counts() == (1, 0, 0, 0, 0, 0, 0, 0, 0)
    assert figures.median_profit() is None


def test_figures_give_the_median_from_five_answers_on() -> None:
    figures = Figures(profits=[Decimal(1), Decimal(2), Decimal(3), Decimal(4)])
    assert figures.median_profit() is None
    figures.profits.append(Decimal(100))
    assert figures.median_profit() == 3


# A second opinion: from the raw XML, with nothing of the packages.


def answers_of(xmls: Iterable[bytes]) -> list[dict[str, str]]:
    return [{node.tag.rpartition("}")[2]: node.text or "" for node in ET.fromstring(xml).iter()} for xml in xmls]


def count_again(field: Field, key: str) -> dict[str, list[object]]:
    """Count from the XML, by a property of the women."""
    women = {woman.entity_id: woman.values[key] for woman in field.programme.women}

    def who(entity_id: str) -> str:
        while entity_id in field.programme.merged:
            entity_id = field.programme.merged[entity_id]
        return entity_id

    halves: dict[str, set[tuple[str, str]]] = defaultdict(set)
    there: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for answer in answers_of(field.raw["cam_b_presence"]):
        if answer["programme"] in ("trie", "cree", "germe"):
            moments = ["matin", "apresmidi"] if answer["demi_journee"] == "journee" else [answer["demi_journee"]]
            for moment in moments:
                halves[answer["code_session"]].add((answer["date_seance"], moment))
                for one in answer["presentes"].split():
                    there[answer["code_session"], who(one)].add((answer["date_seance"], moment))
    trained = {one for (code, one), seen in there.items() if len(seen) / len(halves[code]) >= 0.8}
    exams = [(who(answer["artisane"]), answer["decision"]) for answer in answers_of(field.raw["cam_c_examen"])]
    steps = {(who(answer["artisane"]), answer["etape_angem"]) for answer in answers_of(field.raw["cam_d_angem"])}
    visits: dict[str, list[dict[str, str]]] = defaultdict(list)
    for answer in answers_of(field.raw["cam_e_visite"]):
        visits[who(answer["artisane"])].append(answer)
    running = {one for one, all_of in visits.items() if any(v.get("etat_act") in ("active", "saison") for v in all_of)}

    # two visits on one day are told apart by the moment they were received
    received = {
        one.key: one.submitted_at for form in field.raw for one in field.programme.submissions(form)
    }

    def last(one: str, name: str) -> dict[str, str]:
        told = [visit for visit in visits.get(one, []) if visit.get(name)]
        return max(told, key=lambda v: (v["date_visite"], received[v["instanceID"]]), default={})

    found: dict[str, list[object]] = {}
    for value in {*women.values(), "*"}:
        mine = {one for one, theirs in women.items() if value in (theirs, "*")}
        profits = [int(last(one, "benefice")["benefice"]) for one in mine if last(one, "benefice")]
        examined = {one for one, decision in exams if decision in ("admise", "ajournee")} & mine
        qualified = {one for one, decision in exams if decision == "admise"} & mine
        filed = {one for one, step in steps if step == "e02"} & mine
        funded = {one for one, step in steps if step in ("e09", "e10")} & mine
        found[value] = [
            len(mine), len(trained & mine), len(examined), len(qualified), len(filed),
            len({one for one, step in steps if step == "e05"} & mine), len(funded),
            len(({one for one, step in steps if step == "e11"} | running) & mine),
            sum(int(last(one, "etat_act").get("emplois_crees") or 0) for one in mine),
            len(qualified) / len(examined) if examined else None, len(funded) / len(filed) if filed else None,
            median(profits) if len(profits) >= 5 else "n<5",
        ]  # fmt: skip
    return found


@pytest.mark.parametrize("seed", [7, 8])
def test_workbook_counts_what_the_raw_xml_says(library: Mapping[str, FormDefinition], seed: int) -> None:
    field = make_up(library, 120, seed)
    sheets = read(write(field.programme))
    by_commune = count_again(field, "commune")
    assert [row[0] for row in sheets["02_Par_commune"][1:5]] == ["3103", "3105", "3110", "3112"]
    assert len(sheets["02_Par_commune"]) == 1 + 26 + 1
    for row in sheets["02_Par_commune"][1:]:
        code = row[0] or "*"
        expected = by_commune.get(str(code), [0] * 9 + [None, None])[:11]
        assert row[3:] == [pytest.approx(value) for value in expected], code
    by_trade = count_again(field, "metier")
    codes = {trade.fr: trade.code for trade in field.programme.trades} | {"Total": "*"}
    for row in sheets["03_Par_metier"][1:]:
        expected = by_trade.get(codes[str(row[0])], [0] * 9 + [None, None, "n<5"])
        assert row[2:] == [value if isinstance(value, str) else pytest.approx(value) for value in expected], row[0]
    assert sum(row[3] for row in sheets["02_Par_commune"][1:-1]) == 120  # type: ignore[misc]


def test_workbook_counts_a_woman_listed_beside_her_merged_double_once(library: Mapping[str, FormDefinition]) -> None:
    women = [Woman(one, 1, {"commune": "3112"}) for one in ("w1", "w2")]
    sheets = read(write(to_programme(list(library.values()), women=iter(women), merged={"w2": "w1"})))
    assert [row[:4] for row in sheets["02_Par_commune"][1:]] == [["3112", "3112", None, 1], [None, "Total", None, 1]]
    assert len(sheets["07_Liste_nominative"]) == 2
