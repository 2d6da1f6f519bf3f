"""Reads of known causes: what is known of each over time, which incidents it struck in, which may be one again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from apps.accounts.domain import ANONYMOUS, Principal
from apps.core.problems import Absent
from apps.incidents.domain.action_words import CauseStatus, RepeatState
from apps.incidents.domain.causes import LOOKS_BACK, ActionLife, CauseLife, Traits, gravest, suggested_causes
from apps.incidents.domain.retro_words import Cause, FactorKind, FactorRole, RowKind, cause_of
from apps.incidents.domain.retros import OUT
from apps.incidents.models import (
    Action,
    CauseStatusChange,
    Incident,
    IncidentCause,
    IncidentService,
    KnownCause,
    PublishedFactor,
    Retro,
    RetroRow,
)
from apps.incidents.queries import follow_up
from apps.services.models import Service


def visible_causes(by: Principal) -> QuerySet[KnownCause]:
    """Causes the principal may know of: one that was written down for a restricted incident belongs to its list."""
    first = IncidentCause.objects.filter(cause=OuterRef("pk")).order_by("pk").values("incident_id")[:1]
    rows = KnownCause.objects.annotate(begun_by=Subquery(first)).select_related("owner_team")
    return rows.filter(Q(begun_by=None) | Q(begun_by__in=Incident.objects.visible_to(by).values("pk")))


def list_causes(by: Principal) -> QuerySet[KnownCause]:
    """Known causes by title."""
    return visible_causes(by).order_by("title", "pk")


def get_cause(pk: int, by: Principal) -> KnownCause:
    """A cause by its primary key; raises `Absent`."""
    cause = visible_causes(by).filter(pk=pk).first()
    if cause is None:
        raise Absent("not_found", "Nothing is here for you.")
    return cause


def known_ids(pks: Iterable[int], by: Principal) -> set[int]:
    """Which of these numbers are causes the reader may see."""
    wanted = set(pks)
    return set(visible_causes(by).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()


def lock_causes(pks: Iterable[int]) -> dict[int, KnownCause]:
    """Causes by primary key, locked in that order until the transaction ends; incidents are locked before them."""
    rows = KnownCause.objects.select_for_update().filter(pk__in=set(pks)).order_by("pk")
    return {row.pk: row for row in rows}


def lock_incidents(pks: Iterable[int]) -> dict[int, Incident]:
    """Incidents by primary key, locked in that order until the transaction ends."""
    rows = Incident.objects.select_related("owner_team", "policy").select_for_update(of=("self",))
    return {row.pk: row for row in rows.filter(pk__in=set(pks)).order_by("pk")}


def incident_ids_of(causes: Iterable[int]) -> set[int]:
    """Incidents with which one of these causes stands, confirmed or not."""
    return set(IncidentCause.objects.filter(cause_id__in=set(causes)).values_list("incident_id", flat=True))


def cause_ids_of(incidents: Iterable[int]) -> set[int]:
    """Causes that stand with one of these incidents, confirmed or not."""
    return set(IncidentCause.objects.filter(incident_id__in=set(incidents)).values_list("cause_id", flat=True))


def lives_of(causes: Iterable[KnownCause]) -> dict[int, CauseLife]:
    """What is known of each cause over time; two queries."""
    known = {cause.pk: cause for cause in causes}
    actions: dict[int, list[ActionLife]] = defaultdict(list)
    rows = Action.objects.filter(known_cause_id__in=known, is_imported=False)
    for cause_id, opened, done, dropped in rows.values_list("known_cause_id", "opened_at", "done_at", "dropped_at"):
        actions[cause_id or 0].append(ActionLife(opened, done, dropped))
    accepted = _accepted(known)
    return {pk: CauseLife(cause.known_since, actions[pk], accepted[pk]) for pk, cause in known.items()}


def _accepted(pks: Iterable[int]) -> Mapping[int, list[tuple[datetime, datetime | None]]]:
    """The stretches in which each cause was accepted."""
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    since: dict[int, datetime] = {}
    rows = CauseStatusChange.objects.filter(cause_id__in=list(pks)).order_by("at", "pk")
    for cause_id, status, at in rows.values_list("cause_id", "status", "at"):
        if status == CauseStatus.ACCEPTED:
            since.setdefault(cause_id, at)
        elif cause_id in since:
            found[cause_id].append((since.pop(cause_id), at))
    for cause_id, begun in since.items():
        found[cause_id].append((begun, None))
    return found


def list_links_of_cause(cause: KnownCause, by: Principal) -> list[IncidentCause]:
    """Confirmed incidents of a cause that the reader may see, newest first."""
    rows = IncidentCause.objects.filter(cause=cause, is_confirmed=True, incident__in=Incident.objects.visible_to(by))
    return list(rows.select_related("incident", "incident__owner_team").order_by("-incident__started_at", "-pk"))


def list_links_of_incident(incident: Incident, by: Principal) -> list[IncidentCause]:
    """What people said about known causes of an incident, confirmed ones first."""
    rows = IncidentCause.objects.filter(incident=incident, cause__in=visible_causes(by).values("pk"))
    return list(rows.select_related("cause", "cause__owner_team").order_by("-is_confirmed", "pk"))


def list_status_changes(cause: KnownCause) -> list[CauseStatusChange]:
    """How a cause stood over time, newest first."""
    return list(CauseStatusChange.objects.filter(cause=cause).order_by("-at", "-pk"))


def list_actions_on(cause: KnownCause, by: Principal) -> list[Action]:
    """Actions on a cause that the reader may see, by due day."""
    return list(follow_up.list_actions(by).filter(known_cause=cause))


def list_returned(team_ids: Collection[int], since: datetime, until: datetime, by: Principal) -> list[IncidentCause]:
    """Causes of teams that came again after a done action in `[since, until)`, oldest impact first."""
    rows = _returned(team_ids, by).filter(incident__started_at__gte=since, incident__started_at__lt=until)
    return list(rows.select_related("cause", "incident").order_by("incident__started_at", "pk"))


def returned_since(team_id: int, since: datetime, by: Principal) -> QuerySet[IncidentCause]:
    """What stands of causes on a team's weekly agenda: came again after a done action, or was found to have, since."""
    lately = Q(incident__started_at__gte=since) | Q(said_at__gte=since)
    return _returned([team_id], by).filter(lately)


