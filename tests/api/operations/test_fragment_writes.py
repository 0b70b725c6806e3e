"""Writing fragments by program."""

import pytest

from tests.api.client import program
from tests.people import Person

pytestmark = pytest.mark.django_db


def test_a_fragment_is_made_and_saved(alice: Person) -> None:
    api = program(alice)
    made = api.call("POST", "/fragments", {"title": "Tone of voice", "text": "Be brief."})
    fragment = made.json()["data"]
    assert (made.status_code, fragment["slug"], fragment["text"]) == (201, "tone-of-voice", "Be brief.")
    where = f"/fragments/{fragment['id']}/versions"
    saved = api.call("POST", where, {"text": "Be kind.", "parent_version": 1, "change_summary": "Kinder"})
    assert (saved.status_code, saved.json()["data"]["version_number"]) == (201, 2)
    assert saved.json()["data"]["change_source"] == "api"
    assert api.call("POST", where, {"text": "Be kind."}).status_code == 200
    assert api.call("POST", where, {"text": "Be odd.", "parent_version": 1}).status_code == 409
    assert api.get(f"/fragments/{fragment['id']}").json()["data"]["text"] == "Be kind."


def test_what_cannot_be_stored_is_refused(alice: Person) -> None:
    api = program(alice)
    assert api.call("POST", "/fragments", {"title": "", "text": "x"}).status_code == 422
    assert api.call("POST", "/fragments", {"title": "x"}).json()["error"]["details"]["text"] == "is missing"
    circle = {"title": "Loop", "slug": "loop", "text": "${fragment:loop}"}
    assert api.call("POST", "/fragments", circle).status_code == 422
