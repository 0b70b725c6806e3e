"""The home page: recent prompts, favourites, activity, and the way there; six questions."""

from promptassay.prompts.services import tags
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_prompt, text_of


def home(person: Person) -> str:
    return text_of(person.get(person.url("prompts:dashboard")))


def test_an_empty_workspace_teaches_with_two_actions(alice: Person) -> None:
    page = home(alice)
    assert "Nothing here yet" in page
    assert alice.url("prompts:prompt-create") in page
    assert f'action="{alice.url("workspaces:demo-load")}"' in page


def test_recent_favourites_and_activity(alice: Person) -> None:
    prompt = make_prompt(alice, title="Triage")
    with alice.inside():
        tags.set_favourite(alice.actor, prompt, on=True)
    page = home(alice)
    assert page.count(f'href="{alice.url("prompts:prompt-show", prompt.id)}">Triage</a>') >= 4
    assert "You saved v1 of" in page and "You created" in page


def test_the_start_page_leads_here(alice: Person) -> None:
    assert alice.get("/").url == alice.url("prompts:dashboard")
    assert 'href="' + alice.url("prompts:dashboard") + '" aria-current="true">Home' in home(alice)


def test_others_favourites_and_workspaces_are_not_shown(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice, title="Triage")
    with alice.inside():
        tags.set_favourite(alice.actor, prompt, on=True)
    member = bob.join(alice, Role.MEMBER)
    assert "Only you see your stars" in home(member)
    assert "Triage" not in home(bob)
    url = alice.url("prompts:dashboard")
    assert alice.post(url).status_code == 405
    assert anonymous.get(url).status_code == 302


def test_a_stranger_gets_404(alice: Person, bob: Person) -> None:
    assert bob.get(alice.url("prompts:dashboard")).status_code == 404


def test_text_never_becomes_markup(alice: Person) -> None:
    make_prompt(alice, title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in alice.get(alice.url("prompts:dashboard")).content.decode()
