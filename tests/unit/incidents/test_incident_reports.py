"""Reporting an incident, saying when something was, correcting it, and what its fact rows say then."""

from datetime import timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.audit import queries as audit
from apps.core import clock
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.incidents.domain.incident_words import MilestoneKind, ServiceRole
from apps.incidents.domain.lengths import NoLength, Times, lengths_of
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Incident, IncidentFact, Milestone
from apps.incidents.operations.rating import change_severity
from apps.incidents.operations.reporting import Touched, report_incident
from apps.incidents.operations.settling import settle
from apps.incidents.operations.statements import record_milestone, reopen_incident
from apps.incidents.queries import incidents as queries
from apps.services.models import FactConnection
from tests.incidents import NOW, at, make_incident, moments
from tests.personas import Organisation, principal_of

K = MilestoneKind
pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def in_may(organisation: Organisation):
    """All of this happens on 20 May 2026."""
    with clock.playing(NOW):
        yield


def facts_of(incident: Incident) -> dict[str, IncidentFact]:
    """The current rows by service."""
    rows = queries.current_facts([incident.pk]).get(f"I-{incident.pk}", [])
    return {row.service.slug: row for row in rows}


def test_worked_example__reopened_with_three_levels(ana) -> None:
    incident = make_incident(milestones=moments(
        impact_started="10:05", detected="10:17", acknowledged="10:21", mitigated="10:58", resolved="11:30",
    ))  # fmt: skip
    for level, time in ((3, "10:17"), (1, "10:30"), (2, "10:58")):
        change_severity(incident=incident, level=level, at=at(time), by=SYSTEM)
    reopen_incident(incident=incident, at=at("13:10"), by=principal_of(ana))
    record_milestone(incident=incident, kind=K.RESOLVED, at=at("13:52"), by=principal_of(ana))
    fact = facts_of(incident)["checkout-api"]
    assert (fact.detected_at, fact.first_resolved_at, fact.resolved_at) == (at("10:17"), at("11:30"), at("13:52"))
    assert (fact.hurt_seconds, fact.severity_worst, fact.severity_final) == (95 * 60, 1, 2)
    lengths = lengths_of(Times(**{name: getattr(fact, name) for name in Times.__dataclass_fields__}), NOW)
    assert [one.seconds for one in (lengths.to_detect, lengths.to_first_resolved, lengths.to_resolved)] == [
        12 * 60, 85 * 60, 227 * 60,
    ]  # fmt: skip
    severity = queries.severity_of(incident.pk)
    assert severity.seconds_by_level(queries.fold_of(incident.pk), NOW) == {3: 25 * 60, 1: 28 * 60, 2: 74 * 60}


def test_report__opens_what_its_level_asks_for_and_belongs_to_the_owner_of_the_origin(ana) -> None:
    incident = make_incident(principal_of(ana), ("checkout-api", "harbour-cluster"), severity=2)
    assert incident.owner_team.slug == "checkout"
    assert {slug: (row.role, row.retro_required) for slug, row in facts_of(incident).items()} == {
        "checkout-api": ("origin", True), "harbour-cluster": ("affected", True),
    }  # fmt: skip
    assert incident.retro.is_required


def test_report__without_any_time_is_detected_now_and_its_start_assumed(ana) -> None:
    incident = make_incident(principal_of(ana), milestones=())
    assert (incident.detected_at, incident.started_at, incident.start_assumed) == (NOW, NOW, True)


def test_report__by_a_stranger_to_all_its_services_is_refused(eli, fay) -> None:
    for stranger in (eli, fay):
        with pytest.raises(Forbidden):
            make_incident(principal_of(stranger))
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("services", "code"),
    [
        ((), "required"), ((Touched("nowhere"),), "unknown_service"),
        ((Touched("checkout-api"), Touched("Checkout-API")), "duplicate_value"),
        ((Touched("checkout-api", ServiceRole.ORIGIN), Touched("checkout-web", ServiceRole.ORIGIN)), "out_of_range"),
    ],
)  # fmt: skip
def test_report__services_that_do_not_fit_are_named(services, code) -> None:
    with pytest.raises(Invalid) as refusal:
        report_incident(title="x", services=services, by=SYSTEM)
    assert [problem.code for problem in refusal.value.errors] == [code]


