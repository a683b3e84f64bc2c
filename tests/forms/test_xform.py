"""XForms of pyxform and of other hands are read alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms.definition import FormDefinition
from forms.errors import XformError, XmlError
from forms.xform import parse_form

Read = Callable[[str], FormDefinition]
ReadModel = Callable[..., FormDefinition]

EVERYTHING = """
    | survey |
    | | type | name | label | appearance | calculation | default | trigger | parameters | read_only | repeat_count |
    | | start | start | | | | | | | | |
    | | end | end | | | | | | | | |
    | | today | today | | | | | | | | |
    | | deviceid | deviceid | | | | | | | | |
    | | username | username | | | | | | | | |
    | | phonenumber | phonenumber | | | | | | | | |
    | | email | email | | | | | | | | |
    | | start-geopoint | where | | | | | | | | |
    | | background-audio | heard | | | | | | | | |
    | | audit | audit | | | | | | | | |
    | | text | text | T | multiline | | | | | | |
    | | integer | integer | T | | | | | | | |
    | | decimal | decimal | T | | | | | | | |
    | | date | date | T | | | | | | | |
    | | time | time | T | | | | | | | |
    | | datetime | dateTime | T | | | | | | | |
    | | geopoint | geopoint | T | | | | | | | |
    | | geotrace | geotrace | T | | | | | | | |
    | | geoshape | geoshape | T | | | | | | | |
    | | image | image | T | signature | | | | max-pixels=800 | | |
    | | image | sketch | T | draw | | | | max-pixels=800 | | |
    | | image | marked | T | annotate | | a.png | | max-pixels=800 | | |
    | | audio | audio | T | | | | | | | |
    | | video | video | T | | | | | | | |
    | | file | file | T | | | | | | | |
    | | barcode | barcode | T | | | | | | | |
    | | range | range | T | | | | | start=0 end=1 step=0.1 | | |
    | | acknowledge | acknowledge | T | | | | | | | |
    | | background-geopoint | seen | | | | | ${acknowledge} | | | |
    | | note | note | T ${text} | | | | | | | |
    | | select_one l | select_one | T | minimal | | | | | | |
    | | select_multiple l | select_multiple | T | | | | | randomize=true | | |
    | | rank l | rank | T | | | | | | | |
    | | select_one l or_other | other | T | | | | | | | |
    | | select_one_from_file a.csv | file_csv | T | | | | | value=code label=words | | |
    | | select_one_from_file b.xml | file_xml | T | | | | | | | |
    | | select_one_from_file c.geojson | file_map | T | | | | | | | |
    | | csv-external | d | | | | | | | | |
    | | xml-external | e | | | | | | | | |
    | | calculate | calculate | | | 1 | | | | | |
    | | calculate | calculated | | | 1 | | ${text} | | | |
    | | hidden | hidden | | | | | | | | |
    | | text | fixed | T | | | x | | | yes | |
    | | text | computed | T | | 1 | | | | yes | |
    | | begin repeat | r | R | field-list | | | | | | 2 |
    | | text | in_r | T | | | | | | | |
    | | begin group | g | G | | | | | | | |
    | | text | in_g | T | | | | | | | |
    | | end group | | | | | | | | | |
    | | end repeat | | | | | | | | | |
    | | select_one ${in_r} | from_repeat | T | | | | | | | |
    | choices |
    | | list_name | name | label |
    | | l | a | A |
    | | l | b | B |
    | settings |
    | | form_id | version | form_title |
    | | f | 7 | The form |
