"""Branches through the door: begun, written on, merged with conflicts settled, closed; and the six questions."""

import pytest

from promptassay.prompts import queries, services
from promptassay.prompts.models import Branch, Prompt
from promptassay.workspaces.permissions import Role
from tests.evals.questions import closed_to_anonymous, closed_to_others, only
from tests.people import Person
from tests.prompts.factories import content, make_prompt, text_of, typed

HTMX = {"headers": {"HX-Request": "true"}}
BASE = "one\ntwo\nthree\nfour\nfive"


def _branched(person: Person, ours: str = "", theirs: str = "") -> Prompt:
    """A prompt with a branch from v1; with texts, one more version on each line."""
    prompt = make_prompt(person, BASE)
    with person.inside():
        branch = services.create_branch(person.actor, prompt, name="shorter", number=1)
        for line, text in ((branch, theirs), (None, ours)):
            if text:
                services.save_version(person.actor, prompt, content=content(text), base_version=1, branch=line)
        return queries.get_prompt(prompt.id)


def _conflicting(person: Person) -> Prompt:
    return _branched(person, BASE.replace("three", "our third"), BASE.replace("three", "their third"))


def _newest(person: Person, prompt: Prompt, branch: str = "") -> tuple[int, str]:
    with person.inside():
        fresh = queries.get_prompt(prompt.id)
        version = queries.latest_version(fresh, queries.line_named(fresh, branch))
        assert version is not None
        return version.number, version.text


def test_a_branch_is_begun_written_on_and_saved_without_scripts(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    assert "None. On a branch you try another direction" in text_of(
        alice.get(alice.url("prompts:branch-list", prompt.id))
    )
    begun = alice.post(alice.url("prompts:branch-create", prompt.id), {"name": "shorter", "number": "1"})
    assert begun.status_code == 302 and begun.url.endswith("?branch=shorter")
    page = text_of(alice.get(begun.url))
    assert "on branch shorter" in page and '<input type="hidden" name="branch" value="shorter">' in page
    assert "\none</textarea>" in page
    saved = alice.post(alice.url("prompts:version-save", prompt.id), typed("shorter one", base=1, branch="shorter"))
    assert saved.url.endswith("?branch=shorter")
    assert _newest(alice, prompt) == (2, "two") and _newest(alice, prompt, "shorter") == (3, "shorter one")
    assert "shorter" in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    page = text_of(alice.get(alice.url("prompts:version-show", prompt.id, 3)))
    assert "branch <b>shorter</b>" in page and "Restore on the main line" in page
    assert "◇" in text_of(alice.get(alice.url("prompts:version-list", prompt.id)))


def test_saving_in_place_stays_on_the_branch(alice: Person) -> None:
    prompt = _branched(alice)
    form = typed("new", base=1, branch="shorter")
    kept = alice.post(alice.url("prompts:draft-save", prompt.id), form, headers={"X-Requested-With": "fetch"})
    assert kept.json()["fields"]["base"] == "1"
    page = text_of(alice.post(alice.url("prompts:version-save", prompt.id), form | {"revision": "1"}, **HTMX))
    assert "Version 2 is saved." in page and 'name="base" value="2"' in page and ">v2</a>" in page
    assert _newest(alice, prompt) == (1, BASE)
    with alice.inside():
        assert queries.get_draft(alice.actor, prompt, queries.get_branch(prompt, "shorter")) is None


def test_drafts_of_the_lines_do_not_mix(alice: Person) -> None:
    prompt = _branched(alice)
    for name, text in (("", "main words"), ("shorter", "branch words")):
        alice.post(alice.url("prompts:draft-save", prompt.id), typed(text, branch=name))
    show = alice.url("prompts:prompt-show", prompt.id)
    assert "main words" in text_of(alice.get(show)) and "branch words" not in text_of(alice.get(show))
    assert "branch words" in text_of(alice.get(show + "?branch=shorter"))
    added = alice.post(
        alice.url("prompts:draft-messages", prompt.id), typed("branch words", branch="shorter", op="add", revision=1)
    )
    assert added.url.endswith("?branch=shorter")
    gone = alice.post(alice.url("prompts:draft-discard", prompt.id), {"branch": "shorter"})
    assert gone.url.endswith("?branch=shorter")
    assert "main words" in text_of(alice.get(show)) and "branch words" not in text_of(alice.get(show))


def test_two_who_save_on_a_branch_see_both_changes(alice: Person, bob: Person) -> None:
    prompt = _branched(alice)
    member = bob.join(alice, Role.MEMBER)
    member.post(member.url("prompts:version-save", prompt.id), typed("theirs", branch="shorter"))
    late = alice.post(alice.url("prompts:version-save", prompt.id), typed("mine", branch="shorter"))
    conflict = alice.url("prompts:version-conflict", prompt.id) + "?branch=shorter"
    assert late.url == conflict
    page = text_of(alice.get(conflict))
    assert "theirs" in page and "mine" in page and "Save mine on top of v2" in page
    kept = alice.post(alice.url("prompts:version-keep-mine", prompt.id), {"seen": "2", "branch": "shorter"})
    assert kept.url.endswith("?branch=shorter") and _newest(alice, prompt, "shorter") == (3, "mine")
    assert _newest(alice, prompt) == (1, BASE)


def test_a_branch_that_was_closed_meanwhile_says_so(alice: Person) -> None:
    prompt = _branched(alice)
    alice.post(alice.url("prompts:branch-close", prompt.id, "shorter"))
    for name in ("version-save", "draft-save"):
        response = alice.post(alice.url(f"prompts:{name}", prompt.id), typed("x", branch="shorter"))
        assert response.status_code == 409 and "The branch shorter is closed." in text_of(response)
    assert alice.get(alice.url("prompts:prompt-show", prompt.id) + "?branch=shorter").status_code == 409
    assert alice.get(alice.url("prompts:prompt-show", prompt.id) + "?branch=no%00ne").status_code == 404
    reopened = alice.post(alice.url("prompts:branch-reopen", prompt.id, "shorter"))
    assert reopened.status_code == 302
    assert alice.get(alice.url("prompts:prompt-show", prompt.id) + "?branch=shorter").status_code == 200


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({"name": "No Good", "number": "1"}, 422, "small letters"),
        ({"name": "shorter", "number": "1"}, 422, "open branch shorter already"),
        ({"name": "other", "number": "9"}, 404, "not"),
        ({"name": "other"}, 404, "not"),
    ],
)
def test_bad_branches_are_refused(alice: Person, data: dict[str, str], status: int, said: str) -> None:
    prompt = _branched(alice)
    response = alice.post(alice.url("prompts:branch-create", prompt.id), data)
    assert response.status_code == status and said in text_of(response)
    if status == 422:
        assert f'value="{data["name"]}"' in text_of(response)


