"""Behind a number: what was counted, what was left out, and whether it can be repeated."""

from collections.abc import Callable

from django.test import Client

from apps.measurements.models import MetricValue
from tests.personas import Organisation
from tests.web.portal.pages import words_of

CELL = "/metrics/change-failure-rate/values/team:checkout/2026-W34/13/"


def cell_of(organisation: Organisation) -> MetricValue:
    """The stored value the page shows."""
    return MetricValue.objects.get(
        subject_kind="team", subject_id=organisation.checkout.pk, version__definition__slug="change-failure-rate",
        part="whole", grain="weeks_13", end_on="2026-08-24",
    )  # fmt: skip


def test_evidence__says_the_sum_in_words(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("eli").get(CELL))
    assert "2 of 13 = 15 %." in text
    assert "13 facts counted, 0 left out." in text
    assert "Deployment r55 Checkout API 19 Aug 2026, 12:00" in text
    assert "Everything this needs is reported for 1 of 2 services." in text


def test_evidence__names_what_was_left_out(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    page = "/metrics/failed-deployment-recovery-time/values/team:checkout/2026-W34/13/"
    text = words_of(client_as("eli").get(page))
    assert "2 facts counted, 11 left out." in text
    assert "11 left out: outside what the definition counts" in text


def test_verify__a_stored_value_is_repeated(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("eli").post(f"{CELL}verify/", follow=True))
    assert "Equal. Computed again from the same facts, the value is the same." in text


def test_verify__an_altered_value_is_found(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    MetricValue.objects.filter(pk=cell_of(organisation).pk).update(value=0.5)
    text = words_of(client_as("eli").post(f"{CELL}verify/", follow=True))
    assert "Not equal" in text
    assert "Equal. Computed" not in text


def test_verify__nothing_stored_is_said(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    MetricValue.objects.filter(pk=cell_of(organisation).pk).delete()
    text = words_of(client_as("eli").post(f"{CELL}verify/", follow=True))
    assert "Nothing is stored for this cell yet" in text


def test_evidence__a_team_without_a_source_is_not_connected(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("eli").get("/metrics/change-failure-rate/values/team:harbour/2026-W34/13/"))
    assert "No data : not connected" in text
    assert "No fact was counted." in text
