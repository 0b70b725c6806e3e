"""The public pages: for everybody, honest about age, silent about configuration, alive while the database is away."""

import json
import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from pytest_django import Settings

from promptassay.trust.status import snapshot
from promptassay.trust.status.components import COMPONENTS
from promptassay.trust.status.models import StatusDay
from tests.people import Person
from tests.providers.factories import make_key
from tests.trust.status.conftest import Lab

PATHS = ("/status", "/status.json", "/status.rss", "/api/health", "/healthz", "/readyz")


@pytest.mark.parametrize("path", PATHS)
def test_everybody_may_ask_and_nobody_may_change(lab: Lab, anonymous: Person, alice: Person, path: str) -> None:
    lab.round()
    for who in (anonymous, alice):
        assert who.get(path).status_code == 200
        assert who.client.head(path).status_code == 200
        assert who.post(path).status_code == 405


def test_page_shows_every_component_with_state_and_age(lab: Lab, anonymous: Person) -> None:
    lab.round(then=20)
    page = anonymous.get("/status").content.decode()
    for component in COMPONENTS:
        assert component.title in page
    assert page.count('<span class="state">operational</span>') == 6
    assert page.count('<span class="state">not used here</span>') == 4
    assert "Everything that is measured answers." in page and "(passed + slow) ÷ (passed + slow + failed)" in page
    assert 'type="application/rss+xml"' in page and "style=" not in page and "<script>" not in page


def test_before_the_first_round_nothing_is_claimed(lab: Lab, anonymous: Person) -> None:
    page = anonymous.get("/status").content.decode()
    assert "Nothing is measured at the moment." in page and ">operational<" not in page
    health = anonymous.get("/api/health")
    assert (health.status_code, health.json()["status"]) == (200, "warn")


def test_a_page_from_the_script_is_its_live_part(lab: Lab, anonymous: Person) -> None:
    lab.round()
    part = anonymous.get("/status", HTTP_HX_REQUEST="true").content.decode()
    assert part.lstrip().startswith('<div id="status"') and "<html" not in part


