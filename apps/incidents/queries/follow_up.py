"""Reads of actions: by reader, by standing, for agendas and inboxes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, F, IntegerField, Prefetch, Q, QuerySet, Value, When

from apps.accounts.domain import WORKING_ROLES, Principal
from apps.core.fact_sources import sources
from apps.core.periods import Grain, period_on
from apps.core.problems import Absent
from apps.incidents.domain.action_dates import UNVERIFIED_AFTER, Standing, due_day
from apps.incidents.domain.action_drafts import DueRule
from apps.incidents.domain.action_words import ActionOrigin, ActionState
from apps.incidents.domain.incident_words import IncidentKind
from apps.incidents.domain.severity import Level, level_of, read_levels
from apps.incidents.models import Action, ActionDate, ActionEvidence, ActionFact, Incident
from apps.incidents.queries.team_zones import zone_of
from apps.services import queries as services
from apps.teams.models import Membership, Team

CHANNEL = "incidents"
_S = ActionState


def visible(principal: Principal) -> QuerySet[Action]:
    """Actions this reader may see: those of a review as its team's rows, those of a retro as its incident."""
    rows = Action.objects.all()
    if not principal.sees_all_teams:
        rows = rows.exclude(~Q(owner_team_id__in=principal.visible_team_ids), origin=ActionOrigin.REVIEW)
    return rows.exclude(retro__incident__in=Incident.objects.hidden_from(principal))


def list_actions(principal: Principal) -> QuerySet[Action]:
    """Actions this reader may see with their teams and where they came from, by due day."""
    rows = visible(principal).select_related("owner_team", "retro__incident__owner_team", "known_cause")
    return rows.order_by("due_on", "pk")


def get_action(pk: int, *, by: Principal) -> Action:
    """An action with whoever it names; raises `Absent`."""
    rows = list_actions(by).select_related("assignee")
    dates = Prefetch("dates", ActionDate.objects.order_by("pk"))
    shown = Prefetch("evidence", ActionEvidence.objects.select_related("service").order_by("pk"))
    action = rows.prefetch_related(dates, shown).filter(pk=pk).first()
    if action is None:
        raise Absent("not_found", "Nothing is here for you.")
    return action


def lock_action(pk: int) -> Action:
    """The action, locked until the transaction ends: its states follow each other."""
    rows = Action.objects.select_related("owner_team", "retro__incident__owner_team", "known_cause")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def lock_of_incident(incident: Incident) -> list[Action]:
    """The actions out of an incident's retro, locked in the order of their keys until the transaction ends."""
    rows = Action.objects.select_related("retro__incident", "known_cause").select_for_update(of=("self",))
    return list(rows.filter(retro__incident=incident).order_by("pk"))


def find_by_key(source: str, external_key: str) -> Action | None:
    """The action that a source opened under a key."""
    return Action.objects.select_related("owner_team").filter(source=source, external_key=external_key).first()


def lock_by_keys(places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Action]:
    """Actions by (source, external key), locked in the order of their keys until the transaction ends."""
    rows = Action.objects.select_related("owner_team", "retro__incident__owner_team", "known_cause")
    named = rows.filter(source__in={source for source, _ in places}, external_key__in={key for _, key in places})
    found = named.exclude(external_key="").select_for_update(of=("self",)).order_by("pk")
    wanted = set(places)
    return {place: row for row in found if (place := (row.source, row.external_key)) in wanted}


def opened_rows(retro_id: int) -> set[str]:
    """Keys of the rows of a retro that are actions already."""
    return set(Action.objects.filter(retro_id=retro_id).values_list("retro_row", flat=True))


def list_evidence(action: Action) -> list[ActionEvidence]:
    """What shows that it is done, oldest first."""
    return list(ActionEvidence.objects.filter(action=action).select_related("service").order_by("pk"))


def is_reported(service_id: int, key: str) -> bool:
    """Whether a deployment of a service was reported under a key."""
    deployments = sources.get("deployments").model._default_manager
    found: bool = deployments.filter(service_id=service_id, key=key, until_seq=None).exists()
    return found


def level_in_force(incident: Incident) -> Level | None:
    """The level of an incident's worst severity, by the policy it keeps."""
    return level_of(read_levels(incident.policy.levels), incident.severity_worst)


def due_rule(team: Team, level: Level | None, now: datetime) -> DueRule:
    """The team's present day, and the latest due day that a severity allows it."""
    zone = zone_of(team.pk, now)
    today = now.astimezone(zone).date()
    if level is None:
        return DueRule(today)
    return DueRule(today, due_day(now, level.action_days, zone), level.number, level.action_days)


def find_service_id(slug: str) -> int | None:
    """The service of a short name; None where there is none, which the operation then says."""
    return services.list_services().filter(slug=slug).values_list("pk", flat=True).first() if slug else None


@dataclass(frozen=True)
class Listed:
    """What a list of actions is narrowed to; nothing named: all."""

    standing: Standing | None = None
    team: str = ""
    origin: str = ""
    assignee_id: int | None = None
    metric: str = ""


