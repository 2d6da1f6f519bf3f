"""The synthesis of a month from real rows: each line is carried by its incidents; five improvements, no sixth."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from apps.core import clock
from apps.core.periods import parse_period
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.domain.action_words import ActionKind
from apps.incidents.models import Action, Incident, Retro
from apps.incidents.operations import cause_linking
from apps.incidents.operations.oncall_recording import receive_pages
from apps.incidents.operations.restricting import restrict_incident
from apps.incidents.operations.synthesis_picking import pick_improvement
from apps.incidents.presenting_synthesis import present
from apps.incidents.queries import synthesis as queries
from apps.incidents.queries.synthesis import SORT, Quiet, Scope
from tests.incidents import NOW, at
from tests.learning import cause_of, published, resolved_incident
from tests.oncall import item, push_token
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
MAY, JUNE = parse_period("2026-05"), parse_period("2026-06")
IN_JUNE = datetime(2026, 6, 3, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def by(organisation: Organisation):
    return {name: principal_of(user) for name, user in organisation.people.items()}


@pytest.fixture
def scope(organisation: Organisation) -> Scope:
    return Scope.of_team(organisation.checkout)


BOUNDARY = {"boundary_from": "checkout-api", "boundary_to": "harbour-cluster"}
KINDS = ("tooling", "coordination", "runbook_gap", "detection_gap", "hidden_coupling", "time_pressure")


def draft(text: str = "Bound every pool") -> ActionDraft:
    return ActionDraft(text=text, kind=ActionKind.PREVENT, done_when="It is tested", due_on=date(2026, 7, 1))


def test_lines__are_carried_by_their_incidents(organisation: Organisation, scope: Scope, by) -> None:
    first = published(organisation, day=4, factor=BOUNDARY).incident_id
    second = published(organisation, day=8, factor=BOUNDARY).incident_id
    once = published(organisation, day=9, factor={"kind": "dependency"}).incident_id
    published(organisation, day=10, factor={"kind": "tooling"})
    found = queries.get_synthesis(scope, MAY, by["dee"])
    modes = {line.what: line.incidents for line in found.of(SORT.mode)}
    assert modes == {("checkout-api", "capacity"): (first, second), ("checkout-api", "dependency"): (once,)}
    (pair,) = found.of(SORT.boundary)
    assert (pair.what, pair.incidents) == (("checkout-api", "harbour-cluster"), (first, second))
    (guard,) = found.of(SORT.guard)
    assert (guard.what, len(guard.incidents)) == (("prevent", "absent"), 4)
    assert found.silent_kinds == ["config_drift", "deployment_process"]
    for line in found.lines:
        assert all(Incident.objects.get(pk=pk).title == found.titles[pk] for pk in line.incidents)


def test_lines__of_a_restricted_incident_are_its_lists_alone(organisation: Organisation, scope: Scope, by) -> None:
    published(organisation, day=4)
    hidden = published(organisation, day=8)
    restrict_incident(incident=hidden.incident, by=by["ana"])
    assert queries.get_synthesis(scope, MAY, by["ana"]).of(SORT.mode)
    assert queries.get_synthesis(scope, MAY, by["fay"]).of(SORT.mode) == []


def test_doubts__and_waived_retros_are_named(organisation: Organisation, scope: Scope, by) -> None:
    unrated = resolved_incident(severity=None)
    waived = resolved_incident(day=6)
    Retro.objects.filter(incident=waived).update(
        state="waived", waived_at=NOW, waiver_asked_at=NOW, waiver_asked_by=organisation.people["dee"],
        waiver_reason="Like the last one.",
    )  # fmt: skip
    found = queries.get_synthesis(scope, MAY, by["dee"])
    assert (found.unrated, list(found.follow_through.waived)) == ([unrated.pk], [waived.pk])
    shown = present(found)
    assert {group["label"] for group in shown["follow_through"]} == {"Retros waived"}


def test_pick__five_and_a_sixth_is_refused_in_a_sentence(organisation: Organisation, scope: Scope, by) -> None:
    for kind in KINDS:
        for day in (4, 5):
            published(organisation, day=day, factor={"kind": kind})
    lines = queries.get_synthesis(scope, MAY, by["dee"]).of(SORT.mode)
    assert len(lines) == 6
    give = {"scope": scope, "month": MAY, "team": organisation.checkout, "by": by["dee"]}
    for line in lines[:5]:
        action = pick_improvement(line=line.key, draft=draft(), **give)
    assert action.review_key == scope.review_key(MAY, lines[4].key)
    with pytest.raises(Conflict) as caught:
        pick_improvement(line=lines[5].key, draft=draft(), **give)
    assert caught.value.code == "five_picked"
    assert "returns next month as seen, not chosen" in caught.value.sentence
    assert Action.objects.filter(origin="review").count() == 5
    with clock.playing(IN_JUNE):
        for day in (1, 2):
            published(organisation, day=day)
        shown = queries.get_synthesis(scope, JUNE, by["dee"])
    seen = {line.key: (line.was_seen, line.was_chosen) for line in shown.of(SORT.mode)}
    assert [seen[line.key] for line in lines] == [(True, True)] * 5 + [(True, False)]


def test_pick__once_a_line_and_only_one_that_stands(organisation: Organisation, scope: Scope, by) -> None:
    for day in (4, 5):
        published(organisation, day=day)
    (line,) = queries.get_synthesis(scope, MAY, by["dee"]).of(SORT.mode)
    give = {"scope": scope, "month": MAY, "draft": draft(), "team": organisation.checkout}
    pick_improvement(line=line.key, by=by["dee"], **give)
    with pytest.raises(Conflict):
        pick_improvement(line=line.key, by=by["dee"], **give)
    with pytest.raises(Invalid) as caught:
        pick_improvement(line="0" * 10, by=by["dee"], **give)
    assert caught.value.errors[0].pointer == "/line"
    with pytest.raises(Forbidden):
        pick_improvement(line=line.key, by=by["eli"], **give)
    with pytest.raises(Invalid):
        pick_improvement(line=line.key, by=by["eli"], **{**give, "team": organisation.harbour})


def test_returned__a_cause_after_a_done_action_stands_among_the_promises(
    organisation: Organisation, scope: Scope, by
) -> None:
    cause = cause_of(organisation)
    with clock.playing(at("12:00", 6)):
        published(organisation, day=4, factor={"known_cause": f"C-{cause.pk}"})
    Action.objects.create(
        origin="tool", source="x", text="x", done_when="x", kind="prevent", owner_team=organisation.checkout,
        known_cause=cause, opened_at=at("13:00", 6), first_due_on=NOW.date(), first_due_at=NOW, due_on=NOW.date(),
        due_at=NOW, done_at=at("12:00", 7), state="done",
    )  # fmt: skip
    again = resolved_incident(day=10)
    cause_linking.confirm_cause(incident=again, cause=cause, by=by["dee"])
    shown = present(queries.get_synthesis(scope, MAY, by["dee"]))["follow_through"]
    labels = {row["label"] for group in shown for row in group["rows"]}
    assert f"C-{cause.pk}: Small pool, in I-{again.pk}" in labels


def test_doubts__a_team_whose_one_incident_is_hidden_is_not_without_any(
    organisation: Organisation, scope: Scope, by
) -> None:
    pages = [item(f"2026-05-{day:02}T{hour:02}:00:00Z", "A") for day in range(1, 6) for hour in (1, 7, 13, 19)]
    receive_pages(items=pages, by=push_token(organisation.checkout))
    assert queries.get_synthesis(scope, MAY, by["fay"]).quiet_teams == [Quiet("checkout", "Checkout", 20)]
    restrict_incident(incident=resolved_incident(), by=by["ana"])
    for name in ("ana", "fay"):
        assert queries.get_synthesis(scope, MAY, by[name]).quiet_teams == []
    found = queries.get_synthesis(scope, MAY, by["fay"])
    assert (found.unrated, found.unfinished, found.titles) == ([], [], {})
