"""What asks for a decision in a team's week: read from everything below, in a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal, PrincipalKind, TeamRole
from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import Period
from apps.measurements.domain.wording import line_of_expectation
from apps.reviews.domain.prompts import with_prompts
from apps.reviews.domain.weekly import BlockKey, Found, Placed, Press, Rule, arrange, named_services
from apps.reviews.models import Review
from apps.reviews.models_weekly import LONGEST_SENTENCE
from apps.reviews.queries.gathering_budgets import read_budgets
from apps.reviews.queries.gathering_decisions import deferrals_before, held_subjects, read_due, resting_prompts
from apps.reviews.queries.gathering_findings import read_gaps
from apps.reviews.queries.gathering_flow import read_flow
from apps.reviews.queries.gathering_incidents import read_incidents
from apps.services import queries as services
from apps.services.models import Service
from apps.teams.models import Team

# What rests while somebody adjusts or investigates it; all else asks each week for as long as it stands.
RESTING = frozenset(
    {Rule.DEPLOYMENT_FREQUENCY, Rule.LEAD_TIME, Rule.PAGES_OVER_BUDGET, Rule.CAUSE_RETURNED, Rule.DATA_GAP}
)
NO_DEFERRALS: Mapping[tuple[str, str], int] = {}


def reader_of(team: Team) -> Principal:
    """Whoever reads the team's reviews, and may know of no restricted incident: what is written down, all may read."""
    roles = {team.pk: frozenset({TeamRole.LEADERSHIP})}
    return Principal(kind=PrincipalKind.ANONYMOUS, key="review", team_roles=roles)


def read_head(review: Review, week: Period) -> dict[str, Any]:
    """The content of a review without its agenda."""
    return _content(review, week, [], {}, "")


def read_agenda(review: Review, week: Period) -> dict[str, Any]:
    """The content of a review as it reads now."""
    team, at, today = review.team, clock.as_of(), clock.today()
    owned = list(services.list_services_of(team.pk, at))
    flow, (budgets, quiet_budgets) = read_flow(owned, week), read_budgets(team, reader_of(team))
    found = [
        *budgets, *read_due(team, today), *flow.found, *read_incidents(team, week, reader_of(team)),
        *read_gaps(owned, at),
    ]  # fmt: skip
    held = held_subjects(team, today)
    asking = [one for one in found if one.rule not in RESTING or (one.rule.value, one.subject) not in held]
    quiet = _quiet(owned, asking)
    placed = with_prompts(arrange([*asking, *quiet]), resting_prompts(team, at))
    counts = {
        BlockKey.FLOW.value: flow.quiet, BlockKey.BURN.value: quiet_budgets, BlockKey.SERVICES.value: len(quiet),
    }  # fmt: skip
    expectation = line_of_expectation(flow.judged, len(flow.found)) if flow.judged else ""
    return _content(review, week, placed, counts, expectation, deferrals_before(team, review.period))


def _quiet(owned: Iterable[Service], found: Sequence[Found]) -> list[Found]:
    """Services that nothing on the agenda speaks of."""
    named = named_services(found)
    return [
        Found(
            Rule.SERVICE, f"service:{one.slug}", f"{one.name}: nothing asks for a decision.", Press.REST,
            reverse("portal:service", args=[one.slug]), {"title": one.name, "service": one.slug}, order=one.name,
            services=(one.slug,),
        )
        for one in owned if one.slug not in named
    ]  # fmt: skip


def _content(
    review: Review, week: Period, placed: Sequence[Placed], quiet: Mapping[str, int], expectation: str,
    deferred: Mapping[tuple[str, str], int] = NO_DEFERRALS,
) -> dict[str, Any]:  # fmt: skip
    card = review.card
    header = {
        "week": week.key, "computed_late": review.computed_late, "expectation": expectation,
        "data_up_to": card.data_up_to.isoformat() if card and card.data_up_to else "",
        "watermark": dict(card.watermark) if card else services.watermark(one.key for one in sources),
        "card_sha256": card.sha256 if card else "",
    }  # fmt: skip
    return {
        "team_name": review.team.name, "header": header, "quiet": dict(quiet),
        "items": [_item(one, deferred) for one in placed],
    }  # fmt: skip


def _item(placed: Placed, deferred: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """A thing on the agenda as plain values."""
    one = placed.found
    return {
        "rank": placed.rank, "block": one.rule.block.value, "rule": one.rule.value, "subject": one.subject,
        "sentence": _fitting(one.sentence), "prompt": placed.prompt, "evidence": one.evidence,
        "evidence_data": dict(one.data), "is_counted_only": placed.is_counted_only,
        "deferrals_used": deferred.get((one.rule.value, one.subject), 0),
    }  # fmt: skip


def _fitting(sentence: str) -> str:
    """A sentence that an item can hold."""
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[: LONGEST_SENTENCE - 1]}…"
