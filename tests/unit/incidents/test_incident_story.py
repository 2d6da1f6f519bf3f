"""The timeline of an incident, what leaves it out, who may know of it, and how a secret is taken out."""

from datetime import timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.annotations import operations as annotations
from apps.annotations.domain import AnnotationKind
from apps.audit import queries as audit
from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden, Invalid, Outdated
from apps.delivery.facts import DEPLOYMENTS
from apps.incidents.domain.incident_words import Exclusion, IncidentKind, MilestoneKind, ServiceRole
from apps.incidents.domain.severity import SHIPPED
from apps.incidents.models import IncidentAccess, SeverityPolicy
from apps.incidents.operations import excluding, rating, redacting, restricting, timeline
from apps.incidents.operations.oncall_recording import receive_pages
from apps.incidents.operations.retro_amending import begin_amendment
from apps.incidents.operations.statements import record_milestone
from apps.incidents.operations.timeline import Line
from apps.incidents.queries import incidents as queries
from apps.incidents.queries import storyline
from apps.services import operations as services
from apps.teams import queries as teams
from tests.incidents import NOW, at, make_incident
from tests.learning import publish, published, retro_of
from tests.oncall import item, push_token
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def in_may(organisation: Organisation):
    """All of this happens on 20 May 2026."""
    with clock.playing(NOW):
        yield


def test_timeline__lines_are_added_edited_on_their_revision_and_hidden(ana) -> None:
    incident, by = make_incident(), principal_of(ana)
    entry = timeline.add_timeline_entry(incident=incident, line=Line(at("10:30"), "The queue was restarted."), by=by)
    edited = timeline.edit_timeline_entry(entry=entry, line=Line(at("10:31"), "It was restarted."), revision=1, by=by)
    assert (edited.revision, edited.text) == (2, "It was restarted.")
    with pytest.raises(Outdated, match="It was restarted"):
        timeline.edit_timeline_entry(entry=entry, line=Line(at("10:31"), "Other."), revision=1, by=by)
    timeline.edit_timeline_entry(entry=entry, line=Line(at("10:31"), "It was restarted."), revision=1, by=by)
    timeline.hide_timeline_entry(entry=entry, by=by)
    assert [(row.text, row.is_hidden, row.revision) for row in storyline.list_entries(incident)] == [
        ("It was restarted.", True, 2)
    ]


def test_timeline__a_source_says_anew_what_it_said_under_its_key() -> None:
    incident = make_incident()
    for text in ("first", "second", "second"):
        timeline.add_timeline_entry(
            incident=incident, line=Line(at("10:30"), text), source="chat", external_key="m1", by=SYSTEM
        )
    assert [(row.text, row.revision) for row in storyline.list_entries(incident)] == [("second", 2)]


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        (Line(at("10:30"), "  "), "/text"), (Line(at("10:30"), "x" * 2001), "/text"),
        (Line(NOW + timedelta(hours=1), "x"), "/at"), (Line(at("10:30"), "x", at("10:29")), "/ended_at"),
    ],
)  # fmt: skip
def test_timeline__a_line_that_does_not_fit_is_refused_at_its_field(line, pointer) -> None:
    with pytest.raises(Invalid) as refusal:
        timeline.add_timeline_entry(incident=make_incident(), line=line, by=SYSTEM)
    assert [problem.pointer for problem in refusal.value.errors] == [pointer]


def test_candidates__come_from_facts_and_marks_a_day_before_to_resolution(ana, organisation) -> None:
    incident, by = make_incident(), principal_of(ana)
    record_milestone(incident=incident, kind=MilestoneKind.RESOLVED, at=at("11:30"), by=SYSTEM)
    incident.refresh_from_db()
    times = {"early": at("10:00", 3), "inside": at("9:00"), "late": at("11:31")}
    rows = [{"service": organisation.checkout_api.pk, "key": k, "finished_at": t} for k, t in times.items()]
    services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)
    annotations.create_annotation(
        kind=AnnotationKind.LAUNCH, text="A sale began", starts_at=at("8:00"), team=organisation.checkout, by=by
    )
    offered = storyline.list_candidates(incident, NOW)
    assert [line.text for line in offered] == ["A sale began", "Deployment inside to production: succeeded."]
    taken = timeline.accept_candidate(
        incident=incident, source="deployments", service="checkout-api", key="inside", by=by
    )
    assert (taken.at, taken.fact_key) == (at("9:00"), "inside")
    assert [line.text for line in storyline.list_candidates(incident, NOW)] == ["A sale began"]
    with pytest.raises(Absent):
        timeline.accept_candidate(incident=incident, source="deployments", service="checkout-api", key="late", by=by)