def test_health_is_health_json(lab: Lab, anonymous: Person) -> None:
    lab.round()
    answer = anonymous.get("/api/health")
    assert answer.headers["Content-Type"] == "application/health+json"
    body = answer.json()
    assert body["status"] == "pass"
    check = body["checks"]["openai:responseTime"][0]
    assert set(check) == {"componentId", "componentType", "status", "time", "observedValue", "observedUnit"}
    assert check["status"] == "pass" and check["time"] == "2026-11-24T12:00:01Z"
    assert {key.partition(":")[0] for key in body["checks"]} == {
        "database-read", "database-write", "queue", "openai", "anthropic", "google",
    }  # fmt: skip
    lab.stop_provider()
    lab.wind(60)
    lab.round()
    answer = anonymous.get("/api/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "warn"), "the instance itself works"
    assert answer.json()["checks"]["openai:responseTime"][0]["status"] == "fail"


def test_feed_tells_beginning_and_end_of_an_incident(lab: Lab, anonymous: Person) -> None:
    lab.stop_provider()
    lab.rounds(2)
    lab.start_provider()
    lab.wind(60)
    lab.rounds(2)
    answer = anonymous.get("/status.rss")
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    channel = ElementTree.fromstring(answer.content).find("channel")
    assert channel is not None
    titles = [item.findtext("title") for item in channel.findall("item")]
    assert sorted(title for title in titles if title and "OpenAI" in title) == [
        "OpenAI is down",
        "OpenAI: the incident is over",
    ]
    first = channel.findall("item")[0]
    assert first.findtext("link", "").startswith("http://testserver/status#incident-")
    assert first.findtext("pubDate") == "Tue, 24 Nov 2026 12:02:01 +0000"
    guids = [item.findtext("guid") for item in channel.findall("item")]
    assert len(set(guids)) == len(guids) == 6


def test_nothing_of_the_configuration_is_told(lab: Lab, anonymous: Person, alice: Person, settings: Settings) -> None:
    """Neither hosts and addresses, nor versions of what we stand on, nor names of keys, workspaces or people."""
    settings.MAIL_CONFIGURED, settings.EMAIL_HOST, settings.EMAIL_PORT = True, "127.0.0.1", 9
    make_key(alice, name="the-name-of-a-key")
    lab.round()
    lab.stop_provider()
    lab.wind(60)
    lab.rounds(2)
    hidden = [
        "127.0.0.1", "localhost", str(lab.port), "the-name-of-a-key", "alice@example.com", str(alice.workspace.id),
        "googleapis.com", "api.openai.com", "api.anthropic.com", "postgresql", "PostgreSQL", "Django", "procrastinate",
        str(settings.DATABASES["default"]["HOST"] or "no-host"), str(settings.DATABASES["default"]["NAME"]),
        str(settings.DATABASES["default"]["USER"]), "PROMPTASSAY_", "Traceback", "aiohttp", "/openai/v1",
    ]  # fmt: skip
    for path in PATHS:
        answer = anonymous.get(path)
        text = answer.content.decode() + json.dumps(dict(answer.headers))
        assert [word for word in hidden if word in text] == [], path
        assert not re.search(r"\b\d+\.\d+\.\d+\.\d+\b", text), path
    assert [word for word in hidden if word in settings.STATUS_FILE.read_text()] == []


def test_while_the_database_is_away_the_last_that_is_known_is_shown_with_its_age(
    lab: Lab, anonymous: Person, alice: Person, request: Any
) -> None:
    lab.round()
    for who in (anonymous, alice):
        assert who.get("/status").status_code == 200
    request.getfixturevalue("no_database")
    lab.wind(60)
    for who in (anonymous, alice):  # also whoever is signed in, and cannot be asked
        answer = who.get("/status")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "The database does not answer, so what follows is the last that is known." in page
        assert "Database, reading and Database, writing are down." in page
        assert page.count('<span class="state">down</span>') == 2
    told = anonymous.get("/status.json").json()
    assert told["database_away_since"] == "2026-11-24T12:01:01Z" and told["last_round"] == "2026-11-24T12:00:01Z"
    health = anonymous.get("/api/health")
    assert (health.status_code, health.json()["status"]) == (503, "fail")
    assert anonymous.get("/status.rss").status_code == 200
    assert anonymous.get("/healthz").status_code == 200
    assert anonymous.get("/readyz").status_code == 503
    lab.wind(120)  # nobody has measured meanwhile
    told = {each["id"]: each for each in anonymous.get("/status.json").json()["components"]}
    assert (told["openai"]["state"], told["openai"]["reason"]) == ("unknown", "last seen 3 minutes ago")
    assert told["database-read"]["state"] == "down"


def test_a_process_that_starts_meanwhile_has_the_file(lab: Lab, anonymous: Person, request: Any) -> None:
    lab.round()
    request.getfixturevalue("no_database")
    snapshot.forget()
    told = anonymous.get("/status.json").json()
    assert {each["id"]: each["state"] for each in told["components"]}["openai"] == "operational"
    assert told["last_round"] == "2026-11-24T12:00:01Z"


@pytest.mark.parametrize("text", [None, b"", b"{", b"[]", b'{"format": 0}', b'{"format": 1}'])
def test_a_file_that_is_missing_or_broken_is_as_none(
    lab: Lab, anonymous: Person, settings: Settings, request: Any, text: bytes | None
) -> None:
    if text is not None:
        settings.STATUS_FILE.write_bytes(text)
    request.getfixturevalue("no_database")
    told = anonymous.get("/status.json").json()
    assert told["state"] == "down" and told["last_round"] is None
    assert {each["state"] for each in told["components"]} == {"down", "unknown", "not used here"}
    assert anonymous.get("/status").status_code == 200


def test_the_page_says_when_the_database_is_back(lab: Lab, anonymous: Person) -> None:
    lab.round()
    anonymous.get("/status")
    snapshot._kept.away_since = lab.now
    lab.wind(5)
    assert "does not answer" not in anonymous.get("/status").content.decode()


def test_ninety_days_of_bars_follow_the_printed_formula(lab: Lab, anonymous: Person) -> None:
    lab.round()
    today = lab.now.date()
    for back, failed in ((1, 0), (2, 10), (3, 400)):
        StatusDay.objects.create(
            component="openai", day=today - timedelta(days=back), passed=1440 - failed, slow=0, failed=failed
        )
    snapshot.forget()
    told = {each["id"]: each for each in anonymous.get("/status.json").json()["components"]}
    assert [each["tone"] for each in told["openai"]["days"]] == ["bad", "warn", "good", "good"]
    assert told["openai"]["availability_90d"] == pytest.approx((1040 + 1430 + 1440 + 1) / (3 * 1440 + 1))
    page = anonymous.get("/status").content.decode()
    assert "1,430 of 1,440 measurements answered" in page and "90.51 %" in page


def test_the_page_is_made_quickly(lab: Lab, anonymous: Person) -> None:
    from time import process_time

    lab.round()
    anonymous.get("/status")
    begun = process_time()
    for _ in range(5):
        anonymous.get("/status")
    assert (process_time() - begun) / 5 < 0.1
