"""Whatever order facts arrive in, late, edited or withdrawn: the stored cells are those of a rebuild."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.measurements import operations
from apps.measurements.models import MetricValue, RecomputeRequest, Restatement
from apps.metrics import operations as metrics
from apps.services import operations as services
from tests.histories import Act, Places, acts
from tests.measuring import SINCE, all_cells, answer, change, connect, deployment, publish, value
from tests.personas import make_organisation, principal_of
from tests.services import examples

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)


class LateFacts(TestCase):
    """A random history, answered piece by piece, against one pass over all of it."""

    # A pass takes a second; shrinking would take minutes and the acts of a failure are short enough to read.
    @settings(max_examples=examples(6), phases=[Phase.explicit, Phase.generate])
    @given(history=st.lists(acts(), min_size=1, max_size=14), pauses=st.integers(1, 5))
    def test_answering_requests_piece_by_piece_gives_the_cells_of_a_rebuild(
        self, history: list[Act], pauses: int
    ) -> None:
        """Equal cells whether facts were computed as they came or all at the end."""
        with clock.playing(NOW):
            world = make_organisation()
            places = Places(world)
            metrics.adopt_starter(owner_team=world.checkout, by=principal_of(world.people["gus"], NOW))
            places.connect(NOW, count=2)
            operations.rebuild()
            for index, act in enumerate(history):
                places.do(act)
                if index % pauses == 0:
                    answer()
            answer()
            assert not RecomputeRequest.objects.filter(done_at=None).exists()
            stepwise = all_cells()
            again = operations.rebuild()
        assert all_cells() == stepwise
        assert again.written == 0


@pytest.fixture
def shop(organisation: Any) -> Any:
    """Two teams with the starter definitions, computed once without facts."""
    with clock.playing(NOW):
        metrics.adopt_starter(owner_team=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
        for service in (organisation.checkout_api, organisation.checkout_web, organisation.harbour_cluster):
            connect(service, "deployments", "changes", "remediations", heard_at=NOW)
        operations.rebuild()
    return organisation


@pytest.mark.sql
def test_late_deployment__only_cells_within_reach_are_written(shop: Any) -> None:
    """A deployment of 6 March writes the cells that hold that day, and none of another team's."""
    with clock.playing(NOW):
        publish("deployments", [deployment(shop.checkout_api, "v1", datetime(2024, 3, 6, tzinfo=UTC))])
        before = set(MetricValue.objects.values_list("pk", "run_id"))
        answer()
    changed = MetricValue.objects.exclude(pk__in=[pk for pk, _ in before & set(_runs())])
    assert changed.exists()
    assert not changed.filter(subject_kind="team", subject_id=shop.harbour.pk).exists()
    weeks = set(changed.filter(grain="week").values_list("end_on", flat=True))
    assert weeks == {datetime(2024, 3, 11).date()}


def _runs() -> list[tuple[int, int]]:
    return list(MetricValue.objects.values_list("pk", "run_id"))


@pytest.mark.sql
def test_late_fact__after_the_value_was_final_keeps_what_it_was(shop: Any) -> None:
    """A final value that changes is restated: old and new stand side by side."""
    with clock.playing(NOW):
        publish("deployments", [deployment(shop.checkout_api, "v1", datetime(2024, 3, 6, tzinfo=UTC))])
        answer()
    cell = value("deployment-frequency", shop.checkout_api, "2024-W10")
    assert cell is not None
    kept = Restatement.objects.get(cell=cell)
    assert (kept.old["numerator"], kept.new["numerator"]) == (0, 1)
    assert kept.cause == "late deployments"


@pytest.mark.sql
def test_the_same_fact_again__asks_for_nothing(shop: Any) -> None:
    """Sending what is already stored writes no version and no request."""
    row = deployment(shop.checkout_api, "v1", datetime(2024, 3, 6, tzinfo=UTC))
    with clock.playing(NOW):
        publish("deployments", [row])
        answer()
        publish("deployments", [row])
    assert not RecomputeRequest.objects.filter(done_at=None).exists()


@pytest.mark.sql
def test_a_move_tomorrow__changes_no_cell_of_today(shop: Any) -> None:
    """Results stay with the owner of their instant."""
    with clock.playing(NOW):
        publish("deployments", [deployment(shop.checkout_api, "v1", datetime(2024, 5, 6, tzinfo=UTC))])
        answer()
        before = all_cells()
        tomorrow = NOW + timedelta(days=1)
        services.hand_over(service=shop.checkout_api, to=shop.harbour, from_at=tomorrow, reason="Moves.", by=SYSTEM)
        answer()
    assert all_cells() == before


