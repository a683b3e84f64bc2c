"""What duplicates are found by other means, on the same records: a folded name with the year, and Splink 5.

Splink is asked as its documentation recommends: its own comparisons for names and dates with term frequencies, u from
random pairs, m by expectation maximisation over two blockings, no look at the truth. `pip install -r bench/requirements.txt`.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations

from bench.support.people import Record

Pairs = set[tuple[int, int]]


def find_naively(records: list[Record]) -> Pairs:
    """Find pairs whose names, without accents, capitals and blanks, and whose years of birth are equal, in either script."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for place, record in enumerate(records):
        for script in ("fr", "ar"):
            name = " ".join((getattr(record, f"nom_{script}"), getattr(record, f"prenom_{script}"))).strip()
            folded = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
            folded = re.sub(r"\W", "", folded)
            if folded:
                groups.setdefault((script, folded, record.annee_naissance), []).append(place)
    return {pair for places in groups.values() for pair in combinations(sorted(places), 2)}


def find_by_splink(records: list[Record]) -> list[tuple[float, tuple[int, int]]]:
    """Give the pairs Splink proposes, with their probability."""
    import logging

    import pyarrow
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    columns: dict[str, list[object]] = {"unique_id": list(range(len(records)))}
    for name in (
        "prenom_fr",
        "nom_fr",
        "prenom_ar",
        "nom_ar",
        "prenom_pere",
        "date_naissance",
        "annee_naissance",
        "commune",
        "telephone",
        "nin",
    ):
        values = [getattr(record, name) or None for record in records]
        columns[name] = [v.lower() if v and name.endswith("_fr") else v for v in values]
    rules = [
        block_on("date_naissance", "commune"), block_on("nom_fr", "annee_naissance"), block_on("nom_ar", "annee_naissance"),
        block_on("prenom_fr", "annee_naissance", "commune"), block_on("prenom_ar", "annee_naissance", "commune"),
        block_on("prenom_ar", "prenom_pere", "annee_naissance"), block_on("nin"), block_on("telephone", "annee_naissance"),
    ]  # fmt: skip
    tf = {"term_frequency_adjustments": True}
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            *(cl.NameComparison(name).configure(**tf) for name in ("prenom_fr", "nom_fr", "prenom_ar", "nom_ar")),
            cl.DateOfBirthComparison("date_naissance", input_is_string=True),
            cl.ExactMatch("prenom_pere").configure(**tf),
            cl.ExactMatch("annee_naissance"),
            cl.ExactMatch("commune").configure(**tf),
            cl.ExactMatch("telephone"),
            cl.LevenshteinAtThresholds("nin", 1),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    database = DuckDBAPI()
    linker = Linker(database.register(pyarrow.table(columns)), settings, log_level=logging.ERROR)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("nin"), block_on("date_naissance", "prenom_ar"), block_on("date_naissance", "prenom_fr")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("date_naissance"), block_on("prenom_ar", "nom_ar"), block_on("prenom_fr", "nom_fr")):
        training.estimate_parameters_using_expectation_maximisation(rule)
    table = linker.inference.predict(threshold_match_probability=0.05).as_pyarrow_table()
    found = zip(
        *(table.column(name).to_pylist() for name in ("match_probability", "unique_id_l", "unique_id_r")), strict=True
    )
    return [(p, (min(a, b), max(a, b))) for p, a, b in found]
