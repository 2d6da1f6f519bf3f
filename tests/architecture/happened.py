"""What happens in each team of the world: incidents, retros, causes, actions and pages, some of them restricted."""

from datetime import date, datetime, timedelta
from typing import Any

from apps.accounts.domain import SYSTEM, Principal
from apps.accounts.models import User
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.domain.action_words import ActionKind
from apps.incidents.domain.incident_words import LinkKind, MilestoneKind, ServiceRole
from apps.incidents.domain.retro_words import RowKind, SectionKey
from apps.incidents.domain.statements import Moment
from apps.incidents.models import Action, Incident, Page
from apps.incidents.operations import action_opening, cause_linking, follow_up, linking, rating, retro_opening
from apps.incidents.operations.oncall_recording import receive_pages
from apps.incidents.operations.reporting import Touched, report_incident
from apps.incidents.operations.statements import record_milestone
from apps.incidents.operations.timeline import Line, add_timeline_entry
from apps.services.models import Service
from apps.teams.models import Team
from tests.architecture.words import own_words
from tests.learning import ACTION, FACTOR, SUMMARY, add, fill, publish, retro_of, write
from tests.oncall import in_madrid

K = MilestoneKind
MINUTE = timedelta(minutes=1)


def happen_in(
    team: Team, service: Service, *, writer: Principal, leading: Principal, seat: User, now: datetime
) -> dict[str, Any]:
    """The keys of paths that name what happened."""
    shown, entry = _break(team, service, writer, now - timedelta(days=3))
    hidden = _hide(team, service, writer, now - timedelta(days=3))
    keys = {
        "incident": shown.pk, "entry": entry, "hidden": hidden.pk, "listed": hidden.access.exclude(user=None).get().pk,
        **_open_actions(team, writer), **_page(team, service),
    }  # fmt: skip
    keys |= _learn(team, service, shown, writer, leading, seat, now - timedelta(days=6))
    return {**keys, **_learn_hidden(team, service, hidden, writer, now - timedelta(days=7))}


def _report(service: Service, writer: Principal, **more: Any) -> Incident:
    touched = [Touched(service.slug, ServiceRole.ORIGIN)]
    return report_incident(services=touched, by=writer, **more).incident


def _break(team: Team, service: Service, writer: Principal, began: datetime) -> tuple[Incident, int]:
    """An incident that everybody reads, with a line."""
    shown = _report(
        service, writer, title=f"Orders of {team.name} are refused", severity=2,
        milestones=[Moment(K.IMPACT_STARTED, began), Moment(K.DETECTED, began)],
    )  # fmt: skip
    line = Line(began, "A responder moved the traffic.")
    return shown, add_timeline_entry(incident=shown, line=line, by=writer).pk


def _hide(team: Team, service: Service, writer: Principal, began: datetime) -> Incident:
    """A restricted one, in the team's own words wherever it takes words."""
    slug = team.slug
    hidden = _report(
        service, writer, title=own_words(slug, "incident"), summary=own_words(slug, "summary"),
        milestones=[Moment(K.IMPACT_STARTED, began), Moment(K.DETECTED, began)], restricted=True,
    )  # fmt: skip
    add_timeline_entry(incident=hidden, line=Line(began, own_words(slug, "line")), by=writer)
    said = {"incident": hidden, "by": writer}
    record_milestone(kind=K.DETECTED, at=began + MINUTE, reason=own_words(slug, "milestone-reason"), **said)
    rating.change_severity(level=3, at=began + MINUTE, reason=own_words(slug, "severity-reason"), **said)
    linking.link_change(
        kind=LinkKind.CAUSED_BY, service=service.slug, key="r32", reason=own_words(slug, "link-reason"), **said
    )
    hidden.refresh_from_db()
    return hidden


def _over(began: datetime) -> list[Moment]:
    kinds = (K.IMPACT_STARTED, K.DETECTED, K.MITIGATED, K.RESOLVED)
    return [Moment(kind, began + number * MINUTE) for number, kind in enumerate(kinds)]