def test_changes_that_lie_apart_are_shown_and_merged(alice: Person) -> None:
    prompt = _branched(alice, BASE.replace("one", "our first"), BASE.replace("five", "their fifth"))
    url = alice.url("prompts:branch-merge", prompt.id, "shorter")
    page = text_of(alice.get(url))
    assert "Nothing conflicts" in page and "<ins>our first</ins>" in page and "<ins>their fifth</ins>" in page
    done = alice.post(url, {"main": "3", "head": "2", "summary": "Both", "close": "1"})
    assert done.url == alice.url("prompts:prompt-show", prompt.id)
    assert _newest(alice, prompt) == (4, "our first\ntwo\nthree\nfour\ntheir fifth")
    page = text_of(alice.get(alice.url("prompts:version-show", prompt.id, 4)))
    assert "Merged" in page and ">v2</a> of shorter" in page
    assert "merged as v4" in text_of(alice.get(alice.url("prompts:branch-list", prompt.id)))


def test_a_conflict_is_shown_three_ways_and_settled(alice: Person) -> None:
    prompt = _conflicting(alice)
    url = alice.url("prompts:branch-merge", prompt.id, "shorter")
    page = text_of(alice.get(url))
    assert "1 conflict to settle" in page
    for text in ("<pre>three</pre>", "<pre>our third</pre>", "<pre>their third</pre>", 'name="take-c1"'):
        assert text in page
    assert "our third\ntheir third</textarea>" in page
    open_still = alice.post(url, {"main": "3", "head": "2", "text-c1": "typed", "summary": "kept"})
    page = text_of(open_still)
    assert open_still.status_code == 422 and "1 conflict is not settled yet." in page and "Choose one." in page
    assert 'value="kept"' in page
    settled = {"main": "3", "head": "2", "take-c1": "edit", "text-c1": "a third\r\nof ours"}
    assert alice.post(url, settled).status_code == 302
    assert _newest(alice, prompt) == (4, BASE.replace("three", "a third\nof ours"))
    assert "Nothing to merge" in text_of(alice.get(url))


