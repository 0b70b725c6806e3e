"""The pages of provider keys: who may do what, and that no key ever comes back out."""

import asyncio
import logging
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from promptassay.audit.queries import latest
from promptassay.core.errors import NotFound
from promptassay.providers.fake.server import run_in_thread
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.process import gateway
from promptassay.providers.queries import describe, get_key, list_keys, model_choices
from promptassay.providers.services import count_call, open_key
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.providers.factories import ANTHROPIC_KEY, GOOGLE_KEY, OPENAI_KEY, leaked, make_key

ADD = {"provider": "openai", "name": "team", "base_url": "", "secret": OPENAI_KEY}


def actions(person: Person) -> list[str]:
    with person.inside():
        return [entry.action for entry in latest()]


# --- list ---------------------------------------------------------------------------------------------------


def test_list_shows_where_each_key_goes_and_the_demo_provider(alice: Person) -> None:
    make_key(alice)
    page = alice.get(alice.url("providers:key-list")).content.decode()
    assert "team" in page
    assert "api.openai.com" in page
    assert f"••••{OPENAI_KEY[-4:]}" in page
    assert "not a language model" in page
    assert "needs no key" in page
    assert not leaked(OPENAI_KEY, page)


def test_empty_list_teaches_how_to_begin(alice: Person) -> None:
    page = alice.get(alice.url("providers:key-list")).content.decode()
    assert "No provider key yet" in page
    assert alice.url("providers:key-create") in page


def test_member_sees_names_only(alice: Person, bob: Person) -> None:
    key = make_key(alice)
    member = bob.join(alice, Role.MEMBER)
    page = member.get(member.url("providers:key-list")).content.decode()
    assert "team" in page
    assert "OpenAI" in page
    for hidden in (OPENAI_KEY[-4:], "api.openai.com", str(key.id), member.url("providers:key-create")):
        assert hidden not in page


# --- add ----------------------------------------------------------------------------------------------------


def test_add_page_says_what_happens_to_the_key(alice: Person) -> None:
    page = alice.get(alice.url("providers:key-create")).content.decode()
    assert "Sealed with AES-256-GCM" in page
    assert "never shown again" in page
    for example in ("http://localhost:11434/v1", "https://api.mistral.ai/v1", "https://openrouter.ai/api/v1"):
        assert example in page
    assert 'type="password"' in page
    assert 'autocomplete="off"' in page