def test_candidates__are_two_hundred_at_most_those_nearest_to_the_end(organisation) -> None:
    incident = make_incident()
    rows = [
        {"service": organisation.checkout_api.pk, "key": f"v{n}", "finished_at": at("9:00") + timedelta(minutes=n)}
        for n in range(205)
    ]
    services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)
    offered = storyline.list_candidates(incident, NOW)
    assert (len(offered), offered[0].key, offered[-1].key) == (200, "v5", "v204")


def test_candidates__pages_are_among_them(ana, organisation) -> None:
    receive_pages(items=[item("2026-05-04T10:10:00Z", "Queue full")], by=push_token(organisation.checkout))
    incident = make_incident()
    (line,) = storyline.list_candidates(incident, NOW)
    assert (line.source, line.text, line.at) == ("pages", "Page: Queue full (high).", at("10:10"))
    taken = timeline.accept_candidate(
        incident=incident, source="pages", service="checkout-api", key=line.key, by=principal_of(ana)
    )
    assert (taken.text, taken.at) == (line.text, line.at)


def test_exclude__withdraws_the_facts_and_including_brings_them_back(ana) -> None:
    incident, by = make_incident(severity=1), principal_of(ana)
    excluding.exclude_incident(incident=incident, exclusion=Exclusion.FALSE_ALARM, reason="A test alert.", by=by)
    incident.refresh_from_db()
    assert (queries.current_facts([incident.pk]), incident.status) == ({}, "excluded")
    excluding.include_incident(incident=incident, reason="It was real.", by=by)
    assert queries.current_facts([incident.pk])


def test_exclude__a_duplicate_names_a_root_that_is_none(ana) -> None:
    first, second, third, by = make_incident(), make_incident(), make_incident(), principal_of(ana)
    exclude = {"exclusion": Exclusion.DUPLICATE, "reason": "The same.", "by": by}
    excluding.exclude_incident(incident=second, duplicate_of=first.pk, **exclude)
    for incident, root in ((third, second.pk), (first, first.pk), (first, third.pk), (third, None), (third, 999)):
        with pytest.raises(Invalid) as refusal:
            excluding.exclude_incident(incident=incident, duplicate_of=root, **exclude)
        assert refusal.value.errors[0].pointer == "/duplicate_of"


def test_exclude__of_an_invisible_one_answers_as_for_a_missing_one(ana, eli, organisation) -> None:
    hidden = make_incident(services=("harbour-cluster",))
    restricting.restrict_incident(incident=hidden, by=principal_of(eli))
    said = []
    for number in (hidden.pk, 999):
        with pytest.raises(Invalid) as refusal:
            excluding.exclude_incident(
                incident=make_incident(), exclusion=Exclusion.DUPLICATE, reason="x", duplicate_of=number,
                by=principal_of(ana),
            )  # fmt: skip
        said.append(refusal.value.sentence.replace(str(number), "N"))
    assert said[0] == said[1]


def test_drill__carries_its_kind_and_opens_no_retro() -> None:
    incident = make_incident(kind=IncidentKind.DRILL, severity=1)
    (row,) = queries.current_facts([incident.pk])[f"I-{incident.pk}"]
    assert (row.kind, row.retro_required) == ("drill", False)


def test_edit__on_an_older_revision_is_told(ana) -> None:
    incident, by = make_incident(), principal_of(ana)
    excluding.edit_incident(incident=incident, revision=1, title="Other", by=by)
    with pytest.raises(Outdated):
        excluding.edit_incident(incident=incident, revision=1, title="Third", by=by)


def test_services__the_one_it_began_in_decides_the_owner(ana) -> None:
    incident = make_incident()
    excluding.touch_service(incident=incident, service="harbour-cluster", role=ServiceRole.ORIGIN, by=principal_of(ana))
    incident.refresh_from_db()
    assert incident.owner_team.slug == "harbour"
    rows = queries.current_facts([incident.pk])[f"I-{incident.pk}"]
    assert {row.service.slug: row.role for row in rows} == {"checkout-api": "affected", "harbour-cluster": "origin"}


def test_services__the_last_one_stays(ana) -> None:
    with pytest.raises(Conflict):
        excluding.release_service(incident=make_incident(), service="checkout-api", reason="x", by=principal_of(ana))


