"""Reads of alert rules by what they were good for: the noisy ones of a month, and tallies for the list of rules."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from apps.incidents.domain.page_words import Urgency
from apps.incidents.domain.pages import Noise, Paged, RuleTally, noise_of, tally_of
from apps.incidents.models_oncall import Page
from apps.incidents.queries.oncall_load import COLUMNS, RULE, paged_of


@dataclass(frozen=True)
class NoisyRule:
    """A rule that pages without need, with the counts that say so."""

    rule_id: int
    rule: str
    service_id: int
    service: str
    tally: RuleTally
    noise: Noise


def list_noisy_rules(team_ids: Collection[int], start: datetime, end: datetime) -> list[NoisyRule]:
    """Rules that were noisy for some teams in `[start, end)`, by service and rule name; one query."""
    rows = Page.objects.filter(team_id__in=list(team_ids), fired_at__gte=start, fired_at__lt=end)
    rows = rows.filter(urgency=Urgency.HIGH.value).order_by("rule__service__name", "rule__name", "rule_id")
    return noisy_among((tuple(row[:4]), paged_of(row[4:])) for row in rows.values_list(*RULE, *COLUMNS))


def noisy_among(pages: Iterable[tuple[tuple[int, str, int, str], Paged]]) -> list[NoisyRule]:
    """The noisy rules of urgent pages, each page beside its rule, in the order in which the rules come."""
    by_rule: dict[tuple[int, str, int, str], list[Paged]] = defaultdict(list)
    for rule, paged in pages:
        by_rule[rule].append(paged)
    tallies = ((rule, tally_of(found)) for rule, found in by_rule.items())
    return [NoisyRule(*rule, tally, noise) for rule, tally in tallies if (noise := noise_of(tally)) is not None]


def tallies_of_rules(rule_ids: Collection[int], start: datetime, end: datetime) -> dict[int, RuleTally]:
    """What some rules paged in `[start, end)`, for whichever team; one query."""
    rows = Page.objects.filter(rule_id__in=list(rule_ids), fired_at__gte=start, fired_at__lt=end)
    by_rule: dict[int, list[Paged]] = defaultdict(list)
    for rule_id, *row in rows.filter(urgency=Urgency.HIGH.value).values_list("rule_id", *COLUMNS):
        by_rule[rule_id].append(paged_of(row))
    return {pk: tally_of(by_rule[pk]) for pk in rule_ids}


def count_pages(team_ids: Collection[int], start: datetime, end: datetime) -> Counter[int]:
    """Urgent pages of some teams in `[start, end)`, by team; one query."""
    rows = Page.objects.filter(team_id__in=list(team_ids), fired_at__gte=start, fired_at__lt=end)
    counted = rows.filter(urgency=Urgency.HIGH.value).order_by().values("team_id").annotate(pages=Count("pk"))
    return Counter(dict(counted.values_list("team_id", "pages")))
