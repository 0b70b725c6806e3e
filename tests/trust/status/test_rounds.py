"""Rounds of measurements: what is down is seen down, what is up again is seen up, and nothing is made up meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django import app
from pytest_django import Settings

from promptassay.core.jobs import enqueue
from promptassay.trust.status import rounds, services
from promptassay.trust.status.models import StatusIncident, StatusRound, StatusSample
from promptassay.trust.status.rounds import Prober
from tests.people import Person
from tests.providers.factories import make_key
from tests.trust.status.conftest import Lab

PROVIDERS = ("openai", "anthropic", "google")


def states(person: Person) -> dict[str, str]:
    """Each component's state as the public JSON tells it."""
    return {each["id"]: each["state"] for each in person.get("/status.json").json()["components"]}


def test_a_round_measures_what_is_used(lab: Lab, anonymous: Person) -> None:
    assert lab.round()
    assert states(anonymous) == {
        "database-read": "operational",
        "database-write": "operational",
        "queue": "operational",
        "supabase": "not used here",
        "mail": "not used here",
        "openai": "operational",
        "anthropic": "operational",
        "google": "operational",
        "stripe": "not used here",
        "sso": "not used here",
    }
    assert set(StatusSample.objects.values_list("verdict", flat=True)) == {"pass"}
    assert StatusRound.objects.get().rehearsed is True


def test_the_probe_carries_no_key(lab: Lab) -> None:
    lab.round()
    assert sorted(entry.path.partition("?")[0] for entry in lab.fake.received) == [
        "/anthropic/v1/models",
        "/google/v1beta/models",
        "/openai/v1/models",
    ]
    for entry in lab.fake.received:
        assert {entry.status} <= {401, 403}
        assert not {name.lower() for name in entry.headers} & {"authorization", "x-api-key", "x-goog-api-key"}


def test_a_provider_is_seen_down_and_up_again_within_two_minutes(lab: Lab, anonymous: Person) -> None:
    lab.round(then=1)
    lab.stop_provider()
    lab.wind(59)
    lab.round(then=59)  # the first round after it: at the latest a minute later
    assert [states(anonymous)[name] for name in PROVIDERS] == ["down"] * 3
    told = anonymous.get("/status.json").json()
    assert told["state"] == "down" and told["headline"] == "OpenAI, Anthropic and Google Gemini are down."
    assert {each["reason"] for each in told["components"] if each["id"] in PROVIDERS} == {"no connection"}
    assert not told["incidents"], "one failure opens none"
    lab.wind(1)
    lab.round()
    assert [each["closed_at"] for each in anonymous.get("/status.json").json()["incidents"]] == [None] * 3
    lab.start_provider()
    lab.wind(60)
    lab.round()
    assert [states(anonymous)[name] for name in PROVIDERS] == ["operational"] * 3
    lab.wind(60)
    lab.round()
    incidents = anonymous.get("/status.json").json()["incidents"]
    assert {each["cause"] for each in incidents} == {"2 measurements failed: no connection."}
    assert all(each["closed_at"] for each in incidents)


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("503", "down", "overloaded"),
        ("500", "down", "answered with an error of its own"),
        ("404", "down", "an answer that its documentation does not know"),
        ("429", "slow", "asked to slow down"),
    ],
)
def test_what_a_provider_answers_is_judged(lab: Lab, anonymous: Person, fault: str, state: str, reason: str) -> None:
    lab.fake.control({"keys": None, "fault": fault})
    lab.round()
    told = {each["id"]: each for each in anonymous.get("/status.json").json()["components"]}
    assert {(told[name]["state"], told[name]["reason"]) for name in PROVIDERS} == {(state, reason)}


def test_a_provider_that_nobody_uses_is_neither_asked_nor_operational(
    lab: Lab, alice: Person, settings: Settings
) -> None:
    settings.STATUS_PROVIDERS = ()
    lab.round()
    assert [states(alice)[name] for name in PROVIDERS] == ["not used here"] * 3
    assert not lab.fake.received
    key = make_key(alice, provider="anthropic", secret="sk-ant-0123456789abcdef", base_url="")
    lab.wind(60)
    lab.prober.look_at = 0
    lab.round()
    assert [states(alice)[name] for name in PROVIDERS] == ["not used here", "operational", "not used here"]
    lab.stop_provider()
    for _ in range(2):
        lab.wind(60)
        lab.round()
    with alice.inside():
        key.delete()
    lab.wind(60)
    lab.prober.look_at = 0
    lab.round()
    assert states(alice)["anthropic"] == "not used here"
    incident = StatusIncident.objects.get()
    assert incident.closed_at == lab.now and "no longer measured" in incident.cause


def test_a_minute_has_one_round_whoever_makes_it(lab: Lab) -> None:
    assert lab.round()
    assert not lab.round(), "the same worker"
    lab.prober = Prober()
    assert not lab.round(), "another one"
    assert StatusSample.objects.filter(component="openai").count() == 1


