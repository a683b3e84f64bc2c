"""The form screen in a real browser: from an XLSForm to the submission's XML, and what happens on the way."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from forms.xlsform import convert_xlsform
from tests.browser.form_page import Filled, FormPage, to_xform

LIBRARY = Path(__file__).resolve().parents[2] / "forms" / "library"

TYPES = """
    | survey | | | | | |
    | | type | name | label | appearance | parameters |
    | | begin group | words | Mots | | |
    | | text | t | Texte | | |
    | | text | long | Long | multiline | |
    | | text | tel | Tél | numbers | |
    | | integer | n | Entier | | |
    | | decimal | d | Décim. | | |
    | | barcode | code | Code | | |
    | | end group | | | | |
    | | begin group | times | Temps | | |
    | | date | day | Jour | | |
    | | date | month | Mois | month-year | |
    | | date | year | Année | year | |
    | | time | hour | Heure | | |
    | | dateTime | moment | Moment | | |
    | | end group | | | | |
    | | begin group | lists | Listes | | |
    | | select_one c | one | Un | | |
    | | select_multiple c | many | Plus | | |
    | | rank c | order | Ordre | | |
    | | range | scale | Note | | start=0 end=10 step=2 |
    | | acknowledge | ok | Lu | | |
    | | end group | | | | |
    | choices | | | |
    | | list_name | name | label |
    | | c | a | Ali |
    | | c | b | Badra |
    | | c | z | Zohra |
    | settings | | | |
    | | form_id | version | |
    | | types | 1 | |
"""


@pytest.fixture
def form(page: Page, form_screen_url: str) -> FormPage:
    return FormPage(page, form_screen_url)


def test_form_screen_writes_every_simple_type_as_odk_does(form: FormPage) -> None:
    form.open(TYPES)
    form.type("t", "Fatima الزهراء <b>")
    form.type("long", "un\ndeux")
    form.type("tel", "٠٥٥٠123456")
    form.type("n", "42")
    form.type("d", "12,5")
    form.type("code", "ABC-123")
    form.next()
    form.type("day", "2026-11-23")
    expect(form.question("day")).to_contain_text("lundi 23 novembre 2026")
    form.question("month").locator("select").select_option("03")
    form.question("month").locator("input").fill("2025")
    form.question("month").locator("input").blur()
    form.type("year", "1961")
    form.type("hour", "10:30")
    form.type("moment", "2026-11-23T18:05")
    form.next()
    form.choose("one", "b")
    form.choose("many", "z", "a")
    form.question("order").get_by_role("button", name="Monter : Zohra").click()
    slider = form.question("scale").locator("input[type=range]")
    slider.fill("4")
    form.question("ok").locator("input").check(force=True)
    sent = form.finish()
    assert sent.body() == (
        "<words><t>Fatima الزهراء <b></t><long>un\ndeux</long><tel>0550123456</tel><n>42</n><d>12.5</d><code>ABC-123</code></words>"
        "<times><day>2026-11-23</day><month>2025-03-01</month><year>1961-01-01</year><hour>10:30:00.000+01:00</hour>"
        "<moment>2026-11-23T18:05:00.000+01:00</moment></times>"
        "<lists><one>b</one><many>a z</many><order>a z b</order><scale>4</scale><ok>OK</ok></lists>"
    )
    assert re.fullmatch(r"uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{18,}", sent.value("meta/instanceID") or "")


def test_form_screen_clears_every_answer_that_is_emptied(form: FormPage) -> None:
    form.open(TYPES)
    for name, text in (("t", "x"), ("n", "1"), ("d", "1.5")):
        form.type(name, text)
        form.type(name, "")
    form.next()
    form.type("day", "2026-11-23")
    form.question("day").get_by_text("Effacer la réponse").click()
    form.next()
    form.choose("one", "b")
    form.question("one").get_by_text("Effacer la réponse").click()
    form.choose("many", "a")
    form.question("many").locator("input[value=a]").uncheck(force=True)
    sent = form.finish()
    for path in ("words/t", "words/n", "words/d", "times/day", "lists/one", "lists/many", "lists/order", "lists/scale", "lists/ok"):
        assert sent.value(path) == "", path


RULES = """
    | survey | | | | | | | | |
    | | type | name | label | relevant | required | constraint | constraint_message | choice_filter |
    | | begin group | a | Un | | | | | |
    | | integer | age | Âge | | yes | . >= 18 | Majeures seulement | |
    | | select_one w | wilaya | Wilaya | | | | | |
    | | select_one c | commune | Commune | ${wilaya} != '' | | | | w = ${wilaya} |
    | | end group | | | | | | | |
    | | begin group | b | Deux | ${age} > 60 | | | | |
    | | text | why | Pourquoi | | yes | | | |
    | | end group | | | | | | | |
    | | begin group | z | Fin | | | | | |
    | | note | said | Âge ${age} | | | | | |
    | | text | last | Dernier | | yes | | | |
    | | end group | | | | | | | |
    | choices | | | |
    | | list_name | name | label | w |
    | | w | o | Oran | |
    | | w | t | Tlemcen | |
    | | c | ta | Tafraoui | o |
    | | c | es | Es Senia | o |
    | | c | ma | Maghnia | t |