def _returned(team_ids: Collection[int], by: Principal) -> QuerySet[IncidentCause]:
    """Causes of some teams, or in incidents of theirs, that came again after a done action."""
    mine = Q(cause__owner_team_id__in=team_ids) | Q(incident__owner_team_id__in=team_ids)
    return IncidentCause.objects.filter(
        mine, repeat_state=RepeatState.AFTER_DONE.value, incident__in=Incident.objects.visible_to(by),
        cause__in=visible_causes(by).values("pk"),
    )  # fmt: skip


def list_suggested(incident: Incident, by: Principal) -> list[KnownCause]:
    """Known causes that an incident may have come from again; nothing is said of those already answered."""
    if incident.started_at is None:
        return []
    answered = IncidentCause.objects.filter(incident=incident).values("cause_id")
    near = IncidentCause.objects.filter(
        is_confirmed=True, incident__started_at__gte=incident.started_at - LOOKS_BACK,
        incident__started_at__lte=incident.started_at, incident__in=Incident.objects.visible_to(by),
        cause__in=visible_causes(by).values("pk"),
    )  # fmt: skip
    pairs = list(near.exclude(cause_id__in=answered).exclude(incident=incident).values_list("cause_id", "incident_id"))
    if not pairs:
        return []
    traits = traits_of({incident.pk, *(other for _, other in pairs)})
    known: dict[int, list[Traits]] = defaultdict(list)
    for cause_id, other in pairs:
        known[cause_id] += [traits[other]] if other in traits else []
    wanted = suggested_causes(traits[incident.pk], known) if incident.pk in traits else []
    return list(KnownCause.objects.filter(pk__in=wanted).select_related("owner_team").order_by("title", "pk"))