@pytest.mark.parametrize(
    ("provider", "secret", "base_url", "host"),
    [
        ("openai", OPENAI_KEY, "", "api.openai.com"),
        ("anthropic", ANTHROPIC_KEY, "", "api.anthropic.com"),
        ("google", GOOGLE_KEY, "", "generativelanguage.googleapis.com"),
        ("compatible", "gsk_0123456789abcdefghij", "https://api.groq.com/openai/v1", "api.groq.com"),
        ("compatible", "", "http://localhost:11434/v1/", "localhost:11434"),
    ],
)
def test_key_is_saved_sealed_and_never_given_back(
    alice: Person, provider: str, secret: str, base_url: str, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    response = alice.post(
        alice.url("providers:key-create"), {**ADD, "provider": provider, "secret": secret, "base_url": base_url}
    )
    assert response.status_code == 302
    with alice.inside():
        [key] = list_keys()
        row = ProviderKey.objects.get(pk=key.pk)
        assert open_key(alice.actor, key.id, purpose="test").secret.reveal() == secret  # type: ignore[union-attr]
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(k)::text FROM providers_key k")
            stored = str(cursor.fetchall())
    page = alice.get(response.headers["Location"]).content.decode()
    assert host in page
    assert "is saved and sealed" in page
    assert "key.added" in actions(alice)
    if secret:
        seen = [response.content.decode(), page, str(dict(alice.client.session)), stored, caplog.text]
        seen += [alice.get(alice.url(f"providers:{name}")).content.decode() for name in ("key-list", "ledger-show")]
        seen.append(alice.get(alice.url("workspaces:audit-show")).content.decode())
        assert not leaked(secret, "".join(seen))
        assert secret.encode() not in bytes(row.sealed)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"secret": ANTHROPIC_KEY}, "This looks like a key of Anthropic, not of OpenAI"),
        ({"secret": GOOGLE_KEY}, "This looks like a key of Google"),
        ({"provider": "anthropic"}, "This looks like a key of OpenAI, not of Anthropic"),
        ({"secret": ""}, "This is not a key"),
        ({"secret": "has spaces and\nlines"}, "This is not a key"),
        ({"secret": "k" * 501}, "This is not a key"),
        ({"secret": "schlüssel"}, "This is not a key"),
        ({"name": ""}, "The key needs a name"),
        ({"name": "n" * 61}, "The name is too long"),
        ({"provider": ""}, "Choose a provider"),
        ({"provider": "skynet"}, "Choose a provider from the list"),
        ({"provider": "compatible", "base_url": ""}, "The base URL is missing"),
        ({"provider": "compatible", "base_url": "ftp://files.example.com"}, "must start with https://"),
        ({"provider": "compatible", "base_url": "http://api.example.com/v1"}, "must start with https://"),
        ({"provider": "compatible", "base_url": "https://10.0.0.7/v1"}, "leads into a private network"),
        ({"provider": "compatible", "base_url": "https://169.254.169.254/v1"}, "PROMPTASSAY_PRIVATE_PROVIDER_HOSTS"),
        ({"provider": "compatible", "base_url": "https://user:pw@api.example.com"}, "user name or password"),
        ({"provider": "compatible", "base_url": "https://" + "a" * 300 + ".com"}, "too long"),
    ],
)
def test_refused_key_says_why_and_loses_nothing_but_the_key(
    alice: Person, changes: dict[str, str], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    data = {**ADD, **changes}
    response = alice.post(alice.url("providers:key-create"), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert "Paste the key again" in page
    assert f'value="{data["name"]}"' in page or not data["name"]
    assert f'value="{data["base_url"]}"' in page or not data["base_url"]
    for secret in (OPENAI_KEY, ANTHROPIC_KEY, GOOGLE_KEY):
        assert not leaked(secret, page + caplog.text + str(dict(alice.client.session)))
    with alice.inside():
        assert list_keys() == []


def test_taken_name_is_refused(alice: Person) -> None:
    make_key(alice)
    response = alice.post(alice.url("providers:key-create"), ADD)
    assert response.status_code == 422
    assert "A key named “team” exists already" in response.content.decode()


@pytest.mark.parametrize("field", ["name", "base_url"])
def test_key_in_the_wrong_field_is_forgotten(alice: Person, field: str) -> None:
    response = alice.post(alice.url("providers:key-create"), {**ADD, "provider": "compatible", field: OPENAI_KEY})
    page = response.content.decode()
    assert response.status_code == 422
    assert "This looks like a key, so it was not kept" in page
    assert not leaked(OPENAI_KEY, page)


def test_script_in_a_name_stays_text(alice: Person) -> None:
    alice.post(alice.url("providers:key-create"), {**ADD, "name": "<script>alert(1)</script>"})
    page = alice.get(alice.url("providers:key-list")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- models by name -----------------------------------------------------------------------------------------


def test_models_by_name_can_be_chosen(alice: Person) -> None:
    key = make_key(alice)
    posted = alice.post(alice.url("providers:key-models", key.id), {"names": " my-deployment \n\nother\nother"})
    assert posted.status_code == 302
    assert actions(alice)[0] == "key.models_named"
    with alice.inside():
        references = [choice.reference for choice in model_choices()]
    assert references[:2] == [f"{key.id}/my-deployment", f"{key.id}/other"]
    refused = alice.post(alice.url("providers:key-models", key.id), {"names": "x" * 121})
    assert refused.status_code == 422
    assert "x" * 121 in refused.content.decode()


# --- rename, rotate, delete ---------------------------------------------------------------------------------


def test_rename(alice: Person) -> None:
    key = make_key(alice)
    make_key(alice, name="other")
    assert alice.post(alice.url("providers:key-rename", key.id), {"name": " mine "}).status_code == 302
    with alice.inside():
        assert get_key(key.id).name == "mine"
    assert actions(alice)[0] == "key.renamed"
    taken = alice.post(alice.url("providers:key-rename", key.id), {"name": "other"})
    assert taken.status_code == 422
    assert "exists already" in taken.content.decode()
    assert alice.post(alice.url("providers:key-rename", key.id), {"name": ""}).status_code == 422


def test_rotate_replaces_the_key_in_place_and_forgets_the_last_test(alice: Person) -> None:
    key = make_key(alice)
    new = "sk-proj-Bn6Mq1Wz8Xc4Vk9Jh2Gd"
    assert alice.post(alice.url("providers:key-rotate", key.id), {"secret": new}).status_code == 302
    page = alice.get(alice.url("providers:key-show", key.id)).content.decode()
    assert f"••••{new[-4:]}" in page
    assert "not tested" in page
    assert not leaked(new, page)
    with alice.inside():
        secret = open_key(alice.actor, key.id, purpose="test").secret
        assert secret is not None
        assert secret.reveal() == new
    assert "key.rotated" in actions(alice)


@pytest.mark.parametrize(("secret", "says"), [(ANTHROPIC_KEY, "of Anthropic"), ("", "This is not a key")])
def test_refused_rotation_keeps_the_old_key(alice: Person, secret: str, says: str) -> None:
    key = make_key(alice)
    response = alice.post(alice.url("providers:key-rotate", key.id), {"secret": secret})
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert not leaked(ANTHROPIC_KEY, page)
    with alice.inside():
        opened = open_key(alice.actor, key.id, purpose="test").secret
        assert opened is not None
        assert opened.reveal() == OPENAI_KEY


def test_delete_erases_the_key_and_keeps_its_uses(alice: Person) -> None:
    key = make_key(alice)
    with alice.inside():
        open_key(alice.actor, key.id, purpose="playground")
    assert alice.post(alice.url("providers:key-delete", key.id)).status_code == 302
    assert alice.get(alice.url("providers:key-show", key.id)).status_code == 404
    ledger = alice.get(alice.url("providers:ledger-show")).content.decode()
    assert "team" in ledger
    assert "playground" in ledger
    assert "key.deleted" in actions(alice)


# --- test ---------------------------------------------------------------------------------------------------


def test_test_lists_the_models_and_shows_no_key(
    committed: None, alice: Person, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with run_in_thread() as fake:
        settings.PROVIDER_BASE_URLS = {"openai": fake.openai_url}
        key = make_key(alice)
        response = alice.post(alice.url("providers:key-test", key.id))
        page = response.content.decode()
        assert [entry.headers["Authorization"] for entry in fake.received] == [f"Bearer {OPENAI_KEY}"]
    assert response.status_code == 200
    assert "The key works" in page
    with alice.inside():
        tested = get_key(key.id)
        assert tested.test_result == "ok"
        assert tested.model_names
        assert tested.model_names[0] in page
        assert [use.purpose for use in KeyUse.objects.all()] == ["test"]
    assert actions(alice)[0] == "key.tested"
    assert not leaked(OPENAI_KEY, page + caplog.text)


def test_test_by_htmx_gives_the_part_of_the_page(committed: None, alice: Person, settings: LazySettings) -> None:
    with run_in_thread() as fake:
        settings.PROVIDER_BASE_URLS = {"anthropic": fake.anthropic_url}
        key = make_key(alice, provider="anthropic", secret=ANTHROPIC_KEY)
        response = alice.post(alice.url("providers:key-test", key.id), headers={"HX-Request": "true"})
    page = response.content.decode()
    assert page.lstrip().startswith('<section class="section" id="tested">')
    assert "works," in page


@pytest.mark.parametrize(
    ("fault", "result", "says"),
    [
        ("401", "wrong_key", "refused the key"),
        ("403", "forbidden", "does not let this key"),
        ("404", "malformed", "cannot be read"),
    ],
)
def test_failed_test_says_why_in_our_words_only(
    committed: None, alice: Person, settings: LazySettings, caplog: pytest.LogCaptureFixture,
    fault: str, result: str, says: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    with run_in_thread(fault=fault) as fake:
        settings.PROVIDER_BASE_URLS = {"openai": fake.openai_url}
        key = make_key(alice)
        page = alice.post(alice.url("providers:key-test", key.id)).content.decode()
    assert says in page
    with alice.inside():
        assert get_key(key.id).test_result == result
    assert not leaked(OPENAI_KEY, page + caplog.text + alice.get(alice.url("providers:key-list")).content.decode())


def test_unreachable_server_is_named(committed: None, alice: Person) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    key = make_key(alice, provider="compatible", base_url=f"http://127.0.0.1:{port}/v1", secret="")
    page = alice.post(alice.url("providers:key-test", key.id)).content.decode()
    assert "cannot be reached" in page
    with alice.inside():
        assert get_key(key.id).test_result == "unreachable"


def test_key_deleted_during_its_test_is_not_found(committed: None, alice: Person, settings: LazySettings) -> None:
    with run_in_thread() as fake:
        settings.PROVIDER_BASE_URLS = {"openai": fake.openai_url}
        key = make_key(alice)
        before_later = Client()  # stops where the server would go on to call the provider
        before_later.cookies = alice.client.cookies
        response: Any = before_later.post(alice.url("providers:key-test", key.id))
        alice.post(alice.url("providers:key-delete", key.id))
        with pytest.raises(NotFound):
            asyncio.run(_closing(response.later))
    with alice.inside():
        assert list_keys() == []


async def _closing(later: Callable[[], Awaitable[str]]) -> str:
    try:
        return await later()
    finally:
        await gateway().close()


# --- refresh ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("htmx", [True, False])
def test_refreshing_says_what_is_new_and_what_is_gone(alice: Person, htmx: bool) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    with run_in_thread(models=["old", "stays"]) as fake:
        key = make_key(alice, provider="compatible", base_url=fake.openai_url)
        url = alice.url("providers:key-refresh", key.id)
        first = alice.post(url, headers=headers).content.decode()
        assert "2 models" in first and "New:" not in first and "Gone:" not in first
        fake.control({"models": ["stays", "fresh"]})
        second = alice.post(url, headers=headers).content.decode()
        assert "Nothing has changed" in alice.post(url, headers=headers).content.decode()
    assert ("<!doctype html>" in second) is not htmx
    assert re.search(r"New: <span[^>]*>fresh<", second) and re.search(r"Gone: <span[^>]*>old<", second)
    with alice.inside():
        assert [use.purpose for use in KeyUse.objects.order_by("at")] == ["models"] * 3
    assert actions(alice)[:2] == ["key.refreshed", "key.refreshed"]
    page = alice.get(alice.url("providers:key-show", key.id)).content.decode()
    assert "2 models, 1 gone" in page


@pytest.mark.usefixtures("committed")
def test_a_refresh_that_fails_keeps_the_models_and_says_why(alice: Person) -> None:
    with run_in_thread(models=["one"]) as fake:
        key = make_key(alice, provider="compatible", base_url=fake.openai_url)
        alice.post(alice.url("providers:key-refresh", key.id))
        fake.control({"fault": "401"})
        page = alice.post(alice.url("providers:key-refresh", key.id)).content.decode()
    assert "refused the key" in page and "wrong key" in page and "1 model<" in page


# --- ledger -------------------------------------------------------------------------------------------------


def test_ledger_is_whole_for_owners_and_ones_own_for_members(alice: Person, bob: Person) -> None:
    key = make_key(alice)
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        open_key(alice.actor, key.id, purpose="run", calls=48)
        open_key(member.actor, key.id, purpose="playground")
    whole = alice.get(alice.url("providers:ledger-show")).content.decode()
    assert "alice@example.com" in whole
    assert "bob@example.com" in whole
    assert ">48<" in whole
    own = member.get(member.url("providers:ledger-show")).content.decode()
    assert "playground" in own
    assert ">48<" not in own
    assert "alice@example.com" not in own
    aimed = member.get(f"{member.url('providers:ledger-show')}?person={alice.user.pk}").content.decode()
    assert ">48<" not in aimed and "playground" in aimed


def test_ledger_says_how_calls_ended_and_is_narrowed_by_the_address(alice: Person) -> None:
    key, other = make_key(alice, name="team"), make_key(alice, name="other")
    with alice.inside():
        target = open_key(alice.actor, key.id, purpose="run", calls=3)
        open_key(alice.actor, other.id, purpose="test")
        for status in ("ok", "ok", "rate_limited"):
            count_call(alice.actor, describe(f"{key.id}/gpt-test"), purpose="run", outcome=status, use_id=target.use_id)

    def page(query: str = "", **headers: str) -> str:
        text: str = alice.get(alice.url("providers:ledger-show") + query, **headers).content.decode()
        return text

    assert "2 ok" in page() and "1 rate limited" in page() and "no model called" in page()
    assert '<th scope="row">other' not in page(f"?key={key.id}") and '<th scope="row">team' in page(f"?key={key.id}")
    assert '<th scope="row">other' not in page("?outcome=failed")
    assert '<th scope="row">team' not in page("?purpose=test&host=&person=nobody")
    assert "No use of a key is like that" in page("?purpose=test&outcome=failed")
    assert "<html" not in page("?purpose=test", HTTP_HX_REQUEST="true")


def test_ledger_turns_pages(alice: Person) -> None:
    key = make_key(alice)
    with alice.inside():
        for calls in range(1, 53):
            open_key(alice.actor, key.id, purpose="playground", calls=1000 + calls)
    first = alice.get(alice.url("providers:ledger-show")).content.decode()
    second = alice.get(alice.url("providers:ledger-show") + "?page=2").content.decode()
    assert ">1,052<" in first and ">1,002<" not in first and "1 to 50 of 52 uses" in first
    assert ">1,002<" in second and ">1,052<" not in second


# --- who may not --------------------------------------------------------------------------------------------

POSTS = ["key-create", "key-test", "key-refresh", "key-models", "key-rename", "key-rotate", "key-delete"]
GETS = ["key-list", "key-create", "ledger-show", "model-list", "key-show"]


def path_of(person: Person, name: str, key_id: object) -> str:
    takes_id = name not in ("key-create", "key-list", "ledger-show", "model-list")
    return person.url(f"providers:{name}", *([key_id] if takes_id else []))


@pytest.mark.parametrize("name", POSTS)
def test_member_may_not_manage_keys(alice: Person, bob: Person, name: str) -> None:
    key = make_key(alice)
    member = bob.join(alice, Role.MEMBER)
    response = member.post(path_of(member, name, key.id), {**ADD, "name": "mine"})
    assert response.status_code == 403
    assert "keys.manage" in response.content.decode()
    with alice.inside():
        assert [each.name for each in list_keys()] == ["team"]


@pytest.mark.parametrize(("method", "name"), [("get", name) for name in GETS] + [("post", name) for name in POSTS])
def test_another_workspaces_key_looks_like_none(alice: Person, bob: Person, method: str, name: str) -> None:
    key = make_key(alice)
    foreign = getattr(bob, method)(path_of(alice, name, key.id))
    nowhere = getattr(bob, method)(path_of(bob, name, key.id).replace(str(bob.workspace.id), str(uuid4())))
    assert foreign.status_code == nowhere.status_code == 404
    if str(key.id) in path_of(alice, name, key.id):
        form = [{"name": "x", "secret": "sk-proj-1234567890"}] if method == "post" else []
        in_own = getattr(bob, method)(path_of(bob, name, key.id), *form)
        unknown = getattr(bob, method)(path_of(bob, name, uuid4()), *form)
        assert in_own.status_code == unknown.status_code == 404
        assert "team" not in in_own.content.decode()
    with alice.inside():
        assert [each.name for each in list_keys()] == ["team"]


@pytest.mark.parametrize("name", ["key-test", "key-refresh", "key-models", "key-rename", "key-rotate", "key-delete"])
def test_changes_need_a_post(alice: Person, name: str) -> None:
    key = make_key(alice)
    assert alice.get(path_of(alice, name, key.id)).status_code == 405


@pytest.mark.parametrize("name", ["key-list", "ledger-show", "model-list", "key-show"])
def test_pages_are_only_read(alice: Person, name: str) -> None:
    key = make_key(alice)
    assert alice.post(path_of(alice, name, key.id)).status_code == 405


@pytest.mark.parametrize(("method", "name"), [("get", name) for name in GETS] + [("post", name) for name in POSTS])
def test_strangers_are_asked_to_sign_in(alice: Person, anonymous: Person, method: str, name: str) -> None:
    key = make_key(alice)
    response = getattr(anonymous, method)(path_of(alice, name, key.id))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")
