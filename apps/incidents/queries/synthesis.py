"""The synthesis of a month for a team or a group: what recurs, each line with the incidents that carry it."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, CharField, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from apps.accounts.domain import SYSTEM, Principal
from apps.core import clock
from apps.core.periods import Period, local_midnight
from apps.incidents.domain.incident_words import ServiceRole
from apps.incidents.domain.page_words import Urgency
from apps.incidents.domain.pages import RuleTally, noise_of
from apps.incidents.domain.synthesis import (
    Factored,
    FollowThrough,
    Guarded,
    Promised,
    Window,
    breaking_boundaries,
    failed_safeguards,
    failure_modes,
    follow_through,
    quiet_teams,
    silent_kinds,
    window_of,
)
from apps.incidents.models import (
    Action,
    Incident,
    IncidentCause,
    IncidentService,
    Page,
    PublishedFactor,
    PublishedSafeguard,
    Retro,
)
from apps.incidents.queries import follow_up
from apps.incidents.queries.causes import list_returned
from apps.incidents.queries.oncall_noise import COUNTS
from apps.incidents.queries.team_zones import zones_of
from apps.teams.models import Group, Team


class Sort(NamedTuple):
    """The sorts of line, as the page groups them and their keys are made of."""

    mode: str = "mode"
    boundary: str = "boundary"
    alert: str = "alert"
    guard: str = "guard"


SORT = Sort()
ORIGIN = ServiceRole.ORIGIN.value
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One pattern: what it is (by its sort), the incidents that carry it, and how many there were before."""

    sort: str
    what: tuple[str, ...]
    incidents: tuple[int, ...] = ()
    before: int | None = None
    counts: RuleTally | None = None
    was_chosen: bool = False
    was_seen: bool = False

    @property
    def key(self) -> str:
        """The same line has the same key in every month."""
        return hashlib.sha256("|".join((self.sort, *self.what)).encode()).hexdigest()[:10]


class Quiet(NamedTuple):
    """A team that was paged often and wrote down no incident."""

    slug: str
    name: str
    pages: int


@dataclass(frozen=True)
class Scope:
    """Whose month it is: one team, or the teams of a group."""

    key: str
    name: str
    team_ids: tuple[int, ...]

    @property
    def is_group(self) -> bool:
        """Whether it is the month of a group."""
        return self.key.startswith("g")

    @classmethod
    def of_team(cls, team: Team) -> "Scope":
        """One team."""
        return cls(f"t{team.pk}", team.name, (team.pk,))

    @classmethod
    def of_group(cls, group: Group, team_ids: Iterable[int]) -> "Scope":
        """The open teams of a group."""
        return cls(f"g{group.pk}", group.name, tuple(team_ids))

    def review_key(self, month: Period, line: str = "") -> str:
        """What an improvement picked from a line of this month is filed under; with `review:` at most 40 signs."""
        return f"syn:{self.key}:{month.key}:{line}"


@dataclass
class Synthesis:
    """A month of a scope, ready to be discussed."""

    scope: Scope
    month: Period
    window: Window
    lines: list[Line]
    silent_kinds: list[str]
    follow_through: FollowThrough
    unrated: list[int]
    unfinished: list[int]
    quiet_teams: list[Quiet]
    picked: list[Action]
    returned: list[IncidentCause] = field(default_factory=list)
    titles: Mapping[int, str] = field(default_factory=dict)
    actions: Mapping[int, Action] = field(default_factory=dict)

    def of(self, sort: str) -> list[Line]:
        """The lines of one sort."""
        return [line for line in self.lines if line.sort == sort]


def get_synthesis(scope: Scope, month: Period, by: Principal) -> Synthesis:
    """Everything a month's meeting looks at; incidents the reader may not see take no part."""
    known = _Known(scope, month, by)
    earlier = {line.key for line in known.patterns(month.previous())}
    promised, actions = _promised(scope, month, by)
    picks = sorted((a for a in actions.values() if _is_picked(a, scope, month)), key=lambda action: action.pk)
    chosen = {action.review_key.rsplit(":", 1)[-1] for action in picks if _is_of(action, scope, month.previous())}
    lines = [
        Line(line.sort, line.what, line.incidents, line.before, line.counts, line.key in chosen, line.key in earlier)
        for line in known.patterns(month)
    ]
    window = window_of(month.end_on)
    waived = _waived(scope, month, by)
    return Synthesis(
        scope, month, window, lines,
        silent_kinds=silent_kinds(line.what[1] for line in lines if line.sort == SORT.mode),
        follow_through=follow_through(
            promised, waived, first_on=month.first_on, end_on=month.end_on, today=clock.local_day(clock.as_of())
        ),
        unrated=[row["pk"] for row in known.month_rows if row["severity_worst"] is None],
        unfinished=[row["pk"] for row in known.month_rows if row["started_at"] is None or row["detected_at"] is None],
        quiet_teams=known.quiet_of(month),
        picked=[action for action in picks if _is_of(action, scope, month)],
        returned=list_returned(scope.team_ids, *_bounds(month), by),
        titles={**known.titles, **waived}, actions=actions,
    )  # fmt: skip


