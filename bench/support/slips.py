"""What goes wrong when a woman is entered a second time: the operators of `linkage_operators.csv`, one function each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from bench.support.people import MAX_NAME_ERRORS, OPERATORS, Identity, Record

if TYPE_CHECKING:
    from bench.support.people import Maker

Change = Callable[[], None]
LATIN_NEXT = dict(zip("azertyuiopqsdfghjklmwxcvbn", "zertyuiopzsdfghjkljxcvbnn", strict=False))
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
PARTICLE = re.compile(r"^(ben|bel|bou|el|ould|sidi|si|oum)[ -]?(?=[a-zà-ÿ]{3})", re.IGNORECASE)


def slip_names(maker: Maker, record: Record, woman: Identity) -> None:
    """Apply the operators on names; see `people` for how the rates are kept."""
    maker.could["aucune_erreur"] += 1
    wrong = maker.rng.random() >= OPERATORS["aucune_erreur"]
    if not wrong:
        maker.happened["aucune_erreur"] += 1
    share = 1 - OPERATORS["aucune_erreur"]
    drawn: list[tuple[str, Change]] = []
    for operator, change in _name_changes(maker, record, woman):
        maker.could[operator] += 1
        if wrong and maker.rng.random() < min(1.0, OPERATORS[operator] / share):
            drawn.append((operator, change))
    if len(drawn) > MAX_NAME_ERRORS:
        kept = set(maker.rng.sample(range(len(drawn)), MAX_NAME_ERRORS))
        drawn = [one for place, one in enumerate(drawn) if place in kept]
    for operator, change in drawn:
        maker.happened[operator] += 1
        change()


def _name_changes(maker: Maker, record: Record, woman: Identity) -> list[tuple[str, Change]]:
    """List the operators that can apply to this record, each with what it does, in the order they are applied."""
    rng = maker.rng
    found: list[tuple[str, Change]] = []

    def edit(operator: str, fields: tuple[str, ...], rewrite: Callable[[str], str]) -> None:
        able = [
            field
            for field in fields
            if getattr(record, field) and rewrite(getattr(record, field)) != getattr(record, field)
        ]
        if able:
            field = rng.choice(able)
            found.append((operator, lambda: setattr(record, field, rewrite(getattr(record, field)))))

    latin, arabic = ("prenom_fr", "nom_fr"), ("prenom_ar", "nom_ar")
    nickname = maker.nicknames.get(woman.first.latin)
    if nickname:
        found.append(("surnom", lambda: _nickname(record, rng.choice(nickname[0]), rng.choice(nickname[1]))))
    if " " in woman.first.latin:
        found.append(("prenom_compose_tronque", lambda: _cut(record, rng.choice((0, -1)))))
    if record.prenom_fr:
        able = [(f, n) for f, n in (("prenom_fr", woman.first), ("nom_fr", woman.last)) if n.latin_others]
        if able:
            field, name = rng.choice(able)
            other = rng.choice(name.latin_others)
            found.append(("variante_latine_lexique", lambda: setattr(record, field, other)))
    edit("espace_tiret_particule", ("nom_fr",), lambda t: _particle(t))
    edit("graphie_ou_w", latin, lambda t: _either(t, "ou(?=[aeiy])", "w", "w", "ou"))
    edit("graphie_dj_j", latin, lambda t: _either(t, "dj", "j", "(?<!d)j", "dj"))
    edit("graphie_k_q_c_g", latin, lambda t: _k(t, maker))
    edit(
        "doublement_consonne",
        latin,
        lambda t: _either(t, r"(ss|rr|ll|mm|nn|dd)", None, "(?<=[aeiou])([srlmnd])(?=[aeiou])", "2"),
    )
    edit("voyelle_e_a_i_ou", latin, lambda t: _vowel(t))
    edit("h_final", latin, lambda t: t[:-1] if t[-1:] in "hH" else t + "h" if t[-1:] in "aA" else t)
    edit("hamza_alif", arabic, lambda t: re.sub("[أإآٱ]", "ا", t))
    edit("ta_marbuta_ha", arabic, lambda t: t[:-1] + "ه" if t.endswith("ة") else t[:-1] + "ة" if t.endswith("ه") else t)
    edit(
        "alif_maqsura_ya", arabic, lambda t: t[:-1] + "ي" if t.endswith("ى") else t[:-1] + "ى" if t.endswith("ي") else t
    )
    edit("espace_ben_arabe", ("nom_ar",), _ben)
    edit(
        "article_al",
        arabic,
        lambda t: t[2:] if t.startswith("ال") and " " not in t else t if " " in t or t.startswith("ب") else "ال" + t,
    )
    edit("dad_za", arabic, lambda t: t.translate(str.maketrans("ضظ", "ظض")))
    edit("qaf_gaf", arabic, lambda t: t.translate(str.maketrans("قڨ", "ڨق")))
    edit("faute_frappe", (*latin, *arabic), lambda t: _typo(t, maker))
    found.append(("nom_epouse", lambda: _marry(record, woman)))
    found.append(("inversion_nom_prenom", lambda: _swap(record)))
    return found


def _marry(record: Record, woman: Identity) -> None:
    record.nom_fr = woman.husband.latin if record.nom_fr else ""
    record.nom_ar = woman.husband.arabic if record.nom_ar else ""


def _nickname(record: Record, latin: str, arabic: str) -> None:
    record.prenom_fr = latin if record.prenom_fr else ""
    record.prenom_ar = arabic if record.prenom_ar else ""


def _cut(record: Record, place: int) -> None:
    record.prenom_fr = record.prenom_fr.replace("-", " ").split()[place] if record.prenom_fr else ""
    record.prenom_ar = record.prenom_ar.split()[place] if record.prenom_ar else ""


def _swap(record: Record) -> None:
    record.nom_fr, record.prenom_fr = record.prenom_fr, record.nom_fr
    record.nom_ar, record.prenom_ar = record.prenom_ar, record.nom_ar


def _particle(text: str) -> str:
    found = PARTICLE.match(text)
    if not found:
        return text
    rest = text[found.end() :]
    return f"{found[1]}{rest.lower()}" if len(found[0]) > len(found[1]) else f"{found[1]} {rest}"


def _either(text: str, one: str, to_one: str | None, other: str, to_other: str) -> str:
    if re.search(one, text, re.IGNORECASE):
        return re.sub(one, lambda m: to_one if to_one is not None else m[0][0], text, count=1, flags=re.IGNORECASE)
    return re.sub(other, lambda m: m[0] * 2 if to_other == "2" else to_other, text, count=1, flags=re.IGNORECASE)


def _k(text: str, maker: Maker) -> str:
    found = re.search("[kqg](?![eiyh])", text, re.IGNORECASE)
    return (
        text
        if not found
        else text[: found.start()] + {"k": "q", "q": "k", "g": "k"}[found[0].lower()] + text[found.end() :]
    )


def _vowel(text: str) -> str:
    for one, other in (("ei", "i"), ("ou", "o"), ("e", "a"), ("a", "e")):
        place = text.lower().find(one, 1)
        if place > 0:
            return text[:place] + other + text[place + len(one) :]
    return text


def _ben(text: str) -> str:
    spaced = re.sub("^(بن|بو|عبد|أم|نور) ", r"\1", text)
    return spaced if spaced != text else re.sub("^(بن|بو)(?=....)", r"\1 ", text)


def _typo(text: str, maker: Maker) -> str:
    rng = maker.rng
    place = rng.randrange(1, len(text)) if len(text) > 1 else 0
    kind = rng.randrange(4)
    arabic = text[0] > "ء"
    letter = rng.choice(ARABIC) if arabic else LATIN_NEXT.get(text[place].lower(), "e")
    if kind == 0:
        return text[:place] + letter + text[place:]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + letter + text[place + 1 :]
    return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :] if place else text


def slip_birth(maker: Maker, record: Record, woman: Identity) -> None:
    rng = maker.rng
    if woman.presumed:
        if maker.happens("date_presumee_0101"):
            record.date_naissance = f"{woman.birth.year}-01-01"
    else:
        born = woman.birth
        if born.day <= 12 and born.day != born.month and maker.happens("date_jour_mois_inverses"):
            born = date(born.year, born.day, born.month)
        if maker.happens("annee_decalee"):
            born = born.replace(year=born.year + rng.choice((-1, 1)), day=min(born.day, 28))
        tens, ones = divmod(born.year % 100, 10)
        turned = born.year // 100 * 100 + ones * 10 + tens
        if born.year != turned and 1925 <= turned <= 2011 and maker.happens("annee_chiffres_transposes"):
            born = born.replace(year=turned, day=min(born.day, 28))  # other years the form refuses
        record.date_naissance = born.isoformat()
        record.annee_naissance = str(born.year)
        if maker.happens("date_presumee"):
            record.date_naissance = ""


def slip_numbers(maker: Maker, record: Record, woman: Identity) -> None:
    rng = maker.rng
    if maker.happens("telephone_change"):
        record.telephone = f"0{rng.choice('567')}{rng.randrange(10**8):08}"
    if maker.happens("telephone_partage"):
        record.telephone = rng.choice(maker.phones[woman.commune])
    if maker.happens("telephone_faute"):
        record.telephone = _digit(record.telephone, maker)
    if maker.happens("commune_voisine"):
        record.commune = rng.choice(maker.neighbours[woman.commune])
    if record.nin:
        if maker.happens("nin_manquant"):
            record.nin = ""
        elif maker.happens("nin_faute"):
            record.nin = _digit(record.nin, maker)


def _digit(text: str, maker: Maker) -> str:
    """Change one digit after the second, or exchange two neighbours."""
    place = maker.rng.randrange(2, len(text) - 1)
    if maker.rng.random() < 0.5 and text[place] != text[place + 1]:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + str((int(text[place]) + maker.rng.randint(1, 9)) % 10) + text[place + 1 :]