"""


def test_constraint_is_told_when_the_box_is_left_and_gone_when_mended(form: FormPage) -> None:
    form.open(RULES)
    form.box("age").fill("12")
    assert form.errors_shown() == []
    form.box("age").blur()
    expect(form.page.locator(".f-error")).to_have_text("Majeures seulement")
    expect(form.box("age")).to_have_attribute("aria-invalid", "true")
    form.type("age", "20")
    expect(form.page.locator(".f-error")).to_have_count(0)


def test_number_that_is_none_is_told_and_stops_finishing(form: FormPage) -> None:
    form.open(RULES)
    form.type("age", "vingt")
    expect(form.page.locator(".f-error")).to_have_text("Écrivez un nombre, en chiffres.")
    expect(form.box("age")).to_have_value("vingt")


def test_cascade_and_relevance_follow_the_answers(form: FormPage) -> None:
    form.open(RULES)
    expect(form.question("commune")).to_have_count(0)
    form.choose("wilaya", "o")
    assert form.question("commune").locator("input").evaluate_all("all => all.map(x => x.value)") == ["ta", "es"]
    form.choose("commune", "es")
    form.choose("wilaya", "t")
    assert form.question("commune").locator("input").evaluate_all("all => all.map(x => x.value)") == ["ma"]
    expect(form.page.locator(".f-status")).to_contain_text("Page 1 sur 2")
    form.type("age", "61")
    expect(form.page.locator(".f-status")).to_contain_text("Page 1 sur 3")


def test_finishing_jumps_to_the_first_problem_and_lists_them_all(form: FormPage) -> None:
    form.open(RULES)
    form.next()
    expect(form.page.locator("h1")).to_have_text("Fin")
    form.press("Terminer")
    expect(form.page.locator("h1")).to_have_text("Un")
    expect(form.box("age")).to_be_focused()
    expect(form.page.locator(".f-todo")).to_contain_text("2 réponse(s) à corriger")
    form.page.get_by_text("Voir la liste").click()
    form.page.locator(".f-todo").get_by_role("button", name="Dernier").click()
    expect(form.box("last")).to_be_focused()
    form.type("last", "x")
    form.press("Aller à la suivante")
    form.box("age").fill("30")
    expect(form.page.locator(".f-todo")).to_have_count(0)
    form.next()
    expect(form.question("said")).to_contain_text("Âge 30")
    assert form.finish().value("a/age") == "30"


REPEATS = """
    | survey | | | | |
    | | type | name | label | calculation |
    | | text | head | Nom | |
    | | begin repeat | child | Enfant | |
    | | text | name | Prénom | |
    | | begin repeat | toy | Jouet | |
    | | text | what | Lequel | |
    | | end repeat | | | |
    | | end repeat | | | |
    | | calculate | count | | count(${child}) |
