"""What asks for a decision in a team's week: read from everything below, in a constant number of queries."""

from collections.abc import Iterable
from typing import Any

from apps.accounts.domain import Principal, PrincipalKind, TeamRole
from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.periods import Period
from apps.reviews.domain.weekly import BlockKey, Found, Placed, Press, Rule, arrange, named_services
from apps.reviews.models import Review
from apps.services import queries as services
from apps.services.models import Service
from apps.teams.models import Team


def reader_of(team: Team) -> Principal:
    """Whoever reads the team's reviews, and may know of no restricted incident: what is written down, all may read."""
    roles = {team.pk: frozenset({TeamRole.LEADERSHIP})}
    return Principal(kind=PrincipalKind.ANONYMOUS, key="review", team_roles=roles)


def read_head(review: Review, week: Period) -> dict[str, Any]:
    """The content of a review without its agenda."""
    return _content(review, week, [], {})


def read_agenda(review: Review, week: Period) -> dict[str, Any]:
    """The content of a review as it reads now."""
    owned = list(services.list_services_of(review.team_id, clock.as_of()))
    found: list[Found] = []
    quiet = _quiet(owned, found)
    return _content(review, week, arrange([*found, *quiet]), {BlockKey.SERVICES.value: len(quiet)})


def _quiet(owned: Iterable[Service], found: list[Found]) -> list[Found]:
    """Services that nothing on the agenda speaks of."""
    named = named_services(found)
    return [
        Found(
            Rule.SERVICE, f"service:{one.slug}", f"{one.name}: nothing asks for a decision.", Press.REST,
            f"/services/{one.slug}/", {"service": one.slug}, order=one.name, services=(one.slug,),
        )
        for one in owned if one.slug not in named
    ]  # fmt: skip


def _content(review: Review, week: Period, placed: list[Placed], quiet: dict[str, int]) -> dict[str, Any]:
    card = review.card
    header = {
        "week": week.key, "computed_late": review.computed_late, "expectation": "",
        "data_up_to": card.data_up_to.isoformat() if card and card.data_up_to else "",
        "watermark": dict(card.watermark) if card else services.watermark(one.key for one in sources),
    }  # fmt: skip
    return {
        "team_name": review.team.name, "header": header, "quiet": quiet, "items": [item_of(one) for one in placed],
    }  # fmt: skip


def item_of(placed: Placed) -> dict[str, Any]:
    """A thing on the agenda as plain values."""
    one = placed.found
    return {
        "rank": placed.rank, "block": one.rule.block.value, "rule": one.rule.value, "subject": one.subject,
        "sentence": one.sentence, "prompt": placed.prompt, "evidence": one.evidence,
        "evidence_data": dict(one.data), "is_counted_only": placed.is_counted_only, "deferrals_used": 0,
    }  # fmt: skip
