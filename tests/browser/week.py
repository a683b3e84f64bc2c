"""Two agents, three communes, one officer, day after day: who does what, and what must be true at the end."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.phone import PIN, Phone
from tests.browser.test_asked_of_agents import Desk
from tests.browser.test_handover import rows, sign_in
from tests.browser.test_lock import begin, office, unlock
from tests.browser.test_main_job import CONSENT, REGISTRATION, VISIT, A
from tests.live import LiveServer

REGISTER, VISITED = "cam_a_inscription", "cam_e_visite"
FAMILIES = (
    ("Mokhtari", "مختاري"), ("Benali", "بن علي"), ("Khelifa", "خليفة"), ("Bouzid", "بوزيد"), ("Belkacem", "بلقاسم"), ("Saidi", "سعيدي"),
    ("Hamdani", "حمداني"), ("Ziani", "زياني"), ("Mansouri", "منصوري"), ("Cherif", "شريف"), ("Rahmani", "رحماني"), ("Touati", "تواتي"),
)  # fmt: skip
FIRSTS = (
    ("Kheira", "خيرة"), ("Fatima", "فاطمة"), ("Zohra", "زهرة"), ("Amina", "أمينة"), ("Nouria", "نورية"),
    ("Halima", "حليمة"), ("Rekia", "رقية"), ("Setti", "ستي"), ("Djamila", "جميلة"), ("Mebarka", "مباركة"),
)  # fmt: skip
AMINAS, SHARED, HOURIAS = "3112", "3110", "3113"
"""Communes: Amina's alone, of both, Houria's alone."""
PLACE, FIRST_NAME, TRADES = "/data/g_fiche/localite", "/data/g_fiche/prenom_fr", "/data/g_fiche/metiers_sec"
IDENTITY = f"{A}/g_identite"


@dataclass(frozen=True)
class Size:
    """How long a story is. Of each day's work both agents do half."""

    days: int
    registrations: int
    visits: int


@dataclass(eq=False)
class Woman:
    """What the chamber must know of her in the end."""

    number: int
    commune: str
    known: dict[str, str]
    id: str = ""
    visits: int = 0
    busy: bool = False
    """Something about her is planned or asked: she is not visited by the way."""

    @property
    def query(self) -> str:
        return f"{self.known['nom_fr']} {self.known['prenom_fr']}"

    def form(self, photo: Path) -> dict[str, Any]:
        return REGISTRATION | {
            f"{IDENTITY}/nom_ar": self.known["nom_ar"],
            f"{IDENTITY}/prenom_ar": self.known["prenom_ar"],
            f"{IDENTITY}/nom_fr": self.known["nom_fr"],
            f"{IDENTITY}/prenom_fr": self.known["prenom_fr"],
            f"{IDENTITY}/annee_presumee": self.known["annee_naissance"],
            f"{A}/g_contact/commune": self.commune,
            f"{A}/g_contact/localite": self.known["localite"],
            f"{A}/g_fin/photo_produit": photo,
        }

    def expected(self) -> dict[str, str]:
        return self.known | ({"nb_visites": str(self.visits)} if self.visits else {})