def list_standing(principal: Principal, asked: Listed, at: datetime, today: date) -> QuerySet[Action]:
    """Actions in the order of the page: by standing, then by due day; each carries its `standing`."""
    rows = list_actions(principal).annotate(rank=_rank(at, today))
    named = {"owner_team__slug": asked.team, "origin": asked.origin, "metric_slug": asked.metric}
    rows = rows.filter(**{name: value for name, value in named.items() if value})
    if asked.assignee_id is not None:
        rows = rows.filter(assignee_id=asked.assignee_id)
    if asked.standing is not None:
        rows = rows.filter(rank=list(Standing).index(asked.standing))
    return rows.order_by("rank", "due_on", "pk")


def standing_of_row(action: Action) -> Standing:
    """The standing that a listed action carries."""
    return list(Standing)[action.rank]  # type: ignore[attr-defined]  # annotated by `list_standing`


def _rank(at: datetime, today: date) -> Case:
    week_ends = period_on(today, Grain.WEEK).end_on
    places = {standing: Value(number) for number, standing in enumerate(Standing)}
    return Case(
        When(state=_S.DONE, then=places[Standing.DONE]),
        When(state=_S.VERIFIED, then=places[Standing.VERIFIED]),
        When(state=_S.DROPPED, then=places[Standing.DROPPED]),
        When(due_at__lt=at, then=places[Standing.OVERDUE]),
        When(due_on__lt=week_ends, then=places[Standing.THIS_WEEK]),
        default=places[Standing.LATER],
        output_field=IntegerField(),
    )


@dataclass(frozen=True)
class Counted:
    """How many actions of a team are open, how many of them are past their date, how many wait to be verified."""

    open: int = 0
    overdue: int = 0
    unverified: int = 0


def list_unfinished(team_id: int, at: datetime, *, by: Principal) -> QuerySet[Action]:
    """What is open in a team, and what is done for 14 days and unverified, of what this reader may see."""
    unverified = Q(state=_S.DONE, done_at__lte=at - UNVERIFIED_AFTER)
    return visible(by).filter(Q(state=_S.OPEN) | unverified, owner_team_id=team_id)


def pick_agenda(unfinished: Iterable[Action], at: datetime) -> list[Action]:
    """Of unfinished actions those that stand on the weekly agenda, in their order."""
    return [action for action in unfinished if action.state == _S.DONE or action.due_at < at]


def count_unfinished(unfinished: Iterable[Action], at: datetime) -> Counted:
    """How many of them are open, past their date, and unverified."""
    rows = list(unfinished)
    open_ones = [action for action in rows if action.state == _S.OPEN]
    overdue = sum(action.due_at < at for action in open_ones)
    return Counted(len(open_ones), overdue, len(rows) - len(open_ones))


def list_around(action: Action, start: datetime, end: datetime, *, by: Principal) -> list[Action]:
    """Other actions of the team, or on the same metric of the same subject, that were open or ended in a stretch."""
    near = Q(owner_team_id=action.owner_team_id)
    if action.metric_subject:
        near |= Q(metric_slug=action.metric_slug, metric_subject=action.metric_subject)
    rows = list_actions(by).filter(near, opened_at__lt=end).exclude(pk=action.pk)
    rows = rows.filter(Q(done_at=None) | Q(done_at__gte=start), Q(dropped_at=None) | Q(dropped_at__gte=start))
    return list(rows.order_by(F("done_at").asc(nulls_last=True), "pk")[:20])


def list_inbox(team_id: int, at: datetime) -> list[int]:
    """The people who read a team's inbox: those who do its work at an instant."""
    held = Membership.objects.standing(at).filter(team_id=team_id, role__in=WORKING_ROLES, user__is_active=True)
    return sorted(set(held.values_list("user_id", flat=True)))


def list_assignable(team: Team, at: datetime) -> QuerySet[Membership]:
    """Members of a team who may be chosen for an action, by name."""
    held = team.memberships.standing(at).filter(role__in=WORKING_ROLES, user__is_active=True)
    return held.select_related("user").order_by("user__full_name", "pk")


def list_own_teams(principal: Principal) -> list[Team]:
    """Open teams whose work the person does, by name."""
    held = [team_id for team_id in principal.team_roles if principal.works_in(team_id)]
    return list(Team.objects.filter(pk__in=held, closed_on=None).order_by("name"))


def people_of(team_ids: Iterable[int], at: datetime) -> list[tuple[str, str]]:
    """Those who do the work of some teams, as choices by name."""
    held = Membership.objects.standing(at).filter(
        team_id__in=list(team_ids), role__in=WORKING_ROLES, user__is_active=True
    )
    found = dict(held.order_by("user__full_name").values_list("user_id", "user__full_name"))
    return [(str(pk), name) for pk, name in found.items()]


def filed_under(action: Action, at: datetime) -> int | None:
    """The service under which an action is filed: where it stands already, else the first of its team by name."""
    standing = ActionFact.objects.filter(channel=CHANNEL, key=str(action), until_seq=None)
    filed = standing.values_list("service_id", flat=True).first()
    if filed is not None:
        return filed
    return services.list_services_of(action.owner_team_id, at).values_list("pk", flat=True).first()


def is_practised(action: Action) -> bool:
    """Whether it comes out of a drill, or of an incident that was written from memory."""
    return action.retro is not None and action.retro.incident.kind != IncidentKind.INCIDENT


def is_filed(action: Action) -> bool:
    """Whether an action counts in definitions."""
    return ActionFact.objects.filter(channel=CHANNEL, key=str(action), until_seq=None).exists()
