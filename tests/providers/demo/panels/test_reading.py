"""How a prompt is read: sentences and paragraphs with exact places, placeholders whole."""

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.reading import closed, placeholders, read, variables, words_of


def test_sentences_have_exact_places_and_never_cut_a_placeholder() -> None:
    text = "Sort it. Use {{name|Mr. X. Or so}} there! Then\nstop."
    reading = read([Message("user", text)])
    assert [reading.text(place) for place in reading.sentences(0)] == [
        "Sort it.",
        "Use {{name|Mr. X. Or so}} there!",
        "Then",
        "stop.",
    ]


def test_lists_headings_and_blocks_are_no_paragraphs() -> None:
    text = "# Head\n\nOne line\nand the next.\n\n- item\n\n<tag>\n\n{ }"
    reading = read([Message("user", text)])
    assert [reading.text(place) for place in reading.paragraphs(0)] == ["One line\nand the next."]
    assert reading.has_sections
    assert reading.headings == 1


def test_placeholders_and_variables() -> None:
    text = "{{a}} ${fragment:b} {{c|d}} \\{{e}}"
    assert placeholders(text) == sorted(["{{a}}", "${fragment:b}", "{{c|d}}"])
    assert variables(text) == {"a": None, "c": "d"}
    assert len(closed(text)) == len(text)
    assert "{" not in closed("{{a}}")
    assert words_of("one two-three 4") == 3


def test_languages() -> None:
    assert read([Message("user", "Sort the ticket and tell me what it is about, for each of the five.")]).is_english
    assert not read([Message("user", "请把下面的会议记录总结成三点，不要猜测。")]).is_english
