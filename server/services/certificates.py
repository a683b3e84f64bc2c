"""Issue, list, cancel and verify certificates of qualification and training attestations.

A number is taken in the transaction that issues it, so there is no gap and no double; a cancelled one stays listed. A
certificate is a snapshot of what was sure when it was issued: never under a name or birth that is disputed.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from exports.events import Life
from exports.programme import ALGIERS
from server.auth import Actor
from server.database import db, retried, snapshot, transaction
from server.errors import Problem
from server.library import read_table
from server.models import Certificate, CertificateCounter, Entity, Place, Project
from server.services import audits, facts
from server.services.entities import Page
from server.services.exports import WOMEN
from server.services.history import new_action
from server.services.register import Register
from server.signatures import make_signer

QUALIFICATION, TRAINING = "qualification", "training"
KINDS = (QUALIFICATION, TRAINING)
FORMS: Final = {QUALIFICATION: facts.EXAM, TRAINING: facts.ATTENDANCE}
"""Which form tells of the sessions of each kind."""
SESSIONS: Final = 25
"""Sessions on a page."""
SECONDS: Final = 1.0
"""Spent at most, before a list is shown, on reading forms that came since."""
PASSED = "admise"
NUMBER = "num_certificat"
_NAMES = ("nom_fr", "prenom_fr", "nom_ar", "prenom_ar")
_SURE = frozenset({*_NAMES, "date_naissance", "annee_naissance"})
"""What must not be disputed."""
MAX_REASON = 500
SIGNATURE = 20
"""Hex digits of the signature in an address: 80 bits."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One woman of a session: whether she may have the paper, and why not."""

    entity_id: str
    version: int
    values: Mapping[str, str]
    label: str
    result: str
    """Of an exam: the decision's code; of a training: half-days attended and held."""
    answers: Mapping[str, str]
    day: str
    blocked: str
    """"" when it can be issued, else ``failed``, ``disputed``, ``nameless``, ``birthless``, ``issued``."""
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class ListedSession:
    """An exam or training session, with how many may have the paper and how many have it."""

    kind: str
    code: str
    day: str
    candidates: int
    ready: int
    issued: int


def list_sessions(project_id: int, *, page: int = 1) -> tuple[Page, int]:
    """List a page of the sessions of exams and trainings, newest first; and how many forms are yet to be read.

    Sessions in which none of the women of today took part are left out, so a page may be shorter than others.
    """
    waiting = facts.take_in(project_id, SECONDS)
    with snapshot():
        held, total, number = facts.list_held(project_id, page=page, size=SESSIONS)
        lives = facts.read_lives(project_id, [(each.form_id, each.code) for each in held])
        part = [(kind, code, life) for kind in KINDS for life in lives for code in _codes(kind, life)]
        given = _given(project_id, {code for _, code, _ in part})
    found: dict[tuple[str, str], list[Candidate]] = {}
    for kind, code, life in part:
        found.setdefault((kind, code), []).append(_candidate(kind, code, life, given))
    made = [
        ListedSession(
            kind,
            code,
            max(each.day for each in some),
            len(some),
            sum(not each.blocked for each in some),
            sum(each.certificate is not None for each in some),
        )
        for (kind, code), some in found.items()
    ]
    made.sort(key=lambda one: (one.day, one.code), reverse=True)
    return Page(made, total, number, SESSIONS), waiting


def list_candidates(project_id: int, kind: str, code: str) -> list[Candidate]:
    """List who took part in a session.

    :raises Problem: 404.1 for an unknown kind or session.
    """
    if kind not in KINDS:
        raise Problem("404.1")
    facts.take_in(project_id)
    # a training without a code goes by its programme
    held = [(FORMS[kind], code[:255]), *([(FORMS[kind], "")] if kind == TRAINING else [])]
    with snapshot():
        given = _given(project_id, {code})
        lives = facts.read_lives(project_id, held)
        made = [_candidate(kind, code, life, given) for life in lives if code in _codes(kind, life)]
    if not made:
        raise Problem("404.1")
    return sorted(made, key=lambda each: (each.label.casefold(), each.entity_id))


def _codes(kind: str, life: Life) -> set[str]:
    if kind == QUALIFICATION:
        return {exam.session for exam in life.story.exams if exam.session}
    return {training.code for training in life.story.trainings if training.code}


def _given(project_id: int, codes: Collection[str]) -> dict[tuple[str, str, str], Certificate]:
    wanted = select(Certificate).where(
        Certificate.project_id == project_id, Certificate.cancelled_at.is_(None), Certificate.session.in_(codes)
    )
    return {(row.kind, row.session, row.entity_id): row for row in db.session.scalars(wanted)}


