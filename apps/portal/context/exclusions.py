"""Exemptions and freezes in words and rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS
from apps.core import clock
from apps.core.calendar_words import day_words, period_words
from apps.core.joining import joined
from apps.core.numbers import format_count
from apps.governance.domain.exemptions import ExemptionKind
from apps.governance.models import Exemption, FreezeWindow
from apps.measurements.operations import Compared, ComparedDefinition
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.operations.exempting import Corrected, judgement_text
from apps.objectives.queries.exempted_results import Then
from apps.portal.context.readings import value_words
from apps.portal.queries.exclusions import ExemptionPage, Signed
from apps.portal.tables import header, link, plain

EXEMPTION_HEADS = ("Exemption", "For", "What", "Definitions", "Days", "State", "Asked by", "Signed by")
FREEZE_HEADS = ("Freeze", "For", "Days", "State", "Asked by", "Signed by", "Next step")


def exemptions_table(
    rows: Sequence[Exemption], signed: Mapping[int, Signed], names: Mapping[str, str]
) -> dict[str, Any]:
    """Every exemption of a page of the list."""
    return {
        "caption": "Exemptions, newest first",
        "caption_hidden": True,
        "columns": [{"label": label} for label in EXEMPTION_HEADS],
        "rows": [_exemption_row(row, signed[row.proposal_id], names) for row in rows],
    }


def _exemption_row(row: Exemption, signed: Signed, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        header(str(row), reverse("portal:exemption", args=[row])),
        place_cell(row),
        plain(what_words(row)),
        plain(about_words(row, names)),
        plain(days_words(row)),
        plain(state_words(row)),
        plain(asked_words(signed)),
        plain(signers_words(signed)),
    ]


def about_words(row: Exemption, names: Mapping[str, str]) -> str:
    """The definitions it is about, or the SLOs by their short names."""
    return joined(row.objectives or [names.get(slug, slug) for slug in row.definitions])


def place_cell(row: Exemption) -> dict[str, Any]:
    """The team or the service it is about."""
    if row.service is not None:
        return link(row.service.name, reverse("portal:service", args=[row.service.slug]))
    return link(row.team.name, reverse("portal:team", args=[row.team.slug]))


def what_words(row: Exemption) -> str:
    """What it does to which facts or slices."""
    if row.kind == ExemptionKind.EXCLUDE_SLICES:
        keys = f" of {joined(row.keys)}" if row.keys else ""
        return f"Slices{keys} left out of the budget ({row.category.replace('_', ' ')})"
    if row.kind == ExemptionKind.PAUSE_JUDGING:
        return "Not judged"
    if row.facts:
        return f"{format_count(len(row.facts))} {'fact' if len(row.facts) == 1 else 'facts'} left out"
    return f"Some {row.slice['facts']} left out" if row.slice else "All facts left out"


def days_words(row: Exemption) -> str:
    """From the first to the last day, as agreed on; of a budget to the minute."""
    if row.kind == ExemptionKind.EXCLUDE_SLICES:
        return f"{_moment(row.starts_at)} to {_moment(row.expires_at)}"
    last = clock.local_day(row.expires_at - timedelta(microseconds=1))
    return f"{day_words(clock.local_day(row.starts_at))} to {day_words(last)}"


def _moment(at: datetime) -> str:
    return f"{day_words(clock.local_day(at))}, {at.astimezone(clock.reporting_zone()):%H:%M}"


def state_words(row: Exemption) -> str:
    """Where it stands today: not begun, in force until, expired, or ended early."""
    if row.ended_at is not None:
        act = "Withdrawn" if row.kind == ExemptionKind.EXCLUDE_SLICES else "Ended"
        return f"{act} {day_words(clock.local_day(row.ended_at))}"
    if row.expires_at <= clock.as_of():
        return f"Expired {day_words(clock.local_day(row.expires_at))}"
    if row.starts_at > clock.as_of():
        return f"Begins {day_words(clock.local_day(row.starts_at))}"
    return f"In force, expires {day_words(clock.local_day(row.expires_at))}"


def is_over(row: Exemption | FreezeWindow) -> bool:
    """True when nothing is left to end."""
    if row.ended_at is not None:
        return True
    if isinstance(row, FreezeWindow):
        return row.last_on < clock.today()
    return row.expires_at <= clock.as_of() and row.kind != ExemptionKind.EXCLUDE_SLICES


def asked_words(signed: Signed) -> str:
    """Who asked, with the role in which they signed by asking."""
    return f"{signed.asked_by} ({ROLE_WORDS[signed.role]})" if signed.role else signed.asked_by


def signers_words(signed: Signed) -> str:
    """Everybody who signed with their roles."""
    return joined([f"{name} ({ROLE_WORDS[role]})" for name, role in signed.signers])


def exemption_context(page: ExemptionPage, *, may_end: bool) -> dict[str, Any]:
    """One exemption: what it does, who agreed, values with and without it."""
    row = page.row
    place = row.service.name if row.service else row.team.name
    left_out = sum(one.left_out for one in page.compared)
    return {
        "heading": f"{row}: {place}",
        "crumbs": [{"label": "Exemptions", "url": reverse("portal:exemption-list")}, {"label": str(row)}],
        "row": row,
        "state": state_words(row),
        "place": place_cell(row),
        "what": what_words(row),
        "days": days_words(row),
        "names": about_words(row, page.names),
        "asked": asked_words(page.signed),
        "signers": signers_words(page.signed),
        "proposal_url": reverse("governance:proposal", args=[row.proposal.number]),
        "renews_url": reverse("portal:exemption", args=[row.renews]) if row.renews else "",
        "facts": _facts(row),
        "leaves_out": row.kind == ExemptionKind.EXCLUDE_DATA,
        "left_out": format_count(left_out),
        "tables": [_compared_table(one) for one in page.compared],
        "budgets": _budgets_table(page.corrected) if page.corrected else None,
        "then": _then_table(page.then) if page.then else None,
        "is_of_budgets": row.kind == ExemptionKind.EXCLUDE_SLICES,
        "end_url": reverse("portal:exemption-end", args=[row]) if may_end and not is_over(row) else "",
    }


def _facts(row: Exemption) -> list[str]:
    """The facts it is about, where it is not about all of them."""
    if row.facts:
        return [f"{fact['source']} {fact['service']} {fact['key']}" for fact in row.facts]
    return [f"{row.slice['facts']} where {condition}" for condition in row.slice.get("where", ())] if row.slice else []


def _compared_table(one: ComparedDefinition) -> dict[str, Any]:
    columns = [{"label": "Period"}, *({"label": label, "numeric": True} for label in ("With", "Without", "Left out"))]
    return {
        "caption": f"{one.name}, with and without: {format_count(one.left_out)} left out",
        "compact": True,
        "columns": columns,
        "rows": [_compared_row(row) for row in (*reversed(one.quarters), *reversed(one.weeks))],
    }


def _compared_row(row: Compared) -> list[dict[str, Any]]:
    return [
        header(period_words(row.period)),
        plain(_value(row.with_it), numeric=True),
        plain(_value(row.without_it), numeric=True),
        plain(format_count(row.left_out), numeric=True),
    ]


def _budgets_table(corrected: Sequence[Corrected]) -> dict[str, Any]:
    """Each budget as it stands now, the raw figure beside the corrected one."""
    columns = [{"label": label} for label in ("SLO", "Left out", "Without the exemption", "With it")]
    rows = [_budget_row(one) for one in corrected]
    return {"caption": "Budgets with and without", "compact": True, "columns": columns, "rows": rows}


def _then_table(then: Sequence[Then]) -> dict[str, Any]:
    """The figures of the moment at which the exemption began to take slices out, as they were kept."""
    labels = ("SLO", "As of", "Before exemptions", "With them", "State then", "Kept result")
    rows = [_then_row(one) for one in then]
    columns = [{"label": label} for label in labels]
    return {"caption": "As it was when it began to take slices out", "compact": True, "columns": columns, "rows": rows}


def _then_row(one: Then) -> list[dict[str, Any]]:
    url = reverse("objectives:objective-result", args=[one.slug, one.number])
    return [
        header(one.name, reverse("objectives:objective", args=[one.slug])),
        {"moment": one.as_of},
        plain(_figures(one.result, "raw")),
        plain(_figures(one.result, "budget")),
        plain(one.result["text"]),
        link("As it was kept", url),
    ]


def _figures(result: Mapping[str, Any], part: str) -> str:
    """The counts and, of what was judged, what was left."""
    budget = result[part]
    told = f"{format_count(budget['bad'])} bad of {format_count(budget['counted'])}"
    is_told = budget["remaining"]["value"] is not None and BudgetState(result["state"]).is_judged
    return f"{told}, {budget['remaining']['text']} left" if is_told else told


def _budget_row(one: Corrected) -> list[dict[str, Any]]:
    out, page = one.left_out, reverse("objectives:objective", args=[one.agreed.objective.slug])
    return [
        header(one.agreed.version.name, page),
        plain(f"{format_count(out.bad)} bad of {format_count(out.counted)}"),
        plain(judgement_text(one.without_it)),
        plain(judgement_text(one.with_it)),
    ]


def _value(cell: Any) -> str:
    words = value_words(cell)
    return f"{words['text']}, {words['n']}" if words["text"] and words["n"] else words["text"] or "no value"


def freezes_table(rows: Sequence[FreezeWindow], signed: Mapping[int, Signed]) -> dict[str, Any]:
    """Every freeze of a page of the list."""
    return {
        "caption": "Freezes, newest first",
        "caption_hidden": True,
        "columns": [{"label": label} for label in FREEZE_HEADS],
        "rows": [_freeze_row(row, signed[row.proposal_id]) for row in rows],
    }


def _freeze_row(row: FreezeWindow, signed: Signed) -> list[dict[str, Any]]:
    team = row.team
    return [
        header(f"{row}: {row.name}", reverse("governance:proposal", args=[row.proposal.number])),
        link(team.name, reverse("portal:team", args=[team.slug])) if team else plain("The whole organisation"),
        plain(f"{day_words(row.starts_on)} to {day_words(row.last_on)}"),
        plain(freeze_state(row)),
        plain(asked_words(signed)),
        plain(signers_words(signed)),
        plain("") if is_over(row) else link("End it", reverse("portal:freeze-end", args=[row])),
    ]


def freeze_state(row: FreezeWindow) -> str:
    """Where a freeze stands today."""
    today = clock.today()
    if row.ended_at is not None:
        return f"Ended {day_words(clock.local_day(row.ended_at))}"
    if row.last_on < today:
        return "Over"
    return "In force" if row.starts_on <= today else f"Begins {day_words(row.starts_on)}"