def traits_of(pks: Iterable[int]) -> dict[int, Traits]:
    """What suggestions compare of incidents: published factors, or those of the draft while nothing is published."""
    wanted = set(pks)
    times: dict[int, datetime | None] = {}
    services: dict[int, set[int]] = defaultdict(set)
    rows = IncidentService.objects.filter(incident_id__in=wanted)
    for incident_id, at, service_id in rows.values_list("incident_id", "incident__started_at", "service_id"):
        times[incident_id] = at
        services[incident_id].add(service_id)
    kinds, boundaries = _factors_of(wanted)
    return {
        pk: Traits(at, frozenset(services[pk]), frozenset(kinds[pk]), frozenset(boundaries[pk]))
        for pk, at in times.items()
        if at is not None
    }


Kinds = dict[int, set[str]]
Boundaries = dict[int, set[frozenset[int]]]


def _factors_of(pks: set[int]) -> tuple[Kinds, Boundaries]:
    kinds: Kinds = defaultdict(set)
    boundaries: Boundaries = defaultdict(set)
    rows = PublishedFactor.objects.filter(retro__incident_id__in=pks)
    for incident_id, kind, near, far in rows.values_list(
        "retro__incident_id", "kind", "boundary_from_id", "boundary_to_id"
    ):
        kinds[incident_id].add(kind)
        if near and far:
            boundaries[incident_id].add(frozenset((near, far)))
    drafts = RetroRow.objects.filter(retro__incident_id__in=pks, kind=RowKind.FACTOR.value, is_removed=False)
    written = list(drafts.exclude(retro__state__in=OUT).values_list("retro__incident_id", "values"))
    slugs = {values.get(end, "") for _, values in written for end in ("boundary_from", "boundary_to")} - {""}
    ids = dict(Service.objects.filter(slug__in=slugs).values_list("slug", "pk")) if slugs else {}
    for incident_id, values in written:
        if values.get("kind"):
            kinds[incident_id].add(values["kind"])
        ends = {ids.get(values.get(end, "")) for end in ("boundary_from", "boundary_to")} - {None}
        if len(ends) == 2:
            boundaries[incident_id].add(frozenset(pk for pk in ends if pk is not None))
    return kinds, boundaries


def learned_fields(incident: Incident) -> dict[str, str]:
    """What an incident's fact rows carry of what was learned: `cause`, `known_cause`, `repeat_state`, `retro`.

    The cause is the kind of the first factor that triggered it, in the newest published snapshot.
    """
    triggers = PublishedFactor.objects.filter(retro__incident=incident, role=FactorRole.TRIGGERED.value)
    kind = triggers.order_by("position").values_list("kind", flat=True).first()
    links = list(
        IncidentCause.objects.filter(incident=incident, is_confirmed=True)
        .order_by("pk")
        .values_list("cause_id", "repeat_state")
    )
    state = gravest(RepeatState(said) for _, said in links if said)
    # Of several causes the row names the one whose state it carries.
    named = next((pk for pk, said in links if state is not None and said == state), links[0][0] if links else None)
    has_retro = Retro.objects.filter(incident=incident).exists()
    return {
        "cause": (cause_of(FactorKind(kind)) if kind else Cause.UNKNOWN).value if has_retro and kind else "",
        "known_cause": f"C-{named}" if named else "",
        "repeat_state": state.value if state else "",
        "retro": f"I-{incident.pk}" if has_retro else "",
    }


def open_incidents() -> QuerySet[Incident]:
    """Incidents that are not restricted, for pages that know no reader."""
    return Incident.objects.visible_to(ANONYMOUS)


def open_causes() -> QuerySet[KnownCause]:
    """Causes that were not written down for a restricted incident."""
    return visible_causes(ANONYMOUS)
