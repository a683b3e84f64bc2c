"""What filled forms ask of entity lists, by every version of the specification."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forms.definition import FormDefinition
from forms.entities import EntityProblem, EntityRequest, find_entity_requests
from forms.errors import InstanceError
from forms.instance import Instance, parse_instance

ID = "1f0c6f0e-3c1c-4c52-9a2e-6d1d1f2b3c4d"
OTHER = "2f0c6f0e-3c1c-4c52-aa2e-6d1d1f2b3c4d"

VISIT = """
    | survey |
    |        | type                            | name | label | calculation | default | read_only | save_to |
    |        | select_one_from_file people.csv | p    | Who   |             |         |           |         |
    |        | text                            | t    | Typed |             |         |           | typed   |
    |        | text  | n | Shown | | instance('people')/root/item[name=${p}]/nom |     | nom     |
    |        | text  | o | Fixed | | instance('people')/root/item[name=${p}]/old | yes | old     |
    |        | calculate | c | | 1 + instance('people')/root/item[name=${p}]/visits | | | visits  |
    | entities |
    |          | list_name | entity_id | label |
    |          | people    | ${p}      | ${n}  |
    | settings |
    |          | form_id | version |
    |          | f       | 1       |
"""


def fill(answers: str, attributes: str, *, inside: str = "", name: str = "entity", form_id: str = "f") -> Instance:
    return parse_instance(
        f'<data id="{form_id}" version="1" xmlns:e="urn:e">{answers}'
        f"<meta><instanceID>uuid:i</instanceID><{name} {attributes}>{inside}</{name}></meta></data>".encode()
    )


def write_attributes(**attributes: str) -> str:
    given = {"dataset": "people", "id": ID, "update": "1", "baseVersion": "3", **attributes}
    return " ".join(f'{name}="{value}"' for name, value in given.items())


@pytest.fixture(scope="module")
def visit(read_form: Callable[[str], FormDefinition]) -> FormDefinition:
    return read_form(VISIT)


def only(definition: FormDefinition, instance: Instance) -> EntityRequest:
    [request], problems = find_entity_requests(definition, instance)
    assert problems == ()
    return request


def test_find_entity_requests_reads_everything_when_visit_updates(visit: FormDefinition) -> None:
    answers = "<p>x</p><t>a</t><n>b</n><o/><c>2</c>"
    request = only(visit, fill(answers, write_attributes(), inside="<label>B</label>"))
    assert request == EntityRequest(
        position=0,
        list="people",
        entity_id=ID,
        kind="update",
        branch=None,
        pos=None,
        base=3,
        saved={"typed": "a", "nom": "b", "old": "", "visits": "2", "label": "B"},
        prefilled=frozenset({"nom", "old", "visits", "label"}),
        blankable=frozenset({"nom"}),
    )


def test_find_entity_requests_leaves_out_what_is_absent_when_question_was_irrelevant(visit: FormDefinition) -> None:
    request = only(visit, fill("<n/><t> </t>", write_attributes(), inside="<label> </label>"))
    assert request.saved == {"nom": "", "typed": ""}
    assert request.prefilled == request.blankable == {"nom"}


@pytest.mark.parametrize(
    ("create", "update", "base", "kind"),
    [
        ("1", "", "", "create"),
        ("true", "", "", "create"),
        ("true()", "", "", "create"),
        ("TRUE", "0", "", "create"),
        ("", "1", "", "update"),
        ("false", "true", "2", "update"),
        ("0", "true()", "2", "update"),
        ("1", "1", "2", "update"),
        ("1", "1", "", "create"),
        ("true", "true", "0", "update"),
        ("", "", "2", None),
        ("0", "false", "2", None),
        ("false()", "false()", "", None),
        ("", "false", "", None),
        ("yes", "no", "", None),
    ],
)
def test_find_entity_requests_decides_the_kind_when_form_says_both(
    create: str, update: str, base: str, kind: str | None, visit: FormDefinition
) -> None:
    attributes = write_attributes(create=create, update=update, baseVersion=base)
    requests, problems = find_entity_requests(visit, fill("<t>a</t>", attributes))
    assert [request.kind for request in requests] == ([kind] if kind else [])
    assert problems == ()


def test_find_entity_requests_asks_nothing_when_entity_node_is_missing(visit: FormDefinition) -> None:
    instance = parse_instance(b'<data id="f"><t>a</t><meta><instanceID>uuid:i</instanceID></meta></data>')
    assert find_entity_requests(visit, instance) == ((), ())


@pytest.mark.parametrize(
    ("base", "trunk", "branch", "expected"),
    [
        ("3", "", "", (None, None, 3)),
        ("", "", "", (None, None, None)),
        ("3", "2", "", (None, None, 3)),
        ("5", "2", "B1", ("b1", 5, 2)),
        ("1", "", "B1", ("b1", 1, None)),
        ("", "2", "B1", ("b1", None, 2)),
        ("", "", "B1", ("b1", None, None)),
        (" 3 ", " ", " ", (None, None, 3)),
    ],
)
def test_find_entity_requests_reads_what_the_author_saw_when_versions_are_given(
    base: str, trunk: str, branch: str, expected: tuple[str | None, int | None, int | None], visit: FormDefinition
) -> None:
    attributes = write_attributes(baseVersion=base, trunkVersion=trunk, branchId=branch)
    request = only(visit, fill("", attributes))
    assert (request.branch, request.pos, request.base) == expected


@pytest.mark.parametrize("written", [ID, ID.upper(), f"uuid:{ID}", f" UUID:{ID.upper()} "])
def test_find_entity_requests_reads_the_id_when_it_is_a_version_4_uuid(written: str, visit: FormDefinition) -> None:
    assert only(visit, fill("", write_attributes(id=written))).entity_id == ID


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": ""},
        {"id": "12"},
        {"id": "1f0c6f0e-3c1c-1c52-9a2e-6d1d1f2b3c4d"},
        {"id": "1f0c6f0e-3c1c-4c52-7a2e-6d1d1f2b3c4d"},
        {"id": ID + "\n" + ID},
        {"id": "x" * 5000},
        {"dataset": "others"},
        {"baseVersion": "x"},
        {"baseVersion": "-1"},
        {"baseVersion": "1.5"},
        {"baseVersion": "99999999999999999999"},
        {"baseVersion": "2147483648"},
        {"baseVersion": "\u0663"},
        {"trunkVersion": "x", "branchId": "b"},
        {"branchId": "b" * 5000},
    ],
)
def test_find_entity_requests_says_the_problem_when_node_cannot_be_followed(
    attributes: dict[str, str], visit: FormDefinition
) -> None:
    requests, [problem] = find_entity_requests(visit, fill("<t>a</t>", write_attributes(**attributes)))
    assert requests == ()
    assert isinstance(problem, EntityProblem)
    assert problem.position == 0
    assert len(problem.message) < 300


@pytest.mark.parametrize("name", ["entity", "e:entity"])
def test_find_entity_requests_knows_the_node_when_it_has_a_namespace(name: str, visit: FormDefinition) -> None:
    assert only(visit, fill("<e:t>a</e:t>", write_attributes(), name=name)).saved == {"typed": "a"}


def test_find_entity_requests_knows_the_list_when_node_does_not_name_it(visit: FormDefinition) -> None:
    assert only(visit, fill("", write_attributes(dataset=""))).list == "people"


def test_find_entity_requests_knows_the_questions_when_root_has_another_name(visit: FormDefinition) -> None:
    xml = f'<old id="f"><t>a</t><meta><entity {write_attributes()}/><instanceID>uuid:i</instanceID></meta></old>'
    assert only(visit, parse_instance(xml.encode())).saved == {"typed": "a"}


def test_find_entity_requests_passes_over_unknown_nodes_when_form_is_of_another_version(visit: FormDefinition) -> None:
    request = only(visit, fill("<gone><t>b</t></gone><t>a</t><new/>", write_attributes()))
    assert request.saved == {"typed": "a"}


def test_find_entity_requests_counts_the_first_answer_when_nodes_stand_twice(visit: FormDefinition) -> None:
    assert only(visit, fill("<t/><t>a</t><t>b</t>", write_attributes())).saved == {"typed": "a"}


def test_find_entity_requests_raises_when_instance_is_of_another_form(visit: FormDefinition) -> None:
    with pytest.raises(InstanceError) as raised:
        find_entity_requests(visit, fill("", write_attributes(), form_id="g"))
    assert raised.value.code == "wrong_form"


HOUSEHOLD = """
    | survey |
    |        | type         | name  | label | save_to       |
    |        | text         | place | Place | homes#place   |
    |        | begin repeat | r     | Child |               |
    |        | text         | nom   | Name  | people#nom    |
    |        | begin group  | g     | More  |               |
    |        | integer      | age   | Age   | people#age    |
    |        | end group    |       |       |               |
    |        | begin repeat | toy   | Toy   |               |
    |        | text         | what  | What  | toys#what     |
    |        | end repeat   |       |       |               |
    |        | end repeat   |       |       |               |
    | entities |
    |          | list_name | label    |
    |          | homes     | ${place} |
    |          | people    | ${nom}   |
    |          | toys      | ${what}  |
    | settings |
    |          | form_id | version |
    |          | f       | 1       |
