"""Reads of pages, alert rules and the hours of teams; all of it is open to everyone signed in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Absent
from apps.incidents.domain.oncall import Hours, HoursFrom
from apps.incidents.models import Incident
from apps.incidents.models_oncall import AlertRule, OnCallProfile, Page
from apps.services import queries as services
from apps.services.models import Ownership
from apps.teams.models import Team


def list_pages() -> QuerySet[Page]:
    """All pages with team, service and rule, newest first."""
    return Page.objects.select_related("team", "service", "rule").order_by("-fired_at", "-pk")


def seen_incidents(pages: Iterable[Page], by: Principal) -> frozenset[int]:
    """Primary keys of the incidents of some pages that the principal may see; no query where there is none."""
    named = {page.incident_id for page in pages if page.incident_id is not None}
    if not named:
        return frozenset()
    return frozenset(Incident.objects.visible_to(by).filter(pk__in=named).values_list("pk", flat=True))


def list_pages_between(team: Team, start: datetime, end: datetime) -> QuerySet[Page]:
    """Pages of a team that fired in `[start, end)`, in the order in which they came."""
    rows = Page.objects.filter(team=team, fired_at__gte=start, fired_at__lt=end)
    return rows.select_related("service", "rule").order_by("fired_at", "pk")


def find_pages(channel: str, places: Collection[tuple[str, datetime]]) -> dict[tuple[str, datetime], Page]:
    """Pages that one connection told of, by (external key, time it fired)."""
    if not places:
        return {}
    fired = [at for _, at in places]
    rows = Page.objects.filter(
        channel=channel, external_key__in={key for key, _ in places}, fired_at__gte=min(fired), fired_at__lte=max(fired)
    )
    return {(row.external_key, row.fired_at): row for row in rows}


def lock_pages(pks: Collection[int]) -> list[Page]:
    """Pages by primary key, locked in that order, with what their facts name."""
    rows = Page.objects.select_for_update(of=("self",)).filter(pk__in=list(pks))
    return list(rows.select_related("rule").order_by("pk"))


def lock_teams(pks: Collection[int]) -> None:
    """Lock the teams in the order of their keys: pages of one team are settled one after the other.

    Rows that merely refer to the team do not wait for it.
    """
    list(Team.objects.select_for_update(no_key=True).filter(pk__in=list(pks)).order_by("pk").values_list("pk"))


def lock_rules(pks: Collection[int]) -> None:
    """Lock rules in the order of their keys: whether a page repeats depends on all pages of its rule."""
    rules = AlertRule.objects.select_for_update(no_key=True).filter(pk__in=list(pks))
    list(rules.order_by("pk").values_list("pk"))


def lock_rule(pk: int) -> AlertRule:
    """The rule, locked until the transaction ends."""
    return AlertRule.objects.select_for_update(of=("self",)).select_related("service").get(pk=pk)


def find_rules(places: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Primary keys of rules by (service, name)."""
    rows = AlertRule.objects.filter(service_id__in={pk for pk, _ in places}, name__in={name for _, name in places})
    return {(service, name): pk for pk, service, name in rows.values_list("pk", "service_id", "name")}


def list_around(rule_ids: Collection[int], start: datetime, end: datetime) -> list[Any]:
    """Pages of some rules that fired in `[start, end]`, in order, as plain values."""
    rows = Page.objects.filter(rule_id__in=list(rule_ids), fired_at__gte=start, fired_at__lte=end)
    return list(rows.order_by("fired_at", "pk").values("pk", "rule_id", "fired_at", "urgency", "repeat"))


def list_nights(team_ids: Collection[int], nights: Collection[Any], start: datetime, end: datetime) -> list[Any]:
    """Pages of some teams in some nights that fired in `[start, end]`, in order, as plain values."""
    rows = Page.objects.filter(
        team_id__in=list(team_ids), night__in=list(nights), fired_at__gte=start, fired_at__lte=end
    )
    return list(rows.order_by("fired_at", "pk").values("pk", "team_id", "night", "fired_at", "urgency", "woke"))


def list_pks_from(team: Team, since: datetime, until: datetime | None) -> list[int]:
    """Primary keys of a team's pages that fired in `[since, until)`, in order."""
    rows = Page.objects.filter(team=team, fired_at__gte=since)
    rows = rows if until is None else rows.filter(fired_at__lt=until)
    return list(rows.order_by("fired_at", "pk").values_list("pk", flat=True))


def owners_of(service_ids: Collection[int]) -> dict[int, list[Ownership]]:
    """Everybody who owns or owned the services, by service."""
    found: dict[int, list[Ownership]] = defaultdict(list)
    for row in services.list_all_ownerships().filter(service_id__in=list(service_ids)):
        found[row.service_id].append(row)
    return found


def owner_at(owners: Iterable[Ownership], instant: datetime) -> int | None:
    """Who of them owned it at an instant."""
    for row in owners:
        if row.from_at <= instant and (row.until_at is None or instant < row.until_at):
            return row.team_id
    return None


def list_profiles(team: Team) -> QuerySet[Any]:
    """A team's on-call profiles, the newest first."""
    return OnCallProfile.objects.filter(team=team).select_related("written_by").order_by("-from_at", "-pk")


def list_all_profiles() -> QuerySet[Any]:
    """The on-call profiles of all teams, each team's newest first."""
    return OnCallProfile.objects.select_related("team").order_by("team__name", "-from_at", "-pk")


def profile_at(team: Team, instant: datetime) -> OnCallProfile | None:
    """The profile that holds for a team at an instant; None before the first."""
    found: OnCallProfile | None = list_profiles(team).filter(from_at__lte=instant).first()
    return found


def hours_of(team_ids: Collection[int]) -> dict[int, list[HoursFrom]]:
    """The hours of teams through time, by team, in the order in which they hold."""
    found: dict[int, list[HoursFrom]] = defaultdict(list)
    rows = OnCallProfile.objects.filter(team_id__in=list(team_ids)).order_by("from_at", "pk")
    for row in rows:
        found[row.team_id].append(HoursFrom(row.from_at, hours_in(row)))
    return found


def hours_in(profile: OnCallProfile | None) -> Hours:
    """The hours of a profile; without one, the shipped ones in the reporting zone."""
    if profile is None:
        return Hours(clock.reporting_zone())
    return Hours(ZoneInfo(profile.zone), profile.starts_minute, profile.ends_minute)


def list_rules() -> QuerySet[AlertRule]:
    """All alert rules by service and name."""
    return AlertRule.objects.select_related("service").order_by("service__name", "name", "pk")


def get_rule(pk: int) -> AlertRule:
    """One rule; raises `Absent`."""
    rule = list_rules().filter(pk=pk).first()
    if rule is None:
        raise Absent("not_found", "Nothing is here for you.")
    return rule


def list_rules_of_team(team: Team, at: datetime) -> QuerySet[AlertRule]:
    """Rules of the services a team owns at an instant."""
    return list_rules().filter(service__in=services.list_services_of(team.pk, at).values("pk"))


def list_rules_of_pages(pages: Sequence[Page]) -> list[AlertRule]:
    """The rules of some pages, each once, by name."""
    found = {page.rule_id: page.rule for page in pages}
    return sorted(found.values(), key=lambda rule: (rule.name, rule.pk))
