"""The page of an action in words: where it stands, what can be done with it, and what moved around it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.calendar_words import day_words, period_words
from apps.core.numbers import format_n, number_style
from apps.core.periods import parse_period
from apps.incidents.domain.action_states import EVIDENCE_WORDS, KIND_WORDS, STATE_WORDS, ActionAct, possible_acts
from apps.incidents.domain.action_words import ActionOrigin, ActionState, EvidenceKind
from apps.incidents.models import Action, ActionEvidence
from apps.incidents.policies import follow_up as policies
from apps.measurements.domain.effects import Stage, span_words
from apps.measurements.domain.readings import Status
from apps.measurements.models import ActionEffect
from apps.portal.context.readings import WITHOUT_VALUE
from apps.portal.queries.follow_up import ActionPage
from apps.portal.queries.marks import Lane, Mark
from apps.portal.tables import Cell, header, link, moment, plain

S = ActionState
ADDRESSES = {
    ActionAct.SET_DATE: ("Set a new date", "incidents:action-date"),
    ActionAct.FINISH: ("Mark as done", "incidents:action-done"),
    ActionAct.VERIFY: ("Verify", "incidents:action-verify"),
    ActionAct.ASK_DROP: ("Ask to drop it", "incidents:action-drop"),
    ActionAct.CONFIRM_DROP: ("Drop it", "incidents:action-confirm-drop"),
    ActionAct.CHANGE_LINKS: ("Change who and what", "incidents:action-links"),
}
AT_ONCE = {
    ActionAct.TAKE_BACK: ("It is not done yet", "incidents:action-take-back"),
    ActionAct.KEEP: ("Keep it", "incidents:action-keep"),
}
WAYS_ON = (ActionAct.FINISH, ActionAct.VERIFY, ActionAct.CONFIRM_DROP)


def action_context(page: ActionPage, by: Principal) -> dict[str, Any]:
    """Everything the template prints."""
    action = page.action
    return {
        "heading": f"{action}: {action.text}",
        "crumbs": [{"label": "Actions", "url": reverse("portal:action-list")}, {"label": str(action)}],
        "state": STATE_WORDS[S(action.state)],
        "facts": facts_of(page, by),
        "notices": notices_of(action, by),
        **acts_of(action, by),
        "dates": dates_table(action),
        "evidence": [evidence_line(one) for one in action.evidence.all()],
        "effect": effect_of(page),
    }


def facts_of(page: ActionPage, by: Principal) -> list[dict[str, str]]:
    """What was committed to, by whom as a team, and by when; the chosen person for the team alone."""
    action = page.action
    team = {"text": action.owner_team.name, "url": reverse("portal:team", args=[action.owner_team.slug])}
    rows: list[tuple[str, dict[str, str]]] = [
        ("Done when", {"text": action.done_when}),
        ("What it is for", {"text": KIND_WORDS[action.kind]}),  # type: ignore[index]  # its values are the kinds
        ("Owner", team),
        ("Due", {"text": _due_words(action)}),
        ("From", _origin(action)),
    ]
    if action.assignee and policies.sees_assignee(by, action):
        rows.append(("Who does it", {"text": action.assignee.full_name}))
    if page.cause:
        url = f"/causes/{page.cause.pk}/"
        rows.append(("Known cause", {"text": f"{page.cause}: {page.cause.title}", "url": url}))
    if action.external_url:
        rows.append(("The work", {"text": action.external_url, "url": action.external_url}))
    return [{"label": label, **value} for label, value in rows]


def _due_words(action: Action) -> str:
    first = "" if action.due_on == action.first_due_on else f" (first {day_words(action.first_due_on)})"
    return f"{day_words(action.due_on)}{first}"


def _origin(action: Action) -> dict[str, str]:
    if action.retro is not None:
        incident = action.retro.incident_id
        return {"text": f"Retro of I-{incident}", "url": f"/incidents/{incident}/"}
    if action.origin == ActionOrigin.REVIEW:
        return {"text": "A review"}
    return (
        {"text": "Taken over from elsewhere: it reminds nobody"} if action.is_imported else {"text": "Opened directly"}
    )


def notices_of(action: Action, by: Principal) -> list[dict[str, str]]:
    """What stands between the action and its end, and whose turn it is."""
    if action.state == S.OPEN and action.drop_asked_at is not None:
        mine = "You asked for it: another lead confirms." if action.drop_asked_by_id == by.user_id else ""
        words = f"{action.drop_reason} A lead of {action.owner_team.name} confirms, or keeps it. {mine}".strip()
        return [{"tone": "note", "title": "It is asked to drop this action", "text": words}]
    if action.state == S.OPEN and action.due_at < clock.as_of():
        words = (
            f"It passed its date, {day_words(action.due_on)}. Set a new date with a reason, or drop it with a reason."
        )
        return [{"tone": "bad", "title": "", "text": words}]
    if action.state == S.DONE:
        own = "You marked it as done, so somebody else verifies it." if action.done_by_id == by.user_id else ""
        words = f"A second person looks at what shows it, and verifies. {own}".strip()
        return [{"tone": "quiet", "title": "Done, unverified", "text": words}]
    if action.state == S.DROPPED:
        return [{"tone": "quiet", "title": "Dropped", "text": action.drop_reason}]
    return []


def acts_of(action: Action, by: Principal) -> dict[str, Any]:
    """What this reader may do now: pages to go to, and acts that a button does at once."""
    possible = possible_acts(S(action.state), is_drop_asked=action.drop_asked_at is not None)
    mine = [act for act in possible if _may(act, action, by)]
    pages = [{"label": ADDRESSES[a][0], "url": _url(ADDRESSES[a][1], action), "main": a in WAYS_ON}
             for a in sorted(mine, key=lambda act: act not in WAYS_ON) if a in ADDRESSES]  # fmt: skip
    buttons = [{"label": AT_ONCE[a][0], "url": _url(AT_ONCE[a][1], action)} for a in mine if a in AT_ONCE]
    if action.state in (S.OPEN, S.DONE) and policies.can_work(by, action.owner_team):
        pages.append({"label": "Add evidence", "url": _url("incidents:action-evidence", action), "main": False})
    return {"act_pages": pages, "act_buttons": buttons}


def _url(name: str, action: Action) -> str:
    return reverse(name, args=[action.pk])


def _may(act: ActionAct, action: Action, by: Principal) -> bool:
    if not by.is_person:
        return False
    rules = {
        ActionAct.VERIFY: policies.can_verify, ActionAct.KEEP: policies.can_keep,
        ActionAct.CONFIRM_DROP: policies.can_confirm_drop,
    }  # fmt: skip
    return rules[act](by, action) if act in rules else policies.can_work(by, action.owner_team)


def dates_table(action: Action) -> dict[str, Any] | None:
    """Every due day with its reason, where there was more than one."""
    rows = list(action.dates.all())
    if len(rows) < 2:
        return None
    first = "The commitment"
    cells = [[header(day_words(one.due_on)), plain(one.reason or first), moment(one.set_at)] for one in rows]
    columns = [{"label": label} for label in ("Due", "Why", "Set")]
    return {"caption": "Dates it was given, the first one first", "columns": columns, "rows": cells}


def evidence_line(one: ActionEvidence) -> dict[str, str]:
    """What shows it, with a way there."""
    word = EVIDENCE_WORDS[EvidenceKind(one.kind)]
    if one.service is not None and one.fact_key:
        text = f"{word}: {one.service.name} {one.fact_key}"
        return {"text": text, "url": reverse("portal:service", args=[one.service.slug]), "note": one.note}
    return {"text": f"{word}: {one.url or one.note}", "url": one.url, "note": one.note if one.url else ""}


def effect_of(page: ActionPage) -> dict[str, Any]:
    """What moved around the action, or why nothing can be said yet; never why anything moved."""
    action, row = page.action, page.effect
    if not action.metric_slug:
        return {"text": "No metric is named, so no values before and after are read."}
    if action.done_at is None:
        return {"text": "Values are read from the whole weeks after it is done.", **_metric(action)}
    if row is None or (row.stage == Stage.WAITING and not row.result):
        return {"text": "The values before and after are computed within minutes.", **_metric(action)}
    if row.stage == Stage.WAITING:
        words = (
            f"Too early to read: the first reading comes on {day_words(date.fromisoformat(row.result['reads_on']))}."
        )
        return {"text": words, **_metric(action)}
    if row.stage == Stage.UNREADABLE:
        return {"text": row.result["why"], "metric": action.metric_slug}
    return _read_effect(page, row)


def _metric(action: Action) -> dict[str, str]:
    subject = action.metric_subject or f"team:{action.owner_team.slug}"
    return {
        "metric": action.metric_slug,
        "subject": _subject_words(action, subject),
        "metric_url": _trend_url(action.metric_slug, subject),
    }


def _subject_words(action: Action, subject: str) -> str:
    """Whose numbers these are; the action's own team by its name."""
    if subject == f"team:{action.owner_team.slug}":
        return action.owner_team.name
    return "the organisation" if subject == "organisation:all" else f"the {subject.replace(':', ' ')}"


