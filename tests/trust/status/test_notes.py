"""What an operator says of an incident stands on the page, in the feed and in the JSON, and stays."""

import pytest

from promptassay.core.errors import AppError
from promptassay.trust.status import notes, snapshot
from promptassay.trust.status.models import StatusIncident, StatusNote
from promptassay.trust.status.record import Record
from tests.people import Person
from tests.trust.status.conftest import Lab


@pytest.fixture
def incident(lab: Lab) -> StatusIncident:
    """OpenAI was down for two rounds."""
    lab.stop_provider()
    lab.rounds(2)
    return StatusIncident.objects.get(component="openai")


def test_it_is_told_everywhere(lab: Lab, anonymous: Person, incident: StatusIncident) -> None:
    notes.say(incident.pk, "  We ask them\nwhat is going on. ")
    lab.wind(60)
    notes.say(incident.pk, "Their <edge> lost a route.", is_cause=True)
    lab.start_provider()
    lab.rounds(2)
    told = next(each for each in anonymous.get("/status.json").json()["incidents"] if each["number"] == incident.pk)
    assert told["closed_at"] and told["operators_cause"] == "Their <edge> lost a route."
    assert [each["words"] for each in told["notes"]] == ["We ask them what is going on.", told["operators_cause"]]
    page = anonymous.get("/status").content.decode()
    assert "We ask them what is going on." in page and "<b>Cause:</b> Their &lt;edge&gt; lost a route." in page
    assert page.count("The operator has said nothing of its cause.") == 2, "of the two others"
    feed = anonymous.get("/status.rss").content.decode()
    assert "OpenAI: the cause" in feed and "OpenAI: a note" in feed
    record, _ = snapshot.latest(lab.now)
    assert record and Record.from_json(record.as_json()) == record


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "no words"),
        ("  ", "no words"),
        ("x" * 501, "cannot be shown"),
        ("a\x07b", "cannot be shown"),
        ("Our SOC 2 auditor looks into it.", "The words hold “SOC 2”"),
    ],
)
def test_what_may_not_stand_there_is_refused(incident: StatusIncident, words: str, said: str) -> None:
    with pytest.raises(AppError, match=said):
        notes.say(incident.pk, words)
    assert not StatusNote.objects.exists()


def test_the_command_says_lists_and_refuses(incident: StatusIncident, capsys: pytest.CaptureFixture[str]) -> None:
    assert notes.main("list", cause="", note="") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and all(each.endswith("going on UTC: no cause named yet") for each in lines)
    assert notes.main(str(incident.pk), cause="A route was lost.", note="It is back.") == 0
    assert capsys.readouterr().out.endswith("UTC: A route was lost.\n")
    assert [each.is_cause for each in StatusNote.objects.all()] == [False, True]
    for subject in ("0", "x", "-1"):
        with pytest.raises(AppError):
            notes.main(subject, cause="A cause.", note="")
    with pytest.raises(AppError, match="no words"):
        notes.main(str(incident.pk), cause="", note="")
