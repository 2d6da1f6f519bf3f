"""Pages of the demonstration: what would have called people, read off the pack's outages and probes; and their labels.

A place that was down pages; so does one whose probes stay away for more than a day, and one that answers slowly.
Nothing is random: how soon a page was taken up, and what it was good for, follows from its key alone.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from itertools import pairwise
from statistics import median

from apps.accounts.domain import SYSTEM, TeamRole
from apps.core import clock
from apps.incidents.domain.page_news import PageNews
from apps.incidents.domain.page_words import EndReason, Label, Signal, Urgency
from apps.incidents.models import AlertRule, Page
from apps.incidents.operations import oncall_agreeing, oncall_recording, page_labelling
from apps.metrics.domain.starter_catalogues import ON_CALL
from apps.portal.demo import agreements
from apps.portal.demo.cast import Cast, local
from apps.portal.demo.packfiles import pack_rows
from apps.services import operations as services

OWNER = "insights"
CHANNEL = "probes"
CONNECTED_FROM = date(2024, 4, 8)
PROFILES_ON, ADOPTED_ON, IN_FORCE_ON = date(2024, 4, 1), date(2026, 3, 26), date(2026, 3, 30)
# Nobody feeds the pages of these services any more: what they last said is of June.
MUTED = frozenset({"netbox", "celery"})
# Places of the two public uptime logs, by the service that they stand for here.
WATCHED = {
    "manticore/Catalog Search": "saleor", "manticore/Catalog Demo": "saleor",
    "manticore/Catalog Autocomplete": "saleor", "manticore/Community Forum": "wagtail",
    "manticore/Chat": "wagtail", "manticore/Slack Community": "wagtail",
    "manticore/Manual": "readthedocs", "manticore/Manual (dev)": "readthedocs",
    "manticore/Documentation": "readthedocs", "manticore/Facet Demo": "defectdojo",
    "manticore/Facet Demo Search": "defectdojo", "manticore/Image Search Demo": "defectdojo",
    "toro/TORO Dynmap": "netbox", "toro/TORO Minecraft Server": "celery",
    "manticore/Did You Mean Playground": "keep", "manticore/MySQL Playground": "keep",
    "manticore/GitHub": "oncall", "manticore/Cloudflare Monitor": "pyrra", "toro/TORO Pass API": "healthchecks",
    "toro/TORO Sound": "healthchecks", "manticore/Package Repository": "devlake", "manticore/Playground": "devlake",
}  # fmt: skip
NOT_URGENT = frozenset({"manticore/Manual (dev)", "manticore/Facet Demo Search", "toro/TORO Sound"})
DOWN, SILENT, SLOW = "down", "probe silent", "slow answer"
SILENT_AFTER, SLOW_TIMES, LEAST_PROBES = timedelta(hours=26), 2, 6
SIGNALS = {DOWN: Signal.SYMPTOM, SLOW: Signal.SYMPTOM, SILENT: Signal.CAUSE}
# Of how many pages in ten a team's people say what they were good for; elsewhere of eight.
LABELLED = {"security": 3, "insights": 2}


@dataclass(frozen=True)
class Hours:
    """Zone and working hours of a team, its acknowledgement target in minutes, who covers, and who is called next."""

    zone: str
    starts: int
    ends: int
    minutes: int
    cover: str = "All day and night"


HOURS = {
    "commerce": Hours("Europe/Madrid", 8, 18, 15), "publishing": Hours("Europe/London", 8, 18, 30),
    "documentation": Hours("America/New_York", 9, 17, 30), "security": Hours("Europe/Berlin", 8, 17, 15),
    "runtime": Hours("Europe/Helsinki", 8, 18, 10), "alerting": Hours("Europe/Berlin", 7, 17, 10),
    "observability": Hours("Europe/Lisbon", 9, 18, 20),
    "insights": Hours("Europe/Berlin", 9, 17, 60, "Working days only"),
}  # fmt: skip


def write_profiles(cast: Cast) -> str:
    """Every engineering manager writes how the team is on call."""
    for slug, hours in HOURS.items():
        _write(cast, slug, hours, PROFILES_ON, "First agreement on hours and on the time to acknowledge.")
    return f"{len(HOURS)} teams agree on how they are on call"


def change_hours(cast: Cast) -> None:
    """Commerce begins earlier from October 2025 on; what came before keeps its hours."""
    hours = Hours("Europe/Madrid", 7, 17, 10)
    _write(cast, "commerce", hours, date(2025, 10, 1), "Shops open at seven, and ten minutes is what they bear.")


def _write(cast: Cast, slug: str, hours: Hours, day: date, reason: str) -> None:
    oncall_agreeing.write_profile(
        team=cast.teams[slug], from_on=day, zone=hours.zone, starts_minute=hours.starts * 60,
        ends_minute=hours.ends * 60, acknowledgement_seconds=hours.minutes * 60, cover=hours.cover,
        escalation="The team's tech lead, then the group's leadership.", reason=reason,
        by=cast.holder(slug, TeamRole.ENGINEERING_MANAGER),
    )  # fmt: skip


def adopt_definitions(cast: Cast) -> str:
    """The steward adopts what on-call load is measured by, from a Monday on."""
    return agreements.adopt(cast, OWNER, ON_CALL, IN_FORCE_ON, "on-call load")


def bring_pages(cast: Cast, *, after: date | None, until: date) -> str:
    """Record what paged until a day, label it, and note that the feeds that live are complete."""
    first, last = local(after, time(0)) if after else None, local(until, time(0))
    told = [page for page in all_pages() if page.fired_at < last and (first is None or page.fired_at >= first)]
    since = local(CONNECTED_FROM, time(0))
    news = [(cast.services[page.service].pk, page) for page in told]
    oncall_recording.record_pages(channel=CHANNEL, news=news, connected_from=since, by=SYSTEM)
    _hear(cast, since, last)
    _describe(cast)
    labels = _label(cast, first, last)
    return f"{len(told)} pages recorded until {until:%-d %B %Y}, {labels} labelled"


def _hear(cast: Cast, since: datetime, until: datetime) -> None:
    for slug in sorted(set(WATCHED.values()) - MUTED):
        pk = cast.services[slug].pk
        services.hear(source="pages", service_id=pk, channel="pages", at=until, connected_from=since)


def _describe(cast: Cast) -> None:
    """Tech leads say what the rules of critical services watch; the others wait for it."""
    for rule in AlertRule.objects.filter(revision=1, service__tier="critical").select_related("service"):
        kind = rule.name.split(":")[0]
        team = _owner(cast, rule.service.slug)
        url = f"https://runbooks.example.org/{rule.service.slug}/{kind.replace(' ', '-')}"
        lead = cast.holder(team, TeamRole.TECH_LEAD)
        oncall_agreeing.describe_rule(rule=rule, signal=SIGNALS[kind], runbook_url=url, revision=1, by=lead)


def _owner(cast: Cast, service: str) -> str:
    """The team that owns a service today."""
    at = clock.as_of()
    owned = cast.services[service].ownerships.standing(at).get()
    return str(owned.team.slug)


def _label(cast: Cast, first: datetime | None, last: datetime) -> int:
    """Tech leads label most of what came; the answer follows from the rule and from how long it lasted."""
    given = 0
    for slug, team in cast.teams.items():
        pages = Page.objects.filter(team=team, label="", fired_at__lt=last).select_related("rule")
        pages = pages if first is None else pages.filter(fired_at__gte=first)
        labels = {page.pk: _label_of(page) for page in pages if _draw(page, 10) < LABELLED.get(slug, 8)}
        for some in _pieces(sorted(labels), page_labelling.MOST_AT_ONCE):
            given += page_labelling.label_pages(
                team=team, labels={pk: labels[pk].value for pk in some}, by=cast.holder(slug, TeamRole.TECH_LEAD)
            )
    return given


def _pieces(pks: list[int], size: int) -> Iterator[list[int]]:
    return (pks[start : start + size] for start in range(0, len(pks), size))


def _label_of(page: Page) -> Label:
    kind = page.rule.name.split(":")[0]
    if kind == SILENT:
        return Label.CHECK_BROKEN if _draw(page, 3) else Label.LOOKED_ONLY
    if kind == SLOW:
        return (Label.COULD_WAIT, Label.THRESHOLD_WRONG, Label.ACTED, Label.LOOKED_ONLY)[_draw(page, 4)]
    lasted = page.ended_at - page.fired_at if page.ended_at else timedelta(hours=1)
    if lasted < timedelta(minutes=6):
        return Label.LOOKED_ONLY
    return Label.ALREADY_KNOWN if _draw(page, 6) == 0 else Label.ACTED


def _draw(page: Page, of: int) -> int:
    return drawn(f"label {page.external_key}", of)


def drawn(key: str, of: int) -> int:
    """A number from 0 to `of` − 1 that follows from a key and looks like chance."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % of