"""


def test_repeats_have_a_page_each_and_are_added_and_removed(form: FormPage) -> None:
    form.open(REPEATS)
    form.type("head", "Amel")
    form.next()
    form.type("name", "Sami")
    form.next()
    form.type("what", "Balle")
    form.press("Ajouter : Enfant")
    expect(form.page.locator(".f-position")).to_contain_text("Enfant – 2 sur 2")
    form.type("name", "Lina")
    form.next()
    expect(form.page.locator(".f-empty")).to_have_text("Rien n’est encore ajouté.")
    form.press("Ajouter : Jouet")
    form.type("what", "Corde")
    form.press("Ajouter : Jouet")
    form.type("what", "Vélo")
    sent = form.draft()
    assert sent.values("child/name") == ["Sami", "Lina"]
    assert sent.values("child/toy/what") == ["Balle", "Corde", "Vélo"]
    form.page.get_by_role("button", name="Sommaire").click()
    form.page.locator(".f-contents-row").nth(1).click()
    form.press("Supprimer")
    form.page.locator("dialog[open]").get_by_role("button", name="Supprimer").click()
    expect(form.box("name")).to_have_value("Lina")
    while form.page.get_by_role("button", name="Suivant").count():
        form.next()
    sent = form.finish()
    assert sent.values("child/toy/what") == ["Corde", "Vélo"]
    assert sent.value("count") == "1"


FIELD_LIST = """
    | survey | | | | |
    | | type | name | label | appearance |
    | | begin group | all | Tout | field-list |
    | | text | a | A | |
    | | begin group | in | Dedans | |
    | | text | b | B | |
    | | end group | | | |
    | | begin repeat | r | Fois | |
    | | text | c | C | |
    | | end repeat | | | |
    | | end group | | | |
"""


def test_field_list_is_one_page_with_its_repeat(form: FormPage) -> None:
    form.open(FIELD_LIST)
    assert form.page.locator(".f-question").count() == 3
    form.press("Ajouter : Fois")
    form.question("c", 0).locator("input").fill("un")
    form.question("c", 1).locator("input").fill("deux")
    sent = form.finish()
    assert sent.values("all/r/c") == ["un", "deux"]


PHOTO = """
    | survey | | | | | |
    | | type | name | label | appearance | parameters |
    | | text | t | Texte | | |
    | | image | p | Photo | | max-pixels=800 |
    | | image | s | Signature | signature | max-pixels=400 |
    | | image | a | Annotée | annotate | |
    | | audio | son | Son | | |
    | | file | doc | Document | | |
