"""Provider keys: written with an entry in the audit log, opened with one in the ledger, in their place only."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DataError
from pytest_django import DjangoAssertNumQueries, Settings

from promptassay.audit.models import Entry
from promptassay.audit.queries import verify
from promptassay.core.errors import (
    AppError,
    Conflict,
    Forbidden,
    NotFound,
    ProviderFailure,
    ProviderKeyMissing,
    ValidationFailed,
)
from promptassay.core.secret import Secret
from promptassay.providers import queries, services
from promptassay.providers.listed import MODELS_KEPT
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.wire import Completion, Usage
from promptassay.usage.models import ModelCall
from promptassay.workspaces.master_keys import promote
from promptassay.workspaces.models import DataKey
from promptassay.workspaces.permissions import Ability, Role
from tests import environment
from tests.people import Person
from tests.providers.factories import OPENAI_KEY as PLAIN
from tests.providers.factories import OTHER_KEYS, OTHER_MASTER, infos, leaked, make_key

OTHER_PLAIN = "sk-second-5Hn8Pq1Wd6YcZ4Tf2Jm7"


@pytest.fixture
def inside(alice: Person) -> Iterator[Person]:
    """Alice, with her workspace's context open."""
    with alice.inside():
        yield alice


def _actions() -> list[str]:
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


def _last_entry() -> Entry:
    return Entry.objects.order_by("-number")[0]


def _everything_written() -> str:
    rows = [str(entry.data) + entry.target_id for entry in Entry.objects.all()]
    rows += [str(vars(use)) for use in KeyUse.objects.all()]
    rows += [str(vars(key)) for key in ProviderKey.objects.all()]
    return "\n".join(rows)


def test_an_added_key_is_sealed_bound_and_in_the_audit_log(inside: Person) -> None:
    key = make_key(inside, name="  team ")
    stored = ProviderKey.objects.get(pk=key.pk)
    assert (stored.name, stored.provider, stored.last4) == ("team", "openai", PLAIN[-4:])
    assert (stored.base_url, stored.origin) == ("https://api.openai.com/v1", "https://api.openai.com:443")
    assert PLAIN.encode() not in bytes(stored.sealed)
    entry = _last_entry()
    assert (entry.action, entry.target_id) == ("key.added", str(key.id))
    assert entry.data == {"name": "team", "provider": "openai", "origin": stored.origin}
    assert verify() is None


def test_the_data_key_is_made_once_and_only_wrapped(inside: Person) -> None:
    make_key(inside)
    first = DataKey.objects.get()
    make_key(inside, name="second")
    assert DataKey.objects.get().wrapped == first.wrapped
    assert len(bytes(first.wrapped)) == 1 + 12 + 32 + 16


def test_a_key_of_a_compatible_server_is_bound_to_its_address(inside: Person) -> None:
    key = make_key(inside, provider="compatible", base_url=" HTTPS://Models.Example.com:443/v1/ ")
    assert (key.base_url, key.origin) == ("https://models.example.com/v1", "https://models.example.com:443")


def test_a_local_server_needs_no_key(inside: Person) -> None:
    key = make_key(inside, provider="compatible", base_url="http://127.0.0.1:11434/v1", secret="")
    target = services.open_key(inside.actor, key.id, purpose="test")
    assert target.secret == Secret("")
    assert target.private_allowed
    assert key.last4 == ""


WRONG: dict[str, dict[str, str]] = {
    "an unknown provider": {"provider": "acme"},
    "no provider": {"provider": ""},
    "the demo provider": {"provider": "demo"},
    "no name": {"name": "   "},
    "a long name": {"name": "n" * 61},
    "an empty key": {"secret": " "},
    "a key with a space inside": {"secret": "sk-one two"},
    "two lines": {"secret": "sk-one\nsk-two"},
    "letters that a header cannot hold": {"secret": "sk-ключ-секретный"},
    "a long key": {"secret": "k" * 501},
    "Anthropic's key as OpenAI's": {"secret": "sk-ant-api03-" + "x" * 20},
    "Google's key as OpenAI's": {"secret": "AIza" + "x" * 35},
    "OpenAI's key as Anthropic's": {"provider": "anthropic"},
    "OpenAI's key as Google's": {"provider": "google"},
    "a private address": {"provider": "compatible", "base_url": "https://10.0.0.1/v1"},
    "no address": {"provider": "compatible", "base_url": ""},
    "plain http": {"provider": "compatible", "base_url": "http://models.example.com/v1"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_key_is_refused_and_nothing_is_written(inside: Person, wrong: dict[str, str]) -> None:
    fields = {"provider": "openai", "name": "team", "secret": PLAIN, "base_url": "", **wrong}
    before = _actions()
    with pytest.raises(ValidationFailed) as caught:
        make_key(inside, **fields)
    said = f"{caught.value} {json.dumps(caught.value.details)}"
    assert fields["secret"].strip() not in said or not fields["secret"].strip()
    assert ProviderKey.objects.count() == 0
    assert _actions() == before


def test_the_mistake_is_named_when_a_key_looks_like_another_providers(inside: Person) -> None:
    with pytest.raises(ValidationFailed, match="looks like a key of Anthropic, not of OpenAI"):
        make_key(inside, secret="sk-ant-api03-" + "x" * 20)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "compatible"])