"""
TYPES = {
    "where": "geopoint",
    "heard": "audio",
    "sketch": "image",
    "marked": "image",
    "seen": "geopoint",
    "other": "select_one",
    "other_other": "text",
    "file_csv": "select_one",
    "file_xml": "select_one",
    "file_map": "select_one",
    "calculated": "calculate",
    "fixed": "text",
    "computed": "text",
    "in_r": "text",
    "in_g": "text",
    "r_count": "calculate",
    "from_repeat": "select_one",
    "r": "",
    "g": "",
}
ANSWERABLE = """text integer decimal date time dateTime geopoint geotrace geoshape image sketch marked audio video file
    barcode range acknowledge select_one select_multiple rank other other_other file_csv file_xml file_map in_r in_g
    from_repeat"""


@pytest.fixture(scope="module")
def everything(read_form: Read) -> FormDefinition:
    return read_form(EVERYTHING)


def test_parse_form_finds_the_type_of_every_question_when_pyxform_wrote_it(everything: FormDefinition) -> None:
    assert {node.name: node.type for node in everything.nodes} == {
        node.name: TYPES.get(node.name, node.name) for node in everything.nodes
    }


def test_parse_form_finds_what_can_be_answered_when_pyxform_wrote_it(everything: FormDefinition) -> None:
    assert {node.name for node in everything.nodes if node.answerable} == set(ANSWERABLE.split())


def test_parse_form_finds_choice_lists_when_selects_have_any_source(everything: FormDefinition) -> None:
    lists = {node.name: node.choice_list for node in everything.nodes if node.type.startswith(("select", "rank"))}
    assert lists == {
        "select_one": "l",
        "select_multiple": "l",
        "rank": "l",
        "other": "l",
        "file_csv": "a",
        "file_xml": "b",
        "file_map": "c",
        "from_repeat": None,
    }
    assert [choice.name for choice in everything.choices["l"]] == ["a", "b", "other"]
    assert set(everything.choices) == {"l"}


def test_parse_form_finds_files_when_form_needs_them(everything: FormDefinition) -> None:
    assert everything.lists == {"a", "d"}
    assert everything.media == {"b.xml", "c.geojson", "e.xml", "a.png"}


def test_parse_form_finds_places_when_groups_and_repeats_are_nested(everything: FormDefinition) -> None:
    nodes = {node.name: node for node in everything.nodes}
    assert everything.tables() == ("", "/data/r")
    assert (nodes["r"].kind, nodes["r"].repeat, nodes["r"].groups) == ("repeat", None, ())
    assert nodes["r"].labels == {"": "R"}
    assert (nodes["in_r"].repeat, nodes["in_r"].groups) == ("/data/r", ())
    assert (nodes["g"].kind, nodes["g"].repeat) == ("group", "/data/r")
    assert (nodes["in_g"].repeat, nodes["in_g"].groups) == ("/data/r", ("g",))
    assert (nodes["audit"].path, nodes["audit"].groups) == ("/data/meta/audit", ("meta",))
    assert nodes["note"].labels == {"": "T ${text}"}
    assert nodes["text"].appearance == "multiline"
    assert everything.node("/data/r/g/in_g") is nodes["in_g"]
    assert everything.node("/data/nothing") is None


def test_parse_form_reads_who_the_form_is_when_settings_say_it(everything: FormDefinition) -> None:
    assert (everything.form_id, everything.version, everything.title) == ("f", "7", "The form")
    assert (everything.languages, everything.default_language) == ((), "")
    assert everything.root == "/data"


LANGUAGES = """
    | survey |
    | | type | name | label::Français (fr) | label::العربية (ar) | hint::Français (fr) | media::image::Français (fr) |
    | | select_one l | a | Où ? | أين؟ | Indice | a.png |
    | | text | b | Seulement ${a} | | | |
    | | text | c | | فقط | | |
    | choices |
    | | list_name | name | label::Français (fr) | label::العربية (ar) | media::audio::Français (fr) |
    | | l | x | Ici | هنا | x.mp3 |
    | settings |
    | | form_id | default_language |
    | | f | العربية (ar) |
