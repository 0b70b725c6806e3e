"""Versions of fragments: numbered, immutable, and never one that makes a circle or nests too deep."""

import pytest
from django.db import DatabaseError, transaction

from promptassay.core.errors import ValidationFailed
from promptassay.fragments import queries, services
from promptassay.fragments.models import FragmentVersion
from tests.fragments.factories import make_fragment
from tests.people import Person


def test_versions_are_numbered_and_the_same_text_makes_none(alice: Person) -> None:
    fragment = make_fragment(alice, "one")
    with alice.inside():
        saved = services.save_version(alice.actor, fragment, text="two", base_version=1, summary=" more \n words ")
        assert (saved.created, saved.version.number, saved.version.summary) == (True, 2, "more words")
        again = services.save_version(alice.actor, fragment, text="two", base_version=1)
        assert (again.created, again.version.number) == (False, 2)
        assert queries.latest_version(queries.get_fragment(fragment.id)).text == "two"


def test_a_newer_version_is_never_overwritten(alice: Person) -> None:
    fragment = make_fragment(alice, "one", "two")
    with alice.inside(), pytest.raises(services.StaleFragment) as refused:
        services.save_version(alice.actor, fragment, text="mine", base_version=1)
    assert (refused.value.base, refused.value.latest) == (1, 2)


def test_the_database_refuses_to_change_a_version(alice: Person) -> None:
    fragment = make_fragment(alice, "one")
    with alice.inside(), pytest.raises(DatabaseError), transaction.atomic():
        FragmentVersion.objects.filter(fragment=fragment).update(text="other")


def test_a_circle_is_refused_with_its_path(alice: Person) -> None:
    inner = make_fragment(alice, "inner", slug="inner")
    make_fragment(alice, "${fragment:inner}", slug="middle")
    make_fragment(alice, "${fragment:middle@1}", slug="outer")
    with alice.inside():
        with pytest.raises(ValidationFailed, match="inner → outer → middle@1 → inner") as refused:
            services.save_version(alice.actor, inner, text="${fragment:outer}", base_version=1)
        assert refused.value.details["path"] == ["inner", "outer", "middle@1", "inner"]
        # A pin on the old text is no circle.
        assert services.save_version(alice.actor, inner, text="more ${fragment:inner@1}", base_version=1).created


def test_nesting_too_deep_is_refused_where_it_shows_above(alice: Person) -> None:
    make_fragment(alice, "end", slug="f1")
    for number in range(2, 6):
        make_fragment(alice, f"${{fragment:f{number - 1}}}", slug=f"f{number}")
    make_fragment(alice, "deep", slug="f0")
    with alice.inside():
        first = queries.get_fragment_by_slug("f1")
        with pytest.raises(ValidationFailed, match="deeper than 5") as refused:
            services.save_version(alice.actor, first, text="${fragment:f0}", base_version=1)
        assert refused.value.details["path"] == ["f5", "f4", "f3", "f2", "f1", "f0"]


def test_what_does_not_exist_yet_can_be_referred_to(alice: Person) -> None:
    fragment = make_fragment(alice, "one")
    with alice.inside():
        assert services.save_version(alice.actor, fragment, text="${fragment:later} {{ bad", base_version=1).created