def _candidate(kind: str, code: str, life: Life, given: Mapping[tuple[str, str, str], Certificate]) -> Candidate:
    woman = life.woman
    certificate = given.get((kind, code, woman.entity_id))
    if kind == QUALIFICATION:
        exam = [each for each in life.story.exams if each.session == code][-1]
        passed, result, day, answers = exam.decision == PASSED, exam.decision, exam.when[0], exam.answers
    else:
        training = [each for each in life.story.trainings if each.code == code][-1]
        passed, day = training.earned, training.day
        result, answers = f"{training.attended}/{training.held}", {"programme": training.programme}
    blocked = "issued" if certificate else "" if passed else "failed"
    if not blocked:
        blocked = find_block(woman.values, woman.open)
    return Candidate(
        woman.entity_id,
        woman.version,
        woman.values,
        woman.values.get("label", woman.entity_id),
        result,
        answers,
        day,
        blocked,
        certificate,
    )


def find_block(values: Mapping[str, str], disputed: Collection[str]) -> str:
    """Say why no paper can bear what is known of a woman; "" when one can."""
    if not _SURE.isdisjoint(disputed):
        return "disputed"
    if not any(values.get(f"nom_{script}") and values.get(f"prenom_{script}") for script in ("fr", "ar")):
        return "nameless"
    if not values.get("date_naissance") and not values.get("annee_naissance"):
        return "birthless"
    return ""


@retried
def issue(project_id: int, kind: str, code: str, entity_ids: Collection[str], actor: Actor) -> list[Certificate]:
    """Issue the papers of a session to some of those who earned them; all or none.

    :raises Problem: 404.1; 409.59 with the women who cannot have it (``blocked``: id -> why).
    """
    candidates = {each.entity_id: each for each in list_candidates(project_id, kind, code)}
    wanted = sorted(set(entity_ids))
    if not wanted:
        raise Problem("400.2", field="entityIds")
    unknown = [entity_id for entity_id in wanted if entity_id not in candidates]
    if unknown:
        raise Problem("404.1")
    now = datetime.now(UTC)
    year = now.astimezone(ALGIERS).year
    with transaction() as session:
        register = Register(session, project_id, now)
        register.declare(WOMEN, {NUMBER})
        register.lock(wanted)
        counter = _lock_counter(session, project_id, kind, year)
        blocked = _find_blocked(session, project_id, kind, code, [candidates[each] for each in wanted])
        if blocked:
            raise Problem("409.59", blocked=blocked, count=len(blocked))
        places = {
            p.code: (p.name_fr, p.name_ar) for p in session.scalars(select(Place).where(Place.project_id == project_id))
        }
        trades = {row["code"]: (row["libelle_fr"], row["libelle_ar"]) for row in read_table("trades.csv")}
        project = session.get_one(Project, project_id)
        issuer = {"issuer": project.name, "town": project.town}
        made = []
        for entity_id in sorted(wanted, key=lambda each: (candidates[each].label.casefold(), each)):
            candidate = candidates[entity_id]
            counter.last += 1
            row = Certificate(
                project_id=project_id,
                id=str(uuid4()),
                kind=kind,
                year=year,
                number=counter.last,
                entity_id=entity_id,
                session=code,
                subject=_describe(candidate, places, trades) | issuer,
                action_id=None,
                issued_at=now,
                issued_by=actor.label,
                cancelled_by="",
                reason="",
            )
            if kind == QUALIFICATION:
                row.action_id = _write_number(register, actor, now, entity_id, row.label)
            session.add(row)
            audits.note(session, project_id, actor, "certificate.issue", row.label, now, entity=entity_id, of=code)
            made.append(row)
        session.flush()
        return made


