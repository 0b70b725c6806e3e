"""Sample values follow the names of variables and what the prompt says of its choices."""

from promptassay.providers.demo.instructions import Option
from promptassay.providers.demo.panels.values import TRICKY, sample, text_about


def test_names_choose_samples_and_numbers_vary_them() -> None:
    assert "@" in sample("customerEmail", 0, None)
    assert sample("language", 0, None) != sample("language", 1, None)
    assert sample("tone", 0, "stern") == "stern"
    assert sample("zork", 0, None) != sample("zork", 1, None)


def test_a_text_about_a_choice_uses_what_is_known_of_it() -> None:
    assert "refunds" in text_about(Option("billing", "refunds, charges"))
    assert "billing" in text_about(Option("billing"))
    assert "zork" in text_about(Option("zork"))


def test_tricky_inputs_differ() -> None:
    assert len({value for _, _, value in TRICKY}) == len(TRICKY)