def _trend_url(slug: str, subject: str) -> str:
    return f"{reverse('portal:metric-trend', args=[slug])}?subject={subject}"


def _read_effect(page: ActionPage, row: ActionEffect) -> dict[str, Any]:
    result = row.result
    after = span_words(result["count_after"], parse_period(result["units"][-1]["key"]).grain)
    before = span_words(result["count_before"], parse_period(result["units"][0]["key"]).grain)
    is_final = row.stage == Stage.FINAL
    return {
        "name": result["name"],
        "subject": _subject_words(page.action, row.subject),
        "metric_url": _trend_url(row.slug, row.subject),
        "version": f"v{result['version']}",
        "version_url": reverse("portal:metric-version", args=[row.slug, result["version"]]),
        "stage": "Final" if is_final else f"Early: {after} so far",
        "state": {"code": result["code"], "sentence": result["sentence"]} if result["code"] != "no_trend" else None,
        "sides": [
            {"label": f"{before} before the commitment", **side_words(result["before"], result["unit"])},
            {"label": f"{after} after it was done", **side_words(result["after"], result["unit"])},
        ],
        "computed_at": row.run.computed_at if row.run else None,
        "table": _units_table(row),
        "near": _near(page),
    }


def side_words(side: Mapping[str, Any], unit: str) -> dict[str, str]:
    """One side: value, interval and n as everywhere, or what stands in its place."""
    days = f"{day_words(date.fromisoformat(side['first_on']))} to {day_words(_last_day(side))}"
    if side["value"] is None or Status(side["status"]) in WITHOUT_VALUE:
        return {"text": "no value", "detail": format_n(side["n"]), "days": days}
    style = number_style([side["value"], side["lower"], side["upper"]], unit)
    has_range = side["lower"] is not None or side["upper"] is not None
    ranged = style.range(side["lower"], side["upper"]) if has_range else ""
    text = ("at least " if side["at_least"] else "") + style.text(side["value"])
    return {"text": text, "detail": ", ".join(filter(None, (ranged, format_n(side["n"])))), "days": days}