def _lock_counter(session: Session, project_id: int, kind: str, year: int) -> CertificateCounter:
    key = (project_id, kind, year)
    found = session.get(CertificateCounter, key, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        found = CertificateCounter(project_id=project_id, kind=kind, year=year, last=0)
        session.add(found)
        session.flush()
    return found


def _find_blocked(
    session: Session, project_id: int, kind: str, code: str, candidates: Sequence[Candidate]
) -> dict[str, str]:
    """Look again, now that nothing can change: the list was read before."""
    ids = [each.entity_id for each in candidates]
    issued = set(
        session.scalars(
            select(Certificate.entity_id).where(
                Certificate.project_id == project_id,
                Certificate.kind == kind,
                Certificate.session == code,
                Certificate.entity_id.in_(ids),
                Certificate.cancelled_at.is_(None),
            )
        )
    )
    rows = session.execute(
        select(Entity.id, Entity.data, Entity.open, Entity.version, Entity.deleted, Entity.merged_into).where(
            Entity.project_id == project_id, Entity.id.in_(ids)
        )
    ).all()
    now = {row.id: row for row in rows}
    blocked: dict[str, str] = {}
    for each in candidates:
        row = now.get(each.entity_id)
        if each.entity_id in issued:
            blocked[each.entity_id] = "issued"
        elif row is None or row.deleted or row.merged_into or row.version != each.version:
            blocked[each.entity_id] = "changed"
        elif each.blocked:
            blocked[each.entity_id] = each.blocked
        elif why := find_block(row.data, row.open):
            blocked[each.entity_id] = why
    return blocked


def _describe(
    candidate: Candidate, places: Mapping[str, tuple[str, str]], trades: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    values = candidate.values
    trade = candidate.answers.get("metier_exam") or values.get("metier", "")
    place = candidate.answers.get("commune_exam", "")
    return {
        **{name: values.get(name, "") for name in (*_NAMES, "date_naissance", "annee_naissance", "code_artisane")},
        "trade": list(trades.get(trade, (candidate.answers.get("metier_exam_autre") or trade,) * 2)),
        "place": list(places.get(place, (place, place))),
        "day": candidate.day,
        "programme": candidate.answers.get("programme", ""),
        "result": candidate.result,
    }


def _write_number(register: Register, actor: Actor, now: datetime, entity_id: str, label: str) -> str:
    kept = register.entity(entity_id)
    action = new_action(
        action_id=f"certificate:{uuid4().hex}",
        entity_id=entity_id,
        list_name=WOMEN,
        kind="update",
        saved={NUMBER: label},
        author=actor.label,
        at=now,
        base=kept.version if kept is not None else None,
    )
    register.apply(action, None)
    return action.id


@retried
def cancel(project_id: int, certificate_id: str, reason: str, actor: Actor) -> Certificate:
    """Cancel a certificate: its number stays listed, its address says that it is worth nothing.

    :raises Problem: 404.1; 400.2 without a reason; 409.51 when it is cancelled already.
    """
    reason = " ".join(reason.split())[:MAX_REASON]
    if not reason:
        raise Problem("400.2", field="reason")
    now = datetime.now(UTC)
    with transaction() as session:
        row = session.get(Certificate, (project_id, certificate_id))
        if row is None:
            raise Problem("404.1")
        register = Register(session, project_id, now)
        register.lock([row.entity_id])
        session.refresh(row)
        if row.cancelled_at is not None:
            raise Problem("409.51")
        row.cancelled_at, row.cancelled_by, row.reason = now, actor.label, reason
        kept = register.entity(row.entity_id)
        if row.action_id and kept is not None and not kept.erased_at:
            register.apply(
                new_action(
                    action_id=f"certificate:{uuid4().hex}",
                    entity_id=row.entity_id,
                    list_name=WOMEN,
                    kind="undo",
                    saved={},
                    author=actor.label,
                    at=now,
                    target=row.action_id,
                ),
                None,
            )
        audits.note(session, project_id, actor, "certificate.cancel", row.label, now, reason=reason)
        session.flush()
        return row


def list_certificates(project_id: int, *, kind: str = "", code: str = "", limit: int = 200) -> list[Certificate]:
    """List certificates, newest number first, cancelled ones among them."""
    wanted = select(Certificate).where(Certificate.project_id == project_id)
    if kind:
        wanted = wanted.where(Certificate.kind == kind)
    if code:
        wanted = wanted.where(Certificate.session == code)
    order = (Certificate.year.desc(), Certificate.kind, Certificate.number.desc())
    return list(db.session.scalars(wanted.order_by(*order).limit(limit)))


def find_certificate(project_id: int, certificate_id: str) -> Certificate:
    """Return one certificate.

    :raises Problem: 404.1.
    """
    found = db.session.get(Certificate, (project_id, certificate_id))
    if found is None:
        raise Problem("404.1")
    return found


def sign_certificate(row: Certificate) -> str:
    """Give the signature in a certificate's address: it cannot be guessed from the number."""
    return make_signer("certificate", row.project_id)(f"{row.id}\n{row.label}".encode())[:SIGNATURE]


def verify(project_id: int, label: str, signature: str) -> Certificate | None:
    """Find the certificate that an address is about; None when it is not genuine, whatever the reason."""
    parts = label.split("-")
    kind = next((each for each in KINDS if parts[0] == each[0].upper()), "")
    if (
        len(parts) != 3
        or not kind
        or not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts[1:])
    ):
        return None
    row = db.session.scalar(
        select(Certificate).where(
            Certificate.project_id == project_id,
            Certificate.kind == kind,
            Certificate.year == int(parts[1]),
            Certificate.number == int(parts[2]),
        )
    )
    if row is None or row.label != label or not hmac.compare_digest(sign_certificate(row), signature):
        return None
    return row
