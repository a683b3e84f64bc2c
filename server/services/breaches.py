"""The register of breaches (law 18-07 art. 43), with the day by which the ANPDP must know, and the notice for it.

The register names no woman: whom a breach touches is computed when the notice is written.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import uuid4

from flask import current_app
from sqlalchemy import func, select

from exports.programme import ALGIERS
from server.auth import Actor
from server.database import db, retried, transaction
from server.errors import Problem
from server.models import Breach
from server.services import audits, law
from server.services.entities import Page, find_page

KINDS: Final = ("phone", "server", "error", "other")
ENDS: Final = ("save", "close", "reopen")
PAGE: Final = 20
MAX_WORDS: Final = 4000
NOTICE_DAYS, AIM_HOURS = 5, 72
"""The law gives five days; the chamber aims at three."""

_KINDS_FR: Final = {
    "phone": "perte ou vol d’un téléphone",
    "server": "atteinte au serveur ou à une sauvegarde",
    "error": "envoi ou communication par erreur",
    "other": "autre",
}
_MEASURES: Final = (
    "agent révoqué (page Agents) le … ; mots de passe et sessions fermés le … ;\n"
    "                        sauvegardes vérifiées le …"
)


def list_breaches(project_id: int, *, page: int = 1) -> Page:
    """List the register: open ones first, the newest first."""
    where = Breach.project_id == project_id
    total = db.session.scalar(select(func.count()).select_from(Breach).where(where)) or 0
    number = find_page(page, total, PAGE)
    rows = db.session.scalars(
        select(Breach)
        .where(where)
        .order_by(Breach.closed_at.is_not(None), Breach.known_at.desc(), Breach.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return Page(list(rows), total, number, PAGE)


def find_breach(project_id: int, breach_id: str) -> Breach:
    """Return one breach.

    :raises Problem: 404.1.
    """
    found = db.session.get(Breach, (project_id, breach_id))
    if found is None:
        raise Problem("404.1")
    return found


def list_untold() -> list[Breach]:
    """List the open breaches of all projects that the ANPDP was not told of, the most urgent first."""
    waiting = select(Breach).where(Breach.closed_at.is_(None), Breach.notified_at.is_(None))
    return list(db.session.scalars(waiting.order_by(Breach.due_at, Breach.id)))


def count_open(project_id: int, now: datetime) -> tuple[int, int]:
    """Count the open breaches, and those of them that the ANPDP was not told of in time."""
    count = select(func.count()).select_from(Breach)
    where = (Breach.project_id == project_id, Breach.closed_at.is_(None))
    late = (Breach.notified_at.is_(None), Breach.due_at < now)
    return db.session.scalar(count.where(*where)) or 0, db.session.scalar(count.where(*where, *late)) or 0


def open_breach(
    project_id: int, kind: str, words: str, actor: Actor, *, known_at: datetime, now: datetime,
    app_user_id: int | None = None, since: datetime | None = None,
) -> Breach:
    """Note a breach, with how many women it touches at most.

    :raises Problem: 400.8 for an unknown kind, or a day that is still to come; 404.1 for an unknown agent.
    """  # fmt: skip
    if kind not in KINDS:
        raise Problem("400.8", field="kind", reason="one of " + ", ".join(KINDS))
    if known_at > now:
        raise Problem("400.8", field="known", reason="it is still to come")
    affected = len(law.find_affected(project_id, app_user_id, since).women)
    return _store(
        Breach(
            project_id=project_id, id=str(uuid4()), kind=kind, words=words.strip()[:MAX_WORDS],
            app_user_id=app_user_id, known_at=known_at, since=since, due_at=known_at + timedelta(days=NOTICE_DAYS),
            noted_at=now, by=actor.label, affected=affected,
        ),
        actor,
        now,
    )  # fmt: skip


def _store(breach: Breach, actor: Actor, now: datetime) -> Breach:
    with transaction() as session:
        session.add(breach)
        audits.note(
            session, breach.project_id, actor, "breach.open", breach.id, now, kind=breach.kind, affected=breach.affected
        )
    return breach


@retried
def change_breach(
    project_id: int, breach_id: str, end: str, actor: Actor, now: datetime, *,
    effects: str = "", measures: str = "", reference: str = "", notified: date | None = None,
    informed: date | None = None,
) -> None:
    """Note what is known of a breach and what was done; close it, or open it again.

    :raises Problem: 404.1; 400.8 for a day before it was known or still to come; 400.2 when it is closed and it is not
        said what was done; 409.51 when it is closed, or open, already.
    """  # fmt: skip
    if end not in ENDS:
        raise Problem("400.8", field="end", reason="one of " + ", ".join(ENDS))
    with transaction() as session:
        breach = session.get(Breach, (project_id, breach_id), with_for_update={"key_share": True})
        if breach is None:
            raise Problem("404.1")
        if (breach.closed_at is not None) != (end == "reopen"):
            raise Problem("409.51")
        if end == "reopen":
            breach.closed_at = None
        else:
            breach.effects, breach.measures = effects.strip()[:MAX_WORDS], measures.strip()[:MAX_WORDS]
            breach.reference = reference.strip()[:255]
            breach.notified_at = _to_moment(breach, notified, now, "notified")
            breach.informed_at = _to_moment(breach, informed, now, "informed")
            if end == "close":
                if not breach.measures:
                    raise Problem("400.2", field="measures")
                breach.closed_at = now
        told = breach.notified_at is not None
        audits.note(session, project_id, actor, f"breach.{end}", breach_id, now, notified=told)


def _to_moment(breach: Breach, day: date | None, now: datetime, field: str) -> datetime | None:
    """Return the noon of a day, or the moment itself where noon was before it was known, or is still to come."""
    if day is None:
        return None
    if not breach.known_at.astimezone(ALGIERS).date() <= day <= now.astimezone(ALGIERS).date():
        raise Problem("400.8", field=field, reason="a day between the one it became known and today")
    noon = datetime.combine(day, time(12), ALGIERS).astimezone(UTC)
    return min(max(noon, breach.known_at), now)


@retried
def note_notice(project_id: int, breach_id: str, actor: Actor, now: datetime) -> None:
    """Note that the notice of a breach was taken: it lists the women."""
    with transaction() as session:
        audits.note(session, project_id, actor, "breach.notice", breach_id, now)


def write_notice(breach: Breach) -> str:
    """Write the notice for the ANPDP, in French, with whom the breach touches as things are now.

    :raises Problem: 404.1 when its agent is unknown.
    """
    found = law.find_affected(breach.project_id, breach.app_user_id, breach.since)
    at, latest = breach.known_at.astimezone(ALGIERS), breach.due_at.astimezone(ALGIERS)
    aim = at + timedelta(hours=AIM_HOURS)
    what = _KINDS_FR[breach.kind] + (f", agent {found.agent}" if found.agent else "")
    women = "\n".join(f"  {w.entity_id}  {w.label}" for w in found.women)
    told = f"le {breach.informed_at.astimezone(ALGIERS):%d/%m/%Y}" if breach.informed_at else "le …, par …"
    return f"""NOTIFICATION DE VIOLATION DE DONNÉES — loi 18-07 modifiée par 25-11
À déposer à l’ANPDP au plus tard le {latest:%d/%m/%Y à %H:%M} (5 jours) ;
visé en interne : {aim:%d/%m/%Y à %H:%M} (72 h).

Registre des violations : n° {breach.id}
Connue le             : {at:%d/%m/%Y à %H:%M}
Nature                : {what}
Circonstances         : {breach.words or "à préciser"}
Personnes concernées  : {len(found.women)} au plus, liste ci-dessous (à garder au bureau, ne pas joindre)
Données concernées    : {", ".join(found.categories) or "aucune"}
Protection            : sur un téléphone, les données sont chiffrées par un code et verrouillées ; ce qui est saisi
                        et non envoyé est scellé et illisible, même pour l’agent
Conséquences probables: {breach.effects or "à compléter"}
Mesures prises        : {breach.measures or _MEASURES}
Personnes informées   : {told}
Contact (DPD)         : {current_app.config["HIRFA"].dpo or "à compléter"}

--- Personnes concernées ---
{women or "  aucune"}
"""
