"""Labels through the door: the pages, the gate's refusal, and the six questions."""

import re

import pytest

from promptassay.evals.models import Suite
from promptassay.evals.services import start_run
from promptassay.prompts import queries, services
from promptassay.prompts.models import Label, Prompt
from promptassay.workspaces.permissions import Role
from tests.evals.factories import DEMO, finish_run, make_suite
from tests.evals.questions import closed_to_anonymous, closed_to_others, only
from tests.people import Person
from tests.prompts.factories import make_prompt, text_of, typed


def _labelled(person: Person, *, guarded: bool = False) -> tuple[Prompt, Suite]:
    prompt = make_prompt(person, "one {{ticket}}", "two {{ticket}}")
    with person.inside():
        suite = make_suite(person.actor, prompt, name="Refunds")
        services.move_label(person.actor, prompt, name="production", number=1, reason="first")
        if guarded:
            services.protect_label(person.actor, prompt, name="production", suite_id=suite.id)
    return prompt, suite


def _at(person: Person, prompt: Prompt, name: str = "production") -> int | None:
    with person.inside():
        label = queries.label_named(prompt, name)
        return label.version_number if label else None


def test_a_label_is_made_from_the_list(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    page = text_of(alice.get(alice.url("prompts:label-list", prompt.id) + "?number=1"))
    assert "A label says which version is used where" in page and '<option value="1" selected>' in page
    response = alice.post(alice.url("prompts:label-move", prompt.id), {"name": "production", "number": "1"})
    assert response.status_code == 302 and response.url == alice.url("prompts:label-show", prompt.id, "production")
    page = text_of(alice.get(response.url))
    assert "The label is at v1 now." in page and "production → v1" in page
    assert "production" in text_of(alice.get(alice.url("prompts:label-list", prompt.id)))


def test_labels_stand_in_workbench_history_versions_and_pickers(alice: Person) -> None:
    prompt, _ = _labelled(alice)
    href = alice.url("prompts:label-show", prompt.id, "production")
    for name, ids in (("prompt-show", ()), ("version-list", ()), ("version-show", (1,))):
        assert f'href="{href}"' in text_of(alice.get(alice.url(f"prompts:{name}", prompt.id, *ids))), name
    assert f'href="{href}"' not in text_of(alice.get(alice.url("prompts:version-show", prompt.id, 2)))
    page = text_of(alice.get(alice.url("prompts:version-diff", prompt.id) + "?from=production&to=latest"))
    assert "v1 (production) → v2 (latest)" in page and "v1 ● production</option>" in page
    for name in ("nothing", "%00", "production%00", "Production"):
        assert alice.get(alice.url("prompts:version-diff", prompt.id) + f"?from={name}").status_code == 404


def test_chips_stay_in_the_history_that_saving_swaps_in(alice: Person) -> None:
    prompt, _ = _labelled(alice)
    saved = alice.post(
        alice.url("prompts:version-save", prompt.id), typed("three", base=2), headers={"HX-Request": "true"}
    )
    assert alice.url("prompts:label-show", prompt.id, "production") in text_of(saved)


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({"name": "No Good", "number": "1"}, 422, "small letters, digits and dashes"),
        ({"name": "latest", "number": "1"}, 422, "always is the newest"),
        ({"name": "production", "number": "2", "seen": "2"}, 409, "Somebody moved production"),
        ({"name": "production", "number": "2", "reason": "r" * 301}, 422, "301 characters; 300 fit"),
        ({"name": "production", "number": "9"}, 404, "not"),
        ({"name": "production", "number": "x"}, 404, "not"),
        ({"name": "production"}, 404, "not"),
        ({"name": "pro\x00duction", "number": "1"}, 422, "small letters"),
    ],
)
def test_bad_moves_are_refused(alice: Person, data: dict[str, str], status: int, said: str) -> None:
    prompt, _ = _labelled(alice)
    response = alice.post(alice.url("prompts:label-move", prompt.id), data)
    assert response.status_code == status and said in text_of(response)
    assert _at(alice, prompt) == 1


def test_a_refused_name_comes_back_as_typed(alice: Person) -> None:
    prompt, _ = _labelled(alice)
    data = {"name": "<b>No", "number": "2", "reason": "because"}
    page = alice.post(alice.url("prompts:label-move", prompt.id), data).content.decode()
    assert 'value="&lt;b&gt;No"' in page and 'value="because"' in page and '<option value="2" selected>' in page


def test_the_gate_says_what_is_missing_and_where_to_get_it(alice: Person) -> None:
    prompt, suite = _labelled(alice, guarded=True)
    data = {"name": "production", "number": "2", "seen": "1"}
    response = alice.post(alice.url("prompts:label-move", prompt.id), data)
    page = text_of(response)
    assert response.status_code == 409
    assert "v2 has not passed “Refunds”" in page and "No finished run of it holds the content of v2." in page
    with alice.inside():
        version = queries.get_version(prompt, 2)
    run_it = f"{alice.url('evals:run-create', suite.id)}?versions={version.id}"
    assert run_it in page and 'name="override"' in page
    assert re.findall(r'value="([0-9a-f-]+)"[^>]* checked', text_of(alice.get(run_it))) == [str(version.id)]
    assert _at(alice, prompt) == 1
    with alice.inside():
        finish_run(start_run(alice.actor, suite, versions=[version], models=[DEMO]), {0: False, 1: False})
    page = text_of(alice.post(alice.url("prompts:label-move", prompt.id), data))
    assert "Run r1 does not vouch for it. It passed 0 %; the suite wants 90 %." in page
    with alice.inside():
        finish_run(start_run(alice.actor, suite, versions=[version], models=[DEMO]), {})
    assert alice.post(alice.url("prompts:label-move", prompt.id), data).status_code == 302
    assert "r2 passed 100 %" in " ".join(
        text_of(alice.get(alice.url("prompts:label-show", prompt.id, "production")))
        .replace("</a>", "").replace(">", "> ").split()
    )  # fmt: skip