"""


def picture(width: int, height: int) -> bytes:
    """A JPEG as a phone makes it: large, turned by EXIF, with a place in it."""
    made = Image.effect_noise((width, height), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    made.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def give_photo(form: FormPage, name: str, role: str = "camera") -> None:
    photo = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": picture(2400, 1200)}
    form.question(name).locator(f"input[data-role={role}]").set_input_files([photo])
    expect(form.question(name).locator("img")).to_be_visible()


def draw(form: FormPage) -> None:
    box = form.page.locator("dialog[open] canvas").bounding_box()
    assert box
    mouse = form.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 30)
    mouse.down()
    for step in range(10):
        mouse.move(box["x"] + 30 + 15 * step, box["y"] + 40 + 5 * (step % 3))
    mouse.up()
    form.page.locator("dialog[open]").get_by_role("button", name="Valider").click()


def test_photo_is_made_smaller_upright_and_without_what_it_hides(form: FormPage) -> None:
    form.open(PHOTO)
    give_photo(form, "p")
    sent = form.draft()
    name = sent.value("p") or ""
    image = Image.open(io.BytesIO(sent.files[name]))
    assert image.size == (400, 800)
    assert image.format == "JPEG"
    assert dict(image.getexif()) == {}
    assert b"PhoneMaker" not in sent.files[name]


def test_signature_annotation_and_files_are_attached_under_names_of_their_own(form: FormPage) -> None:
    form.open(PHOTO)
    form.press("Signer")
    draw(form)
    give_photo(form, "a", "gallery")
    draw(form)
    form.question("son").locator("input[data-role=choose]").set_input_files([{"name": "voix.m4a", "mimeType": "audio/mp4", "buffer": b"son"}])
    form.question("doc").locator("input[data-role=choose]").set_input_files([{"name": "lettre à moi.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}])
    sent = form.finish()
    names = [sent.value(path) or "" for path in ("s", "a", "son", "doc")]
    assert sorted(sent.files) == sorted(names)
    signature = Image.open(io.BytesIO(sent.files[names[0]]))
    assert signature.format == "PNG"
    assert max(signature.size) == 400
    assert Image.open(io.BytesIO(sent.files[names[1]])).size == (640, 1280)
    assert re.fullmatch(r"son-\d+\.m4a", names[2])
    assert sent.files[names[3]] == b"%PDF"


def test_restored_draft_keeps_id_page_and_untouched_photo(form: FormPage) -> None:
    two_pages = PHOTO.replace("| | image | a |", "| | begin group | g | Plus | | |\n    | | image | a |")
    two_pages += "    | | end group | | | | |\n"
    form.open(two_pages)
    give_photo(form, "p")
    form.next()
    before = form.draft()
    form.page.evaluate("harness.close()")
    for round_ in range(2):
        form.open(two_pages, restore=True)
        expect(form.page.locator("h1")).to_have_text("Plus")
        form.press("Précédent")
        expect(form.question("p").locator("img")).to_be_visible()
        form.type("t", f"tour {round_}")
        form.next()
        after = form.draft()
        assert after.value("meta/instanceID") == before.value("meta/instanceID")
        assert after.files == before.files
        form.page.evaluate("harness.close()")
    form.open(two_pages, restore=True)
    form.press("Précédent")
    form.question("p").get_by_role("button", name="Retirer").click()
    assert form.draft().files == {}
    assert form.draft().value("p") == ""


PLACE = """
    | survey | | | | | |
    | | type | name | label | bind::hirfa:decimals | relevant |
    | | geopoint | gps | Position | 3 | |
    | | geopoint | exact | Exacte | | |
    | | geoshape | field | Champ | | |
    | settings | | |
    | | namespaces | |
    | | hirfa="urn:hirfa:xforms:1" | |
"""


def test_position_is_kept_when_she_says_and_rounded_as_the_form_asks(form: FormPage) -> None:
    form.open(PLACE)
    for name in ("gps", "exact"):
        form.question(name).get_by_role("button", name="Relever la position").click()
        expect(form.question(name)).to_contain_text("Précision : 12 m")
        form.question(name).get_by_role("button", name="Garder cette position").click()
        expect(form.question(name)).to_contain_text("Position relevée")
    sent = form.draft()
    assert sent.value("gps") == "35.712 -0.635 0.0 12.0"
    assert sent.value("exact") == "35.712345 -0.634567 0.0 12.0"
    form.question("gps").get_by_role("button", name="Retirer").click()
    assert form.draft().value("gps") == ""


def test_outline_needs_three_points_and_closes_itself(form: FormPage) -> None:
    form.open(PLACE)
    field = form.question("field")
    for latitude in (35.71, 35.72, 35.73):
        form.page.context.set_geolocation({"latitude": latitude, "longitude": -0.6 + latitude / 1000, "accuracy": 8})
        field.get_by_role("button", name="Relever la position").click()
        field.get_by_role("button", name="Ajouter ce point").click()
    form.wait_saved()
    points = (form.draft().value("field") or "").split(";")
    assert len(points) == 4
    assert points[0] == points[3]


ENTITIES = """
    | survey | | | | | |
    | | type | name | label | calculation | save_to | trigger | choice_filter |
    | | begin group | g | Choix | | | | |
    | | text | narrow | Commune | | | | |
    | | select_one_from_file women.csv | woman | Qui | | | | ${narrow} = '' or commune = ${narrow} |
    | | note | card | ${known} ${again} (${code}) | | | | |
    | | end group | | | | | | |
    | | begin group | h | Fiche | | | | |
    | | calculate | known | | instance('women')/root/item[name=${woman}]/nom | | | |
    | | calculate | again | | instance('women')/root/item[name=${woman}]/prenom | | | |
    | | calculate | code | | instance('women')/root/item[name=${woman}]/code | | | |
    | | text | nom | Nom | instance('women')/root/item[name=${woman}]/nom | nom | ${woman} | |
    | | text | village | Village | instance('women')/root/item[name=${woman}]/village | village | ${woman} | |
    | | end group | | | | | | |
    | entities | | |
    | | list_name | entity_id |
    | | women | ${woman} |
