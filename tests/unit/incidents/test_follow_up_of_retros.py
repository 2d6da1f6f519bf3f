"""Actions out of a published retro: opened once, due by severity, restricted like their incident, fixing it."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Absent, Invalid
from apps.incidents.domain.action_drafts import EvidenceDraft
from apps.incidents.domain.incident_words import IncidentKind
from apps.incidents.domain.retro_drafts import DraftRow
from apps.incidents.domain.retro_words import RowKind
from apps.incidents.models import (
    Action,
    ActionFact,
    Incident,
    IncidentAccess,
    IncidentFact,
    OnCallProfile,
    Retro,
    RetroFact,
)
from apps.incidents.operations import action_opening, follow_up
from apps.incidents.operations.excluding import edit_incident
from apps.incidents.operations.restricting import restrict_incident
from apps.incidents.operations.retro_opening import open_retro
from apps.incidents.queries import follow_up as queries
from apps.notifications.models import Notification
from tests.incidents import NOW, at, make_incident, moments
from tests.measuring import connect, deployment, publish
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _in_may():
    with clock.playing(NOW):
        yield


@pytest.fixture
def incident(organisation: Organisation) -> Incident:
    return make_incident(
        severity=2, milestones=moments(impact_started="10:05", detected="10:17", mitigated="10:58", resolved="11:30")
    )


def row(key: str = "a1", **more: str) -> DraftRow:
    values = {"text": "Add a gate", "done_when": "It stands", "kind": "prevent", "team": "checkout"}
    return DraftRow(key, RowKind.ACTION, {**values, **more})


def opened(incident: Incident, *rows: DraftRow, now: datetime = NOW) -> list[Action]:
    retro = Retro.objects.get(incident=incident)
    return action_opening.open_from_retro(retro, rows or [row()], by=SYSTEM, now=now)


def test_open__due_by_the_level_and_a_weekend_moves_to_monday(incident: Incident) -> None:
    (action,) = opened(incident, now=datetime(2026, 5, 21, 13, tzinfo=UTC))
    assert (action.due_on, str(action.origin)) == (date(2026, 6, 22), "retro")


def test_open__in_the_zone_of_the_owner_team(organisation: Organisation, incident: Incident) -> None:
    with writing(OnCallProfile):
        OnCallProfile(
            team=organisation.checkout, from_at=NOW, zone="Pacific/Auckland", acknowledgement_seconds=900,
            reason="There.", written_at=NOW,
        ).save()  # fmt: skip
    (action,) = opened(incident, now=datetime(2026, 5, 21, 13, tzinfo=UTC))  # 01:00 on Friday in Auckland
    assert action.due_on == date(2026, 6, 22)  # Sunday 21 June
    assert action.due_at == datetime(2026, 6, 22, 11, 59, 59, tzinfo=UTC)


def test_open__an_earlier_day_may_be_chosen_and_a_later_one_not(incident: Incident) -> None:
    (action,) = opened(incident, row(due_on="2026-06-01"))
    assert action.due_on == date(2026, 6, 1)
    with pytest.raises(Invalid) as caught:
        opened(incident, row("a2", due_on="2026-08-31"))
    (error,) = caught.value.errors
    assert (error.pointer, error.code) == ("/rows/a2/due_on", "out_of_range")
    assert "within 30 days" in error.detail


def test_open__twice_opens_what_is_new_alone(incident: Incident) -> None:
    opened(incident, row("a1"))
    assert [action.retro_row for action in opened(incident, row("a1"), row("a2"))] == ["a2"]


def test_open__a_row_that_cannot_be_opened_opens_none_before_it(incident: Incident) -> None:
    with pytest.raises(Invalid) as caught, transaction.atomic():
        opened(incident, row("a1"), row("a2", team="nobody"), row("a3", known_cause="C-99"))
    assert [error.pointer for error in caught.value.errors] == ["/rows/a2/team"]
    assert Action.objects.count() == 0


def test_verify__a_deployment_on_a_preventing_action_fixes_the_incident(
    organisation: Organisation, incident: Incident
) -> None:
    api = organisation.checkout_api
    connect(api, "deployments", heard_at=NOW)
    publish("deployments", [deployment(api, "v31", at("09:00", 12), status="succeeded", environment="production")])
    (prevent, detect) = opened(incident, row("a1"), row("a2", kind="detect"))
    shown = EvidenceDraft("deployment", service_id=api.pk, fact_key="v31")
    dee, ana = (principal_of(organisation.people[name]) for name in ("dee", "ana"))
    follow_up.verify(action=follow_up.finish(action=detect, evidence=shown, by=dee), by=ana)
    assert IncidentFact.objects.get(until_seq=None).fixed_at is None
    follow_up.verify(action=follow_up.finish(action=prevent, evidence=shown, by=dee), by=ana)
    assert IncidentFact.objects.get(until_seq=None).fixed_at == at("09:00", 12)


def test_verify__by_the_leadership_which_may_not_write_on_the_incident(
    organisation: Organisation, incident: Incident
) -> None:
    connect(organisation.checkout_api, "deployments", heard_at=NOW)
    publish("deployments", [deployment(organisation.checkout_api, "v31", at("09:00", 12))])
    (action,) = opened(incident)
    shown = EvidenceDraft("deployment", service_id=organisation.checkout_api.pk, fact_key="v31")
    fay = principal_of(organisation.people["fay"])
    done = follow_up.finish(action=action, evidence=shown, by=principal_of(organisation.people["dee"]))
    assert follow_up.verify(action=done, by=fay).state == "verified"


def test_restricted__its_actions_are_absent_for_others_and_its_teams_join_the_list(
    organisation: Organisation, incident: Incident
) -> None:
    ana, eli, fay = (principal_of(organisation.people[name]) for name in ("ana", "eli", "fay"))
    restrict_incident(incident=incident, by=ana)
    incident.refresh_from_db()
    (own,) = opened(incident, row(text="Rotate the leaked key"))
    with pytest.raises(Absent):
        queries.get_action(own.pk, by=eli)
    with pytest.raises(Absent):
        queries.get_action(own.pk, by=fay)
    assert not queries.list_actions(eli).exists()
    (harbours,) = opened(incident, row("a2", text="Close the port", team="harbour"))
    assert IncidentAccess.objects.filter(incident=incident, team=organisation.harbour, removed_at=None).exists()
    assert queries.get_action(harbours.pk, by=eli) == harbours
    said = " ".join(" ".join(pair) for pair in Notification.objects.values_list("title", "text"))
    assert "leaked key" not in said
    assert "Close the port" not in said
    assert f"{own}: An action of a restricted incident" in said


def test_restricted__a_team_that_holds_an_action_already_joins_the_list(
    organisation: Organisation, incident: Incident
) -> None:
    opened(incident, row(team="harbour"))
    restrict_incident(incident=incident, by=principal_of(organisation.people["ana"]))
    listed = IncidentAccess.objects.filter(incident=incident, removed_at=None, team__isnull=False)
    assert set(listed.values_list("team__slug", flat=True)) == {"checkout", "harbour"}


def test_restricted__they_are_counted_only_for_whoever_may_see_them(
    organisation: Organisation, incident: Incident
) -> None:
    ana, eli = (principal_of(organisation.people[name]) for name in ("ana", "eli"))
    restrict_incident(incident=incident, by=ana)
    incident.refresh_from_db()
    opened(incident)
    team = organisation.checkout.pk
    assert [queries.list_unfinished(team, NOW, by=by).count() for by in (ana, eli)] == [1, 0]
    assert ActionFact.objects.filter(until_seq=None, team=team).count() == 1


def test_publish__an_action_out_of_a_drill_counts_nowhere_until_it_was_none(organisation: Organisation) -> None:
    by = principal_of(organisation.people["ana"])
    drill = make_incident(kind=IncidentKind.DRILL, severity=2)
    retro, _ = open_retro(incident=drill, by=by)
    (action,) = action_opening.open_from_retro(retro, [row()], by=SYSTEM, now=NOW)
    follow_up.finish(action=action, by=by)
    assert not queries.is_filed(action)
    drill = edit_incident(incident=drill, revision=1, kind=IncidentKind.INCIDENT, by=by)
    assert ActionFact.objects.get(until_seq=None).state == "done"
    edit_incident(incident=drill, revision=2, kind=IncidentKind.DRILL, by=by)
    assert not queries.is_filed(action)
    assert not RetroFact.objects.filter(until_seq=None).exists()
