"""What people say about being on call: what a rule watches, a team's hours, what the stages of maturity ask for."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.bulk import batched
from apps.core.immutable import writing
from apps.core.periods import local_midnight
from apps.core.problems import FieldProblem, Invalid, Outdated, invalid
from apps.incidents.domain.oncall import HoursFault, hours_fault
from apps.incidents.domain.page_words import Signal
from apps.incidents.models_oncall import AlertRule, MaturityThresholds, OnCallProfile, Page
from apps.incidents.operations.page_settling import place_in_week, settle_pages
from apps.incidents.policies import oncall as policies
from apps.incidents.queries import oncall_pages as queries
from apps.services import queries as services
from apps.teams.models import Team

LONGEST_TARGET_SECONDS = 24 * 3600
PIECE = 2_000


@transaction.atomic
def describe_rule(*, rule: AlertRule, signal: Signal, runbook_url: str, revision: int, by: Principal) -> AlertRule:
    """Say what a rule watches and where its runbook is; `revision` is the one that was read."""
    rule = queries.lock_rule(rule.pk)
    policies.require_can_keep_rule(by, services.owner_id_at(rule.service, clock.as_of()))
    if rule.revision != revision:
        raise Outdated("revision_changed", "Somebody else described this rule meanwhile.")
    rule.signal, rule.runbook_url, rule.revision = signal.value, runbook_url, revision + 1
    rule.full_clean()
    rule.save(update_fields=["signal", "runbook_url", "revision"])
    audit.record("alert_rule.described", subject=rule, by=by, data={"signal": signal.value, "revision": rule.revision})
    return rule


@transaction.atomic
def write_profile(
    *, team: Team, from_on: date, zone: str, starts_minute: int, ends_minute: int, acknowledgement_seconds: int,
    cover: str = "", escalation: str = "", reason: str, by: Principal,
) -> OnCallProfile:  # fmt: skip
    """Write how a team is on call from a day of its own zone on; earlier rows stay and hold for earlier pages.

    Pages of that day and later are placed anew in business hours, evenings and nights.
    """
    policies.require_can_write_profile(by, team)
    _require_profile(zone, starts_minute, ends_minute, acknowledgement_seconds, reason)
    _require_day(from_on, team)
    queries.lock_teams([team.pk])
    profile = OnCallProfile(
        team=team, from_at=local_midnight(from_on, ZoneInfo(zone)), zone=zone, starts_minute=starts_minute,
        ends_minute=ends_minute, cover=cover.strip(), acknowledgement_seconds=acknowledgement_seconds,
        escalation=escalation.strip(), reason=reason.strip(), written_at=clock.now(), written_by_id=by.user_id,
    )  # fmt: skip
    profile.full_clean()
    with writing(OnCallProfile):
        profile.save()
    _place_anew(team, profile.from_at)
    said: dict[str, Any] = {"from_at": profile.from_at.isoformat(), "zone": zone, "hours": [starts_minute, ends_minute]}
    said |= {"acknowledgement_seconds": acknowledgement_seconds}
    audit.record("oncall_profile.written", subject=profile, by=by, data={"team": team.slug, **said})
    return profile


def _require_profile(zone: str, starts: int, ends: int, acknowledgement: int, reason: str) -> None:
    problems = []
    fault = hours_fault(zone, starts, ends)
    if fault is HoursFault.UNKNOWN_ZONE:
        problems.append(FieldProblem("/zone", "unknown_value", "Name a zone such as Europe/Madrid."))
    if fault is HoursFault.ENDS_BEFORE_START:
        problems.append(
            FieldProblem("/ends", "ends_before_start", "Working hours end after they begin, on the same day.")
        )
    if not 1 <= acknowledgement <= LONGEST_TARGET_SECONDS:
        sentence = "An urgent page is acknowledged within a minute to a day."
        problems.append(FieldProblem("/acknowledgement_minutes", "out_of_range", sentence))
    if not reason.strip():
        problems.append(FieldProblem("/reason", "required", "Say why these hours hold from then on."))
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)


def _require_day(from_on: date, team: Team) -> None:
    if from_on < team.began_on:
        sentence = f"{team.name} began on {team.began_on:%-d %B %Y}; choose that day or a later one."
        raise invalid("/from_on", "out_of_range", sentence)


def _place_anew(team: Team, since: datetime) -> None:
    """Give the team's pages since an instant the bucket and the night of the hours that hold now."""
    history, default = queries.hours_of([team.pk]).get(team.pk, []), queries.hours_in(None)
    pks = queries.list_pks_from(team, since, None)
    for start in range(0, len(pks), PIECE):
        pages = queries.lock_pages(pks[start : start + PIECE])
        before = {page.pk: page.night for page in pages}
        moved = [page for page in pages if place_in_week(page, history, default)]
        for some in batched(moved):
            Page.objects.bulk_update(some, ["bucket", "night"], batch_size=200)
        settle_pages(moved, nights_before=[before[page.pk] for page in moved])


@transaction.atomic
def write_thresholds(
    *, from_on: date, actionable_percent: int, on_time_percent: int, most_after_done: int, reason: str, by: Principal
) -> MaturityThresholds:
    """Write what the stages of on-call maturity ask for, from a day on; stages of earlier days keep theirs."""
    policies.require_can_write_thresholds(by)
    _require_thresholds(actionable_percent, on_time_percent, most_after_done, reason)
    row = MaturityThresholds(
        from_at=datetime.combine(from_on, time(0), clock.reporting_zone()), actionable_percent=actionable_percent,
        on_time_percent=on_time_percent, most_after_done=most_after_done, reason=reason.strip(),
        written_at=clock.now(), written_by_id=by.user_id,
    )  # fmt: skip
    row.full_clean()
    with writing(MaturityThresholds):
        row.save()
    said = {"actionable": actionable_percent, "on_time": on_time_percent, "after_done": most_after_done}
    audit.record("maturity_thresholds.written", subject=row, by=by, data={"from": from_on.isoformat(), **said})
    return row


def _require_thresholds(actionable: int, on_time: int, after_done: int, reason: str) -> None:
    shares = {"actionable_percent": actionable, "on_time_percent": on_time}
    problems = [
        FieldProblem(f"/{name}", "out_of_range", "Choose a share from 0 to 100 %.")
        for name, value in shares.items()
        if not 0 <= value <= 100
    ]
    if not 0 <= after_done <= 100:
        problems.append(FieldProblem("/most_after_done", "out_of_range", "Choose a number from 0 to 100."))
    if not reason.strip():
        problems.append(FieldProblem("/reason", "required", "Say why the stages ask for this."))
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)