"""
HER = "3f2b8a4c-1111-4222-8333-abcdefabcdef"
BRANCH = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
WOMEN = (
    "name,label,nom,prenom,code,village,commune,__version,__trunkVersion,__branchId\n"
    f'{HER},"بن علي، فاطمة",بن علي,فاطمة,3112-a1,"Douar ""Kehailia""",3112,4,3,{BRANCH}\n'
)
PRESET = {"list": "women", "entityId": HER}


def test_preset_woman_is_shown_not_asked_and_her_record_fills_the_form(form: FormPage) -> None:
    form.open(ENTITIES, files={"women.csv": WOMEN}, preset=PRESET)
    expect(form.page.locator(".f-preset")).to_contain_text("بن علي، فاطمة")
    expect(form.question("narrow")).to_have_count(0)
    # Family name and first name share one isolation, so that they keep their Arabic order in a French line.
    assert form.question("card").locator("bdi").all_inner_texts() == ["بن علي فاطمة", "3112-a1"]
    form.next()
    expect(form.box("village")).to_have_value('Douar "Kehailia"')
    form.type("village", "Tafraoui centre")
    sent = form.finish()
    assert sent.value("g/woman") == HER
    assert sent.value("h/nom") == "بن علي"
    assert sent.value("h/village") == "Tafraoui centre"
    entity = {name: sent.value(f"meta/entity/@{name}") for name in ("id", "dataset", "update", "baseVersion", "trunkVersion", "branchId")}
    assert entity == {"id": HER, "dataset": "women", "update": "1", "baseVersion": "4", "trunkVersion": "3", "branchId": BRANCH}


REGISTRATION = """
    | survey | | | | |
    | | type | name | label | save_to |
    | | text | nom | Nom | nom |
    | entities | | |
    | | list_name | label |
    | | women | ${nom} |
"""


def test_registration_creates_an_entity_with_a_version_four_id(form: FormPage) -> None:
    form.open(REGISTRATION)
    form.type("nom", "بن علي")
    draft = form.draft()
    form.page.evaluate("harness.close()")
    form.open(REGISTRATION, restore=True)
    sent = form.finish()
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", sent.value("meta/entity/@id") or "")
    assert sent.value("meta/entity/@id") == draft.value("meta/entity/@id")
    assert sent.value("meta/entity/@create") == "1"
    assert sent.value("meta/entity/label") == "بن علي"


def test_form_not_meant_for_her_says_so_and_lets_leave(form: FormPage) -> None:
    form.open(ENTITIES, files={"women.csv": "name,label,nom\nother,X,X\n"}, preset=PRESET)
    expect(form.page.get_by_role("alert")).to_contain_text("n’est pas prévu pour cette personne")
    form.press("Quitter")
    assert form.state("left") == 1


