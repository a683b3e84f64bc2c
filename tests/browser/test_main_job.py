"""The main job, end to end: a day of two agents without network, in French and in Arabic, one server, one officer, one workbook."""

from __future__ import annotations

import gzip
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.phone import Phone
from tests.builders import registration
from tests.live import PASSWORD, LiveServer

A, E = "/data/g_profil", "/data"
CONSENT = {
    "/data/g_consentement/consent": "oui",
    "/data/g_consentement/consent_mode": "verbal",
    "/data/g_consentement/consent_angem": "non",
    "/data/g_consentement/consent_photo": "oui",
    "/data/g_consentement/consent_gps": "non",
}
REGISTRATION: dict[str, Any] = CONSENT | {
    f"{A}/g_identite/piece_presentee": "cnibe",
    f"{A}/g_identite/nom_ar": "مختاري",
    f"{A}/g_identite/prenom_ar": "خيرة",
    f"{A}/g_identite/nom_fr": "Mokhtari",
    f"{A}/g_identite/prenom_fr": "Kheira",
    f"{A}/g_identite/type_naissance": "presumee",
    f"{A}/g_identite/annee_presumee": "1962",
    f"{A}/g_contact/commune": "3112",
    f"{A}/g_contact/localite": "=Kehaïlia",
    f"{A}/g_contact/milieu": "epars",
    f"{A}/g_situation/situation_fam": "mariee",
    f"{A}/g_situation/niveau_instr": "primaire",
    f"{A}/g_situation/langues_lues": ["ar"],
    f"{A}/g_activite/metier": "pates",
    f"{A}/g_activite/annees_exp": "20",
    f"{A}/g_activite/apprentissage": "famille",
    f"{A}/g_activite/lieu_travail": "domicile",
    f"{A}/g_activite/frequence": "pas_encore",
    f"{A}/g_statut/qualif_doc": "aucun",
    f"{A}/g_statut/carte_artisan": "non",
    f"{A}/g_statut/statut_emploi": "foyer",
    f"{A}/g_statut/aides_ant": ["aucune"],
    f"{A}/g_besoins/besoins_form": ["aucun"],
    f"{A}/g_besoins/veut_examen": "oui",
    f"{A}/g_besoins/veut_fin": "non",
    f"{A}/g_besoins/association": "asso_02",
    f"{A}/g_fin/lieu_entretien": "domicile",
    f"{A}/g_fin/presence": "seule",
}
VISIT: dict[str, Any] = {
    "/data/g_choix/bonne_personne": "oui",
    "/data/g_visite/consent_visite": "oui",
    "/data/g_visite/lieu_visite": "domicile",
    "/data/g_visite/presence": "seule",
    "/data/g_suivi/g_etat/etat_act": "non_demarree",
    "/data/g_suivi/g_etat/statut_jur": "aucun",
    "/data/g_suivi/g_pret/remboursement": "na",
    "/data/g_suivi/g_difficultes/difficultes": ["aucune"],
    "/data/g_suivi/g_difficultes/appuis": ["aucun"],
}