def make_woman(number: int, commune: str) -> Woman:
    """No two of the first hundred and twenty share both names, and no name holds another: a search for one finds her alone."""
    (family_fr, family_ar), (first_fr, first_ar) = FAMILIES[number % 12], FIRSTS[(number // 12 + number) % 10]
    known = {"nom_fr": family_fr, "nom_ar": family_ar, "prenom_fr": first_fr, "prenom_ar": first_ar}
    return Woman(number, commune, known | {"annee_naissance": str(1950 + number * 7 % 45), "localite": f"Douar {number}"})


class Agent(Phone):
    """An agent who types her PIN herself, knows her women by heart and can lose her phone."""

    def __init__(self, browser: Browser, args: dict[str, Any], language: str, name: str, communes: tuple[str, ...]) -> None:
        super().__init__(browser, args, language, types_pin=False)
        self.language, self.name, self.communes, self.pin = language, name, communes, PIN
        self.knows: set[Woman] = set()
        """Whom this phone can show."""

    def enrol(self, link: str) -> None:
        begin(self.page, link, self.pin)
        self.sync_only_when_pressed()

    def wake(self) -> None:
        """The app locks when nobody touches it: type the PIN."""
        self.page.locator("main, .f-screen").first.wait_for()
        self.page.locator(".lock-form, .f-screen, .top h1").first.wait_for()
        if self.page.locator(".lock-form").count():
            unlock(self.page, self.pin)
            self.page.locator(".lock").wait_for(state="detached")

    def open(self, path: str) -> None:
        self.wake()
        super().open(path)

    def offline(self) -> None:
        self.context.set_offline(True)
        self.page.reload()
        self.wake()

    def find(self, woman: Woman) -> str:
        """Search her by name; her id."""
        self.open("records")
        self.page.locator("input[type=search]").fill(woman.query)
        found = self.page.locator('main a[href^="#/records/"]')
        expect(found).to_have_count(1)
        return str(found.get_attribute("href")).rsplit("/", 1)[1]

    def register(self, woman: Woman, photo: Path) -> None:
        script = "fr" if self.language == "fr" else "ar"
        self.open(f"register/{REGISTER}")
        self.page.locator("input[name=family]").fill(woman.known[f"nom_{script}"])
        self.page.locator("input[name=given]").fill(woman.known[f"prenom_{script}"])
        self.page.locator("button.button-large").click()
        self.answer(woman.form(photo))
        self.finish()
        woman.id = self.find(woman)
        self.knows.add(woman)

    def visit(self, woman: Woman, changes: dict[str, Any]) -> None:
        self.open(f"follow/{VISITED}/{woman.id}")
        self.answer(VISIT | changes)
        self.finish()
        woman.visits += 1
        woman.known["localite"] = changes.get(PLACE, woman.known["localite"])

    def leave_draft(self, woman: Woman) -> None:
        """Begin to register her; the browser gives the page up."""
        self.open(f"new/{REGISTER}")
        self.answer(CONSENT | {f"{IDENTITY}/nom_fr": woman.known["nom_fr"], f"{A}/g_contact/localite": "Douar à revoir"})
        expect(self.page.locator("[data-saved]")).to_have_attribute("data-saved", "clean", timeout=10_000)
        app = self.page.url.split("#")[0]
        self.page.close()
        self.page = self.context.new_page()
        self.page.goto(app)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def finish_draft(self, woman: Woman, photo: Path) -> None:
        self.open("drafts")
        self.page.locator('a[href^="#/draft/"]').click()
        self.page.locator(".f-foot .f-primary").wait_for()
        back = self.page.locator(".f-foot .f-quiet")
        while not back.is_disabled():
            back.click()
        expect(self.page.locator('[data-path="/data/g_consentement/consent"] input[value=oui]')).to_be_checked()
        self.answer({path: value for path, value in woman.form(photo).items() if path not in CONSENT})
        self.finish()
        woman.id = self.find(woman)
        self.knows.add(woman)

    def correct(self, woman: Woman, words: str, place: str) -> None:
        """Answer what the officer asked about a visit."""
        self.open("")
        self.page.locator('a[href^="#/correct/"]').click()
        expect(self.page.locator(".sent-back .words")).to_have_text(words)
        self.page.locator('a[href^="#/edit/"]').click()
        self.answer({PLACE: place})
        self.finish()
        woman.known["localite"], woman.busy = place, False

    def forget_pin(self, server: LiveServer, pin: str) -> None:
        """Go on with an officer's code; drafts are lost, and the screen says how many."""
        self.wake()
        begun = self.begun()
        self.page.locator("[data-lock]").click()
        self.page.locator(".lock > div.stack-small button").first.click()
        expect(self.page.locator(".notice-bad li")).to_have_count(begun)
        self.page.locator("[name=code]").fill(ast.literal_eval(office(server, "give_code", self.name))[1])
        self.page.locator("form button[type=submit]").click()
        self.page.locator("[name=again]").wait_for()
        self.pin = pin
        for box in ("pin", "again"):
            self.page.locator(f"[name={box}]").fill(pin)
        self.page.locator("form button[type=submit]").click()
        self.page.locator("[data-lock]").wait_for(timeout=30_000)
        assert self.begun() == 0

    def begun(self) -> int:
        self.open("drafts")
        self.page.locator('.empty, a[href^="#/draft/"]').first.wait_for()
        return self.page.locator('a[href^="#/draft/"]').count()

    def write_file(self, folder: Path) -> Path:
        self.open("handover")
        with self.page.expect_download() as waiting:
            self.page.locator("main .card .button-primary").click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def carry(self, path: Path) -> None:
        self.open("handover")
        self.page.locator("input[type=file]").set_input_files(path)
        expect(self.page.locator(".carried-row")).to_have_attribute("data-state", "waiting")
        self.sync()
        self.open("handover")
        expect(self.page.locator(".carried-row")).to_have_attribute("data-state", "delivered")

    def shown(self, woman: Woman, names: Collection[str]) -> dict[str, str]:
        """What this phone's screen says of her."""
        self.open(f"records/{woman.id}")
        self.page.locator(".values").wait_for()
        found = self.page.locator(".value").evaluate_all("rows => rows.map(r => [r.dataset.property, r.querySelector('dd bdi').textContent])")
        return {name: text.strip("\u2068\u2069\u2066\u2067") for name, text in found if name in names}


@dataclass
class Story:
    """Everything that happened, so that it can be compared with what the machines say."""

    server: LiveServer
    browser: Browser
    args: dict[str, Any]
    language: str
    folder: Path
    size: Size
    women: list[Woman] = field(default_factory=list)
    twins: set[str] = field(default_factory=set)
    """Ids that were joined to another."""
    finished: dict[str, int] = field(default_factory=lambda: {REGISTER: 0, VISITED: 0})
    edits: int = 0
    photos: int = 0
    today: dict[str, Agent] = field(default_factory=dict)
    """Who visited whom today."""

    def __post_init__(self) -> None:
        self.desk = Desk(self.server)
        self.office: Page = sign_in(self.browser, self.server)
        self.amina = Agent(self.browser, self.args, self.language, "Amina", (AMINAS, SHARED))
        self.houria = Agent(self.browser, self.args, self.language, "Houria", (SHARED, HOURIAS))
        for agent in self.agents:
            self.enrol(agent)

    @property
    def agents(self) -> tuple[Agent, Agent]:
        return self.amina, self.houria

    def enrol(self, agent: Agent) -> None:
        scopes = [part for commune in agent.communes for part in ("--scope", commune)]
        agent.enrol(self.server.command("create-app-user", agent.name, *scopes)["link"])

    def photo(self) -> Path:
        """A picture that no other is like."""
        self.photos += 1
        path = self.folder / f"photo-{self.photos}.jpg"
        Image.effect_noise((1400, 1050), 40 + self.photos % 20).convert("RGB").save(path, "JPEG", quality=80)
        return path

    def new_woman(self, commune: str) -> Woman:
        woman = make_woman(len(self.women), commune)
        self.women.append(woman)
        return woman

    def register(self, agent: Agent, commune: str) -> Woman:
        woman = self.new_woman(commune)
        agent.register(woman, self.photo())
        self.finished[REGISTER] += 1
        return woman

    def visit(self, agent: Agent, woman: Woman, changes: dict[str, Any]) -> None:
        agent.visit(woman, changes)
        self.today[woman.id] = agent
        self.finished[VISITED] += 1

    def morning(self) -> None:
        self.today.clear()
        self.server.stop()
        for agent in self.agents:
            agent.offline()

    def serve(self) -> None:
        if self.server.process is None:
            self.server.start()

    def evening(self, *agents: Agent) -> None:
        """Whoever comes back to town sends, then gets what the other sent."""
        self.serve()
        for _ in range(2):
            for agent in agents or self.agents:
                agent.online()
                agent.sync()
                agent.knows |= {w for w in self.women if w.id and w.commune in agent.communes}

    def by_the_way(self, agent: Agent, count: int) -> None:
        """Visits to women who are on her phone; two agents never meet at one door by chance."""
        for _ in range(count):
            free = [w for w in agent.knows if not w.busy and self.today.get(w.id, agent) is agent]
            woman = min(free, key=lambda w: (w.visits, w.number))
            self.visit(agent, woman, {PLACE: f"Douar {woman.number} haut {woman.visits + 1}"})

    def days_work(self, day: int) -> None:
        share = self.size.registrations // self.size.days // 2
        visits = self.size.visits // self.size.days // 2
        for agent in self.agents:
            for number in range(share):
                self.register(agent, agent.communes[(day + number) % 2])
            self.by_the_way(agent, visits)

    def last_visit(self, agent: Agent, woman: Woman) -> str:
        query = "select instance_id, name, form_id, cast(xml as text) from submissions join app_users on app_users.id = app_user_id order by seq desc"
        return next(str(id_) for id_, name, form, xml in rows(self.server, query) if (name, form) == (agent.name, VISITED) and woman.id in xml)