BILINGUAL = """
    | survey | | | | | |
    | | type | name | label::Français (fr) | label::العربية (ar) | guidance_hint::Français (fr) | guidance_hint::العربية (ar) | bind::hirfa:unit |
    | | begin group | g | Groupe | مجموعة | | | |
    | | text | t | Votre nom | اسمك | Comme sur la carte | كما في البطاقة | |
    | | integer | m | Montant | المبلغ | | | DZD |
    | | select_one c | c | Choix | اختيار | | | |
    | | end group | | | | | | |
    | choices | | | | |
    | | list_name | name | label::Français (fr) | label::العربية (ar) |
    | | c | o | Oui | نعم |
    | | c | n | Non | لا |
    | settings | | |
    | | default_language | namespaces |
    | | Français (fr) | hirfa="urn:hirfa:xforms:1" |
"""


def test_language_is_the_app_s_and_can_change_without_losing_answers(form: FormPage) -> None:
    form.open(BILINGUAL, language="ar", title="Visite – زيارة")
    screen = form.page.locator(".f-screen")
    expect(screen).to_have_attribute("dir", "rtl")
    expect(form.page.locator("h1")).to_have_text("مجموعة")
    expect(form.page.locator(".f-title")).to_have_text("زيارة")
    form.type("t", "Amel")
    form.choose("c", "n")
    form.question("t").get_by_text("معلومات أكثر").click()
    expect(form.question("t")).to_contain_text("كما في البطاقة")
    form.page.get_by_role("button", name="اللغة").click()
    form.page.locator("dialog[open]").get_by_text("Français").click()
    expect(screen).to_have_attribute("dir", "ltr")
    expect(form.page.locator("h1")).to_have_text("Groupe")
    expect(form.box("t")).to_have_value("Amel")
    form.page.evaluate("harness.setLanguage('en')")  # the form does not speak it: its own texts stay
    expect(form.page.get_by_role("button", name="Finish")).to_be_visible()
    expect(form.page.locator("h1")).to_have_text("Groupe")
    form.page.evaluate("harness.setLanguage('ar')")
    expect(form.page.locator("h1")).to_have_text("مجموعة")
    sent = form.draft()
    assert (sent.value("g/t"), sent.value("g/c")) == ("Amel", "n")


@pytest.mark.parametrize(("language", "said"), [("fr", "= 10 000 DA · 1 million de centimes"), ("ar", "= 10 000 دج · 1 مليون سنتيم")])
def test_amount_is_said_in_centimes_too(form: FormPage, language: str, said: str) -> None:
    form.open(BILINGUAL, language=language)
    form.type("m", "10000")
    assert form.question("m").locator(".f-said").inner_text().replace("\u202f", " ") == said


def test_autosave_comes_within_a_second_of_the_last_keystroke(form: FormPage) -> None:
    form.open(RULES)
    assert form.state("saves") == 0
    form.box("age").press_sequentially("45", delay=30)
    began = time.monotonic()
    form.wait_for("harness.state.saves > 0")
    assert time.monotonic() - began < 1.2  # a second, and what the test itself takes
    assert form.draft().value("a/age") == "45"
    assert form.page.evaluate("harness.state.draft.meta.answered") == 1


def test_untouched_form_leaves_no_draft(form: FormPage) -> None:
    form.open(RULES)
    form.next()
    form.press("Quitter")
    form.page.wait_for_selector("#closed")
    assert form.state("saves") == 0


def test_back_button_saves_what_was_just_typed(form: FormPage) -> None:
    form.open(RULES)
    form.box("age").fill("33")
    form.page.evaluate("history.back()")
    form.page.wait_for_selector("#closed")
    assert form.state("left") == 1
    assert form.dump("draft").value("a/age") == "33"


def test_back_button_closes_an_open_dialog_first(form: FormPage) -> None:
    form.open(RULES)
    form.page.get_by_role("button", name="Sommaire").click()
    form.page.evaluate("history.back()")
    expect(form.page.locator("dialog[open]")).to_have_count(0)
    expect(form.page.locator("h1")).to_have_text("Un")
    assert form.state("left") == 0


def test_form_taken_off_the_screen_still_writes_the_last_keystrokes(form: FormPage) -> None:
    form.open(RULES)
    form.box("age").fill("34")
    form.page.evaluate("harness.close()")
    form.wait_for("harness.state.saves > 0")
    assert form.dump("draft").value("a/age") == "34"


