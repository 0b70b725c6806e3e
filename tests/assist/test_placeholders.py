"""Variables and fragment references by name, and which of them a text lost."""

from promptassay.assist.placeholders import changed, names_of


def test_names_leave_out_defaults_slots_and_pins() -> None:
    text = 'A {{a|x}} {{ b }} ${fragment:tone@3 who="me"} \\{{c}} {{a}} {{'
    assert names_of([{"content": text}]) == ["{{a}}", "{{b}}", "${fragment:tone}"]


def test_lost_and_new_ones() -> None:
    lost, added = changed([{"content": "{{a}} {{b}}"}], [{"content": "{{b|x}}"}, {"content": "{{c}}"}])
    assert (lost, added) == (["{{a}}"], ["{{c}}"])