def _asked() -> set[tuple[str, str]]:
    return set(RecomputeRequest.objects.filter(done_at=None).values_list("source", "service__slug"))


@pytest.mark.sql
def test_a_second_channel__asks_for_the_day_of_its_fact_only(shop: Any) -> None:
    """It changes no number, as the first channel counts: not when it connects, nor when it reaches further back."""
    with clock.playing(NOW):
        rows = [deployment(shop.checkout_api, "v1", datetime(2024, 3, 6, tzinfo=UTC))]
        publish("deployments", rows, channel="second")
        earlier = SINCE - timedelta(days=400)
        service_id = shop.checkout_api.pk
        services.hear(
            source="deployments", service_id=service_id, channel="second", at=NOW, connected_from=earlier
        )  # fmt: skip
        assert _asked() == {("deployments", "checkout-api")}
        answer()
        stepwise = all_cells()
        operations.rebuild()
    assert all_cells() == stepwise


@pytest.mark.sql
def test_a_first_channel__asks_for_what_is_computed_from_its_source(organisation: Any) -> None:
    """Lead times do not read remediations, so connecting those writes no cell of them."""
    with clock.playing(NOW):
        metrics.adopt_starter(owner_team=organisation.checkout, by=principal_of(organisation.people["gus"], NOW))
        connect(organisation.checkout_api, "deployments", "changes", heard_at=NOW)
        operations.rebuild()
        before = set(_runs())
        connect(organisation.checkout_api, "remediations", heard_at=NOW)
        assert _asked() == {("connection of remediations", "checkout-api")}
        answer()
        changed = {pk for pk, _ in set(_runs()) - before}
        stepwise = all_cells()
        operations.rebuild()
    assert all_cells() == stepwise
    written = MetricValue.objects.filter(pk__in=changed).values_list("version__definition__slug", flat=True)
    assert set(written) == {"change-failure-rate", "deployment-rework-rate", "failed-deployment-recovery-time"}


@pytest.mark.sql
def test_a_connection_that_reaches_further_back__asks_from_its_new_begin(shop: Any) -> None:
    """Facts between the new begin and the old one begin to count."""
    earlier = SINCE - timedelta(days=400)
    with clock.playing(NOW):
        services.hear(
            source="deployments", service_id=shop.checkout_api.pk, channel="test", at=NOW, connected_from=earlier
        )  # fmt: skip
    asked = RecomputeRequest.objects.get(done_at=None)
    assert (asked.source, asked.day) == ("connection of deployments", earlier.date() + timedelta(days=1))


@pytest.mark.sql
def test_a_new_owner__restates_no_value_that_shows_the_same(shop: Any) -> None:
    """More services owned is no other number: only cells whose numbers differ keep what they were."""
    with clock.playing(NOW):
        services.create_service(
            slug="later", name="Later", began_on=SINCE.date() + timedelta(days=40), owner=shop.checkout, by=SYSTEM
        )  # fmt: skip
        before = set(_runs())
        answer()
    assert set(_runs()) - before
    assert not Restatement.objects.exists()


@pytest.mark.sql
def test_a_change_that_moved_to_another_release__moves_both_cells(shop: Any) -> None:
    """The cells of the old and of the new release are computed again, though they lie months apart."""
    api = shop.checkout_api
    january, april = datetime(2024, 1, 10, tzinfo=UTC), datetime(2024, 4, 10, tzinfo=UTC)
    first, merged = datetime(2024, 1, 8, tzinfo=UTC), datetime(2024, 1, 9, tzinfo=UTC)
    with clock.playing(NOW):
        publish("deployments", [deployment(api, "v1", january), deployment(api, "v2", april)])
        publish("changes", [change(api, "c1", first, merged, "v1")])
        answer()
        publish("changes", [change(api, "c1", first, merged, "v2")])
        answer()
    old, new = (value("change-lead-time", api, week) for week in ("2024-W02", "2024-W15"))
    assert old is not None
    assert new is not None
    assert (old.n, new.n) == (0, 1)
    assert new.value == (april - first).total_seconds()
