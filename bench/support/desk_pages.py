"""Every page that the officers' desk has, each with an address that shows something, found as an officer finds it."""

from __future__ import annotations

import http.cookiejar
import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request

from bench.support.served import ROOT, Served

#: Pages that are not opened, by their function: what they show was uploaded or made a moment ago, however much is stored.
OF_AN_UPLOAD = frozenset({
    "draft", "file", "xform", "entity_list_of_draft", "tested", "try_out", "taken_list", "template", "fetch_template",
    "handed_over", "fetch_workbook", "static", "ask_code", "ask_password",
})  # fmt: skip
MATCH = """
import json, sys
from server import create_app
app = create_app()
paths = json.load(sys.stdin)
adapter = app.url_map.bind("localhost")
met = {adapter.match(path.partition("?")[0])[0] for path in paths}
rules = {r.endpoint for r in app.url_map.iter_rules() if r.endpoint.startswith("console.") and "GET" in r.methods}
print(json.dumps(sorted(e.removeprefix("console.") for e in rules - met)))
"""


class Officer:
    """A browser that is signed in."""

    def __init__(self, served: Served, email: str = "") -> None:
        self.served = served
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        self.post("/sign-in", "/sign-in", email=email or served.email, password=served.password)

    def get(self, path: str) -> str:
        request = urllib.request.Request(f"{self.served.url}{path}", headers={"Accept": "text/html"})  # noqa: S310
        with self._opener.open(request, timeout=900) as answer:
            found: bytes = answer.read()
        return found.decode(errors="replace")

    def post(self, form: str, path: str, **fields: str | list[str]) -> None:
        """Send the form of a page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(form))
        assert token  # noqa: S101 - of the bench alone
        body = urllib.parse.urlencode({"csrf_token": token[1], **fields}, doseq=True).encode()
        self._opener.open(f"{self.served.url}{path}", body, timeout=900).read()


def find_left_out(served: Served, pages: dict[str, tuple[Officer, str]]) -> list[str]:
    """Name the pages of the address map that are not among these."""
    done = subprocess.run(
        [sys.executable, "-c", MATCH], cwd=ROOT, env=served.environment, check=True, capture_output=True, text=True,
        input=json.dumps([path for _, path in pages.values()]),
    )  # fmt: skip
    return sorted(set(json.loads(done.stdout)) - OF_AN_UPLOAD)


def find_pages(officer: Officer) -> dict[str, tuple[Officer, str]]:
    """Find every page by its links: the menu and its tabs, and one of each thing they list."""

    def first(page: str, pattern: str) -> str:
        found = re.search(rf'href="({pattern})(?:[?#][^"]*)?"', page)
        return found[1].replace("&amp;", "&") if found else ""

    women, submissions = officer.get("/women"), officer.get("/submissions")
    woman = first(women, r"/women/[0-9a-f-]{36}")
    submission = first(submissions, r"/submissions/uuid(?:%3A|:)[^\"/?]+")
    exam = first(officer.get("/certificates"), r"/sessions/qualification/[^\"/]+")
    attended = first(officer.get("/certificates"), r"/sessions/training/[^\"/]+")
    ready = re.findall(r'name="woman" value="([^"]+)"[^>]* checked', officer.get(exam)) if exam else []
    if ready:
        officer.post(exam, exam, woman=ready)
    paper = first(officer.get("/certificates"), r"/certificates/[0-9a-f-]{36}")
    verified = first(officer.get(paper), r"[^\"]*/verify/[^\"]+") if paper else ""
    aside = first(officer.get("/quarantine"), r"/quarantine/[0-9a-f]{64}")
    disputed = first(officer.get("/conflicts"), r"/conflicts/[0-9a-f-]{36}")
    source = first(officer.get("/forms"), r"/forms/[^\"/]+/versions/[^\"/]+/source")
    person = first(officer.get("/people"), r"/people/[0-9]+")
    code = exam.rpartition("/")[2]
    pages = {
        "today": "/",
        "programme": "/programme",
        "women": "/women",
        "women, last page": "/women?page=1000",
        "women, a search": "/women?q=fatma+benali",
        "women, a letter": "/women?q=a",
        "women, nobody": "/women?q=zzzzz",
        "women, a commune": "/women?commune=3112",
        "women, a trade": "/women?metier=patisserie",
        "women, commune, trade": "/women?commune=3112&metier=patisserie",
        "women, trade, step, word": "/women?metier=patisserie&etape=inscrite&q=fatma",
        "women, association": "/women?association=asso_01",
        "a woman": woman,
        "her card": f"{woman}/card",
        "find a twin": f"{woman}/merge",
        "find a twin, a word": f"{woman}/merge?q=benali",
        "erase her": f"{woman}/erase",
        "delete her": f"{woman}/delete",
        "cards to print": "/cards?commune=3112",
        "requests by law": "/legal",
        "submissions": "/submissions",
        "submissions, page 200": "/submissions?page=200",
        "submissions, a form": "/submissions?form=cam_c_examen",
        "submissions, a commune": "/submissions?commune=3112",
        "submissions, form, commune": "/submissions?form=cam_e_visite&commune=3112",
        "submissions, not seen": "/submissions?state=todo",
        "submissions, issues": "/submissions?state=hasIssues",
        "submissions, flagged": "/submissions?flagged=1",
        "submissions, photos": "/submissions?waiting=1",
        "submissions, an agent": "/submissions?agent=3",
        "submissions, a day": "/submissions?since=2026-11-20&until=2026-11-21",
        "submissions, a word": "/submissions?q=benali",
        "submissions, no such word": "/submissions?q=zzzzz",
        "submissions, word, commune": "/submissions?q=benali&commune=3112",
        "a submission": submission,
        "its XML": f"{submission}/xml",
        "its changes": f"{submission}/changes",
        "edit it": f"{submission}/edit",
        "quality": "/quality",
        "quarantine": "/quarantine",
        "set aside": aside,
        "its content": aside and f"{aside}/content",
        "release it": aside and f"{aside}/release",
        "hand-over": "/handover",
        "conflicts": "/conflicts",
        "a conflict": disputed,
        "duplicates": "/duplicates",
        "two records": first(officer.get("/duplicates"), r"/women/[0-9a-f-]{36}/merge/[0-9a-f-]{36}"),
        "certificates": "/certificates",
        "certificates, page 50": "/certificates?page=50",
        "an exam's session": exam,
        "its minutes": exam and f"/exams/{code}/minutes.pdf",
        "its papers": exam and f"{exam}/papers.pdf",
        "a training": attended,
        "a certificate": paper,
        "its paper": paper and f"{paper}/paper.pdf",
        "verified": verified and urllib.parse.urlparse(verified).path,
        "workbook": "/workbook",
        "templates": "/templates",
        "names of a template": "/templates/names.xlsx",
        "lists": "/lists",
        "a blank list": "/lists/blank.xlsx",
        "forms": "/forms",
        "a code book": "/forms/cam_e_visite/codebook",
        "retire a form": "/forms/cam_e_visite/retire",
        "an XLSForm": source,
        "fill": "/fill",
        "fill, whom": "/fill/cam_e_visite",
        "fill, whom, a word": "/fill/cam_e_visite?q=benali",
        "fill, about her": f"/fill/cam_e_visite?woman={woman.rpartition('/')[2]}",
        "grid": "/fill/cam_c_examen/grid?commune=3112",
        "grid of a session": exam and f"/fill/cam_c_examen/grid?session={code}",
        "agents": "/agents",
        "an agent": "/agents/3",
        "a code for her": "/agents/3/code",
        "revoke her": "/agents/3/revoke",
        "people": "/people",
        "a user": person,
        "associations": "/associations",
        "associations, a word": "/associations?q=association",
        "service": "/service",
        "operations log": "/audit",
        "operations log, filtered": "/audit?action=certificate.issue",
        "account": "/account",
    }
    opened = {name: (officer, path) for name, path in pages.items() if path}
    return opened | {"sign in": (officer, "/sign-in"), **_find_own(officer.served)}


def _find_own(served: Served) -> dict[str, tuple[Officer, str]]:
    """Find the pages of an association's user."""
    email = "association@example.dz"
    subprocess.run(
        [sys.executable, "-c", OWN, email, served.password], cwd=ROOT, env=served.environment, check=True,
        capture_output=True,
    )  # fmt: skip
    hers = Officer(served, email)
    found = re.search(r'href="(/our-women/[0-9a-f-]{36})"', hers.get("/our-women"))
    return {"our women": (hers, "/our-women")} | ({"one of ours": (hers, found[1])} if found else {})


OWN = """
import sys
from server import create_app
from server.services import actors
from server.database import transaction
from server.models import User
from sqlalchemy import select
with create_app().app_context():
    with transaction() as session:
        known = session.scalar(select(User).where(User.email == sys.argv[1]))
    if known is None:
        actors.create_user(sys.argv[1], "association", sys.argv[2])
    with transaction() as session:
        session.scalars(select(User).where(User.email == sys.argv[1])).one().association = "asso_01"
"""
