"""Reads of alert rules by what they were good for: the noisy ones of a month, and tallies for the list of rules."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from apps.incidents.domain.page_words import EndReason, Label, Urgency
from apps.incidents.domain.pages import Noise, Paged, RuleTally, noise_of, tally_of
from apps.incidents.models_oncall import Page
from apps.incidents.queries.oncall_load import RULE


@dataclass(frozen=True)
class NoisyRule:
    """A rule that pages without need, with the counts that say so."""

    rule_id: int
    rule: str
    service_id: int
    service: str
    tally: RuleTally
    noise: Noise


COUNTS = {
    "pages": Count("pk"),
    "labelled": Count("pk", filter=~Q(label="")),
    "acted": Count("pk", filter=Q(label=Label.ACTED.value)),
    "ended_unseen": Count("pk", filter=Q(end_reason=EndReason.BY_ITSELF.value, acknowledged_at=None)),
}


def _tallies(pages: QuerySet[Page]) -> Iterator[tuple[tuple[int, str, int, str], RuleTally]]:
    """Urgent pages counted by rule in the database, as `tally_of` counts them, by service and rule name."""
    urgent = pages.filter(urgency=Urgency.HIGH.value).order_by("rule__service__name", "rule__name", "rule_id")
    for row in urgent.values_list(*RULE).annotate(**COUNTS):
        yield tuple(row[:4]), RuleTally(*row[4:])


def list_noisy_rules(team_ids: Collection[int], start: datetime, end: datetime) -> list[NoisyRule]:
    """Rules that were noisy for some teams in `[start, end)`, by service and rule name; one query."""
    rows = Page.objects.filter(team_id__in=list(team_ids), fired_at__gte=start, fired_at__lt=end)
    return _noisy(_tallies(rows))


def _noisy(tallies: Iterable[tuple[tuple[int, str, int, str], RuleTally]]) -> list[NoisyRule]:
    return [NoisyRule(*rule, tally, noise) for rule, tally in tallies if (noise := noise_of(tally)) is not None]


def noisy_among(pages: Iterable[tuple[tuple[int, str, int, str], Paged]]) -> list[NoisyRule]:
    """The noisy rules of urgent pages, each page beside its rule, in the order in which the rules come."""
    by_rule: dict[tuple[int, str, int, str], list[Paged]] = defaultdict(list)
    for rule, paged in pages:
        by_rule[rule].append(paged)
    return _noisy((rule, tally_of(found)) for rule, found in by_rule.items())


def tallies_of_rules(rule_ids: Collection[int], start: datetime, end: datetime) -> dict[int, RuleTally]:
    """What some rules paged in `[start, end)`, for whichever team; one query."""
    rows = Page.objects.filter(rule_id__in=list(rule_ids), fired_at__gte=start, fired_at__lt=end)
    found = {rule[0]: tally for rule, tally in _tallies(rows)}
    return {pk: found.get(pk, RuleTally(0, 0, 0, 0)) for pk in rule_ids}


def count_pages(team_ids: Collection[int], start: datetime, end: datetime) -> Counter[int]:
    """Urgent pages of some teams in `[start, end)`, by team; one query."""
    rows = Page.objects.filter(team_id__in=list(team_ids), fired_at__gte=start, fired_at__lt=end)
    counted = rows.filter(urgency=Urgency.HIGH.value).order_by().values("team_id").annotate(pages=Count("pk"))
    return Counter(dict(counted.values_list("team_id", "pages")))