def test_report__of_a_service_that_belonged_to_nobody_then(ana) -> None:
    with pytest.raises(Invalid) as refusal:
        make_incident(milestones=[Moment(K.DETECTED, at("10:00") - timedelta(days=900))])
    assert refusal.value.errors[0].code == "unowned_service"
    assert not Incident.objects.exists()


def test_report__under_the_same_key_adds_what_is_new_and_nothing_twice() -> None:
    first = make_incident(source="pager", external_key="P1", severity=3)
    again = {"title": "Other", "services": [Touched("checkout-api"), Touched("checkout-web")], "source": "pager",
             "external_key": "P1", "severity": 2, "by": SYSTEM,
             "milestones": moments(impact_started="10:05", detected="10:17", resolved="11:00")}  # fmt: skip
    second, third = report_incident(**again), report_incident(**again)
    assert (second.incident, second.is_new, third.is_new) == (first, False, False)
    assert Milestone.objects.count() == 3
    fact = facts_of(first)
    assert {row.resolved_at for row in fact.values()} == {at("11:00")}
    assert set(fact) == {"checkout-api", "checkout-web"}
    assert fact["checkout-api"].severity_worst == 2


def test_report__one_open_incident_for_each_deduplication_key() -> None:
    first = make_incident(source="pager", dedup_key="db-down")
    assert make_incident(source="pager", dedup_key="db-down") == first
    assert make_incident(source="other", dedup_key="db-down") != first
    record_milestone(incident=first, kind=K.RESOLVED, at=at("11:00"), by=SYSTEM)
    assert make_incident(source="pager", dedup_key="db-down") != first


def test_milestone__a_person_is_refused_the_wrong_order_with_both_times(ana) -> None:
    incident = make_incident()
    with pytest.raises(Invalid, match=r"Resolved at 4 May 2026 .* lies before impact started at 4 May 2026") as refusal:
        record_milestone(incident=incident, kind=K.RESOLVED, at=at("09:00"), by=principal_of(ana))
    assert refusal.value.errors[0].pointer == "/at"
    assert Milestone.objects.filter(kind=K.RESOLVED).count() == 0


def test_milestone__a_tool_is_heard_and_the_disorder_flagged() -> None:
    incident = make_incident()
    record_milestone(incident=incident, kind=K.RESOLVED, at=at("09:00"), by=SYSTEM)
    incident.refresh_from_db()
    assert incident.flags == ["times_out_of_order"]
    lengths = lengths_of(Times(started_at=incident.started_at, resolved_at=incident.resolved_at, is_over=True), NOW)
    assert lengths.to_resolved.reason is NoLength.ENDS_BEFORE_START


def test_milestone__a_correction_needs_a_reason_and_the_click_stays(ana) -> None:
    incident = make_incident(milestones=moments(impact_started="10:05", detected="10:17", mitigated="10:58"))
    with pytest.raises(Invalid) as refusal:
        record_milestone(incident=incident, kind=K.MITIGATED, at=at("10:40"), by=principal_of(ana))
    assert refusal.value.errors[0].pointer == "/reason"
    record_milestone(
        incident=incident, kind=K.MITIGATED, at=at("10:40"), reason="The graph says so.", by=principal_of(ana)
    )
    moment = queries.fold_of(incident.pk).first.moment(K.MITIGATED)
    assert moment is not None
    assert (moment.at, [one.at for one in moment.before]) == (at("10:40"), [at("10:58")])
    fact = facts_of(incident)["checkout-api"]
    assert (fact.mitigated_at, fact.hurt_seconds) == (at("10:40"), 35 * 60)
    payload = audit.list_events().order_by("-seq").first().payload_text
    assert "The graph says so." in payload


def test_milestone__that_cannot_be_known_is_said_with_a_reason(ana) -> None:
    incident = make_incident()
    with pytest.raises(Invalid):
        record_milestone(incident=incident, kind=K.IMPACT_STARTED, at=None, by=principal_of(ana))
    record_milestone(
        incident=incident, kind=K.IMPACT_STARTED, at=None, reason="No trace is left.", by=principal_of(ana)
    )
    assert facts_of(incident)["checkout-api"].started_at is None


