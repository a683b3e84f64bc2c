"""Certificates and minutes as papers: what stands on them, in French and in Arabic."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import segno
from babel.dates import format_date
from flask import current_app

from exports.labels import in_language
from exports.programme import ALGIERS
from server.errors import Problem
from server.models import Certificate
from server.papers import make_pdf
from server.services.certificates import QUALIFICATION, Candidate, sign_certificate
from server.services.exports import WOMEN
from server.services.facts import ATTENDANCE, EXAM
from server.services.labels import Labels
from server.services.programme import get_project

_STATE = {
    "fr": "République algérienne démocratique et populaire",
    "ar": "الجمهورية الجزائرية الديمقراطية الشعبية",
}
_WORDS = {
    "qualification": {
        "fr": (
            "Certificat de qualification",
            "La Chambre certifie que le jury réuni à l’issue de l’examen d’aptitude a déclaré admise :",
        ),
        "ar": ("شهادة التأهيل", "تشهد الغرفة أن لجنة اختبار الكفاءة أعلنت نجاح:"),
    },
    "training": {
        "fr": (
            "Attestation de formation",
            "La Chambre atteste que la personne nommée ci-dessous a suivi la formation avec assiduité :",
        ),
        "ar": ("شهادة متابعة تكوين", "تشهد الغرفة أن المعنية المذكورة أدناه تابعت التكوين بانتظام:"),
    },
}
_DECISIONS = {"admise": "admise · ناجحة", "ajournee": "ajournée · مؤجلة", "absente": "absente · غائبة"}
MOST = 400
"""Papers in one file."""


def print_certificates(rows: Sequence[Certificate]) -> bytes:
    """Set certificates, one a page (PDF/A).

    :raises Problem: 413.1 for too many at once.
    """
    if len(rows) > MOST:
        raise Problem("413.1", limit_bytes="-", limit_items=MOST)
    title = rows[0].label if len(rows) == 1 else f"{rows[0].label} … {rows[-1].label}"
    return make_pdf("certificates", {"title": title, "certificates": [describe(row) for row in rows]})


def verify_url(row: Certificate) -> str:
    """Give the address that says whether a certificate is genuine."""
    return f"{current_app.config['HIRFA'].url}/verify/{row.project_id}/{row.label}/{sign_certificate(row)}"


def describe(row: Certificate) -> dict[str, Any]:
    """Say what stands on a certificate; its issuer is named as when it was issued."""
    qr = io.BytesIO()
    segno.make(verify_url(row), error="m").save(qr, kind="svg", border=0, xmldecl=False)
    issued = row.issued_at.astimezone(ALGIERS).date()
    it = row.subject
    session = f"{row.session} · {_day(it['day'], 'fr')}" if it["day"] else row.session
    fr = [["Nom et prénom", _name(it, "fr"), "rtl" if not it["nom_fr"] else "ltr"], ["Née le", *_birth(it, "fr")]]
    ar = [["اللقب والاسم", _name(it, "ar"), "rtl" if it["nom_ar"] else "ltr"], ["المولودة في", *_birth(it, "ar")]]
    if row.kind == QUALIFICATION:
        fr += [["Métier", it["trade"][0], "ltr"], ["Session", session, "ltr"]]
        ar += [["الحرفة", it["trade"][1], "rtl"], ["الدورة", row.session, "ltr"]]
        if it["day"]:
            ar.append(["التاريخ", _day(it["day"], "ar"), "rtl"])
    else:
        labels = [Labels(row.project_id, each) for each in ("fr", "ar")]
        named = [each.choice(ATTENDANCE, "programme", it["programme"]) or "–" for each in labels]
        fr += [["Programme", named[0], "ltr"], ["Session", session, "ltr"], ["Demi-journées", it["result"], "ltr"]]
        ar += [["البرنامج", named[1], "rtl"], ["الدورة", row.session, "ltr"], ["أنصاف الأيام", it["result"], "ltr"]]
    words = _WORDS[row.kind]
    project = get_project(row.project_id)
    issuer, town = it.get("issuer") or project.name, it.get("town", project.town)
    return {
        "number": row.label,
        "qr": qr.getvalue().decode(),
        "check": verify_url(row).partition("://")[2],
        "cancelled": row.cancelled_at is not None,
        "fr": {
            "issuer": _issuer(issuer, "fr"),
            "heading": words["fr"][0],
            "intro": words["fr"][1],
            "rows": fr,
            "made": _made(town, issued, "fr"),
            "signed": "Le directeur de la Chambre",
        },
        "ar": {
            "issuer": _issuer(issuer, "ar"),
            "heading": words["ar"][0],
            "intro": words["ar"][1],
            "rows": ar,
            "made": _made(town, issued, "ar"),
            "signed": "مدير الغرفة",
        },
    }


def _issuer(name: str, language: str) -> str:
    return f"{_STATE[language]}\n{in_language(name, language)}"


def _made(town: str, day: date, language: str) -> str:
    """Say where and when a paper was made; without a town, when."""
    where = in_language(town, language)
    if language == "ar":
        return f"حرر {f'بـ {where} ' if where else ''}في {format_date(day, 'd MMMM y', locale='ar_DZ')}"
    return f"Fait {f'à {where}, ' if where else ''}le {format_date(day, 'd MMMM y', locale='fr_DZ')}"


def _name(it: dict[str, Any], script: str) -> str:
    other = "ar" if script == "fr" else "fr"
    for each in (script, other):
        name = f"{it[f'nom_{each}']} {it[f'prenom_{each}']}".strip()
        if name:
            return name
    return ""


def _birth(it: dict[str, Any], language: str) -> tuple[str, str]:
    direction = "rtl" if language == "ar" else "ltr"
    if it["date_naissance"]:
        return _day(it["date_naissance"], language), direction
    word = "présumée en" if language == "fr" else "مفترض خلال"
    return f"{word} {it['annee_naissance']}", direction


def _day(text: str, language: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return str(format_date(day, "d MMMM y", locale="ar_DZ" if language == "ar" else "fr_DZ"))


def print_minutes(project_id: int, code: str, candidates: Sequence[Candidate]) -> bytes:
    """Set the minutes of an exam session."""
    name, labels = get_project(project_id).name, Labels(project_id, "fr")
    first = candidates[0].answers
    jury = [
        ["Président du jury", "رئيس اللجنة", first.get("jury_president", "")],
        ["Maître artisan", "المعلم الحرفي", first.get("jury_maitre", "")],
        ["Membres", "الأعضاء", first.get("jury_membres", "")],
    ]
    days = sorted({each.day for each in candidates if each.day})
    span = " – ".join(dict.fromkeys([*days[:1], *days[-1:]]))
    facts = [["Session · الدورة", code], ["Date · التاريخ", span]]
    if first.get("lieu_exam"):
        facts.append(["Lieu · المكان", first["lieu_exam"]])
    passed = sum(each.result == "admise" for each in candidates)
    return make_pdf(
        "minutes",
        {
            "title": f"PV {code}",
            "fr": {"issuer": _issuer(name, "fr"), "heading": "Procès-verbal d’examen"},
            "ar": {"issuer": _issuer(name, "ar"), "heading": "محضر الامتحان"},
            "facts": facts,
            "headings": _HEADINGS,
            "rows": [_row(number, each, labels) for number, each in enumerate(candidates, start=1)],
            "totals": f"{len(candidates)} candidates · {passed} admises",
            "jury": jury,
        },
    )


_HEADINGS = [
    ["N°", "الرقم"], ["Code", "الرمز"], ["Nom et prénom", "بالفرنسية"], ["Nom et prénom (ar)", "اللقب والاسم"],
    ["Naissance", "الميلاد"], ["Métier", "الحرفة"], ["Pratique", "تطبيقي"], ["Oral", "شفهي"], ["Décision", "القرار"],
    ["Certificat", "الشهادة"], ["Émargement", "التوقيع"],
]  # fmt: skip


def _row(number: int, each: Candidate, labels: Labels) -> list[list[str]]:
    values = each.values
    cells = [
        str(number),
        values.get("code_artisane", ""),
        f"{values.get('nom_fr', '')} {values.get('prenom_fr', '')}".strip(),
        f"{values.get('nom_ar', '')} {values.get('prenom_ar', '')}".strip(),
        values.get("date_naissance") or values.get("annee_naissance", ""),
        _trade(each, labels),
        each.answers.get("note_pratique", ""),
        each.answers.get("note_orale", ""),
        _DECISIONS.get(each.result, each.result),
        each.certificate.label if each.certificate else "",
        "",
    ]
    return [[text, "rtl" if place == 3 else "ltr"] for place, text in enumerate(cells)]


def _trade(each: Candidate, labels: Labels) -> str:
    examined = each.answers.get("metier_exam", "")
    if other := each.answers.get("metier_exam_autre"):
        return other
    return labels.choice(EXAM, "metier_exam", examined) or labels.value(WOMEN, "metier", each.values.get("metier", ""))
