"""API keys open what their scopes and their person's present role both give, and nothing once either ends."""

import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from promptassay.accounts.models import User
from promptassay.audit.models import Entry
from promptassay.core.errors import Conflict, Forbidden, NotFound, RateLimited, Unauthorized, ValidationFailed
from promptassay.core.tenancy import with_api_key, with_person
from promptassay.workspaces.apikeys import queries, services
from promptassay.workspaces.apikeys.caller import Caller
from promptassay.workspaces.apikeys.models import ApiKey, ApiKeyMeter
from promptassay.workspaces.models import Membership
from promptassay.workspaces.permissions import Ability, Role, Scope
from tests.estate import tenant_rows
from tests.people import Person, sign_up
from tests.prompts.factories import make_prompt
from tests.workspaces.apikeys.factories import make_api_key

pytestmark = pytest.mark.django_db


def _admit(text: str, per_minute: int = 100) -> Caller:
    return services.admit(text, per_minute=per_minute)


def test_only_the_hash_of_a_key_is_stored(alice: Person) -> None:
    key, text = make_api_key(alice)
    assert text.startswith("pa_live_") and len(text) == 72
    with alice.inside():
        stored = ApiKey.objects.get(pk=key.pk)
    assert stored.key_hash == hashlib.sha256(text.encode()).hexdigest()
    assert (stored.last4, stored.expires_at) == (text[-4:], None)
    with alice.inside(), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(t)::text FROM workspaces_apikey t UNION ALL SELECT data::text FROM audit_entry")
        rows = str(cursor.fetchall())
    assert not [text[at : at + 12] for at in range(8, 60) if text[at : at + 12] in rows]


def test_a_key_acts_as_its_person_within_its_scopes(alice: Person) -> None:
    key, text = make_api_key(alice, Scope.PROMPTS_READ, name="reader")
    caller = _admit(text)
    assert (caller.actor.user_id, caller.actor.workspace_id) == (alice.user.pk, alice.workspace.id)
    assert (caller.actor.key_id, caller.actor.role) == (key.id, Role.OWNER)
    assert caller.actor.label == "alice@example.com by API key reader"
    assert caller.actor.can(Ability.CONTENT_READ)
    assert not any(caller.actor.can(ability) for ability in Ability if ability != Ability.CONTENT_READ)
    with pytest.raises(Forbidden):
        caller.actor.require(Ability.CONTENT_WRITE)


def test_no_key_manages_keys_members_or_the_workspace(alice: Person) -> None:
    _, text = make_api_key(alice)
    actor = _admit(text).actor
    for ability in (Ability.APIKEYS_OWN, Ability.KEYS_MANAGE, Ability.MEMBERS_MANAGE, Ability.WORKSPACE_DELETE):
        assert not actor.can(ability)


def test_a_changed_role_holds_at_the_next_request(alice: Person, bob: Person) -> None:
    admin = bob.join(alice, Role.ADMIN)
    _, text = make_api_key(admin)
    assert _admit(text).actor.can(Ability.LABEL_MOVE_PROTECTED)
    with alice.inside():
        Membership.objects.filter(user=bob.user).update(role=Role.MEMBER)
    assert not _admit(text).actor.can(Ability.LABEL_MOVE_PROTECTED)
    with alice.inside():
        Membership.objects.filter(user=bob.user, workspace=alice.workspace).delete()
    with pytest.raises(Unauthorized):
        _admit(text)


def test_keys_that_open_nothing_are_refused_alike(alice: Person) -> None:
    refusals = set()
    _, expired = make_api_key(alice, name="expired", lasts=timedelta(days=1))
    revoked_key, revoked = make_api_key(alice, name="revoked")
    with alice.inside():
        ApiKey.objects.filter(name="expired").update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        services.revoke_key(alice.actor, revoked_key)
    locked_person = sign_up("locked@example.com")
    _, locked = make_api_key(locked_person)
    User.objects.filter(pk=locked_person.user.pk).update(is_active=False)
    upper = f"pa_live_{'0' * 64}".upper()
    for text in ("", "pa_live_", f"pa_live_{'0' * 64}", upper, f"pa_live_{'0' * 65}", "é" * 9, "x" * 100_000,
                 expired, revoked, locked):  # fmt: skip
        with pytest.raises(Unauthorized) as refusal:
            _admit(text)
        refusals.add(str(refusal.value))
    assert len(refusals) == 1