"""


def test_parse_form_reads_labels_when_form_has_languages(read_form: Read) -> None:
    definition = read_form(LANGUAGES)
    nodes = {node.name: node for node in definition.nodes}
    assert definition.languages == ("Français (fr)", "العربية (ar)")
    assert definition.default_language == "العربية (ar)"
    assert nodes["a"].labels == {"Français (fr)": "Où ?", "العربية (ar)": "أين؟"}
    assert nodes["a"].hints == {"Français (fr)": "Indice"}
    assert nodes["b"].labels == {"Français (fr)": "Seulement ${a}"}
    assert nodes["c"].labels == {"العربية (ar)": "فقط"}
    assert definition.choices["l"][0].labels == {"Français (fr)": "Ici", "العربية (ar)": "هنا"}
    assert definition.media == {"a.png", "x.mp3"}


def test_parse_form_names_no_language_when_only_some_labels_have_one(read_form: Read) -> None:
    definition = read_form("""
        | survey |
        | | type | name | label | label::French (fr) | hint |
        | | text | a | A | Af | H |
    """)
    assert definition.languages == ("French (fr)",)
    assert definition.default_language == ""
    assert definition.nodes[0].labels == {"": "A", "French (fr)": "Af"}
    assert definition.nodes[0].hints == {"": "H"}


def test_parse_form_reads_choices_when_they_stand_in_the_select(read_model: ReadModel) -> None:
    definition = read_model(
        model="""<itext><translation lang="en"><text id="y"><value>Yes</value><value form="short">Y</value></text>
          </translation><translation lang="fr"><text id="y"><value form="short">O</value></text></translation></itext>
          <bind nodeset="/data/q" type="select1"/>""",
        body="""<select1 ref="/data/q"><label>Q</label><item><label ref="jr:itext('y')"/><value>y</value></item>
          <item><label>No</label><value> n </value></item></select1>""",
    )
    assert definition.nodes[0].choice_list == "/data/q"
    assert definition.nodes[0].type == "select_one"
    choices = definition.choices["/data/q"]
    assert [(choice.name, choice.labels) for choice in choices] == [("y", {"en": "Yes", "fr": "O"}), ("n", {"": "No"})]


def test_parse_form_reads_external_choices_when_select_searches(read_form: Read, read_model: ReadModel) -> None:
    definition = read_form("""
        | survey |
        | | type | name | label | appearance | choice_filter |
        | | select_one l | a | A | search('fruits') | |
        | | select_one_external towns | b | B | | state=${a} |
        | choices |
        | | list_name | name | label |
        | | l | name_key | label_key |
        | external_choices |
        | | list_name | name | label | state |
        | | towns | t | T | x |
    """)
    nodes = {node.name: node for node in definition.nodes}
    assert (nodes["b"].type, nodes["b"].choice_list) == ("select_one", "towns")
    assert definition.lists == {"fruits"}
    assert definition.media == {"itemsets.csv"}


def test_parse_form_knows_own_attributes_when_their_prefix_is_another(read_model: ReadModel) -> None:
    definition = read_model(
        data='<q/><meta><entity dataset="l" create="1" id=""/></meta>',
        model="""<bind nodeset="/data/q" type="int" entities:saveto="p" x:merge=" max " x:visibility="office"
            x:unit="DZD" x:decimals="2"/>""",
        body='<input ref="/data/q"><label>Q</label></input>',
    )
    [node] = definition.nodes
    assert (node.policy, node.visibility, node.unit, node.decimals) == ("max", "office", "DZD", 2)
    rule = definition.properties("l")["p"]
    assert (rule.policy, rule.declared, rule.visibility, rule.unit, rule.decimals) == ("max", True, "office", "DZD", 2)
    assert (node.save_to, node.list) == ("p", "l")


@pytest.mark.parametrize("written", ["", "x", "-1", "1.5", "100", "²"])
def test_parse_form_knows_no_decimals_when_they_are_no_number(written: str, read_model: ReadModel) -> None:
    definition = read_model(model=f'<bind nodeset="/data/q" x:decimals="{written}"/>')
    assert definition.nodes[0].decimals is None


def test_parse_form_reads_controls_when_references_are_relative_or_by_bind(read_model: ReadModel) -> None:
    definition = read_model(
        data="<g><q/></g><r><s/></r>",
        model='<bind id="b" nodeset="/data/r/s" type="int"/>',
        body="""<group ref="/data/g"><label>G</label><input ref="q"><label>Q</label></input></group>
          <repeat nodeset="/data/r"><input bind="b"><label>S</label></input></repeat>""",
    )
    assert {node.path: (node.kind, node.labels) for node in definition.nodes} == {
        "/data/g": ("group", {"": "G"}),
        "/data/g/q": ("question", {"": "Q"}),
        "/data/r": ("repeat", {}),
        "/data/r/s": ("question", {"": "S"}),
    }


def test_parse_form_knows_nobody_can_answer_when_group_is_read_only(read_model: ReadModel) -> None:
    definition = read_model(
        data="<g><q/></g><h><q/></h>",
        model='<bind nodeset="/data/g" readonly="true()"/><bind nodeset="/data/h" readonly="/data/g/q = 1"/>',
        body='<input ref="/data/g/q"><label>Q</label></input><input ref="/data/h/q"><label>Q</label></input>',
    )
    assert {node.path: node.answerable for node in definition.nodes if node.kind == "question"} == {
        "/data/g/q": False,
        "/data/h/q": True,
    }


def test_parse_form_reads_the_entity_when_it_is_prefixed_and_old(read_model: ReadModel) -> None:
    definition = read_model(
        data="""<q/><orx:meta><entities:entity dataset="trees" id="" create=""><label/></entities:entity>
          <orx:instanceID/></orx:meta>""",
        model='<bind nodeset="/data/q" type="string" entities:saveto="species"/>',
    )
    [declaration] = definition.entities
    assert (declaration.list, declaration.path, declaration.can_create) == ("trees", "/data/meta/entity", True)
    assert not declaration.can_update
    assert [node.path for node in definition.nodes] == ["/data/q"]


def test_parse_form_saves_nothing_when_form_declares_no_entity(read_model: ReadModel) -> None:
    definition = read_model(model='<bind nodeset="/data/q" entities:saveto="species"/>')
    assert (definition.nodes[0].save_to, definition.nodes[0].list) == (None, None)
    assert definition.properties("trees") == {}


def test_parse_form_joins_what_is_said_when_two_questions_save_one_property(read_model: ReadModel) -> None:
    definition = read_model(
        data='<a/><b/><c/><meta><entity dataset="l" create="1" id=""/></meta>',
        model="""<bind nodeset="/data/a" type="string" entities:saveto="p" calculate="1"/>
          <bind nodeset="/data/b" type="int" entities:saveto="p" x:merge="max"/>
          <bind nodeset="/data/c" type="int" entities:saveto="p" x:visibility="office"/>""",
        body='<input ref="/data/b"><label>B</label></input>',
    )
    rule = definition.properties("l")["p"]
    assert (rule.type, rule.policy, rule.declared, rule.visibility) == ("integer", "max", True, "office")


def test_parse_form_raises_when_two_questions_contradict_each_other(read_model: ReadModel) -> None:
    with pytest.raises(XformError, match="max.*last|last.*max"):
        read_model(
            data='<a/><b/><meta><entity dataset="l" create="1" id=""/></meta>',
            model="""<bind nodeset="/data/a" entities:saveto="p" x:merge="max"/>
              <bind nodeset="/data/b" entities:saveto="p" x:merge="last"/>""",
        )


def test_properties_are_office_when_visibility_is_anything_unknown(read_model: ReadModel) -> None:
    definition = read_model(
        data='<a/><meta><entity dataset="l" create="1" id=""/></meta>',
        model='<bind nodeset="/data/a" entities:saveto="p" x:visibility="ofice"/>',
    )
    assert definition.properties("l")["p"].visibility == "office"


@pytest.mark.parametrize(
    "xform",
    [
        b"<html/>",
        b"<html><model/></html>",
        b"<html><model><instance/></model></html>",
        b"<html><model><instance><data/></instance></model></html>",
        b"<html><model><instance>text</instance></model></html>",
        b'<html><model><instance><data id=" "/></instance></model></html>',
        b'<html><model><instance><data id="f"><meta><entity create="1"/></meta></data></instance></model></html>',
        b'<html><model><instance><data id="f"/></instance><submission base64RsaPublicKey="x"/></model></html>',
    ],
)
def test_parse_form_raises_xform_error_when_form_cannot_be_used(xform: bytes) -> None:
    with pytest.raises(XformError) as raised:
        parse_form(xform)
    assert raised.value.problems
    assert str(raised.value)


def test_parse_form_finds_everything_when_questions_are_named_like_elements_of_forms(read_form: Read) -> None:
    names = [
        "body",
        "model",
        "head",
        "title",
        "instance",
        "setvalue",
        "translation",
        "label",
        "bind",
        "entity",
        "repeat",
    ]
    rows = "\n".join(f"| | text | {name} | L |" for name in names)
    definition = read_form(f"| survey |\n| | type | name | label |\n{rows}\n| settings |\n| | form_title |\n| | Tt |")
    assert [node.name for node in definition.nodes] == names
    assert all(node.answerable and node.labels == {"": "L"} for node in definition.nodes)
    assert (definition.title, definition.languages) == ("Tt", ())


def test_parse_form_reads_binds_when_their_references_are_relative(read_model: ReadModel) -> None:
    assert read_model(model='<bind nodeset="q" type="int"/>').nodes[0].type == "integer"


def test_parse_form_reads_translated_choices_when_their_column_has_another_name(read_model: ReadModel) -> None:
    definition = read_model(
        model="""<itext><translation lang="fr"><text id="t"><value>Oui</value></text></translation></itext>
          <instance id="l"><choices><choice><words>t</words><code>y</code></choice></choices></instance>""",
        body="""<select1 ref="/data/q"><itemset nodeset="instance('l')/choices/choice"><value ref="code"/>
          <label ref="jr:itext(words)"/></itemset></select1>""",
    )
    [choice] = definition.choices["l"]
    assert (choice.name, choice.labels) == ("y", {"fr": "Oui"})


def test_parse_form_knows_no_list_when_choices_are_answers_filtered_by_a_list(read_model: ReadModel) -> None:
    definition = read_model(
        data="<r><a/></r><q/>",
        body="""<select1 ref="/data/q"><itemset nodeset="/data/r[a = instance('l')/root/item/b]"><value ref="a"/>
          <label ref="a"/></itemset></select1>""",
    )
    assert {node.name: node.choice_list for node in definition.nodes}["q"] is None


def test_parse_form_knows_headings_cannot_be_answered_when_questions_stand_in_a_table(read_form: Read) -> None:
    definition = read_form("""
        | survey |
        | | type | name | label | appearance |
        | | begin group | g | G | table-list |
        | | select_one l | a | A | |
        | | select_one l | b | B | |
        | | end group | | | |
        | choices |
        | | list_name | name | label |
        | | l | x | X |
    """)
    assert {node.name for node in definition.nodes if node.answerable} == {"a", "b"}


@pytest.mark.parametrize("name", ["name", "Label", "__version", "_deleted", "a b", "a/b", "1a", "x" * 300])
def test_parse_form_raises_xform_error_when_property_has_a_reserved_name(name: str, read_model: ReadModel) -> None:
    with pytest.raises(XformError, match="/data/q"):
        read_model(model=f'<bind nodeset="/data/q" entities:saveto="{name}"/>')


@pytest.mark.parametrize("name", ["a.b", "__a", "../a", "a b", "x" * 300])
def test_parse_form_raises_xform_error_when_list_has_a_name_that_is_none(name: str, read_model: ReadModel) -> None:
    with pytest.raises(XformError, match="entity list"):
        read_model(data=f'<q/><meta><entity dataset="{name}"/></meta>')


@pytest.mark.parametrize("attributes", [f'id="{"f" * 300}"', f'id="f" version="{"1" * 300}"'])
def test_parse_form_raises_xform_error_when_id_is_too_long(attributes: str, read_model: ReadModel) -> None:
    with pytest.raises(XformError, match="255"):
        read_model(attributes=attributes)


def test_parse_form_raises_xml_error_when_form_is_no_xml() -> None:
    with pytest.raises(XmlError):
        parse_form(b"<html>")


def test_parse_form_is_whole_when_form_has_no_body() -> None:
    definition = parse_form(b'<html><model><instance><d id="f"><q/></d></instance></model></html>')
    assert [(node.path, node.type) for node in definition.nodes] == [("/d/q", "hidden")]
    assert definition.title == "f"