def test_a_job_that_waits_too_long_is_told(lab: Lab, anonymous: Person) -> None:
    from django.db import connection

    enqueue("evals.drive_run", workspace_id="0", run_id="0")
    for minutes, state in ((2, "slow"), (6, "down")):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_events SET at = now() - make_interval(mins => %s)", [minutes])
        lab.round(then=60)
        assert states(anonymous)["queue"] == state
    reasons = {each["id"]: each["reason"] for each in anonymous.get("/status.json").json()["components"]}
    assert reasons["queue"] == "jobs waited too long"


def test_mail_is_greeted_without_a_name(lab: Lab, anonymous: Person, settings: Settings) -> None:
    settings.MAIL_CONFIGURED = True
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "127.0.0.1", "name", "password"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(b"250 ok\r\n")
        writer.close()

    async def with_server() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            settings.EMAIL_PORT = server.sockets[0].getsockname()[1]
            await lab._round()

    asyncio.run(with_server())
    assert states(anonymous)["mail"] == "operational"
    assert [line.split()[0].lower() for line in heard] == [b"ehlo", b"noop", b"quit"]
    lab.wind(60)
    lab.round()
    assert states(anonymous)["mail"] == "down", "nobody listens any more"


def test_while_the_database_is_away_measurements_wait(lab: Lab, anonymous: Person, request: Any) -> None:
    lab.round(then=60)
    request.getfixturevalue("no_database")
    for _ in range(3):
        lab.round(then=60)
    waiting = {(each.component, each.verdict) for each in lab.prober.unkept}
    assert waiting >= {("database-write", "fail"), ("database-read", "fail"), ("openai", "pass")}
    # The page of this machine knows of it by the file, although no process of its own asked.
    told = anonymous.get("/status.json").json()
    assert {each["id"]: each["state"] for each in told["components"]} | {"database-read": "down"} == states(anonymous)
    assert states(anonymous)["openai"] == "operational" and told["database_away_since"]


def test_when_the_database_is_back_they_are_written_down(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    lab.round(then=60)
    with monkeypatch.context() as broken:

        def away(*args: object, **more: object) -> None:
            raise OperationalError("gone")

        broken.setattr(services, "keep", away)
        broken.setattr("promptassay.trust.status.probes._claim", away)
        broken.setattr("promptassay.trust.status.probes._statement", away)
        for _ in range(3):
            lab.round(then=60)
    assert StatusSample.objects.filter(component="openai").count() == 1
    lab.round(then=60)
    lab.round()
    assert StatusSample.objects.filter(component="openai").count() == 6
    incident = StatusIncident.objects.get(component="database-write")
    assert incident.reasons == {"unreachable": 3}
    assert incident.closed_at is not None and incident.closed_at - incident.opened_at == timedelta(minutes=3)
    assert not lab.prober.unkept


def test_the_decoy_is_really_down_and_seen_down(lab: Lab, anonymous: Person) -> None:
    lab.now = lab.now.replace(hour=2, minute=59)
    lab.rounds(4)  # 02:59 to 03:02; its minute is from half past 03:00 to half past 03:01
    found = dict(StatusSample.objects.filter(component="decoy").order_by("at").values_list("at", "verdict"))
    assert [found[at] for at in sorted(found)] == ["pass", "pass", "fail", "pass"]
    detector = anonymous.get("/status.json").json()["detector"]
    assert detector["state"] == "seen down"
    assert detector["trials"] == [{"from": "2026-11-24T03:00:30Z", "measurements": 1, "seen_down": True}]
    assert not StatusIncident.objects.exists(), "it is no part of the product"


def test_the_queue_comes_each_minute_and_waits_once() -> None:
    [periodic] = [task for (name, _), task in app.periodic_registry.periodic_tasks.items() if name == "status.measure"]
    assert periodic.cron == "* * * * *"
    assert (periodic.task.lock, periodic.task.queueing_lock) == ("status", "status")


async def test_the_worker_makes_the_rounds_that_the_queue_does_not_bring(monkeypatch: pytest.MonkeyPatch) -> None:
    made = asyncio.Event()
    stopping = asyncio.Event()

    async def run() -> bool:
        made.set()
        stopping.set()
        return True

    monkeypatch.setattr(rounds, "_OVERDUE_S", 0.0)
    monkeypatch.setattr(rounds, "run_round", run)

    class Soon:
        @staticmethod
        def now() -> Any:
            from datetime import UTC, datetime

            return datetime(2026, 11, 24, 12, 0, 59, 990_000, tzinfo=UTC)

    monkeypatch.setattr(rounds, "clock", Soon)
    await asyncio.wait_for(rounds.watch(stopping), 5)
    assert made.is_set()


def test_supabase_is_measured_where_the_database_is_one_of_theirs(
    lab: Lab, anonymous: Person, settings: Settings
) -> None:
    settings.SUPABASE_URL = lab.fake.openai_url
    lab.round(then=60)
    assert states(anonymous)["supabase"] == "operational"
    assert all("apikey" not in {name.lower() for name in entry.headers} for entry in lab.fake.received)
    lab.stop_provider()
    lab.round()
    assert states(anonymous)["supabase"] == "down"