def test_an_override_is_asked_for_its_reason_then_done_and_shown(alice: Person) -> None:
    prompt, _ = _labelled(alice, guarded=True)
    data = {"name": "production", "number": "2", "seen": "1", "override": "1"}
    response = alice.post(alice.url("prompts:label-move", prompt.id), data)
    page = text_of(response)
    assert response.status_code == 422 and "Say why it moves without evidence." in page
    assert 'name="override" value="1" checked' in page
    assert alice.post(alice.url("prompts:label-move", prompt.id), data | {"reason": "Outage"}).status_code == 302
    page = text_of(alice.get(alice.url("prompts:label-show", prompt.id, "production")))
    assert "without evidence" in page and "Outage" in page


def test_protection_is_set_changed_and_lifted(alice: Person) -> None:
    prompt, suite = _labelled(alice)
    show = alice.url("prompts:label-show", prompt.id, "production")
    page = text_of(alice.get(show))
    assert "Protect production" in page and "Refunds (wants 90" in page
    alice.post(alice.url("prompts:label-protect", prompt.id, "production"), {"suite": str(suite.id)})
    with alice.inside():
        label = queries.get_label(prompt, "production")
        assert (label.protected, label.suite_id) == (True, suite.id)
    page = text_of(alice.get(show))
    assert "never ran on v1" in page and "Delete this label" not in page
    assert alice.post(alice.url("prompts:label-delete", prompt.id, "production")).status_code == 409
    alice.post(alice.url("prompts:label-unprotect", prompt.id, "production"))
    with alice.inside():
        label = queries.get_label(prompt, "production")
        assert (label.protected, label.suite_id) == (False, None)


def test_a_suite_of_another_prompt_is_refused(alice: Person) -> None:
    prompt, _ = _labelled(alice)
    with alice.inside():
        other = make_suite(alice.actor)
    url = alice.url("prompts:label-protect", prompt.id, "production")
    response = alice.post(url, {"suite": str(other.id)})
    assert response.status_code == 422 and "none of this prompt" in text_of(response)
    assert alice.post(url, {"suite": "no id"}).status_code == 404


def test_a_deleted_label_shows_its_history(alice: Person) -> None:
    prompt, _ = _labelled(alice)
    assert alice.post(alice.url("prompts:label-delete", prompt.id, "production")).status_code == 302
    page = text_of(alice.get(alice.url("prompts:label-show", prompt.id, "production")))
    assert "deleted" in page and "first" in page and "Move production" not in page
    assert alice.get(alice.url("prompts:label-show", prompt.id, "nothing")).status_code == 404


def test_a_prompt_without_versions_has_nothing_to_label(alice: Person) -> None:
    with alice.inside():
        prompt = services.create_prompt(alice.actor, title="Blank")
    assert "Nothing to label yet" in text_of(alice.get(alice.url("prompts:label-list", prompt.id)))


def test_an_archived_prompt_offers_no_move(alice: Person) -> None:
    prompt, _ = _labelled(alice)
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
    assert "its labels stay where they are" in text_of(
        alice.get(alice.url("prompts:label-show", prompt.id, "production"))
    )


def test_a_member_sees_the_protection_and_meets_it(alice: Person, bob: Person) -> None:
    prompt, suite = _labelled(alice, guarded=True)
    member = bob.join(alice, Role.MEMBER)
    page = text_of(member.get(member.url("prompts:label-show", prompt.id, "production")))
    assert "an owner or admin moves it" in page and "Change the gate" not in page
    data = {"name": "production", "number": "2", "override": "1", "reason": "I want"}
    refused = member.post(member.url("prompts:label-move", prompt.id), data)
    assert refused.status_code == 403 and "label.move.protected" in text_of(refused)
    for name, form in (("label-protect", {"suite": str(suite.id)}), ("label-unprotect", {})):
        url = member.url(f"prompts:{name}", prompt.id, "production")
        assert member.post(url, form).status_code == 403
    assert _at(alice, prompt) == 1
    made = member.post(member.url("prompts:label-move", prompt.id), {"name": "staging", "number": "2"})
    assert made.status_code == 302 and _at(alice, prompt, "staging") == 2


PAGES = {"label-list": False, "label-move": False, "label-show": True, "label-protect": True,
         "label-unprotect": True, "label-delete": True}  # fmt: skip
READ = {"label-list", "label-show"}


@pytest.mark.parametrize("name", PAGES)
def test_strangers_visitors_and_wrong_methods(alice: Person, bob: Person, anonymous: Person, name: str) -> None:
    prompt, _ = _labelled(alice)
    rest = ("production",) if PAGES[name] else ()
    url = alice.url(f"prompts:{name}", prompt.id, *rest)
    data = {"name": "production", "number": "2"}
    assert bob.post(url, data).status_code in (404, 405)
    if name in READ:
        only({"get"}, url, alice)
        closed_to_anonymous(url, anonymous)
        if not rest:
            closed_to_others(f"prompts:{name}", (prompt.id,), alice, bob)
        else:
            assert bob.get(bob.url(f"prompts:{name}", prompt.id, *rest)).status_code == 404
    else:
        only({"post"}, url, alice)
        closed_to_anonymous(url, anonymous, post=True)
        assert bob.post(bob.url(f"prompts:{name}", prompt.id, *rest), data).status_code == 404
    with alice.inside():
        assert Label.objects.get().version_number == 1