def test_each_provider_takes_its_own_keys(inside: Person, provider: str) -> None:
    plain = {"anthropic": "sk-ant-api03-abcdefgh", "google": "AIzaSyabcdefgh"}.get(provider, PLAIN)
    base_url = "https://models.example.com/v1" if provider == "compatible" else ""
    key = make_key(inside, provider=provider, secret=plain, base_url=base_url)
    target = services.open_key(inside.actor, key.id, purpose="test")
    assert (target.provider, target.secret, target.key_id) == (provider, Secret(plain), str(key.id))
    assert target.url == key.base_url


def test_two_keys_of_one_name_are_refused(inside: Person) -> None:
    make_key(inside, name="team")
    other = make_key(inside, name="mine")
    with pytest.raises(Conflict, match="exists already"):
        make_key(inside, name=" team ")
    with pytest.raises(Conflict):
        services.rename_key(inside.actor, other.id, name="team")
    assert services.rename_key(inside.actor, other.id, name="mine").name == "mine"


def test_the_name_taken_in_the_same_moment_is_refused_too(inside: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    make_key(inside, name="team")
    monkeypatch.setattr(services.keys, "_free_name", lambda name, except_id: name)
    with pytest.raises(Conflict, match="exists already"):
        make_key(inside, name="team")
    assert ProviderKey.objects.count() == 1


def test_workspaces_may_use_the_same_name(alice: Person, bob: Person) -> None:
    for person in (alice, bob):
        with person.inside():
            assert make_key(person, name="team").name == "team"


def test_renaming_keeps_the_key_and_says_from_what_to_what(inside: Person) -> None:
    key = make_key(inside, name="old")
    services.rename_key(inside.actor, key.id, name="new")
    assert _last_entry().data == {"from": "old", "to": "new"}
    assert services.open_key(inside.actor, key.id, purpose="test").secret == Secret(PLAIN)


def test_rotation_replaces_the_key_in_place(inside: Person) -> None:
    key = make_key(inside)
    services.record_list(inside.actor, key.id, result="ok", models=infos("b", "a", "a"))
    rotated = services.rotate_key(inside.actor, key.id, secret=Secret(f" {OTHER_PLAIN}\n"))
    assert services.open_key(inside.actor, key.id, purpose="test").secret == Secret(OTHER_PLAIN)
    assert (rotated.id, rotated.last4, rotated.tested_at, rotated.test_result) == (key.id, "2Jm7", None, "")
    assert rotated.rotated_at is not None
    assert rotated.model_names == ["a", "b"]
    assert _last_entry().action == "key.rotated"
    with pytest.raises(ValidationFailed):
        services.rotate_key(inside.actor, key.id, secret=Secret("sk-ant-" + "x" * 20))
    assert services.open_key(inside.actor, key.id, purpose="test").secret == Secret(OTHER_PLAIN)


def test_a_deleted_key_is_gone_and_its_ledger_stays(inside: Person) -> None:
    key = make_key(inside, name="team")
    services.open_key(inside.actor, key.id, purpose="test")
    services.delete_key(inside.actor, key.id)
    with pytest.raises(ProviderKeyMissing, match="is gone"):
        services.open_key(inside.actor, key.id, purpose="test")
    with pytest.raises(NotFound):
        services.delete_key(inside.actor, key.id)
    assert [use.key_name for use in queries.uses(queries.UseFilter(key_id=key.id))] == ["team"]
    assert _last_entry().action == "key.deleted"


def test_a_test_is_stored_and_logged(inside: Person) -> None:
    key = make_key(inside)
    failed = services.record_list(inside.actor, key.id, result="wrong_key").key
    assert (failed.test_result, failed.model_names) == ("wrong_key", [])
    many = services.record_list(inside.actor, key.id, result="ok", models=infos(*(f"m{n:05}" for n in range(1500)))).key
    assert len(many.model_names) == MODELS_KEPT
    assert [entry.data["result"] for entry in Entry.objects.filter(action="key.tested").order_by("number")] == [
        "wrong_key",
        "ok",
    ]


def test_every_write_has_one_entry_and_none_holds_a_secret(inside: Person) -> None:
    start = len(_actions())
    key = make_key(inside, name="team")
    services.rename_key(inside.actor, key.id, name="ours")
    services.open_key(inside.actor, key.id, purpose="test")
    services.record_list(inside.actor, key.id, result="ok", models=infos("m"))
    services.rotate_key(inside.actor, key.id, secret=Secret(OTHER_PLAIN))
    written = _everything_written()
    services.delete_key(inside.actor, key.id)
    assert _actions()[start:] == ["key.added", "key.renamed", "key.tested", "key.rotated", "key.deleted"]
    written += _everything_written()
    for plain in (PLAIN, OTHER_PLAIN):
        assert not leaked(plain, written)
    assert verify() is None


# --- Opening ------------------------------------------------------------------------------------------------


def test_the_ledger_is_written_before_the_key_is_handed_out(inside: Person) -> None:
    key = make_key(inside, name="team")
    run = uuid4()
    before = datetime.now(UTC)
    target = services.open_target(inside.actor, f"{key.id}/gpt-test", purpose="run", subject_id=run, calls=16)
    use = KeyUse.objects.get()
    assert (use.key_id, use.key_name, use.origin, use.calls) == (key.id, "team", key.origin, 16)
    assert (use.user_id, use.purpose, use.subject_id) == (inside.user.pk, "run", run)
    assert use.at >= before
    assert target.secret == Secret(PLAIN)
    assert PLAIN not in repr(target)


def test_the_ledger_counts_as_many_calls_as_were_opened(inside: Person) -> None:
    key, other = make_key(inside), make_key(inside, name="second")
    counts = [1, 1, 16, 7, 40]
    for calls in counts:
        services.open_target(inside.actor, f"{key.id}/m", purpose="run", calls=calls)
    services.open_key(inside.actor, other.id, purpose="test")
    activity = queries.activity()
    assert activity[key.id].calls == sum(counts)
    assert activity[other.id].calls == 1
    assert len(queries.uses(queries.UseFilter(key_id=key.id))) == len(counts)


def test_a_key_that_does_not_open_leaves_no_ledger_entry(inside: Person, settings: Settings) -> None:
    key = make_key(inside)
    settings.MASTER_KEYS = OTHER_KEYS
    with pytest.raises(ProviderKeyMissing):
        services.open_key(inside.actor, key.id, purpose="run")
    assert KeyUse.objects.count() == 0


def test_a_ledger_that_cannot_be_written_keeps_the_key_shut(alice: Person) -> None:
    key = make_key(alice)
    with pytest.raises(DataError), alice.inside():
        services.open_key(alice.actor, key.id, purpose="longer than the column")
    with alice.inside():
        assert KeyUse.objects.count() == 0


def test_the_demo_provider_needs_no_key_and_has_no_ledger(inside: Person) -> None:
    target = services.open_target(inside.actor, "demo/demo-small", purpose="playground")
    assert (target.provider, target.secret) == ("demo", None)
    assert KeyUse.objects.count() == 0


@pytest.mark.parametrize(
    "reference", ["", "demo/", "demo/gpt-9", "nothing", "not-an-id/m", "0192a8b0-0000-7000-8000-000000000000/", "/m"]
)
def test_a_bad_reference_is_refused(inside: Person, reference: str) -> None:
    with pytest.raises(ValidationFailed):
        services.open_target(inside.actor, reference, purpose="run")


def test_an_unknown_key_and_another_workspaces_key_look_the_same(alice: Person, bob: Person) -> None:
    with alice.inside():
        key = make_key(alice)
    said = []
    with bob.inside():
        make_key(bob)
        for key_id in (key.id, uuid4()):
            with pytest.raises(ProviderKeyMissing) as caught:
                services.open_key(bob.actor, key_id, purpose="run")
            said.append((str(caught.value), caught.value.details))
            for act in (services.delete_key, queries.get_key):
                with pytest.raises(NotFound):
                    act(*((bob.actor, key_id) if act is services.delete_key else (key_id,)))
    assert said[0] == said[1]


def test_another_actors_workspace_opens_nothing(alice: Person, bob: Person) -> None:
    """An actor and a context that name two workspaces: a mistake in our code must not open a key."""
    with alice.inside():
        key = make_key(alice)
        with pytest.raises(AppError):
            services.open_key(bob.actor, key.id, purpose="run")


# --- Moved and changed by hand --------------------------------------------------------------------------------


def _as_superuser(statement: str, *values: object) -> None:
    with psycopg.connect(environment.superuser_url(), autocommit=True) as connection:
        assert connection.execute(statement, values).rowcount == 1


CHANGED: dict[str, tuple[str, ...]] = {
    "the base URL": ("UPDATE providers_key SET base_url = 'https://evil.example/v1' WHERE id = %s",),
    "the port in the base URL": ("UPDATE providers_key SET base_url = 'https://api.openai.com:8443/v1' WHERE id = %s",),
    "the scheme of the base URL": ("UPDATE providers_key SET base_url = 'http://api.openai.com:443/v1' WHERE id = %s",),
    "no base URL": ("UPDATE providers_key SET base_url = '' WHERE id = %s",),
    "a base URL that is none": ("UPDATE providers_key SET base_url = 'evil' WHERE id = %s",),
    "the origin": ("UPDATE providers_key SET origin = 'https://evil.example:443' WHERE id = %s",),
    "base URL and origin": (
        "UPDATE providers_key SET base_url = 'https://evil.example/v1', origin = 'https://evil.example:443' "
        "WHERE id = %s",
    ),
    "the provider": ("UPDATE providers_key SET provider = 'compatible' WHERE id = %s",),
    "a bit of the sealed key": (
        "UPDATE providers_key SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE id = %s",
    ),
    "no sealed key": ("UPDATE providers_key SET sealed = '' WHERE id = %s",),
    "the id": ("UPDATE providers_key SET id = %s WHERE id = %s",),
}


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_a_row_changed_by_hand_does_not_open(alice: Person, change: tuple[str]) -> None:
    with alice.inside():
        key_id = make_key(alice).id
    if change[0].count("%s") == 2:
        new_id = uuid4()
        _as_superuser(change[0], new_id, key_id)
        key_id = new_id
    else:
        _as_superuser(change[0], key_id)
    with alice.inside():
        for act in (_open, _rotate):
            with pytest.raises(ProviderKeyMissing, match="not as it was saved"):
                act(alice, key_id)
        assert KeyUse.objects.count() == 0


def _open(person: Person, key_id: UUID) -> None:
    services.open_key(person.actor, key_id, purpose="run")


def _rotate(person: Person, key_id: UUID) -> None:
    """A new key must not be sealed for the place that somebody led the row to."""
    services.rotate_key(person.actor, key_id, secret=Secret(OTHER_PLAIN))


@pytest.mark.usefixtures("committed")
def test_a_path_on_the_same_origin_is_not_a_move(alice: Person) -> None:
    with alice.inside():
        key_id = make_key(alice).id
    _as_superuser("UPDATE providers_key SET base_url = 'https://api.openai.com/v2' WHERE id = %s", key_id)
    with alice.inside():
        _open(alice, key_id)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("with_data_key", [False, True])
def test_a_row_moved_to_another_workspace_does_not_open(alice: Person, bob: Person, with_data_key: bool) -> None:
    with bob.inside():
        own = make_key(bob, name="bob's").id
    with alice.inside():
        key_id = make_key(alice).id
    if with_data_key:
        _as_superuser("DELETE FROM workspaces_datakey WHERE workspace_id = %s", bob.workspace.id)
        _as_superuser(
            "UPDATE workspaces_datakey SET workspace_id = %s WHERE workspace_id = %s",
            bob.workspace.id,
            alice.workspace.id,
        )
    _as_superuser("UPDATE providers_key SET workspace_id = %s WHERE id = %s", bob.workspace.id, key_id)
    with bob.inside():
        with pytest.raises(ProviderKeyMissing):
            _open(bob, key_id)
        if not with_data_key:
            _open(bob, own)


@pytest.mark.usefixtures("committed")
def test_the_sealed_keys_of_two_rows_swapped_do_not_open(alice: Person) -> None:
    with alice.inside():
        one, two = make_key(alice).id, make_key(alice, name="second", secret=OTHER_PLAIN).id
    swap = (
        "UPDATE providers_key k SET sealed = o.sealed FROM providers_key o "
        "WHERE k.id IN (%s, %s) AND o.id IN (%s, %s) AND o.id <> k.id"
    )
    with psycopg.connect(environment.superuser_url(), autocommit=True) as connection:
        assert connection.execute(swap, (one, two, one, two)).rowcount == 2
    with alice.inside():
        for key_id in (one, two):
            with pytest.raises(ProviderKeyMissing):
                _open(alice, key_id)


# --- The master key -------------------------------------------------------------------------------------------


def test_another_master_key_says_who_can_mend_it(inside: Person, settings: Settings) -> None:
    key = make_key(inside)
    settings.MASTER_KEYS, kept = OTHER_KEYS, settings.MASTER_KEYS
    with pytest.raises(ProviderKeyMissing, match="operator to put that master key back"):
        _open(inside, key.id)
    with pytest.raises(Conflict, match="cannot be sealed"):
        make_key(inside, name="second")
    settings.MASTER_KEYS = kept
    _open(inside, key.id)


def test_after_a_lost_master_key_deleting_the_dead_keys_makes_room_for_new_ones(
    inside: Person, settings: Settings
) -> None:
    key = make_key(inside)
    settings.MASTER_KEYS, lost = OTHER_KEYS, settings.MASTER_KEYS.present
    services.delete_key(inside.actor, key.id)
    with pytest.raises(Conflict, match="cannot be sealed"):  # until the operator says that it is lost
        make_key(inside, secret=OTHER_PLAIN)
    promote(OTHER_MASTER)
    new = make_key(inside, secret=OTHER_PLAIN)
    assert services.open_key(inside.actor, new.id, purpose="test").secret == Secret(OTHER_PLAIN)
    assert DataKey.objects.get().master_id == OTHER_MASTER.id
    renewed = Entry.objects.get(action="data_key.renewed")
    assert renewed.data == {"from": lost.id, "to": OTHER_MASTER.id}


# --- Roles ----------------------------------------------------------------------------------------------------

ACTS: dict[str, tuple[Ability, Callable[[Person, UUID], object]]] = {
    "add": (Ability.KEYS_MANAGE, lambda person, key_id: make_key(person, name="another")),
    "rename": (Ability.KEYS_MANAGE, lambda person, key_id: services.rename_key(person.actor, key_id, name="x")),
    "rotate": (Ability.KEYS_MANAGE, _rotate),
    "delete": (Ability.KEYS_MANAGE, lambda person, key_id: services.delete_key(person.actor, key_id)),
    "test": (Ability.KEYS_MANAGE, lambda person, key_id: services.record_list(person.actor, key_id, result="ok")),
    "open": (Ability.AI_USE, _open),
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("ability", "act"), ACTS.values(), ids=ACTS.keys())
def test_services_ask_the_permission_table(
    alice: Person, bob: Person, role: Role, ability: Ability, act: Callable[[Person, UUID], object]
) -> None:
    member = bob.join(alice, role)
    with alice.inside():
        key_id = make_key(alice).id
    with member.inside():
        before = _actions()
        if member.actor.can(ability):
            act(member, key_id)
            return
        with pytest.raises(Forbidden, match=ability.value):
            act(member, key_id)
        assert _actions() == before


# --- Counting -------------------------------------------------------------------------------------------------


def test_a_call_is_counted_with_its_outcome(inside: Person) -> None:
    key = make_key(inside)
    choice = queries.describe(f"{key.id}/gpt-4o-mini")
    done = Completion("text", (), "stop", Usage(1000, 500), None, "gpt-4o-mini", 0.25, 1.5, 2)
    services.count_call(inside.actor, choice, purpose="playground", outcome=done)
    services.count_call(inside.actor, choice, purpose="playground", outcome=ProviderFailure("rate_limited", "no"))
    services.count_call(inside.actor, choice, purpose="playground", outcome="cancelled", usage=Usage(3, 1))
    good, failed, cancelled = ModelCall.objects.order_by("at")
    assert (good.status, good.input_tokens, good.output_tokens, good.attempts) == ("ok", 1000, 500, 2)
    assert (good.first_token_ms, good.total_ms, good.key_id) == (250, 1500, key.id)
    assert good.cost_usd is not None and good.cost_usd > 0
    assert (failed.status, failed.input_tokens) == ("rate_limited", None)
    assert (cancelled.status, cancelled.input_tokens) == ("cancelled", 3)


def test_listing_keys_does_not_load_sealed_bytes(
    inside: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_key(inside)
    with django_assert_num_queries(1):
        (key,) = queries.list_keys()
        assert "sealed" in key.get_deferred_fields()
