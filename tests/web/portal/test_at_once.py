"""A change that had to be in force at once, and one that a steward freed, say so wherever the version shows."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.core import clock
from apps.governance import operations as governance
from apps.metrics.domain.starter import CHANGE_LEAD_TIME_FROM_MERGE
from apps.metrics.models import DefinitionVersion
from tests.agreeing import draft, move, sign_all, starter_item, submit
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import main_of, words_of

AT_ONCE = "Two reviews read the old number on Tuesday."
DISMISSED = "Checkout squashes by its own choice."
PAGE = "/metrics/change-lead-time/"


@pytest.fixture
def hurried(organisation: Organisation) -> DefinitionVersion:
    """Lead time counts from the merge since the open week of May; Gus dismissed what Bo asked for."""
    people = organisation.people
    with clock.playing(datetime(2026, 5, 20, 10, tzinfo=UTC)):
        item = starter_item(CHANGE_LEAD_TIME_FROM_MERGE, organisation.harbour)
        proposal = submit(draft(item, author=people["eli"], at_once_reason=AT_ONCE), people["eli"])
        request = governance.request_changes(
            proposal=proposal, text="Our branches are squashed.", by=principal_of(people["bo"], clock.now())
        )
        governance.dismiss_request(request=request, text=DISMISSED, by=principal_of(people["gus"], clock.now()))
        proposal.refresh_from_db()
        move(sign_all(proposal))
    return DefinitionVersion.objects.get(number=2)


def test_at_once__the_version_says_why_it_did_not_wait(hurried: DefinitionVersion, client_as: Callable[..., Client]):
    client = client_as("dee")
    for address in (PAGE, f"{PAGE}v/2/", f"{PAGE}diff/1/2/"):
        assert AT_ONCE in words_of(client.get(address)), address
    assert "In force at once" not in words_of(client.get(f"{PAGE}v/1/"))


def test_at_once__the_chart_flags_its_break(hurried: DefinitionVersion, client_as: Callable[..., Client]) -> None:
    trend = main_of(client_as("dee").get(f"{PAGE}trend/?subject=team:checkout"))
    assert "v1 → v2 · " in trend
    assert " · at once" in trend


def test_dismissed__the_sentence_stays_on_the_version(hurried: DefinitionVersion, client_as: Callable[..., Client]):
    assert hurried.notes == [DISMISSED]
    assert DISMISSED in words_of(client_as("dee").get(f"{PAGE}v/2/"))
    assert "dismissed" not in words_of(client_as("dee").get(f"{PAGE}v/1/"))
