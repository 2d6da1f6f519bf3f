"""Samples that wait: a person assigns or ignores them, of the own team alone; what does not fit waits on."""

from collections.abc import Iterator

import pytest

from apps.accounts.domain import Principal, PrincipalKind, Scope
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.objectives.domain.samples import HeldReason
from apps.objectives.models import HeldSample, Sample, SampleBatch, Series
from apps.objectives.operations.held_settling import Assigned, Group, assign_held, ignore_held
from apps.objectives.operations.sample_receiving import receive_samples
from apps.objectives.queries.held_samples import list_groups
from tests.personas import Organisation, principal_of
from tests.sampling import NOON, make_indicator

pytestmark = [pytest.mark.sql, pytest.mark.django_db, pytest.mark.usefixtures("touched")]


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(NOON):
        yield


@pytest.fixture(name="group")
def _group(organisation: Organisation) -> Group:
    """Three slices for a misspelt name, one of which is no slice of five minutes."""
    tool = Principal(
        PrincipalKind.TOKEN, "token:1", token_id=1, scopes=frozenset({Scope.PUSH}),
        token_team_id=organisation.checkout.pk,
    )  # fmt: skip
    starts = ("2026-08-24T09:00:00Z", "2026-08-24T09:05:00Z", "2026-08-24T09:07:00Z")
    items = [{"indicator": "checkout-avail", "slice_start": at, "good": 9, "valid": 10} for at in starts]
    assert {taken.outcome for taken in receive_samples(items, tool)} == {"held"}
    return Group("checkout-avail", "", organisation.checkout.pk, HeldReason.UNKNOWN_INDICATOR)


def test_assign__stores_what_fits_and_leaves_the_rest_waiting(organisation: Organisation, group: Group) -> None:
    indicator, dee = make_indicator(organisation), principal_of(organisation.people["dee"])
    done = assign_held(group=group, indicator=indicator, key="", by=dee)
    assert (done.stored, done.left) == (2, 1)
    assert "whole multiples" in done.why
    assert Sample.objects.count() == 2
    assert SampleBatch.objects.get(channel="held").created_count == 2
    assert HeldSample.objects.filter(settled_at=None).count() == 1
    assert HeldSample.objects.filter(settled_by=organisation.people["dee"]).count() == 2
    assert AuditEvent.objects.filter(action="held_samples.assigned").count() == 1
    assert [(one.count, one.team) for one in list_groups(dee)] == [(1, "Checkout")]


def test_assign__takes_a_new_key_in(organisation: Organisation, group: Group) -> None:
    indicator, dee = make_indicator(organisation, dimension="tenant"), principal_of(organisation.people["dee"])
    with pytest.raises(Invalid, match="name one"):
        assign_held(group=group, indicator=indicator, key="", by=dee)
    assert assign_held(group=group, indicator=indicator, key="north", by=dee).stored == 2
    assert Series.objects.get().key == "north"


def test_ignore__keeps_them_with_the_reason(organisation: Organisation, group: Group) -> None:
    dee = principal_of(organisation.people["dee"])
    with pytest.raises(Invalid):
        ignore_held(group=group, reason=" ", by=dee)
    assert ignore_held(group=group, reason="A load test.", by=dee) == 3
    assert set(HeldSample.objects.values_list("settled_reason", flat=True)) == {"A load test."}
    assert list_groups(dee) == []
    with pytest.raises(Conflict):
        ignore_held(group=group, reason="Again.", by=dee)


def test_ignore__settles_what_waits_for_one_reason_and_leaves_the_other(
    organisation: Organisation, group: Group
) -> None:
    dee = principal_of(organisation.people["dee"])
    HeldSample.objects.filter(starts_at__minute=0).update(reason=HeldReason.NOT_PUSHED)
    assert [(one.reason, one.count) for one in list_groups(dee)] == [("not_pushed", 1), ("unknown_indicator", 2)]
    assert ignore_held(group=group, reason="A misspelt name.", by=dee) == 2
    assert [(one.reason, one.count) for one in list_groups(dee)] == [("not_pushed", 1)]


def test_waiting__never_tells_whether_another_team_has_an_indicator_of_the_name(
    organisation: Organisation, group: Group
) -> None:
    dee = principal_of(organisation.people["dee"])
    HeldSample.objects.filter(starts_at__minute=0).update(reason=HeldReason.NOT_YOURS)
    assert [(one.reason, one.count) for one in list_groups(dee)] == [("unknown_indicator", 3)]
    assert ignore_held(group=group, reason="A misspelt name.", by=dee) == 3


def test_settling__is_for_the_team_that_sent_them_into_its_own_indicators(
    organisation: Organisation, group: Group
) -> None:
    theirs = make_indicator(organisation, "harbour-up", service=organisation.harbour_cluster, team=organisation.harbour)
    eli, dee, hal = (principal_of(organisation.people[name]) for name in ("eli", "dee", "hal"))
    assert list_groups(eli) == []
    with pytest.raises(Forbidden):
        ignore_held(group=group, reason="Not mine.", by=eli)
    with pytest.raises(Forbidden):
        assign_held(group=group, indicator=theirs, key="", by=dee)
    assert assign_held(group=group, indicator=theirs, key="", by=hal) == Assigned(
        2, 1, "Slices of 300 s start on whole multiples of it in UTC, such as 2026-08-24T09:05:00Z."
    )


def test_assign__an_indicator_that_is_pulled_takes_none(organisation: Organisation, group: Group) -> None:
    pulled = make_indicator(
        organisation, source="pull", monitoring_source="prometheus", valid_query="sum(a[$window])",
        bad_query="sum(b[$window])",
    )  # fmt: skip
    with pytest.raises(Conflict, match="takes no pushed samples"):
        assign_held(group=group, indicator=pulled, key="", by=principal_of(organisation.people["dee"]))