def test_restricted__is_absent_for_all_but_the_list_and_lifting_takes_two(
    ana, dee, eli, fay, gus, organisation
) -> None:
    incident = make_incident()
    restricting.restrict_incident(incident=incident, by=principal_of(ana))
    tool = teams.principal_of_secret(organisation.secrets["organisation_push"], NOW)
    for stranger in (*map(principal_of, (eli, fay, gus)), tool):
        with pytest.raises(Absent):
            queries.get_incident(incident.pk, stranger)
        with pytest.raises(Absent):
            restricting.ask_lift(incident=incident, reason="x", by=stranger) if stranger.is_person else (
                restricting.require_visible(incident, stranger)
            )
    restricting.give_access(incident=incident, user=gus, by=principal_of(dee))
    assert queries.get_incident(incident.pk, principal_of(gus)) == incident
    restricting.ask_lift(incident=incident, reason="It is fixed.", by=principal_of(ana))
    with pytest.raises(Forbidden, match="Another person"):
        restricting.answer_lift(incident=incident, agree=True, by=principal_of(ana))
    restricting.answer_lift(incident=incident, agree=True, by=principal_of(dee))
    assert queries.get_incident(incident.pk, principal_of(eli)) == incident


def test_restricted__the_owner_stays_and_another_team_leaves(ana, organisation) -> None:
    incident, by = make_incident(), principal_of(ana)
    restricting.restrict_incident(incident=incident, by=by)
    restricting.give_access(incident=incident, team=organisation.harbour, by=by)
    own, other, person = queries.list_access(incident)
    with pytest.raises(Conflict):
        restricting.take_access(incident=incident, access=own, by=by)
    restricting.take_access(incident=incident, access=other, by=by)
    assert [row.pk for row in queries.list_access(incident)] == [own.pk, person.pk]
    assert IncidentAccess.objects.count() == 3


def test_restricted__the_audit_keeps_no_word_of_it(ana) -> None:
    incident = make_incident()
    restricting.restrict_incident(incident=incident, by=principal_of(ana))
    record_milestone(
        incident=incident, kind=MilestoneKind.DETECTED, at=at("10:20"), reason="zanzibar", by=principal_of(ana)
    )
    assert not audit.list_events().filter(payload_text__contains="zanzibar").exists()
    assert not audit.list_events().filter(payload_text__contains="Payments").exists()


def test_redact__takes_a_secret_out_everywhere_and_keeps_the_hashes(ana, gus) -> None:
    incident = make_incident(title="Key sk-12345 leaked", summary="sk-12345", severity=1)
    timeline.add_timeline_entry(incident=incident, line=Line(at("10:30"), "Saw sk-12345."), by=SYSTEM)
    with pytest.raises(Forbidden):
        redacting.redact_incident(incident=incident, secret="sk-12345", by=principal_of(ana))
    assert redacting.redact_incident(incident=incident, secret="sk-12345", by=principal_of(gus)) == 3
    incident.refresh_from_db()
    assert (incident.title, incident.summary) == ("Key [redacted] leaked", "[redacted]")
    assert [row.text for row in storyline.list_entries(incident)] == ["Saw [redacted]."]
    payload = audit.list_events().order_by("-seq").first().payload_text
    assert "before_sha256" in payload
    assert "sk-12345" not in payload


def test_policy__a_steward_writes_the_next_and_incidents_keep_theirs(ana, gus) -> None:
    incident = make_incident(severity=4)
    levels = SHIPPED[:3]
    with pytest.raises(Forbidden):
        rating.write_policy(levels=levels, reason="Simpler.", by=principal_of(ana))
    with pytest.raises(Invalid, match="numbered from 1"):
        rating.write_policy(levels=SHIPPED[1:], reason="Simpler.", by=principal_of(gus))
    policy = rating.write_policy(levels=levels, reason="Simpler.", by=principal_of(gus))
    assert (queries.policy_at(NOW), SeverityPolicy.objects.count()) == (policy, 2)
    incident.refresh_from_db()
    assert len(queries.levels_of(incident)) == 4
    with pytest.raises(Invalid, match="Known: 1, 2, 3"):
        make_incident(principal_of(ana), severity=4)


def test_correct__after_the_retro_is_published_only_an_amendment_may(organisation: Organisation, ana) -> None:
    retro, by = published(organisation), principal_of(ana)
    later = {"incident": retro.incident, "kind": MilestoneKind.MITIGATED, "at": at("11:02"), "reason": "By the log."}
    with pytest.raises(Conflict) as caught:
        record_milestone(**later, by=by)
    assert caught.value.code == "retro_published"
    begin_amendment(retro=retro, reason="The time was wrong.", by=by)
    assert record_milestone(**later, by=by).mitigated_at == at("11:02")
    assert publish(retro_of(retro.incident), by).number == 2
    with pytest.raises(Conflict):
        record_milestone(**{**later, "at": at("11:03")}, by=by)