def _last_day(side: Mapping[str, Any]) -> date:
    return date.fromordinal(date.fromisoformat(side["end_on"]).toordinal() - 1)


def _units_table(row: ActionEffect) -> dict[str, Any]:
    """Each period by itself, as the page of the definition gives it."""
    rows = []
    for place, unit in enumerate(row.result["units"]):
        words = side_words(unit, row.result["unit"])
        evidence = reverse("portal:metric-evidence", args=[row.slug, row.subject, unit["key"]])
        side = "before" if place < row.result["count_before"] else "after"
        rows.append([
            {**header(period_words(parse_period(unit["key"]))), "url": evidence},
            plain(side), plain(words["text"], numeric=True), plain(unit["n"], numeric=True),
        ])  # fmt: skip
    columns = [{"label": "Period"}, {"label": "Side"}, {"label": "Value", "numeric": True},
               {"label": "n", "numeric": True}]  # fmt: skip
    return {"caption": "Each period by itself", "compact": True, "columns": columns, "rows": rows}


def _near(page: ActionPage) -> dict[str, Any] | None:
    """What else happened in that time: other actions, freezes and exemptions, marks."""
    rows = [
        [plain("Action"), link(f"{one}: {one.text}", reverse("portal:action", args=[one.pk])), plain(_when(one))]
        for one in page.around
    ]
    for pause in page.excluded:
        until = date.fromordinal(pause.end.toordinal() - 1)
        kind = "Exemption" if pause.leaves_out else "Freeze"
        rows.append([plain(kind), plain(pause.name), plain(f"{day_words(pause.start)} to {day_words(until)}")])
    rows += [_mark_row(mark) for mark in page.marks]
    columns = [{"label": label} for label in ("What", "Which", "When")]
    caption = "Happened near, in no order of importance"
    return {"caption": caption, "columns": columns, "rows": rows} if rows else None


def _mark_row(mark: Mark) -> list[Cell]:
    kind = "Incident" if mark.lane is Lane.INCIDENTS else "Annotation"
    return [plain(kind), link(mark.text, mark.link), moment(mark.starts_at, mark.ends_at)]


def _when(action: Action) -> str:
    if action.done_at:
        return f"done {day_words(clock.local_day(action.done_at))}"
    return f"{STATE_WORDS[S(action.state)].lower()}, due {day_words(action.due_on)}"
