"""The numbered sheets have the programme's columns, and say what is known of each woman."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from exports.headings import BY_COMMUNE, BY_TRADE, COUNTS, MEDIAN, NOMINAL, RATES
from exports.masking import hide_small_counts
from exports.programme import Association, Commune, Trade, Woman
from exports.tables import Total
from forms.definition import FormDefinition
from tests.exports.field import read, read_dicts, to_programme, to_submission, write

WHO = {"artisane": "w1", "bonne_personne": "oui"}
VALUES = {
    "code_artisane": "3112-abc123", "nom_fr": "BENALI", "prenom_fr": "Kheira", "nom_ar": "بن علي", "prenom_ar": "خيرة",
    "prenom_pere": "أحمد", "date_naissance": "1980-02-29", "annee_naissance": "1980", "commune": "3112", "metier": "pates",
    "localite": "Douar", "telephone": "0550123456", "association": "asso_01",
}  # fmt: skip


def nominal(
    library: Mapping[str, FormDefinition], *sent: tuple[str, dict[str, object]], **options: object
) -> dict[object, object]:
    """Give her line of the nominal list."""
    values = {**VALUES, **dict(options.pop("values", {}))}  # type: ignore[call-overload]
    listed = [
        to_submission(library[letter], answers, f"uuid:11111111-1111-4111-8111-{number:012}", entity_ids=("w1",))
        for number, (letter, answers) in enumerate(sent)
    ]
    programme = to_programme(
        list(library.values()), listed, women=[Woman("w1", 3, values)], communes=[Commune("3112", "Tafraoui", "طفراوي")],
        trades=[Trade("pates", "Pâtes", "العجائن")], associations=[Association("asso_01", "Nour – نور")],
    )  # fmt: skip
    return read_dicts(write(programme, **options), "07_Liste_nominative")[0]


def test_headings_are_those_of_the_programme() -> None:
    # what the programme asks for, written out: sheet -> headings in order
    expected = {
        "02": "Code commune;Commune;Daïra;Inscrites;Formées (attestation);Présentées à l’examen;Qualifiées;Dossiers ANGEM déposés;"
        "Éligibles;Financées;Entreprises démarrées;Emplois créés;Taux qualification (%);Taux de financement (%)",
        "03": "Métier;Domaine;Inscrites;Formées (attestation);Présentées à l’examen;Qualifiées;Dossiers ANGEM déposés;Éligibles;"
        "Financées;Entreprises démarrées;Emplois créés;Taux qualification (%);Taux de financement (%);"
        "Bénéfice mensuel médian (DA)",
        "07": "N°;Code artisane;Nom;Prénom;اللقب;الاسم;Prénom du père;Date de naissance;Commune;Localité;Téléphone;Métier;"
        "Association;Date d’inscription;Formation suivie;Résultat examen;N° certificat;Carte d’artisan;Étape ANGEM;"
        "Montant financé (DA);État de l’activité;Emplois;Dernière visite",
    }
    made = {
        "02": (*BY_COMMUNE, *COUNTS, *RATES),
        "03": (*BY_TRADE, *COUNTS, *RATES, MEDIAN),
        "07": [heading for _, heading in NOMINAL],
    }
    assert {name: ";".join(heading.words.fr for heading in headings) for name, headings in made.items()} == expected


def test_nominal_tells_all_that_is_known(library: Mapping[str, FormDefinition]) -> None:
    row = nominal(
        library,
        ("a", {"consent": "oui", "today": "2026-03-02", "carte_artisan": "non"}),
        ("b", {"programme": "cree", "code_session": "CREE-2026-01", "date_seance": "2026-05-01", "demi_journee": "matin", "presentes": "w1"}),
        ("c", {**WHO, "decision": "admise", "date_exam": "2026-06-01", "num_certificat": "0042"}),
        ("d", {**WHO, "etape_angem": "e09", "date_etape": "2026-07-01", "montant_verse": "100000"}),
        ("e", {**WHO, "date_visite": "2026-09-01", "etat_act": "saison", "emplois_crees": "2", "statut_jur": "carte"}),
    )  # fmt: skip
    assert row == {
        "N°": 1,
        "Code artisane": "3112-abc123",
        "Nom": "BENALI",
        "Prénom": "Kheira",
        "اللقب": "بن علي",
        "الاسم": "خيرة",
        "Prénom du père": "أحمد",
        "Date de naissance": datetime(1980, 2, 29),  # noqa: DTZ001
        "Commune": "Tafraoui",
        "Localité": "Douar",
        "Téléphone": "0550123456",
        "Métier": "Pâtes",
        "Association": "Nour – نور",
        "Date d’inscription": datetime(2026, 3, 2),  # noqa: DTZ001
        "Formation suivie": "CREE-2026-01 – 100 % (attestation)",
        "Résultat examen": "Admise",
        "N° certificat": "0042",
        "Carte d’artisan": "Oui",
        "Étape ANGEM": "Prêt ANGEM versé",
        "Montant financé (DA)": 100000,
        "État de l’activité": "Active par saison",
        "Emplois": 2,
        "Dernière visite": datetime(2026, 9, 1),  # noqa: DTZ001
        "KEY": "w1",
        "VERSION": 3,
    }


def test_nominal_says_presumed_when_only_the_year_is_known(library: Mapping[str, FormDefinition]) -> None:
    values = {"date_naissance": "", "annee_naissance": "1961"}
    assert nominal(library, values=values)["Date de naissance"] == "présumée 1961"
    assert nominal(library, values=values, language="ar")["تاريخ الميلاد"] == "مفترض 1961"


def test_nominal_gives_names_when_labels_are_not_wanted(library: Mapping[str, FormDefinition]) -> None:
    row = nominal(library, ("c", {**WHO, "decision": "ajournee"}), labels=False)
    assert (row["Commune"], row["Métier"], row["Résultat examen"]) == ("3112", "pates", "ajournee")


def test_nominal_speaks_arabic_when_asked(library: Mapping[str, FormDefinition]) -> None:
    row = nominal(library, ("c", {**WHO, "decision": "admise"}), language="ar")
    assert (row["البلدية"], row["الحرفة"], row["نتيجة الامتحان"]) == ("طفراوي", "العجائن", "ناجحة")


def test_nominal_believes_the_register_before_the_form(library: Mapping[str, FormDefinition]) -> None:
    row = nominal(
        library, ("c", {**WHO, "decision": "admise", "num_certificat": "0042"}), values={"num_certificat": "0777"}
    )
    assert row["N° certificat"] == "0777"


def test_numbered_sheets_stand_empty_when_the_programme_has_nothing() -> None:
    sheets = read(write(to_programme([])))
    assert sheets["02_Par_commune"][1:] == [[None, "Total", None, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, None]]
    assert sheets["03_Par_metier"][1:] == [["Total", None, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, None, None]]
    assert len(sheets["07_Liste_nominative"]) == 1


def test_numbered_sheets_show_places_and_trades_outside_the_lists() -> None:
    women = [
        Woman(f"w{number}", 1, values)
        for number, values in enumerate([{}, {"commune": "9999", "metier": "x"}, {"commune": "3112"}])
    ]
    programme = to_programme(
        [], women=women, communes=[Commune("3101", "Oran"), Commune("3112", "Tafraoui", pilot=True)]
    )
    sheets = read(write(programme))
    assert [row[:4] for row in sheets["02_Par_commune"][1:]] == [
        ["3112", "Tafraoui", None, 1],
        ["3101", "Oran", None, 0],
        ["9999", "9999", None, 1],
        [None, "Non renseigné", None, 1],
        [None, "Total", None, 3],
    ]
    assert [row[:3] for row in sheets["03_Par_metier"][1:]] == [
        ["x", None, 1],
        ["Non renseigné", None, 2],
        ["Total", None, 3],
    ]


def test_hide_small_counts_leaves_nothing_to_subtract() -> None:
    rows: list[list[object]] = [["a", 3, 0.5], ["b", 7, 0.5], ["c", 9, 0.5], ["d", 0, None], Total(["", 19, 0.5])]
    hide_small_counts(rows, range(1, 2), range(2, 3))
    assert [list(row) for row in rows] == [
        ["a", "<5", None],
        ["b", "…", None],
        ["c", 9, 0.5],
        ["d", 0, None],
        ["", 19, 0.5],
    ]


def test_hide_small_counts_hides_a_small_total() -> None:
    rows: list[list[object]] = [["a", 3, 0.5], ["d", 0, None], Total(["", 3, 0.5])]
    hide_small_counts(rows, range(1, 2), range(2, 3))
    assert [list(row) for row in rows] == [["a", "<5", None], ["d", 0, None], ["", "<5", None]]


@pytest.mark.parametrize("day", [date(2026, 1, 2)])
def test_nominal_takes_the_day_of_registration_from_the_register(day: date) -> None:
    programme = to_programme([], women=[Woman("w1", 1, {}, registered_on=day)])
    assert read_dicts(write(programme), "07_Liste_nominative")[0]["Date d’inscription"] == datetime(2026, 1, 2)  # noqa: DTZ001