def _learn(
    team: Team, service: Service, shown: Incident, writer: Principal, leading: Principal, seat: User, began: datetime
) -> dict[str, Any]:
    """A draft in the team's own words, a published retro and a cause that all may read."""
    slug = team.slug
    draft, _ = retro_opening.open_retro(incident=shown, by=writer)
    write(draft, SectionKey.SUMMARY, writer, what_happened=own_words(slug, "retro"))
    row = add(retro_of(shown), RowKind.FACTOR, writer, sentence=own_words(slug, "factor"))
    out = _report(service, writer, title=f"Invoices of {team.name} wait", milestones=_over(began), severity=3)
    retro_opening.name_facilitator(retro=retro_of(out), facilitator=seat, by=writer)
    publish(fill(retro_of(out), writer, guard=False, team=slug), leading)
    cause = cause_linking.open_cause(title=f"The queue of {team.name}", team=team, by=writer)
    return {"row": row.key, "out": out.pk, "cause": cause.pk}


def _learn_hidden(team: Team, service: Service, hidden: Incident, writer: Principal, began: datetime) -> dict[str, Any]:
    """Of the restricted one a draft and a cause; of another one a published retro, whose action got another date."""
    slug = team.slug
    draft, _ = retro_opening.open_retro(incident=hidden, by=writer)
    write(draft, SectionKey.SUMMARY, writer, what_happened=own_words(slug, "hidden-retro"))
    add(retro_of(hidden), RowKind.FACTOR, writer, sentence=own_words(slug, "hidden-factor"))
    cause = cause_linking.open_cause(title=own_words(slug, "cause"), team=team, incident=hidden, by=writer)
    out = _report(
        service, writer, title=own_words(slug, "out-incident"), milestones=_over(began), severity=3,
        restricted=True,
    )  # fmt: skip
    retro = retro_of(out)
    write(retro, SectionKey.SUMMARY, writer, **{**SUMMARY, "what_happened": own_words(slug, "out-retro")})
    add(retro, RowKind.FACTOR, writer, **{**FACTOR, "sentence": own_words(slug, "out-factor")})
    committed = {"text": own_words(slug, "out-action"), "done_when": own_words(slug, "out-done-when"), "team": slug}
    add(retro, RowKind.ACTION, writer, **{**ACTION, **committed})
    facilitator = User.objects.get(pk=writer.user_id or 0)  # on the list, as whoever restricted it
    retro_opening.name_facilitator(retro=retro_of(out), facilitator=facilitator, by=writer)
    publish(retro_of(out), writer)
    action = Action.objects.get(retro__incident=out)
    action = follow_up.set_date(
        action=action, due_on=action.due_on + timedelta(days=7), reason=own_words(slug, "date-reason"), by=writer
    )
    follow_up.ask_drop(action=action, reason=own_words(slug, "drop-reason"), by=writer)
    return {"hidden_cause": cause.pk, "hidden_out": out.pk, "hidden_action": action.pk}


def _page(team: Team, service: Service) -> dict[str, Any]:
    """A page of last week, its rule, and hours by which it came at night."""
    in_madrid(team)
    fired = {"external_key": service.slug, "service": service.slug, "rule": "errors"}
    receive_pages(items=[fired | {"fired_at": "2026-08-19T01:00:00Z"}], by=SYSTEM)
    page = Page.objects.get(team=team)
    return {"page": page.pk, "rule": page.rule_id}


def _open_actions(team: Team, writer: Principal) -> dict[str, Any]:
    """An open action, one that its writer marked as done, and one that its writer asks to drop."""
    commitment = ActionDraft(
        text=f"Add a gate for {team.name}", done_when="It stands", kind=ActionKind.PREVENT, due_on=date(2026, 9, 11),
        metric_slug="change-failure-rate",
    )  # fmt: skip
    keys = ("action", "done_action", "asked_action")
    opened = [action_opening.open_action(draft=commitment, team=team.slug, by=writer)[0] for _ in keys]
    follow_up.finish(action=opened[1], by=writer)
    follow_up.ask_drop(action=opened[2], reason="The part is retired.", by=writer)
    return {key: action.pk for key, action in zip(keys, opened, strict=True)}