@cache
def all_pages() -> tuple[PageNews, ...]:
    """Every page of the story, by the time it fired."""
    found = [*_from_outages(), *_from_probes()]
    return tuple(sorted(found, key=lambda page: (page.fired_at, page.external_key)))


def _from_outages() -> Iterator[PageNews]:
    """A place that was down pages a little after it went down."""
    for row in pack_rows("outages"):
        if row["service"] in WATCHED:
            began = datetime.fromisoformat(row["started_at"])
            ended = datetime.fromisoformat(row["resolved_at"]) if row["resolved_at"] else None
            fired = began + timedelta(seconds=60 + drawn(row["service"] + row["started_at"], 120))
            yield _page(row["service"], DOWN, fired, max(ended, fired) if ended else None)


def _from_probes() -> Iterator[PageNews]:
    by_place: dict[str, list[tuple[datetime, int, bool]]] = defaultdict(list)
    for row in pack_rows("probes"):
        if row["service"] in WATCHED:
            at = datetime.fromisoformat(row["checked_at"])
            by_place[row["service"]].append((at, int(row["response_ms"] or 0), row["state"] == "up"))
    for place, probes in by_place.items():
        if len(probes) >= LEAST_PROBES:
            yield from _of_place(place, sorted(probes))


def _of_place(place: str, probes: list[tuple[datetime, int, bool]]) -> Iterator[PageNews]:
    """Where daily probes stay away, and where an answer takes twice as long as usual."""
    usual_ms = median(ms for _, ms, is_up in probes if is_up)
    for (at, ms, is_up), (following, _, _) in pairwise(probes):
        if following - at > SILENT_AFTER:
            yield _page(place, SILENT, at + SILENT_AFTER, following)
        if is_up and ms > SLOW_TIMES * usual_ms:
            yield _page(place, SLOW, at, min(following, at + timedelta(minutes=20)))


