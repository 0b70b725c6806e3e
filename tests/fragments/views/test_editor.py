"""The fragment's page, and what editors ask: inspection, the page behind a slug, the preview."""

from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.fragments.factories import make_fragment
from tests.people import Person
from tests.prompts.factories import make_prompt


def test_the_page_shows_slots_users_and_history(alice: Person) -> None:
    make_fragment(alice, "deep {{more}}", slug="deep")
    fragment = make_fragment(alice, "one", "${fragment:deep} for {{audience}}", slug="tone")
    make_prompt(alice, "${fragment:tone@1}", title="Triage")
    page = text_of(alice.get(alice.url("fragments:fragment-show", fragment.id)))
    for expected in ("audience", "from deep", "deep v1", "deep {{more}} for {{audience}}", "Triage", "@1", "v2"):
        assert expected in page
    assert 'data-fragments="tone deep"' in page


def test_what_is_typed_is_looked_into(alice: Person) -> None:
    make_fragment(alice, slug="tone")
    url = alice.url("fragments:fragment-inspect")
    page = text_of(alice.post(url, {"slug": "tone", "text": "again ${fragment:tone} {{ bad\n{{x}}"}))
    assert "tone → tone" in page and "Line 1, column 24" in page and "data-diagnostics" in page
    assert "<html" not in page
    huge = "x" * 2_200_000
    assert "longer than 2 MB" in text_of(alice.post(url, {"text": huge}))


def test_a_slug_leads_to_its_fragment(alice: Person) -> None:
    fragment = make_fragment(alice, slug="tone")
    found = alice.get(alice.url("fragments:fragment-find", "tone"))
    assert found.url == alice.url("fragments:fragment-show", fragment.id)
    assert alice.get(alice.url("fragments:fragment-find", "nobody")).status_code == 404


def test_a_preview_is_the_newest_text_or_the_pinned_one(alice: Person) -> None:
    make_fragment(alice, "old", "new " + "x" * 2000 + " {{who}}", slug="tone")
    url = alice.url("fragments:fragment-preview", "tone")
    newest = alice.get(url).json()
    assert (newest["number"], newest["newest"], len(newest["text"]), newest["more"]) == (2, 2, 1200, 812)
    assert newest["slots"] == ["who"]
    assert alice.get(f"{url}?pin=1").json()["text"] == "old"
    assert alice.get(f"{url}?pin=7").status_code == 404


def test_the_workbench_knows_fragments(alice: Person) -> None:
    make_fragment(alice, slug="tone")
    prompt = make_prompt(alice, "${fragment:tone} ${fragment:gone}")
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert 'data-fragments="tone"' in page and "tone v1" in page
    assert 'name="var:audience"' in page and "from tone" in page
    assert "no fragment “gone”" in page and "?slug=gone" in page


def test_the_four_questions_of_who_and_how(alice: Person, bob: Person, anonymous: Person) -> None:
    fragment = make_fragment(alice, slug="tone")
    only({"get"}, alice.url("fragments:fragment-show", fragment.id), alice)
    only({"post"}, alice.url("fragments:fragment-inspect"), alice)
    only({"get"}, alice.url("fragments:fragment-find", "tone"), alice)
    only({"get"}, alice.url("fragments:fragment-preview", "tone"), alice)
    closed_to_others("fragments:fragment-show", (fragment.id,), alice, bob)
    closed_to_others("fragments:fragment-inspect", (), alice, bob, post=True)
    assert bob.get(bob.url("fragments:fragment-find", "tone")).status_code == 404
    assert bob.get(bob.url("fragments:fragment-preview", "tone")).status_code == 404
    for name, ids in (("fragment-show", (fragment.id,)), ("fragment-find", ("tone",)), ("fragment-preview", ("tone",))):
        closed_to_anonymous(alice.url(f"fragments:{name}", *ids), anonymous)


def test_a_preview_lists_the_newest_versions(alice: Person) -> None:
    make_fragment(alice, "one", "two", slug="tone")
    versions = alice.get(alice.url("fragments:fragment-preview", "tone")).json()["versions"]
    assert [each["number"] for each in versions] == [2, 1] and all(each["summary"] for each in versions)