def _bounds(month: Period) -> tuple[datetime, datetime]:
    """The month's first instant and the first one after it."""
    zone = clock.reporting_zone()
    return month.starts_at(zone), month.ends_at(zone)


def find_group(slug: str) -> tuple[Scope, list[Team]] | None:
    """A group as a scope, with its open teams; None for one without any. One query."""
    own = list(Team.objects.filter(group__slug=slug, closed_on=None).select_related("group").order_by("name"))
    group = own[0].group if own else None
    return (Scope.of_group(group, [team.pk for team in own]), own) if group else None


def find_line(scope: Scope, month: Period, key: str, by: Principal) -> Line | None:
    """The line of a month with that key."""
    return next((line for line in _Known(scope, month, by).patterns(month) if line.key == key), None)


def list_picked(scope: Scope, month: Period) -> QuerySet[Action]:
    """Improvements picked in a month, in the order in which they were."""
    prefix = scope.review_key(month)
    return Action.objects.filter(review_key__startswith=prefix).select_related("owner_team").order_by("pk")


def _is_picked(action: Action, scope: Scope, month: Period) -> bool:
    """An improvement of this month or of the one before."""
    return _is_of(action, scope, month) or _is_of(action, scope, month.previous())


def _is_of(action: Action, scope: Scope, month: Period) -> bool:
    return action.review_key.startswith(scope.review_key(month))