def push(server: LiveServer, token: str, xml: str, instance_id: str) -> None:
    body = {"deviceId": str(uuid4()), "submissions": [{"seq": 1, "instanceId": instance_id, "xml": xml}]}
    request = urllib.request.Request(
        f"{server.url}/v1/projects/1/sync/push",
        gzip.compress(json.dumps(body).encode()),
        {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["results"][0]["status"] == "accepted"


@pytest.fixture
def phones(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[tuple[Phone, Phone]]:
    pair = Phone(browser, browser_context_args, "fr"), Phone(browser, browser_context_args, "ar")
    yield pair
    for phone in pair:
        phone.context.close()


def test_the_main_job(
    installed: LiveServer, phones: tuple[Phone, Phone], photo: Path, browser: Browser, tmp_path: Path
) -> None:
    server = installed
    amina, houria = phones
    links = {}
    for name in ("Amina", "Houria"):
        made = server.command("create-app-user", name, "--scope", "Tafraoui", "--scope", "3110")
        links[name] = made
    xml, instance_id, woman = registration(nom_fr="Benali", prenom_fr="Fatima", photo="")
    push(server, links["Amina"]["token"], xml, instance_id)

    # Both enrol and pull; then the network goes off, and the server too.
    amina.enrol(links["Amina"]["link"])
    houria.enrol(links["Houria"]["link"])
    expect(houria.page.locator("html")).to_have_attribute("dir", "rtl")
    server.stop()
    for phone in phones:
        phone.offline()

    # Both change the same woman: the trade alike, the locality differently, one property each alone.
    alike = {"/data/g_fiche/metier": "patisserie"}
    for phone, own in (
        (amina, {"/data/g_fiche/prenom_fr": "Fatma", "/data/g_fiche/association": "asso_03"}),
        (houria, {"/data/g_fiche/prenom_fr": "Fatiha", "/data/g_fiche/metiers_sec": ["couture_trad"]}),
    ):
        phone.open("records")
        phone.page.locator("input[type=search]").fill("benali")
        phone.page.locator(f'a[href="#/records/{woman}"]').click()
        phone.page.locator('a[href^="#/follow/cam_e_visite"]').click()
        phone.answer(VISIT | alike | own)
        phone.finish()

    # Amina registers a new woman with a photo, leaves it as a draft, closes the browser's page, and goes on.
    amina.open("register/cam_a_inscription")
    amina.page.locator("button.button-large").click()
    amina.answer(CONSENT)
    amina.page.wait_for_timeout(1500)  # autosave happens within a second
    amina.page.close()
    amina.page = amina.context.new_page()
    amina.page.goto(f"{server.url}/app/#/drafts")
    amina.page.locator('a[href^="#/draft/"]').first.click()
    amina.page.locator(".f-screen").wait_for()
    while not amina.page.locator(".f-foot .f-quiet").is_disabled():
        amina.page.locator(".f-foot .f-quiet").click()
    assert amina.page.locator('[data-path="/data/g_consentement/consent"] input[value=oui]').is_checked()
    amina.answer({k: v for k, v in REGISTRATION.items() if k not in CONSENT} | {f"{A}/g_fin/photo_produit": photo})
    amina.finish()

    # She visits her the same day.
    amina.open("records")
    amina.page.locator("input[type=search]").fill("mokhtari")
    amina.page.locator('a[href^="#/records/"]').first.click()
    kheira = amina.page.url.rsplit("/", 1)[1]
    amina.page.locator('a[href^="#/follow/cam_e_visite"]').click()
    amina.answer(VISIT | {"/data/g_fiche/localite": "Sidi Ghalem"})
    amina.finish()

    # Back in town.
    server.start()
    for phone in phones:
        phone.online()
        phone.sync()
    shown = pulled(server, links["Houria"]["token"])
    assert shown[woman]["open"] == ["prenom_fr"]
    assert shown[woman]["data"]["metier"] == "patisserie"
    assert shown[woman]["data"]["association"] == "asso_03"
    assert "couture_trad" in shown[woman]["data"]["metiers_sec"].split()
    assert shown[woman]["data"]["nb_visites"] == "2"
    assert shown[kheira]["data"]["localite"] == "Sidi Ghalem"
    assert shown[kheira]["version"] == 2
    kept = [path for path in (server.data / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 1  # the photo arrived, made smaller on the phone, the place taken off
    with Image.open(kept[0]) as image:
        assert max(image.size) <= 1280
        assert not image.getexif().get_ifd(0x8825)

    settle(server, browser, woman)

    # Both pull and show the same record.
    seen = []
    for phone in phones:
        phone.sync()
        phone.open(f"records/{woman}")
        expect(phone.page.locator(".value-disputed")).to_have_count(0)
        expect(phone.page.locator(".values")).to_contain_text("Fatiha")
        seen.append(phone.page.locator(".values bdi").count())
    assert seen[0] == seen[1]
    assert amina.errors == houria.errors == []
    after = pulled(server, links["Amina"]["token"])
    assert after == pulled(server, links["Houria"]["token"])
    assert (after[woman]["open"], after[woman]["data"]["prenom_fr"]) == ([], "Fatiha")

    # The workbook has it all.
    out = tmp_path / "classeur.xlsx"
    server.command("export", "--out", str(out))
    book = openpyxl.load_workbook(io.BytesIO(out.read_bytes()))
    women = {row[-2].value: row for row in book["07_Liste_nominative"].iter_rows() if row[-2].value}
    assert woman in women
    texts = [cell.value for cell in women[kheira]]
    assert "Mokhtari" in texts
    assert "مختاري" in texts
    assert len(list(book["cam_e_visite"].iter_rows())) >= 4
    assert any("prenom" in str(cell.value).lower() or "Fatiha" in str(cell.value) for row in book["Conflits"] for cell in row)
    forms = [cell for row in book["cam_a_inscription"].iter_rows() for cell in row]
    typed = [cell for cell in forms if cell.value == "=Kehaïlia"]
    assert typed
    assert all(cell.data_type == "s" for cell in typed)


def pulled(server: LiveServer, token: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{server.url}/v1/projects/1/sync/pull",
        json.dumps({"deviceId": "check", "scopes": {}, "forms": {}}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        pages = json.load(answer)["scopes"].values()
    return {u["id"]: u for page in pages for u in page["upserts"] if u["list"] == "artisanes"}


def settle(server: LiveServer, browser: Browser, woman: str) -> None:
    """The officer signs in and takes Houria's answer."""
    server.command("create-user", "chef@example.dz", "--role", "officer", "--password", PASSWORD)
    desk = browser.new_context(viewport={"width": 360, "height": 740}, locale="fr-DZ")
    page = desk.new_page()
    page.goto(f"{server.url}/")
    page.fill("input[name=email]", "chef@example.dz")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    page.goto(f"{server.url}/conflicts")
    expect(page.get_by_text("Fatma").first).to_be_visible()
    page.get_by_label("Fatiha").check()
    page.locator("main form .actions button[type=submit]").first.click()
    page.goto(f"{server.url}/women/{woman}")
    expect(page.locator("main")).to_contain_text("Fatiha")
    expect(page.locator("main")).to_contain_text("Houria")
    desk.close()
