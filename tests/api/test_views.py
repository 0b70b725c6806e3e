"""The API over HTTP: methods, limits, tags, the description for programs and the one for people."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import override_settings
from jsonschema import Draft202012Validator

from promptassay.api.operations import OPERATIONS
from promptassay.workspaces.apikeys.services import revoke_key
from promptassay.workspaces.permissions import Scope
from tests.api.client import Program, program
from tests.people import Person
from tests.workspaces.apikeys.factories import make_api_key

pytestmark = pytest.mark.django_db


def test_other_addresses_and_methods(alice: Person) -> None:
    api = program(alice)
    for path in ("/", "/nothing", "/prompts/", "/prompts//versions", "/prompts/x/nothing"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND"), path
    wrong = api.call("PUT", "/prompts", {})
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, POST")
    for method in ("OPTIONS", "TRACE", "PROPFIND"):
        assert api.call(method, "/prompts").status_code == 405
    head = api.call("HEAD", "/prompts")
    assert head.status_code == 200 and head.headers["ETag"]


def test_a_missing_slash_or_host_makes_no_page(alice: Person) -> None:
    answer = Program("").client.get("/api/v1/nothing/here", HTTP_ACCEPT="text/html")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/json")


def test_the_limit_is_told_and_kept(alice: Person, bob: Person) -> None:
    api, other = program(alice), program(bob)
    with override_settings(API_REQUESTS_PER_MINUTE=2):
        first, second, third = (api.get("/prompts") for _ in range(3))
        assert [first.headers["RateLimit-Remaining"], second.headers["RateLimit-Remaining"]] == ["1", "0"]
        assert first.headers["RateLimit-Limit"] == "2" and first.headers["RateLimit-Policy"] == "2;w=60"
        assert (third.status_code, third.json()["error"]["code"]) == (429, "RATE_LIMITED")
        assert 1 <= int(third.headers["Retry-After"]) <= 60
        assert other.get("/prompts").status_code == 200


def test_a_revoked_key_is_refused_at_the_next_request(alice: Person) -> None:
    key, text = make_api_key(alice)
    assert Program(text).get("/prompts").status_code == 200
    with alice.inside():
        revoke_key(alice.actor, key)
    assert Program(text).get("/prompts").status_code == 401


def test_a_session_opens_nothing_and_gets_no_cookie(alice: Person) -> None:
    assert alice.get("/api/v1/prompts").status_code == 401
    answer = program(alice).get("/prompts")
    assert not answer.cookies


def test_a_database_that_is_away_is_told_in_the_error_shape(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("promptassay.api.dispatch.admit", away)
    answer = Program("x").get("/prompts")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "INTERNAL")
    assert answer.headers["Retry-After"] == "5"


def test_more_than_the_server_reads_is_told_in_the_error_shape(alice: Person) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        answer = program(alice).call("POST", "/prompts", {"title": "x" * 2000})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "BAD_REQUEST")


def test_two_keys_in_one_header_are_none(alice: Person) -> None:
    _, text = make_api_key(alice)
    assert Program(f"{text}, Bearer {text}").get("/prompts").status_code == 401
    assert Program(text).call("GET", "/prompts", HTTP_AUTHORIZATION=f"bearer {text}").status_code == 200
    assert Program(text).call("GET", f"/prompts?key={text}", HTTP_AUTHORIZATION="").status_code == 401


def test_the_description_for_programs(anonymous: Person) -> None:
    answer = anonymous.get("/api/v1/openapi.json")
    document = answer.json()
    assert (answer.status_code, document["openapi"]) == (200, "3.1.0")
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(operation.method, operation.path) for operation in OPERATIONS}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["x-scope"] in set(Scope)
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    good = response["content"]["application/json"]
                    _valid(document, good["schema"], good["example"])
            if "requestBody" in operation:
                sent = operation["requestBody"]["content"]["application/json"]
                _valid(document, sent["schema"], sent["example"])
    assert anonymous.post("/api/v1/openapi.json").status_code == 405


def _valid(document: dict[str, Any], schema: dict[str, Any], example: Any) -> None:
    Draft202012Validator.check_schema(schema)
    Draft202012Validator({**schema, "components": document["components"]}).validate(example)


def test_the_description_for_people(anonymous: Person) -> None:
    page = anonymous.get("/api/v1/docs").content.decode()
    for operation in OPERATIONS:
        assert f'id="{operation.name}"' in page
    assert "RATE_LIMITED" in page and "PROMPT_ID" in page
    assert anonymous.post("/api/v1/docs").status_code == 405


def test_the_snapshot_is_the_code() -> None:
    """Whoever changes the API sees in the change what changes for programs: docs/reference/openapi.json."""
    from promptassay.config.reference import FOLDER, pages

    assert json.loads((FOLDER / "openapi.json").read_text()) == json.loads(pages()["openapi.json"])
