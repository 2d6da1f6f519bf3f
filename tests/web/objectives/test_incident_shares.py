"""Incidents on the page of a budget: regions of its chart, and one share for the page and for the rule."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import IncidentSpend, PolicyTrigger
from tests.agreeing import agree
from tests.budgets import lay, make_objective, make_policy
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.promising import promised
from tests.sampling import make_indicator, make_series
from tests.spending import HOUR, NEWEST, NOW, WINDOW, evaluate
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
ClientAs = Callable[..., Client]
PAGE = "/objectives/checkout-works/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def test_incidents__are_linked_regions_with_their_share(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    start = NEWEST - (WINDOW - 1) * HOUR
    hurt = NEWEST - 30 * HOUR
    lay(make_series(indicator), [
        Slice(start + n * HOUR, Counts(1_900 - bad, 1_900, 1_900))
        for n in range(-100, WINDOW) for bad in [400 if hurt <= start + n * HOUR < hurt + 2 * HOUR else 1]
    ])  # fmt: skip
    kinds = (MilestoneKind.IMPACT_STARTED, MilestoneKind.DETECTED, MilestoneKind.RESOLVED)
    times = [Moment(kind, hurt + n * HOUR) for n, kind in enumerate(kinds)]
    incident = make_incident(principal_of(organisation.people["dee"]), milestones=times, now=NOW)
    evaluate(objective)
    answer = client_as("ana").get(PAGE)
    text, html = words_of(answer), answer.content.decode()
    assert f"{incident} , 23 Aug 2026" in text
    assert "20.9 % of the budget" in text
    assert f'href="/incidents/{incident.pk}/"' in html
    assert 'class="region"' in html


def test_incidents__have_one_share_for_the_page_and_for_the_rule(
    organisation: Organisation, client_as: ClientAs
) -> None:
    """By what was measured up to an incident's end, without what an exemption takes out."""
    make_policy(organisation)
    objective = promised(organisation, spec={"slice_seconds": 3600})
    hurt, path = NEWEST - 30 * HOUR, f"/objectives/{objective.slug}/"
    lay(make_series(objective.indicator), [
        Slice(NEWEST - n * HOUR, Counts(1_900 - bad, 1_900, 1_900))
        for n in range(700) for bad in [600 if n in (29, 30) else 0]
    ])  # fmt: skip
    kinds = (MilestoneKind.IMPACT_STARTED, MilestoneKind.DETECTED, MilestoneKind.RESOLVED)
    times = [Moment(kind, hurt + n * HOUR) for n, kind in enumerate(kinds)]
    incident = make_incident(principal_of(organisation.people["dee"]), milestones=times, now=NOW)
    content = {
        "kind": "exclude_slices", "objectives": [objective.slug], "category": "measurement_fault",
        "starts_at": hurt.isoformat(), "expires_at": (hurt + HOUR).isoformat(),
    }  # fmt: skip
    agree(Item("exemption", Op.CREATE, "", content), author=organisation.people["ana"])
    evaluate(objective)
    text = words_of(client_as("ana").get(path))
    # 600 of 3,819, not 1,200 of 3,830.
    assert "15.7 % of the budget" in text
    assert not PolicyTrigger.objects.filter(incident=str(incident)).exists()
    IncidentSpend.objects.all().delete()
    assert "its share is not known" in words_of(client_as("ana").get(path))
