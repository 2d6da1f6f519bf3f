"""Two people send one form of an incident, a line or a cause: all three texts are shown, and none is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.core import clock
from apps.incidents.models import Incident, KnownCause, TimelineEntry
from apps.incidents.operations import excluding, timeline
from apps.incidents.operations.cause_linking import edit_cause, open_cause
from apps.incidents.operations.timeline import Line
from tests.incidents import NOW, at, make_incident
from tests.personas import Organisation, principal_of
from tests.web.incidents.test_retro_pages import hidden
from tests.web.portal.pages import words_of

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def in_may(organisation: Organisation):
    """All of this happens on 20 May 2026."""
    with clock.playing(NOW):
        yield


def incident_said(organisation: Organisation) -> tuple[str, str, Callable[[str], Any], Callable[[], str]]:
    incident, ana = make_incident(summary="It was."), principal_of(organisation.people["ana"])

    def say(text: str) -> Any:
        now = Incident.objects.get()
        return excluding.edit_incident(incident=now, revision=now.revision, summary=text, by=ana)

    return f"/incidents/{incident.pk}/edit/", "summary", say, lambda: Incident.objects.get().summary


def line_said(organisation: Organisation) -> tuple[str, str, Callable[[str], Any], Callable[[], str]]:
    incident, ana = make_incident(), principal_of(organisation.people["ana"])
    entry = timeline.add_timeline_entry(incident=incident, line=Line(at("10:20"), "It was."), by=ana)

    def say(text: str) -> Any:
        row = TimelineEntry.objects.get()
        return timeline.edit_timeline_entry(entry=row, line=Line(row.at, text), revision=row.revision, by=ana)

    return f"/incidents/{incident.pk}/timeline/{entry.pk}/", "text", say, lambda: TimelineEntry.objects.get().text


def cause_said(organisation: Organisation) -> tuple[str, str, Callable[[str], Any], Callable[[], str]]:
    ana = principal_of(organisation.people["ana"])
    row = open_cause(title="The pool is small", text="It was.", team=organisation.checkout, by=ana)

    def say(text: str) -> Any:
        now = KnownCause.objects.get()
        return edit_cause(cause=now, title=now.title, text=text, services=(), revision=now.revision, by=ana)

    return f"/causes/{row.pk}/edit/", "text", say, lambda: KnownCause.objects.get().text


@pytest.mark.parametrize("said", [incident_said, line_said, cause_said])
def test_conflict__shows_three_texts_and_saves_what_is_sent_next(
    organisation: Organisation, client_as: As, said: Callable[..., Any]
) -> None:
    place, field, say, stored = said(organisation)
    dee = client_as("dee")
    read = hidden(dee.get(place).content.decode())
    say("Theirs <b>.")
    clash = dee.post(place, {**read, field: "Yours."})
    assert (clash.status_code, stored()) == (412, "Theirs <b>.")
    assert all(text in words_of(clash) for text in ("It was.", "Theirs <b>.", "Yours."))
    again = hidden(clash.content.decode())
    assert again[field] == "Theirs <b>.\n\nYours."
    say("A third.")
    met = dee.post(place, again)
    assert met.status_code == 412
    assert all(text in words_of(met) for text in ("Theirs <b>.", "A third.", "Yours."))
    assert dee.post(place, {**hidden(met.content.decode()), field: "All of it."}).status_code == 302
    assert stored() == "All of it."


def test_conflict__what_only_they_changed_is_kept_and_choices_are_shown_in_words(
    organisation: Organisation, client_as: As
) -> None:
    incident, ana = make_incident(summary="It was."), principal_of(organisation.people["ana"])
    place, dee = f"/incidents/{incident.pk}/edit/", client_as("dee")
    read = hidden(dee.get(place).content.decode())
    excluding.edit_incident(incident=incident, revision=1, kind="drill", title="Cards refused", by=ana)
    clash = dee.post(place, {**read, "title": "Payments fail", "summary": "Yours."})
    assert "Theirs, saved Drill" in words_of(clash)
    assert dee.post(place, hidden(clash.content.decode())).status_code == 302
    incident.refresh_from_db()
    assert (incident.kind, incident.title, incident.summary) == ("drill", "Payments fail", "Yours.")