def test_what_was_typed_comes_back_when_another_conflict_is_open(alice: Person) -> None:
    prompt = _branched(alice, "our one\ntwo\nour three", "their one\ntwo\ntheir three")
    url = alice.url("prompts:branch-merge", prompt.id, "shorter")
    data = {"main": "3", "head": "2", "take-c1": "edit", "text-c1": "<b>mine</b>"}
    response = alice.post(url, data)
    assert response.status_code == 422
    assert "&lt;b&gt;mine&lt;/b&gt;</textarea>" in response.content.decode()
    assert 'name="take-c1" value="edit" checked' in text_of(response)


def test_a_line_that_went_on_is_shown_again(alice: Person) -> None:
    prompt = _conflicting(alice)
    url = alice.url("prompts:branch-merge", prompt.id, "shorter")
    with alice.inside():
        services.save_version(alice.actor, prompt, content=content(BASE + "\nsix"), base_version=3)
    response = alice.post(url, {"main": "3", "head": "2", "take-c1": "ours"})
    page = text_of(response)
    assert response.status_code == 409 and "went on to v4" in page and 'name="main" value="4"' in page
    assert _newest(alice, prompt)[0] == 4


@pytest.mark.parametrize("data", [{}, {"main": "x", "head": "2"}, {"main": "3", "head": ""}])
def test_a_merge_without_its_heads_is_not_found(alice: Person, data: dict[str, str]) -> None:
    prompt = _conflicting(alice)
    assert alice.post(alice.url("prompts:branch-merge", prompt.id, "shorter"), data).status_code == 404


def test_a_summary_that_is_too_long_keeps_the_choices(alice: Person) -> None:
    prompt = _conflicting(alice)
    data = {"main": "3", "head": "2", "take-c1": "theirs", "summary": "s" * 301}
    response = alice.post(alice.url("prompts:branch-merge", prompt.id, "shorter"), data)
    page = text_of(response)
    assert response.status_code == 422 and "301 characters; 300 fit" in page
    assert 'name="take-c1" value="theirs" checked' in page


def test_a_member_merges_but_closes_only_their_own(alice: Person, bob: Person) -> None:
    prompt = _conflicting(alice)
    member = bob.join(alice, Role.MEMBER)
    url = member.url("prompts:branch-merge", prompt.id, "shorter")
    assert "Close the branch afterwards" not in text_of(member.get(url))
    assert member.post(member.url("prompts:branch-close", prompt.id, "shorter")).status_code == 403
    assert member.post(url, {"main": "3", "head": "2", "take-c1": "ours"}).status_code == 302


def test_hostile_text_is_only_text(alice: Person) -> None:
    prompt = _branched(alice, "<script>ours</script>", "<img src=x onerror=theirs>")
    page = alice.get(alice.url("prompts:branch-merge", prompt.id, "shorter")).content.decode()
    assert "<script>ours" not in page and "<img src=x" not in page and "&lt;script&gt;ours" in page


PAGES = {"branch-list": False, "branch-create": False, "branch-merge": True, "branch-update": True,
         "branch-close": True, "branch-reopen": True}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_strangers_visitors_and_wrong_methods(alice: Person, bob: Person, anonymous: Person, name: str) -> None:
    prompt = _conflicting(alice)
    rest = ("shorter",) if PAGES[name] else ()
    url = alice.url(f"prompts:{name}", prompt.id, *rest)
    data = {"name": "mine", "number": "1", "main": "3", "head": "2", "take-c1": "ours"}
    methods = {"branch-list": {"get"}, "branch-merge": {"get", "post"}, "branch-update": {"get", "post"}}.get(
        name, {"post"}
    )
    only(methods, url, alice)
    for method in methods:
        closed_to_anonymous(url, anonymous, post=method == "post")
        for place in (url, bob.url(f"prompts:{name}", prompt.id, *rest)):
            answer = bob.get(place) if method == "get" else bob.post(place, data)
            assert answer.status_code == 404
    if name == "branch-list":
        closed_to_others("prompts:branch-list", (prompt.id,), alice, bob)
    with alice.inside():
        branch = Branch.objects.get()
        assert (branch.closed_at, branch.merged_number) == (None, None)