def _page(place: str, kind: str, fired: datetime, ended: datetime | None) -> PageNews:
    key = f"{place} {kind} {fired.isoformat()}"
    wait = timedelta(seconds=90 + drawn(key, 600) + (900 if drawn(f"late {key}", 12) == 0 else 0))
    is_seen = ended is None or fired + wait < ended
    return PageNews(
        external_key=hashlib.sha256(key.encode()).hexdigest()[:32], service=WATCHED[place], fired_at=fired,
        rule=f"{kind}: {place.partition('/')[2]}", urgency=Urgency.LOW if place in NOT_URGENT else Urgency.HIGH,
        acknowledged_at=fired + wait if is_seen else None, ended_at=ended,
        end_reason=EndReason.ACKNOWLEDGED if is_seen and ended else EndReason.BY_ITSELF if ended else None,
    )  # fmt: skip


def acts(days: Iterable[date]) -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about being on call, with its instant, in the story's order of days."""
    yield local(PROFILES_ON), write_profiles
    yield local(date(2025, 9, 15)), change_hours
    yield local(ADOPTED_ON), adopt_definitions
    for day in (IN_FORCE_ON, IN_FORCE_ON + timedelta(weeks=1)):  # a week later those of incidents and actions, too
        yield local(day), agreements.bring_into_force
    ordered = sorted(days)
    for after, until in zip((None, *ordered), ordered, strict=False):
        yield local(until, time(5)), partial(bring_pages, after=after, until=until)
