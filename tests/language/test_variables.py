"""Variables are found in what is whole, and renamed without touching anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.fragments import FragmentTable
from promptassay.language.messages import Message
from promptassay.language.nodes import Variable
from promptassay.language.parse import parse
from promptassay.language.variables import PromptVariable, find_references, find_variables, rename_variable


def test_variables_are_found_beside_what_is_broken() -> None:
    messages = [
        Message("system", "{{b}} {{1}} {{ ${fragment:no}"),
        Message("user", "{{a}} {{b|x}} ${fragment:f}"),
    ]
    fragments = FragmentTable({"f": {1: "{{c|y}}{{a}}"}})
    assert find_variables(messages, fragments) == (
        PromptVariable("b", "x", None),
        PromptVariable("a", None, None),
        PromptVariable("c", "y", "f"),
    )
    assert [variable.name for variable in find_variables(messages)] == ["b", "a"]


def test_references_are_found_in_order() -> None:
    found = find_references('${fragment:b@2} \\${fragment:no} ${fragment:a x="${fragment:no}"} ${fragment:B}')
    assert [reference.label for reference in found] == ["b@2", "a"]


def test_renaming_keeps_everything_else() -> None:
    text = '{{ a |a}} \\{{a}} {{aa}} {{A}} {{a a}} ${fragment:a a="a"} a {{a}}'
    assert rename_variable(text, "a", "b") == text.replace("{{ a |", "{{ b |").replace("a {{a}}", "a {{b}}")


@given(st.lists(st.sampled_from(["{{a}}", "{{ a|a}}", "{{b}}", "\\{{a}}", "{{", "a", " "])).map("".join))
def test_renaming_there_and_back_is_nothing(text: str) -> None:
    renamed = rename_variable(text, "a", "zz")
    assert not any(isinstance(node, Variable) and node.name == "a" for node in parse(renamed))
    assert rename_variable(renamed, "zz", "a") == text


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", "é", "a}}"])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        rename_variable("{{a}}", "a", name)