def test_a_branch_is_brought_up_to_date_and_then_merges_cleanly(alice: Person) -> None:
    prompt = _branched(alice, BASE.replace("one", "main first"), BASE.replace("five", "branch fifth"))
    lists = text_of(alice.get(alice.url("prompts:branch-list", prompt.id)))
    assert "behind the main line" in lists
    url = alice.url("prompts:branch-update", prompt.id, "shorter")
    assert url in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id) + "?branch=shorter"))
    page = text_of(alice.get(url))
    assert "Nothing conflicts" in page and 'merge-who">main line<' in page and "Close the branch" not in page
    done = alice.post(url, {"main": "3", "head": "2"})
    assert done.url.endswith("?branch=shorter")
    both = "main first\ntwo\nthree\nfour\nbranch fifth"
    assert _newest(alice, prompt, "shorter") == (4, both)
    assert _newest(alice, prompt)[0] == 3
    page = text_of(alice.get(alice.url("prompts:version-show", prompt.id, 4)))
    assert ">v3</a> of the main line" in page
    assert "Nothing to bring in" in text_of(alice.get(url))
    assert alice.post(url, {"main": "3", "head": "4"}).status_code == 409
    page = text_of(alice.get(alice.url("prompts:branch-merge", prompt.id, "shorter")))
    assert "Both lines come from" in page and "Nothing conflicts" in page and "<ins>main first" not in page
    alice.post(alice.url("prompts:branch-merge", prompt.id, "shorter"), {"main": "3", "head": "4"})
    assert _newest(alice, prompt) == (5, both)


def test_a_conflict_on_the_way_into_a_branch_is_settled(alice: Person) -> None:
    prompt = _conflicting(alice)
    url = alice.url("prompts:branch-update", prompt.id, "shorter")
    page = text_of(alice.get(url))
    assert "<b>shorter</b>" in page and "<b>Main line</b>" in page and "Both, shorter first" in page
    refused = alice.post(url, {"main": "3", "head": "2"})
    assert refused.status_code == 422 and "1 conflict is not settled yet." in text_of(refused)
    assert alice.post(url, {"main": "3", "head": "2", "take-c1": "theirs"}).status_code == 302
    assert _newest(alice, prompt, "shorter") == (4, BASE.replace("three", "our third"))


def test_an_update_of_lines_that_went_on_is_shown_again(alice: Person) -> None:
    prompt = _conflicting(alice)
    url = alice.url("prompts:branch-update", prompt.id, "shorter")
    for data, said in (({"main": "2", "head": "2"}, "The main line went on"), ({"main": "3", "head": "1"}, "shorter")):
        response = alice.post(url, data | {"take-c1": "ours"})
        assert response.status_code == 409 and said in text_of(response)
    assert _newest(alice, prompt, "shorter")[0] == 2


def test_the_playground_and_a_comparison_take_a_draft_of_a_branch(alice: Person) -> None:
    prompt = _branched(alice)
    for name, text in (("", "main {{one}}"), ("shorter", "branch {{two}}")):
        alice.post(alice.url("prompts:draft-save", prompt.id), typed(text, branch=name))
    play = alice.url("prompts:playground-show", prompt.id)
    assert f'href="{play}?branch=shorter"' in text_of(
        alice.get(alice.url("prompts:prompt-show", prompt.id) + "?branch=shorter")
    )
    page = text_of(alice.get(play + "?branch=shorter"))
    assert '<option value="draft@shorter" selected>my draft on shorter</option>' in page
    assert 'name="var:two"' in page and 'name="var:one"' not in page
    assert '<option value="draft" selected>' in text_of(alice.get(play))
    resolved = alice.post(
        alice.url("prompts:playground-resolve", prompt.id), {"source": "draft@shorter", "var:two": "wing"}
    )
    assert "branch wing" in text_of(resolved)
    diff = alice.url("prompts:version-diff", prompt.id) + "?from=draft&to=draft@shorter"
    assert "My draft → my draft on shorter" in text_of(alice.get(diff))
    for source in ("draft@none", "draft@no%00ne"):
        assert alice.get(alice.url("prompts:version-diff", prompt.id) + f"?from=1&to={source}").status_code == 404
        answer = alice.post(alice.url("prompts:playground-resolve", prompt.id), {"source": source})
        assert answer.status_code == 404


def test_the_playground_of_a_branch_without_a_draft_opens_its_newest_version(alice: Person) -> None:
    prompt = _branched(alice, theirs="branch words")
    page = text_of(alice.get(alice.url("prompts:playground-show", prompt.id) + "?branch=shorter"))
    assert '<option value="2" selected>' in page and "my draft" not in page
