"""What people say of an incident moves stored cells: a deployment ruled out is used by none, a corrected time counts.

The cells that late statements reach are those of a rebuild.
"""

from datetime import timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.incidents.domain.incident_words import Exclusion, LinkKind, LinkState, MilestoneKind
from apps.incidents.operations.excluding import exclude_incident
from apps.incidents.operations.linking import link_change
from apps.incidents.operations.restricting import restrict_incident
from apps.incidents.operations.statements import record_milestone
from apps.measurements import operations
from apps.metrics.domain.starter_incidents import SEVERE_INCIDENTS, TIME_TO_RESTORE, WITH_INCIDENTS
from tests.incidents import NOW, at, make_incident, moments
from tests.measuring import adopt, all_cells, answer, connect, deployment, publish, value
from tests.personas import principal_of

FAILURES, RECOVERY = (version.slug for version in WITH_INCIDENTS)
RESTORE, SEVERE = TIME_TO_RESTORE.slug, SEVERE_INCIDENTS.slug
WEEK = "2026-W19"  # 4 to 10 May
pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def in_may(organisation):
    """All of this happens on 20 May 2026, under the definitions that are shipped."""
    with clock.playing(NOW):
        by = principal_of(organisation.people["gus"])
        for version in (*WITH_INCIDENTS, TIME_TO_RESTORE, SEVERE_INCIDENTS):
            adopt(version.slug, version.spec | {"min_n": 1}, owner=organisation.checkout, by=by, lens=version.lens)
        rows = [deployment(organisation.checkout_api, f"v{day}", at("8:00", day)) for day in (4, 5)]
        publish("deployments", rows)
        connect(organisation.checkout_api, "remediations", heard_at=NOW)
        connect(organisation.checkout_api, "incidents", heard_at=NOW, channel="incidents")
        operations.rebuild()
        yield


def found(organisation, slug):
    """Numerator, n and value of the team's week."""
    cell = value(slug, organisation.checkout, WEEK)
    return (cell.numerator, cell.n, cell.value) if cell else None


def test_statements__move_every_cell_within_reach_and_no_other(organisation, ana) -> None:
    by = principal_of(ana)
    incident = make_incident(
        services=("checkout-api", "checkout-web"), severity=2,
        milestones=moments(5, impact_started="10:00", resolved="12:00"),
    )  # fmt: skip
    answer()
    assert found(organisation, FAILURES) == (1, 2, 0.5)
    assert found(organisation, RECOVERY)[1:] == (1, 4 * 3600)
    assert found(organisation, RESTORE)[1:] == (1, 2 * 3600)
    assert found(organisation, SEVERE)[1] == 1

    link = {"incident": incident, "kind": LinkKind.CAUSED_BY, "service": "checkout-api", "by": by}
    link_change(**link, key="v5", state=LinkState.REJECTED, reason="It was not rolled out there.")
    answer()
    assert found(organisation, RECOVERY)[1:] == (1, 28 * 3600)  # the one before, within three days
    link_change(**link, key="v4", state=LinkState.REJECTED, reason="Nor this one.")
    answer()
    assert found(organisation, FAILURES)[0] == 0
    assert value(FAILURES, organisation.checkout, WEEK).unattributed == 1

    record_milestone(
        incident=incident, kind=MilestoneKind.RESOLVED, at=at("11:00", 5), reason="The graph says so.", by=by
    )
    answer()
    assert found(organisation, RESTORE)[1:] == (1, 3600)

    exclude_incident(incident=incident, exclusion=Exclusion.FALSE_ALARM, reason="A test.", by=SYSTEM)
    answer()
    assert [found(organisation, slug)[1] for slug in (RESTORE, SEVERE)] == [0, 0]
    before = all_cells()
    operations.rebuild()
    assert all_cells() == before


def test_restricted__counts_as_before(organisation, ana) -> None:
    incident = make_incident(severity=1, milestones=moments(5, impact_started="10:00", resolved="12:00"))
    answer()
    before = all_cells()
    restrict_incident(incident=incident, by=principal_of(ana))
    answer()
    assert all_cells() == before
    assert found(organisation, SEVERE)[1] == 1


def test_open_ones__count_as_at_least_so_long(organisation) -> None:
    make_incident(milestones=moments(5, impact_started="10:00"))
    answer()
    cell = value(RESTORE, organisation.checkout, WEEK)
    until = min(NOW, at("0:00", 11) + timedelta(days=7))
    assert (cell.n, cell.at_least) == (1, True)
    assert cell.value >= (until - at("10:00", 5)).total_seconds() - 7200