def test_milestone__a_source_that_disagrees_later_is_shown_and_not_followed(ana) -> None:
    incident = make_incident()
    record_milestone(incident=incident, kind=K.RESOLVED, at=at("14:00"), by=principal_of(ana))
    record_milestone(incident=incident, kind=K.RESOLVED, at=at("14:20"), by=SYSTEM)
    incident.refresh_from_db()
    assert (incident.resolved_at, incident.flags) == (at("14:00"), ["source_disagrees"])


def test_milestone__ahead_of_the_clock_is_refused(ana) -> None:
    with pytest.raises(Invalid) as refusal:
        record_milestone(incident=make_incident(), kind=K.RESOLVED, at=NOW + timedelta(hours=1), by=principal_of(ana))
    assert refusal.value.errors[0].code == "in_future"


def test_milestone__of_another_teams_incident_is_refused(eli) -> None:
    with pytest.raises(Forbidden):
        record_milestone(incident=make_incident(), kind=K.RESOLVED, at=at("12:00"), by=principal_of(eli))


def test_reopen__what_goes_on_is_a_conflict(ana) -> None:
    with pytest.raises(Conflict):
        reopen_incident(incident=make_incident(), at=at("12:00"), by=principal_of(ana))


def two_of_one_key() -> tuple[Incident, Incident]:
    """An incident that is over, and the next one of its deduplication key, which goes on."""
    first = make_incident(source="pager", dedup_key="db-down", external_key="P1")
    record_milestone(incident=first, kind=K.RESOLVED, at=at("11:00"), by=SYSTEM)
    return first, make_incident(source="pager", dedup_key="db-down", external_key="P2")


def test_reopen__beside_an_open_one_of_its_key_is_a_conflict_for_a_person(ana) -> None:
    first, _ = two_of_one_key()
    with pytest.raises(Conflict, match="deduplication key"):
        reopen_incident(incident=first, at=at("12:00"), by=principal_of(ana))
    again = {"title": "x", "services": [Touched("checkout-api")], "source": "pager", "external_key": "P1"}
    with pytest.raises(Conflict, match="deduplication key"):
        report_incident(**again, milestones=[Moment(K.REOPENED, at("12:00"))], by=principal_of(ana))
    assert not Milestone.objects.filter(kind=K.REOPENED).exists()


def test_reopen__beside_an_open_one_of_its_key_is_heard_of_a_tool_and_flagged() -> None:
    first, second = two_of_one_key()
    reopen_incident(incident=first, at=at("12:00"), by=SYSTEM)
    first.refresh_from_db()
    assert (first.is_over, first.intervals, first.flags) == (False, 2, ["key_elsewhere"])
    assert make_incident(source="pager", dedup_key="db-down") == second
    record_milestone(incident=first, kind=K.RESOLVED, at=at("13:00"), by=SYSTEM)
    first.refresh_from_db()
    assert (first.is_over, first.flags) == (True, ["key_elsewhere"])


def test_severity__a_level_nobody_knows_is_refused_to_a_person_and_kept_of_a_tool(ana) -> None:
    incident = make_incident()
    with pytest.raises(Invalid, match="Known: 1, 2, 3, 4"):
        change_severity(incident=incident, level=9, by=principal_of(ana))
    change_severity(incident=incident, level=None, reported_as="blocker", by=SYSTEM)
    incident.refresh_from_db()
    assert (incident.severity_worst, incident.flags) == (None, ["unknown_severity"])


def test_severity__a_later_downgrade_cancels_no_retro(ana) -> None:
    incident = make_incident(severity=1)
    change_severity(incident=incident, level=4, by=principal_of(ana))
    incident.refresh_from_db()
    assert (incident.severity_worst, incident.severity_final, incident.retro.is_required) == (1, 4, True)


def test_settle__twice_writes_nothing(touched) -> None:
    incident = make_incident(services=("checkout-api", "checkout-web"), severity=2)
    touched.clear()
    settle(queries.lock_incident(incident.pk), now=NOW)
    assert touched == []


def test_settle__connects_the_services_of_the_team_that_reports() -> None:
    make_incident()
    rows = FactConnection.objects.filter(source="incidents", until_seq=None)
    assert {row.service.slug: row.connected_from for row in rows} == {
        "checkout-api": at("10:05"), "checkout-web": at("10:05"),
    }  # fmt: skip
