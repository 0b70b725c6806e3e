"""The context: which messages instruct, where variables stand, what fragments bring."""

from promptassay.language.errors import ExpansionTooLarge
from promptassay.language.fragments import FragmentTable
from promptassay.language.lint import Edit, LintContext, Span, prompt

TABLE = FragmentTable({"style": {1: "Be {{tone}}."}, "loop": {1: "${fragment:loop}"}})


def test_answered_turns_are_examples_and_do_not_instruct() -> None:
    context = prompt(("system", "Rules"), "first", ("assistant", "answer"), "now", ("system", "More"))
    assert context.instructing == (0, 3, 4)
    assert prompt("only").instructing == (0,)
    assert prompt("asked", ("assistant", "{")).instructing == ()


def test_variables_have_places_in_order() -> None:
    context = prompt("{{b}} {{a}}", "{{ b | x}}")
    assert list(context.variables) == ["b", "a"]
    assert context.variables["b"] == [Span(0, 0, 5), Span(1, 0, 10)]
    assert context.quote(Span(1, 0, 10)) == "{{ b | x}}"


def test_renaming_edits_the_name_alone() -> None:
    context = prompt("{{  name |name}}, {{name}}")
    assert context.rename("name", "guest") == (Edit(0, 4, 8, "guest"), Edit(0, 20, 24, "guest"))
    assert context.rename("gone", "guest") == ()


def test_fragments_are_written_out_where_there_are_any() -> None:
    context = prompt("${fragment:style} Go.", fragments=TABLE)
    assert context.fragment_variables == {"tone"}
    assert context.from_fragments == "Be \n.\n Go."
    assert context.whole
    plain = prompt("Go.")
    assert (plain.expansion, plain.fragment_variables, plain.from_fragments, plain.whole) == (
        None,
        frozenset(),
        "",
        True,
    )


def test_a_missing_or_endless_fragment_leaves_the_prompt_in_part() -> None:
    assert not prompt("${fragment:gone}", fragments=TABLE).whole
    assert not prompt("${fragment:loop}", fragments=TABLE).whole
    large = prompt("${fragment:style} " * 10_001, fragments=TABLE)
    assert isinstance(large.expansion, ExpansionTooLarge)
    assert not large.whole and large.from_fragments == "" and large.fragment_variables == frozenset()


def test_placeholders_leave_blanks_of_their_own_length() -> None:
    context: LintContext = prompt("a {{b}} \\{{c ${fragment:style}")
    assert context.shown == ("a          c                  ",)
    assert len(context.shown[0]) == len(context.messages[0].content)