def test_full_storage_is_told_loudly_and_leaving_asks_first(form: FormPage) -> None:
    form.open(RULES)
    form.page.evaluate("harness.state.failSaves = 'QuotaExceededError'")
    form.type("age", "35")
    expect(form.page.get_by_role("alert")).to_contain_text("La mémoire du téléphone est pleine")
    form.press("Quitter")
    form.press("Rester")
    assert form.state("left") == 0
    form.page.evaluate("harness.state.failSaves = ''")
    form.press("Réessayer")
    expect(form.page.get_by_role("alert")).to_have_count(0)
    assert form.draft().value("a/age") == "35"


def test_finished_form_that_cannot_be_kept_stays_open(form: FormPage) -> None:
    form.open(REPEATS)
    form.next()
    form.next()
    form.page.evaluate("harness.state.failFinal = 'QuotaExceededError'")
    form.press("Terminer")
    form.press("Enregistrer comme terminé")
    expect(form.page.get_by_role("alert")).to_contain_text("pleine")
    form.page.evaluate("harness.state.failFinal = ''")
    form.press("Enregistrer comme terminé")
    form.wait_for("harness.state.final !== null")


def test_no_draft_is_written_after_the_form_is_finished(form: FormPage) -> None:
    form.open(REPEATS)
    form.type("head", "x")
    form.next()
    form.next()
    form.finish()
    saves = form.state("saves")
    form.page.wait_for_timeout(1_200)
    assert form.state("saves") == saves


MANY = to_xform(
    "| survey | | | | |\n| | type | name | label | appearance |\n| | select_one v | v | Village | minimal autocomplete |\n"
    "| | select_multiple v | w | Plusieurs | |\n| choices | | | |\n| | list_name | name | label |\n"
    + "".join(f"| | v | v{i} | Village numéro {i} |\n" for i in range(1000))
    + "| | v | arz | Arzéw أرزيو |\n"
)


def test_long_list_is_searched_without_accents_and_in_both_scripts(form: FormPage) -> None:
    form.open(MANY)
    form.pick("v", "arzew")
    expect(form.question("v")).to_contain_text("Arzéw")
    form.pick("v", "numero 777")
    assert form.draft().value("v") == "v777"
    form.pick("v", "ارزيو")
    assert form.draft().value("v") == "arz"
    form.question("w").locator("button.f-picker").click()
    dialog = form.page.locator("dialog[open]")
    for number in ("12", "13"):
        dialog.locator("input[type=search]").fill(f"numero {number}")
        dialog.locator(f"button[data-value=v{number}]").click()
    dialog.get_by_role("button", name=re.compile("Valider")).click()
    assert form.draft().value("w") == "v12 v13"


def test_hostile_label_stays_text(form: FormPage) -> None:
    hostile = "<script>document.title='x'</script> <img src=x onerror=\"document.title='x'\"> [clic](javascript:alert(1)) **gras**"
    form.open(
        f"""
        | survey | | | | |
        | | type | name | label | hint |
        | | text | t | Nom {hostile} | {hostile} |
        | | select_one c | c | Choix | |
        | choices | | | |
        | | list_name | name | label |
        | | c | a | {hostile} |
        | | c | b | B |
        """,
        title=hostile,
    )
    expect(form.question("t").locator("strong").first).to_have_text("gras")
    assert form.page.title() == "Form screen"
    assert form.page.locator(".f-screen script, .f-main img, .f-screen a").count() == 0


def test_picture_of_a_label_is_shown_from_the_form_s_files(form: FormPage) -> None:
    png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    form.open(
        """
        | survey | | | | |
        | | type | name | label | media::image |
        | | select_one c | c | Choix | plan.png |
        | choices | | | | |
        | | list_name | name | label | media::image |
        | | c | a | A | plan.png |
        | | c | b | B | |
        """,
        files={"plan.png": png},
    )
    expect(form.question("c").locator("img")).to_have_count(2)
    assert form.page.locator("img").first.evaluate("i => i.decode().then(() => i.naturalWidth)") == 1


