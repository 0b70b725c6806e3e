"""The key in a request never reaches a form's data."""

import pytest
from django.test import RequestFactory

from promptassay.providers.forms import AddKeyForm, RenameKeyForm, take_secret
from tests.providers.factories import OPENAI_KEY


def test_taken_secret_is_gone_from_the_request() -> None:
    request = RequestFactory().post("/", {"name": "team", "secret": OPENAI_KEY})
    assert take_secret(request).reveal() == OPENAI_KEY
    assert dict(request.POST.items()) == {"name": "team"}
    assert not take_secret(request)


def test_form_renders_no_value_even_if_somebody_hands_it_one() -> None:
    form = AddKeyForm({"provider": "openai", "name": "team", "secret": OPENAI_KEY})
    assert form.is_valid()
    assert form.cleaned_data["secret"] == ""
    assert OPENAI_KEY not in form.as_p()


@pytest.mark.parametrize("name", ["sk-proj-abc", "sky blue", "my sk-key", "team"])
def test_ordinary_names_pass(name: str) -> None:
    assert RenameKeyForm({"name": name}).is_valid()
