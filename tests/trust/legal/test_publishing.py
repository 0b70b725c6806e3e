"""A document is published whole, with a hash anybody can compute, or not at all."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pytest_django import Settings

from promptassay.trust.legal import documents, publishing
from promptassay.trust.legal.documents import KINDS, Kind
from promptassay.trust.legal.operator import BY_KEY, Operator
from promptassay.trust.legal.publishing import NotPublished
from tests.trust.legal.conftest import OPERATOR

IDS = [kind.id for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_a_document_has_no_gap_and_its_hash_is_of_its_text(operator: Operator, kind: Kind) -> None:
    published = publishing.publish(kind)
    assert published.sha256 == hashlib.sha256(published.text.encode()).hexdigest()
    assert "{" not in published.text and "  " not in published.text
    assert published.is_latest and published.since == date(2026, 12, 1)
    assert all(section.title in published.text for section in published.document.sections)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_one_placeholder_and_nothing_is_published(settings: Settings, kind: Kind) -> None:
    """The tripwire: each detail that a text names, left out or filled with a stand-in, stops it and is named."""
    for key in documents.needs(kind):
        stand_ins: tuple[Any, ...] = (None,) if key == "effective" else ("", "TODO")
        for stand_in in stand_ins:
            settings.OPERATOR = replace(OPERATOR, **{key: stand_in})
            with pytest.raises(NotPublished) as refused:
                publishing.publish(kind)
            assert refused.value.status == 503
            assert BY_KEY[key].setting in refused.value.details["settings"]


def test_details_that_no_text_names_are_not_asked_for(settings: Settings) -> None:
    settings.OPERATOR = replace(OPERATOR, law="", security_contact="")
    assert not publishing.is_published("terms") and not publishing.is_published("disclosure")
    assert publishing.is_published("privacy") and publishing.is_published("dpa")


def test_another_operator_has_another_hash(settings: Settings, operator: Operator) -> None:
    before = publishing.publish(KINDS[0]).sha256
    settings.OPERATOR = replace(operator, name="Somebody Else")
    assert publishing.publish(KINDS[0]).sha256 != before