"""


def write_node(list_name: str, entity_id: str, create: str = "1") -> str:
    return f'<meta><entity dataset="{list_name}" id="{entity_id}" create="{create}"/></meta>'


def number(count: int) -> str:
    return f"{count:08x}{ID[8:]}"


def write_household(*, second: bool = True, create: str = "1") -> Instance:
    toys = "".join(f"<toy><what>t{n}</what>{write_node('toys', number(n))}</toy>" for n in (1, 2))
    children = f"<r><nom>a</nom><g><age>3</age></g>{toys}{write_node('people', number(3), create)}</r>"
    if second:
        toys = f"<toy><what>t4</what>{write_node('toys', number(4))}</toy>"
        children += f"<r><nom>b</nom>{toys}{write_node('people', number(5))}</r>"
    meta = write_node("homes", number(6)).replace("</meta>", "<instanceID>uuid:i</instanceID></meta>")
    return parse_instance(f'<data id="f"><place>x</place>{children}{meta}</data>'.encode())


def test_find_entity_requests_finds_one_for_each_pass_when_entities_are_in_repeats(
    read_form: Callable[[str], FormDefinition],
) -> None:
    definition = read_form(HOUSEHOLD)
    assert [(d.list, d.repeat) for d in definition.entities] == [
        ("toys", "/data/r/toy"),
        ("people", "/data/r"),
        ("homes", None),
    ]
    requests, problems = find_entity_requests(definition, write_household())
    assert problems == ()
    assert [(r.list, r.entity_id[:8], dict(r.saved)) for r in requests] == [
        ("homes", "00000006", {"place": "x"}),
        ("people", "00000003", {"nom": "a", "age": "3"}),
        ("toys", "00000001", {"what": "t1"}),
        ("toys", "00000002", {"what": "t2"}),
        ("people", "00000005", {"nom": "b"}),
        ("toys", "00000004", {"what": "t4"}),
    ]
    assert len({request.position for request in requests}) == 6


def test_find_entity_requests_keeps_positions_when_an_edit_answers_less(
    read_form: Callable[[str], FormDefinition],
) -> None:
    definition = read_form(HOUSEHOLD)
    before = {r.entity_id: r.position for r in find_entity_requests(definition, write_household())[0]}
    after = {r.entity_id: r.position for r in find_entity_requests(definition, write_household(second=False))[0]}
    refused = {r.entity_id: r.position for r in find_entity_requests(definition, write_household(create="0"))[0]}
    assert len(after) == 4
    assert len(refused) == 5
    assert after.items() <= before.items()
    assert refused.items() <= before.items()


def test_find_entity_requests_saves_to_the_nearest_node_when_groups_declare_entities(
    read_form: Callable[[str], FormDefinition],
) -> None:
    definition = read_form("""
        | survey |
        | | type | name | label | save_to |
        | | begin group | g | G | |
        | | text | a | A | one#a |
        | | end group | | | |
        | | begin group | h | H | |
        | | text | b | B | two#b |
        | | end group | | | |
        | entities |
        | | list_name | label |
        | | one | ${a} |
        | | two | ${b} |
        | settings |
        | | form_id |
        | | f |
    """)
    xml = f"""<data id="f"><g><a>1</a>{write_node("one", ID)}</g><h><b>2</b>{write_node("two", OTHER)}</h>
        <meta><instanceID>uuid:i</instanceID></meta></data>"""
    requests, _ = find_entity_requests(definition, parse_instance(xml.encode()))
    assert {request.list: dict(request.saved) for request in requests} == {"one": {"a": "1"}, "two": {"b": "2"}}


def test_find_entity_requests_takes_the_answered_question_when_two_save_one_property(
    read_model: Callable[..., FormDefinition],
) -> None:
    definition = read_model(
        data='<a/><b/><meta><entity dataset="people" update="1" id="" baseVersion=""/></meta>',
        model="""<instance id="people" src="jr://file-csv/people.csv"/>
          <bind nodeset="/data/a" entities:saveto="nom" type="string"
            calculate="instance('people')/root/item[name='1']/nom"/>
          <bind nodeset="/data/b" entities:saveto="nom" type="string"/>""",
        body='<input ref="/data/b"><label>B</label></input>',
    )
    assert only(definition, fill("<a>x</a><b/>", write_attributes())).prefilled == {"nom"}
    typed = only(definition, fill("<a/><b>y</b>", write_attributes()))
    assert typed.saved == {"nom": "y"}
    assert typed.prefilled == typed.blankable == frozenset()
    assert definition.properties("people")["nom"].type == "text"
