"""Count the programme's figures again from filled forms as they were received, with nothing of the packages.

``python tests/exports/recount.py FOLDER`` prints the figures of every XML file in a folder, all time. A test gives the
documents, what was merged and which span of days is wanted, and compares with the workbook.

A document is (moment received, entity ids it acted on, XML).
"""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from statistics import median

ATTESTED = {"trie", "cree", "germe"}
RUNS = {"active", "saison"}
PAID = {"e09", "e10"}


def tell(element):
    """Give the answers of a form, question -> text."""
    return {node.tag.rpartition("}")[2]: (node.text or "").strip() for node in element.iter() if not len(node)}


class Recount:
    """All documents of a programme, read once."""

    def __init__(self, documents, merged, percent=80):
        self.percent = percent
        self.forms = defaultdict(list)
        for number, (received, acted, xml) in enumerate(documents):
            root = ET.fromstring(xml)
            answers = tell(root)
            self.forms[root.get("id")].append((received, number, acted, answers))

        def follow(one):
            while one in merged:
                one = merged[one]
            return one

        self.follow = follow
        self.women = {}
        for _, _, acted, a in sorted(self.forms["cam_a_inscription"], key=lambda f: f[:2]):
            if a.get("consent") == "oui":
                woman = follow(acted[0])
                known = self.women.setdefault(woman, {"days": [], "milieu": "", "card": ""})
                known["days"].append(a["today"])
                known["milieu"] = a.get("milieu") or known["milieu"]
                known["card"] = a.get("carte_artisan") or known["card"]
                if acted[0] == woman:
                    known.update({name: a.get(name, "") for name in ("commune", "metier", "association")})
        self.sessions = defaultdict(list)
        for _, _, _, a in self.forms["cam_b_presence"]:
            group = "attested" if a["programme"] in ATTESTED else a["programme"]
            self.sessions[a["code_session"], group].append(a)

    def about(self, form):
        """Give (woman, day, order, answers) for each document of a form about a known woman."""
        for received, _, acted, a in self.forms[form]:
            if a.get("bonne_personne") == "non":
                continue
            for one in (*acted, a.get("artisane", "")):
                if self.follow(one) in self.women:
                    day = a.get("date_exam") or a.get("date_etape") or a.get("date_visite") or ""
                    yield self.follow(one), day, (day, received, a["instanceID"]), a
                    break

    def halves(self, entries):
        """Give (day, half) -> (present, hours) of one session."""
        found = defaultdict(lambda: (set(), Fraction(0)))
        for a in entries:
            moments = ("matin", "apresmidi") if a["demi_journee"] == "journee" else (a["demi_journee"],)
            for moment in moments:
                there, hours = found[a["date_seance"], moment]
                seen = {self.follow(one) for one in a.get("presentes", "").split()} & self.women.keys()
                found[a["date_seance"], moment] = (
                    there | seen, max(hours, Fraction(a.get("duree_h") or 0) / len(moments)),
                )  # fmt: skip
        return found

    def trained(self, first, last):
        """Give who earned an attestation at a session that ended in the span."""
        found = {}
        for (_, group), entries in self.sessions.items():
            held = self.halves(entries)
            end = max(day for day, _ in held)
            for woman in set().union(*(there for there, _ in held.values())):
                attended = sum(woman in there for there, _ in held.values())
                if group == "attested" and 100 * attended >= self.percent * len(held):
                    found.setdefault(woman, []).append(end)
        return {woman: days for woman, days in found.items() if any(first <= d <= last for d in days)}

    def last(self, form, question, first, last):
        """Give each woman's last document in the span that answers a question."""
        told = {}
        for woman, day, order, a in self.about(form):
            if first <= day <= last and a.get(question):
                told[woman] = max(told.get(woman, (order, a)), (order, a), key=lambda pair: pair[0])
        return {woman: a for woman, (_, a) in told.items()}

    def days_of(self, stage):
        """Give woman -> all her days at a stage."""
        found = defaultdict(list)
        if stage == "registered":
            for woman, known in self.women.items():
                found[woman] = [min(known["days"])]
        elif stage == "trained":
            for woman, days in self.trained("", "9999").items():
                found[woman] = days
        elif stage in ("examined", "qualified"):
            wanted = ("admise",) if stage == "qualified" else ("admise", "ajournee")
            for woman, day, _, a in self.about("cam_c_examen"):
                if a.get("decision") in wanted:
                    found[woman].append(day)
        else:
            steps = {"filed": {"e02"}, "eligible": {"e05"}, "funded": PAID, "started": {"e11"}}[stage]
            for woman, day, _, a in self.about("cam_d_angem"):
                if a.get("etape_angem") in steps:
                    found[woman].append(day)
            if stage == "started":
                for woman, day, _, a in self.about("cam_e_visite"):
                    if a.get("etat_act") in RUNS:
                        found[woman].append(day)
        return found

    def at(self, stage, first, last):
        """Give the women who reached a stage in the span."""
        return {one for one, days in self.days_of(stage).items() if any(first <= day <= last for day in days)}

    def running(self, first, last):
        """Give woman -> her last visit in the span that tells the state, if it runs."""
        told = self.last("cam_e_visite", "etat_act", first, last)
        return {woman: a for woman, a in told.items() if a["etat_act"] in RUNS}

    def profits(self, first, last):
        return {w: int(a["ventes"]) - int(a["depenses"]) for w, a in self.last("cam_e_visite", "ventes", first, last).items()}

    def counts(self, first, last, women=None):
        """Give the nine counts of 02, 03 and 04, the two rates and the median."""
        mine = self.women.keys() if women is None else women
        stages = ("registered", "trained", "examined", "qualified", "filed", "eligible", "funded", "started")
        n = {stage: len(self.at(stage, first, last) & mine) for stage in stages}
        jobs = sum(self.jobs_of(a) for woman, a in self.running(first, last).items() if woman in mine)
        profits = [p for woman, p in self.profits(first, last).items() if woman in mine]
        return [
            *n.values(), jobs, n["qualified"] / n["examined"] if n["examined"] else None,
            n["funded"] / n["filed"] if n["filed"] else None, median(profits) if len(profits) >= 5 else "n<5",
        ]  # fmt: skip

    @staticmethod
    def jobs_of(a):
        return 1 + sum(int(a.get(name) or 0) for name in ("emp_f_plein", "emp_f_partiel", "emp_h", "emp_app"))

    def indicators(self, first, last, today):
        """Give I01 to I19 of a span of days."""
        asked = [a for _, _, _, a in self.forms["cam_a_inscription"] if a.get("consent") and first <= a["today"] <= last]
        filed, ever = self.at("filed", first, last), self.at("eligible", "", "9999")
        paid, days_filed = self.days_of("funded"), self.days_of("filed")
        delays = [
            (date.fromisoformat(min(paid[w])) - date.fromisoformat(min(days_filed[w]))).days
            for w in paid if days_filed[w] and first <= min(paid[w]) <= last
        ]  # fmt: skip
        sums = {}
        for woman, day, order, a in self.about("cam_d_angem"):
            if a.get("montant_verse"):
                key = (woman, a["etape_angem"], day)
                sums[key] = max(sums.get(key, (order[1], 0)), (order[1], int(a["montant_verse"])))
        repaying = defaultdict(list)
        for woman, day, order, a in self.about("cam_e_visite"):
            if a.get("remboursement") in ("ajour", "retard") and first <= day <= last:
                repaying[woman].append((order, a["remboursement"]))
        fresh = [max(told)[1] for told in repaying.values()]
        end = min(last, today)
        old_first = _year_before(first) if first else ""
        old = {w for w, days in self.days_of("started").items() if old_first <= min(days) <= _year_before(end)}
        cards = {w for w, known in self.women.items() if known["card"] == "oui" and first <= min(known["days"]) <= last}
        cards |= {w for w, day, _, a in self.about("cam_e_visite") if a.get("statut_jur") == "carte" and first <= day <= last}
        here = self.at("registered", first, last)
        hours = sum(
            hours * len(there)
            for entries in self.sessions.values()
            for (day, _), (there, hours) in self.halves(entries).items()
            if first <= day <= last
        )
        c = self.counts(first, last)
        return {
            "I01": c[0],
            "I02": _rate(sum(a["consent"] == "oui" for a in asked), len(asked)),
            "I03": c[1],
            "I04": float(hours),
            "I05": len({w for w, day, _, _ in self.about("cam_c_examen") if first <= day <= last}),
            "I06": c[3],
            "I07": c[9],
            "I08": c[4],
            "I09": _rate(len(filed & ever), len(filed)),
            "I10": c[6],
            "I11": sum(amount for (_, _, day), (_, amount) in sums.items() if first <= day <= last),
            "I12": median([d for d in delays if d >= 0]) if any(d >= 0 for d in delays) else None,
            "I13": c[7],
            "I14": _rate(len(old & self.running("", last).keys()), len(old)),
            "I15": c[8],
            "I16": c[11] if self.profits(first, last) else None,
            "I17": _rate(fresh.count("ajour"), len(fresh)),
            "I18": len(cards),
            "I19": _rate(sum(self.women[w]["milieu"] in ("epars", "village") for w in here), len(here)),
        }

    def funnel(self, first, last, today):
        """Give (women, share, passage, delay, waiting) of each stage."""
        names = ("registered", "trained", "examined", "qualified", "filed", "eligible", "funded", "started")
        days = {name: self.days_of(name) for name in names}
        limit = (date.fromisoformat(today) - timedelta(days=60)).isoformat()
        found, before = [], None
        for number, name in enumerate(names):
            here = self.at(name, first, last)
            gaps = []
            if before:
                for w in here:
                    if days[before].get(w):
                        gaps.append((date.fromisoformat(min(days[name][w])) - date.fromisoformat(min(days[before][w]))).days)
            gaps = [gap for gap in gaps if gap >= 0]
            later = set().union(*(days[other].keys() for other in names[number + 1 :])) if number < 7 else here
            later = {w for w in later if any(days[other].get(w) for other in names[number + 1 :])} if number < 7 else here
            waiting = sum(min(days[name][w]) < limit for w in here - later)
            whole = found[0][0] if found else len(here)
            found.append([
                len(here), _rate(len(here), whole), _rate(len(here), found[-1][0]) if found else None,
                median(gaps) if gaps else None, waiting,
            ])  # fmt: skip
            before = name
        return found

    def month(self, month):
        """Give the visits, meetings and hours of a month."""
        first, last = f"{month}-01", f"{month}-31"
        visits = {(w, day) for w, day, _, _ in self.about("cam_e_visite") if first <= day <= last}
        meetings = {
            (key, a["date_seance"], a["demi_journee"])
            for key, entries in self.sessions.items() for a in entries if first <= a["date_seance"] <= last
        }  # fmt: skip
        hours = sum(
            hours for entries in self.sessions.values()
            for (day, _), (_, hours) in self.halves(entries).items() if first <= day <= last
        )  # fmt: skip
        return [len(visits), len(meetings), float(hours)]

    def jobs(self, first, last):
        """Give (commune, trade) -> the eight columns of 11."""
        found = defaultdict(lambda: [0] * 8)
        for woman, a in self.running(first, last).items():
            known = self.women[woman]
            hired = [int(a.get(name) or 0) for name in ("emp_f_plein", "emp_f_partiel", "emp_h", "emp_app", "emp_fam")]
            line = [1, 1, *hired[:4], self.jobs_of(a), hired[4]]
            key = (known["commune"], known["metier"])
            found[key] = [x + y for x, y in zip(found[key], line, strict=True)]
        return found

    def cited(self, question, first, last):
        """Give name -> (women, share, trade -> women)."""
        told = self.last("cam_e_visite", question, first, last)
        found = {}
        for woman, a in told.items():
            for name in set(a[question].split()):
                found.setdefault(name, set()).add(woman)
        return {
            name: (len(women), len(women) / len(told), [self.women[w]["metier"] for w in women])
            for name, women in found.items()
        }


def _rate(part, whole):
    return part / whole if whole else None


def _year_before(day):
    found = date.fromisoformat(day)
    try:
        return found.replace(year=found.year - 1).isoformat()
    except ValueError:
        return found.replace(year=found.year - 1, day=28).isoformat()


if __name__ == "__main__":
    files = sorted(Path(sys.argv[1]).glob("*.xml"))
    read = []
    for file in files:
        entities = [node.get("id") for node in ET.parse(file).iter() if node.tag.rpartition("}")[2] == "entity"]
        read.append((f"{file.stat().st_mtime:020}", tuple(entities), file.read_bytes()))
    sys.stdout.write(json.dumps(Recount(read, {}).indicators("", "9999-12-31", date.today().isoformat()), indent=2) + "\n")