def large() -> str:
    rows = "".join(
        f"| | begin group | g{g} | Groupe {g} |\n" + "".join(f"| | integer | q{g}_{i} | Question {i} |\n" for i in range(10)) + "| | end group | | |\n"
        for g in range(22)
    )
    return to_xform(f"| survey | | | |\n| | type | name | label |\n{rows}")


def test_form_of_220_questions_opens_soon_and_draws_one_page(form: FormPage) -> None:
    xml = large()
    began = time.monotonic()
    form.open(xml)
    form.page.wait_for_selector(".f-question")
    assert time.monotonic() - began < 5
    assert form.page.locator(".f-question").count() == 10
    assert form.page.evaluate("document.querySelectorAll('*').length") < 250


def test_form_can_be_filled_with_the_keyboard_alone(form: FormPage) -> None:
    form.open(RULES)
    form.box("age").focus()
    keys = form.page.keyboard
    keys.type("70")
    keys.press("Tab")
    keys.press("Space")
    expect(form.question("wilaya").locator("input").first).to_be_checked()
    keys.press("Tab")
    keys.press("Tab")
    keys.press("ArrowDown")
    assert form.draft().value("a/commune") == "es"


def test_xform_that_does_not_load_says_why_and_lets_leave(form: FormPage) -> None:
    form.open("<a/>")
    expect(form.page.get_by_role("alert")).to_contain_text("ne s’ouvre pas")
    form.press("Quitter")
    assert form.state("left") == 1


@pytest.mark.parametrize(("language", "tables"), [("ar", (TYPES, BILINGUAL, PLACE, PHOTO)), ("fr", (RULES,))])
def test_every_page_passes_the_accessibility_rules(
    form: FormPage, language: str, tables: tuple[str, ...], check_accessibility: Callable[[Page], list[str]]
) -> None:
    for table in tables:
        form.open(table, language=language)
        while True:
            assert check_accessibility(form.page) == []
            following = form.page.get_by_role("button", name=re.compile("^(Suivant|التالي)$"))
            if following.count() == 0:
                break
            following.click()
        form.page.locator(".f-foot .f-primary").click()
        form.page.wait_for_timeout(200)
        assert check_accessibility(form.page) == []
        form.page.evaluate("harness.close()")


@pytest.fixture
def check_accessibility() -> Callable[[Page], list[str]]:
    """Run axe's WCAG A and AA rules and name what fails."""
    axe = Axe()

    def check(page: Page) -> list[str]:
        found = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        return [f"{v['id']}: {n['html'][:120]}" for v in found.response["violations"] for n in v["nodes"]]

    return check


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("path", sorted(LIBRARY.glob("*.xlsx")), ids=lambda path: path.stem)
def test_every_form_of_the_programme_opens(form: FormPage, path: Path, language: str) -> None:
    lists = dict.fromkeys(("artisanes.csv", "associations.csv"), "name,code,label,commune,etape\nx,x,X – س,3112,qualifiee\n")
    form.open(convert_xlsform(path.read_bytes(), file_name=path.name).xform.decode(), language=language, files=lists)
    expect(form.page.locator(".f-screen")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    expect(form.page.locator("h1")).to_have_text(re.compile("[\u0600-\u06ff]" if language == "ar" else "[A-Za-z]"))
    form.page.get_by_role("button", name=re.compile("^(Sommaire|الفهرس)$")).click()
    assert form.page.locator(".f-contents-row").count() >= 1
    assert form.errors == []


def test_filled_helper_reads_attributes_and_repeats() -> None:
    filled = Filled("<data><a><b>1</b></a><a><b>2</b></a><m x='3'/></data>", {})
    assert filled.values("a/b") == ["1", "2"]
    assert filled.value("m/@x") == "3"
    assert filled.value("none") is None