def test_a_key_counts_its_minute_and_is_then_told_how_long_to_wait(alice: Person) -> None:
    _, text = make_api_key(alice)
    left = [_admit(text, per_minute=3).allowance.left for _ in range(3)]
    assert left == [2, 1, 0]
    for _ in range(3):
        with pytest.raises(RateLimited) as refusal:
            _admit(text, per_minute=3)
        assert 1 <= refusal.value.retry_after <= 60
    with alice.inside():
        assert ApiKeyMeter.objects.get().used == 4
        ApiKeyMeter.objects.update(began=datetime.now(UTC) - timedelta(seconds=61))
    assert _admit(text, per_minute=3).allowance.left == 2


def test_the_count_is_shared_by_all_who_serve(committed: None) -> None:
    """Twelve at once from as many connections, five allowed: exactly five come in."""
    alice = sign_up("alice@example.com")
    _, text = make_api_key(alice)

    def ask(_: int) -> bool:
        try:
            _admit(text, per_minute=5)
        except RateLimited:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(ask, range(12))) == 5


def test_no_log_line_holds_a_key(alice: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        key, text = make_api_key(alice)
        _admit(text)
        with alice.inside():
            services.revoke_key(alice.actor, key)
        with pytest.raises(Unauthorized):
            _admit(text)
    assert not [text[at : at + 8] for at in range(8, 64) if text[at : at + 8] in caplog.text]


def test_a_presented_key_shows_its_own_row_and_nothing_else(alice: Person, bob: Person) -> None:
    key, _ = make_api_key(alice, name="one")
    make_api_key(alice, name="two")
    other, _ = make_api_key(bob)
    with alice.inside():
        make_prompt(alice)  # over an empty table PostgreSQL need not ask the policy
    with with_api_key(key.key_hash):
        assert [row.id for row in ApiKey.objects.all()] == [key.id]
        with pytest.raises(ProgrammingError), transaction.atomic():  # seen is not written
            ApiKey.objects.filter(pk=key.pk).update(name="taken")
        for table in ("workspaces_apikeymeter", "workspaces_workspace", "prompts_prompt"):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table}")
    with with_api_key("0" * 64):
        assert not ApiKey.objects.exists()
    with bob.inside():
        assert [row.id for row in ApiKey.objects.all()] == [other.id]
    with pytest.raises(ProgrammingError, match="no workspace or API key"), with_person(alice.user.pk):
        ApiKey.objects.count()


def test_names_scopes_and_ends_are_checked(alice: Person) -> None:
    with alice.inside():
        wrong: list[dict[str, Any]] = [{"name": ""}, {"name": "x" * 61}, {"name": "a\u202eb"}, {"scopes": []}]
        for bad in [*wrong, {"lasts": timedelta(0)}]:
            with pytest.raises(ValidationFailed):
                services.create_key(alice.actor, **{"name": "fine", "scopes": [Scope.EVALS_READ], **bad})
        key, _ = services.create_key(alice.actor, name="  two  words ", scopes=[Scope.EVALS_RUN, Scope.PROMPTS_READ])
        assert (key.name, key.scopes) == ("two words", ["prompts:read", "evals:run"])
        with pytest.raises(Conflict):
            services.create_key(alice.actor, name="two words", scopes=[Scope.EVALS_READ])
        services.revoke_key(alice.actor, key)
        services.create_key(alice.actor, name="two words", scopes=[Scope.EVALS_READ])  # a revoked key frees its name


def test_members_revoke_their_own_and_admins_all(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    hers, _ = make_api_key(alice, name="hers")
    his, _ = make_api_key(member, name="his")
    with member.inside():
        assert [line.key.name for line in queries.list_keys(member.actor, members=set())] == ["his"]
        with pytest.raises(NotFound):
            queries.get_key(member.actor, hers.id)
        with pytest.raises(Forbidden):
            services.revoke_key(member.actor, hers)
    with alice.inside():
        assert len(queries.list_keys(alice.actor, members={alice.user.pk})) == 2
        services.revoke_key(alice.actor, his)
        services.revoke_key(alice.actor, his)
        actions = list(Entry.objects.filter(action__startswith="api_key").values_list("action", flat=True))
    assert sorted(actions) == ["api_key.created", "api_key.created", "api_key.revoked"]


def test_a_lost_scope_would_be_noticed(alice: Person) -> None:
    """The tripwire's other half: the same person without a key does have the abilities that the scope took away."""
    _, text = make_api_key(alice, Scope.PROMPTS_READ)
    assert alice.actor.can(Ability.CONTENT_WRITE) and not _admit(text).actor.can(Ability.CONTENT_WRITE)
    assert "workspaces_apikeymeter" in tenant_rows(alice.workspace.id)