class _Known:
    """What both this month and the one before are read from."""

    def __init__(self, scope: Scope, month: Period, by: Principal) -> None:
        self.titles: dict[int, str] = {}
        since = window_of(month.previous().end_on).before_on
        rows = self._incidents(scope, by, since, month.end_on)
        self.factors = list(self._factors(rows))
        self._guards = list(self._safeguards(rows))
        self._alerts = self._tallies(scope, month)
        zone = clock.reporting_zone()
        within = self._incidents(scope, SYSTEM, month.first_on, month.end_on, undated=True)
        seen = Q(pk__in=Incident.objects.visible_to(by).values("pk"))
        columns = ("pk", "title", "severity_worst", "started_at", "detected_at", "owner_team__slug")
        # Of one that the reader may not see nothing is said, and a team that has one is not without any.
        all_rows = [
            row for row in within.annotate(is_seen=seen).order_by("pk").values(*columns, "reported_at", "is_seen")
            if month.first_on <= (row["started_at"] or row["reported_at"]).astimezone(zone).date() < month.end_on
        ]  # fmt: skip
        self.month_rows = [row for row in all_rows if row["is_seen"]]
        self.incidents_by_team = Counter(row["owner_team__slug"] for row in all_rows)
        self.titles |= {row["pk"]: row["title"] for row in self.month_rows}

    @staticmethod
    def _incidents(
        scope: Scope, by: Principal, since: date, until: date, *, undated: bool = False
    ) -> QuerySet[Incident]:
        zone = clock.reporting_zone()
        start, end = local_midnight(since, zone), local_midnight(until, zone)
        rows = Incident.objects.visible_to(by).counting().filter(owner_team_id__in=scope.team_ids)
        dated = Q(started_at__gte=start, started_at__lt=end)
        if undated:
            dated |= Q(started_at=None, reported_at__gte=start, reported_at__lt=end)
        return rows.filter(dated)

    def _factors(self, incidents: QuerySet[Incident]) -> Iterable[Factored]:
        # Where it began is mostly named; only for the others the first service that it touched is looked up.
        began = FilteredRelation("retro__incident__services", condition=Q(retro__incident__services__role=ORIGIN))
        touched = IncidentService.objects.filter(incident=OuterRef("retro__incident")).order_by("pk")
        place = Coalesce("began__service__slug", Subquery(touched.values("service__slug")[:1]))
        rows = PublishedFactor.objects.filter(retro__incident__in=incidents).annotate(began=began, place=place)
        columns = (
            "retro__incident_id", "retro__incident__title", "retro__incident__started_at", "place", "kind",
            "boundary_from__slug", "boundary_to__slug",
        )  # fmt: skip
        zone = clock.reporting_zone()
        for pk, title, at, service, kind, near, far in rows.order_by("pk").values_list(*columns):
            self.titles[pk] = title
            boundary = (near, far) if near and far else None
            yield Factored(pk, at.astimezone(zone).date(), service or "", kind, boundary)

    def _safeguards(self, incidents: QuerySet[Incident]) -> Iterable[tuple[date, Guarded]]:
        rows = PublishedSafeguard.objects.filter(retro__incident__in=incidents).order_by("pk")
        columns = (
            "retro__incident_id", "retro__incident__title", "retro__incident__started_at", "purpose", "outcome",
        )  # fmt: skip
        zone = clock.reporting_zone()
        for pk, title, at, purpose, outcome in rows.values_list(*columns):
            self.titles[pk] = title
            yield at.astimezone(zone).date(), Guarded(pk, purpose, outcome)

    @staticmethod
    def _tallies(scope: Scope, month: Period) -> list[dict[str, Any]]:
        """Urgent pages by rule and team, of this month and of the one before."""
        zone = clock.reporting_zone()
        before, start, end = (
            local_midnight(day, zone) for day in (month.previous().first_on, month.first_on, month.end_on)
        )
        rows = Page.objects.filter(
            team_id__in=scope.team_ids, urgency=Urgency.HIGH.value, fired_at__gte=before, fired_at__lt=end
        )
        of = Case(
            When(fired_at__gte=start, then=Value(month.key)), default=Value(month.previous().key),
            output_field=CharField(),
        )  # fmt: skip
        counted = rows.annotate(of=of).values(
            "of", "rule_id", "rule__name", "rule__service__slug", "team__name", "team__slug"
        )
        order = ("rule__service__slug", "rule__name", "rule_id")
        tallies: list[Any] = list(counted.annotate(**COUNTS).order_by(*order))
        return tallies

    def quiet_of(self, month: Period) -> list[Quiet]:
        """Teams with many urgent pages and no incident in a month, by name."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for row in self._alerts:
            if row["of"] == month.key:
                found[row["team__name"], row["team__slug"]] += row["pages"]
        pages = {slug: Quiet(slug, name, count) for (name, slug), count in sorted(found.items())}
        quiet = quiet_teams({slug: one.pages for slug, one in pages.items()}, self.incidents_by_team)
        return [one for slug, one in pages.items() if slug in quiet]

    def patterns(self, month: Period) -> list[Line]:
        """The lines of a month in their order: modes, boundaries, alerts, safeguards."""
        window = window_of(month.end_on)
        lines = [Line(SORT.mode, m.what, m.incidents, m.before) for m in failure_modes(self.factors, window)]
        pairs = breaking_boundaries(self.factors, window)
        lines += [Line(SORT.boundary, pair.what, pair.incidents, pair.before) for pair in pairs]
        lines += list(self._noisy(month))
        guards = [guard for day, guard in self._guards if window.holds(day)]
        lines += [Line(SORT.guard, (purpose, state), pks) for purpose, state, pks in failed_safeguards(guards)]
        return lines

    def _noisy(self, month: Period) -> Iterable[Line]:
        by_rule: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * len(COUNTS))
        for row in self._alerts:
            if row["of"] == month.key:
                place = by_rule[str(row["rule_id"]), row["rule__service__slug"], row["rule__name"]]
                for index, name in enumerate(COUNTS):
                    place[index] += row[name]
        for (rule_id, service, name), counts in by_rule.items():
            tally = RuleTally(*counts)
            noise = noise_of(tally)
            if noise is not None:
                yield Line(SORT.alert, (service, name, rule_id, noise.value), counts=tally)


def _promised(scope: Scope, month: Period, by: Principal) -> tuple[list[Promised], dict[int, Action]]:
    """Actions of the scope's teams as their follow-through is read, in each team's own days."""
    rows = follow_up.visible(by).filter(_asks(scope, month), owner_team_id__in=scope.team_ids, is_imported=False)
    actions = {action.pk: action for action in rows.select_related("owner_team").order_by("first_due_on", "pk")}
    zones = zones_of(scope.team_ids, clock.as_of())

    def day(action: Action, at: datetime | None) -> date | None:
        return at.astimezone(zones[action.owner_team_id]).date() if at else None

    promised = [
        Promised(a.pk, a.first_due_on, day(a, a.done_at), day(a, a.verified_at), day(a, a.dropped_at))
        for a in actions.values()
    ]
    return promised, actions


def _asks(scope: Scope, month: Period) -> Q:
    """Actions a month can ask for: first due or dropped in it, not checked by its end, or picked for it or before.

    A day more on both sides, as days are those of each team's zone.
    """
    start, end = _bounds(month)
    due = Q(first_due_on__gte=month.first_on, first_due_on__lt=month.end_on)
    dropped = Q(dropped_at__gte=start - A_DAY, dropped_at__lt=end + A_DAY)
    unchecked = Q(verified_at=None) | Q(verified_at__gte=start - A_DAY)
    picked = Q(review_key__startswith=scope.review_key(month))
    picked |= Q(review_key__startswith=scope.review_key(month.previous()))
    return due | dropped | Q(done_at__lt=end + A_DAY) & unchecked | picked


def _waived(scope: Scope, month: Period, by: Principal) -> dict[int, str]:
    """Incidents whose retro was waived in the month, with their titles."""
    start, end = _bounds(month)
    rows = Retro.objects.filter(incident__in=Incident.objects.visible_to(by), waived_at__gte=start, waived_at__lt=end)
    rows = rows.filter(incident__owner_team_id__in=scope.team_ids).order_by("pk")
    return dict(rows.values_list("incident_id", "incident__title"))
