"""Pages as they come in, one or a thousand at once: told again they change nothing, told better they learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.bulk import batched
from apps.core.fact_parsing import printable
from apps.core.facts import Outcome
from apps.core.immutable import writing
from apps.core.problems import FieldProblem, Invalid
from apps.incidents.domain.page_news import UNNAMED_RULE, Known, PageNews, learn, read_page
from apps.incidents.domain.page_words import EndReason, Label, Urgency
from apps.incidents.models import Incident
from apps.incidents.models_oncall import AlertRule, Page, PageLabel
from apps.incidents.operations.page_settling import place_in_week, settle_pages
from apps.incidents.policies import oncall as policies
from apps.incidents.queries import oncall_pages as queries
from apps.services import queries as services
from apps.services.queries import Place
from apps.teams import queries as teams

MAX_ITEMS = 1000
REJECTED = "rejected"


@dataclass
class Item:
    """One page of a batch on its way: what it says, where it belongs, what is wrong with it, what became of it."""

    news: PageNews | None = None
    service_id: int = 0
    team_id: int = 0
    incident_id: int | None = None
    problems: list[FieldProblem] = field(default_factory=list)
    outcome: str = REJECTED
    page: Page | None = None

    def as_dict(self, index: int) -> dict[str, Any]:
        """The item's result; errors are located from the batch's root."""
        if self.problems:
            errors = [{**p.as_dict(), "pointer": f"/pages/{index}{p.pointer}"} for p in self.problems]
            return {"outcome": REJECTED, "errors": errors}
        return {"outcome": self.outcome, "id": f"P-{self.page.pk}"} if self.page else {"outcome": self.outcome}


def receive_pages(*, items: Any, by: Principal) -> dict[str, Any]:
    """Store what can be read of 1 to 1,000 items; answers `{stored, rejected, results}` in their order."""
    policies.require_can_report_somewhere(by)
    _require_batch(items)
    now = clock.as_of()
    read = [_read(item, now) for item in items]
    _record(read, channel=f"api:{by.sender}"[:40], by=by)
    results = [item.as_dict(index) for index, item in enumerate(read)]
    rejected = sum(result["outcome"] == REJECTED for result in results)
    return {"stored": len(results) - rejected, "rejected": rejected, "results": results}


def record_pages(
    *, channel: str, news: Sequence[tuple[int, PageNews]], connected_from: datetime | None = None,
    complete_until: datetime | None = None, by: Principal,
) -> list[Outcome | FieldProblem]:  # fmt: skip
    """Store pages that an importer has read, each with the primary key of its service; outcomes in their order.

    A page that cannot be stored answers with what is wrong with it, and the others stand: one whose time nobody owned
    the service, and one that is known of another service or rule. The times say since when pages come, and up to when
    none is missing.
    """
    policies.require_can_report_somewhere(by)
    items = [Item(news=one, service_id=service_id) for service_id, one in news]
    _record(items, channel=channel, connected_from=connected_from, complete_until=complete_until, by=by)
    return [item.problems[0] if item.problems else Outcome(item.outcome) for item in items]


def _read(item: Any, now: datetime) -> Item:
    news, problems = read_page(item, now=now)
    return Item(news=news, problems=problems)


def _require_batch(items: Any) -> None:
    problem = None
    if not isinstance(items, list):
        problem = FieldProblem("/pages", "wrong_type", "pages is a list of objects.")
    elif not items:
        problem = FieldProblem("/pages", "no_items", "The list is empty.")
    elif len(items) > MAX_ITEMS:
        problem = FieldProblem("/pages", "too_many_items", f"At most {MAX_ITEMS:,} at once; these are {len(items):,}.")
    if problem:
        raise Invalid("validation_failed", problem.detail, [problem])


@transaction.atomic
def _record(
    items: Sequence[Item], *, channel: str, connected_from: datetime | None = None,
    complete_until: datetime | None = None, by: Principal,
) -> None:  # fmt: skip
    """Find where each page belongs, lock what its settling reads, store what differs, settle and publish it."""
    _place(items, by)
    good = [item for item in items if item.news is not None and not item.problems]
    if not good:
        return
    places = [(item.news.external_key, item.news.fired_at) for item in good if item.news]
    standing = queries.find_pages(channel, places)
    queries.lock_teams({item.team_id for item in good} | {page.team_id for page in standing.values()})
    rules = _rules(good)
    queries.lock_rules(set(rules.values()) | {page.rule_id for page in standing.values()})
    known = queries.find_pages(channel, places)
    changed = _learn(good, channel, known, rules)
    settle_pages(changed, connected_from=connected_from, complete_until=complete_until)


def _place(items: Sequence[Item], by: Principal) -> None:
    """Find service, called team and incident of each item; another team's answer like those that do not exist."""
    read = [(item, item.news) for item in items if item.news is not None]
    slugs = {news.service for item, news in read if not item.service_id}
    places = services.places_by_slug(slugs, clock.as_of())
    for item, news in read:
        if not item.service_id:
            _place_service(item, news, places.get(news.service.lower()), by)
    known = [(item, news) for item, news in read if not item.problems]
    named = {news.team for _, news in known if news.team}
    called = dict(teams.list_all_teams().filter(slug__in=named).values_list("slug", "pk")) if named else {}
    owners = queries.owners_of({item.service_id for item, _ in known})
    incidents = _incidents({news.incident for _, news in known if news.incident}, by)
    for item, news in known:
        _place_team(item, news, called, queries.owner_at(owners.get(item.service_id, ()), news.fired_at), by)
        if news.incident and news.incident not in incidents:
            sentence = f"There is no incident {printable(news.incident)} that you may name."
            item.problems.append(FieldProblem("/incident", "unknown_value", sentence))
        item.incident_id = incidents.get(news.incident)


def _place_service(item: Item, news: PageNews, place: Place | None, by: Principal) -> None:
    if place is None or not policies.can_report(by, place.team_id):
        sentence = f"{printable(news.service)} is no service you report for."
        item.problems.append(FieldProblem("/service", "unknown_service", sentence))
    elif news.fired_at < place.began_at:
        sentence = f"{printable(news.service)} began on {clock.local_day(place.began_at):%Y-%m-%d}."
        item.problems.append(FieldProblem("/fired_at", "before_service", sentence))
    else:
        item.service_id = place.pk


def _place_team(item: Item, news: PageNews, called: Mapping[str, int], owner: int | None, by: Principal) -> None:
    team_id = called.get(news.team) if news.team else owner
    if team_id is None and not news.team:
        sentence = "Nobody owned the service at that time; name the team that was called."
        item.problems.append(FieldProblem("/team", "required", sentence))
    elif team_id is None or (news.team and not policies.can_report(by, team_id)):
        sentence = f"{printable(news.team)} is no team you report for."
        item.problems.append(FieldProblem("/team", "unknown_team", sentence))
    else:
        item.team_id = team_id


def _incidents(named: set[str], by: Principal) -> dict[str, int]:
    """Incidents by the names that a page gives them, those that the sender may see."""
    pks = {name: int(name[2:]) for name in named if name.startswith("I-") and name[2:].isdecimal() and len(name) < 12}
    seen = (
        set(Incident.objects.visible_to(by).filter(pk__in=pks.values()).values_list("pk", flat=True)) if pks else set()
    )
    return {name: pk for name, pk in pks.items() if pk in seen}


def _rules(items: Sequence[Item]) -> dict[tuple[int, str], int]:
    """The rules of the items by (service, name); those never seen before are made now."""
    first: dict[tuple[int, str], datetime] = {}
    for item in items:
        if item.news is not None:
            place = (item.service_id, item.news.rule)
            first[place] = min(item.news.fired_at, first.get(place, item.news.fired_at))
    known = queries.find_rules(first)
    new = [
        AlertRule(service_id=service, name=name, first_seen_at=at)
        for (service, name), at in sorted(first.items())
        if (service, name) not in known
    ]
    if new:
        AlertRule.objects.bulk_create(new, ignore_conflicts=True)  # another sender may make the same one meanwhile
        known = queries.find_rules(first)
    return {place: known[place] for place in first}


def _learn(
    items: Sequence[Item], channel: str, known: dict[tuple[str, datetime], Page], rules: Mapping[tuple[int, str], int]
) -> list[Page]:
    """Bring the news of each item to its page; answers the pages that are new or changed, stored."""
    hours = queries.hours_of({item.team_id for item in items})
    now, default = clock.now(), queries.hours_in(None)
    fresh: dict[tuple[str, datetime], Page] = {}
    changed: dict[tuple[str, datetime], Page] = {}
    labelled: dict[tuple[str, datetime], Page] = {}
    for item in items:
        news = item.news
        if news is None:
            continue
        place, rule_id = (news.external_key, news.fired_at), rules[item.service_id, news.rule]
        page = known.get(place)
        if page is None:
            page = known[place] = fresh[place] = _new_page(item, news, channel, rule_id, now)
            place_in_week(page, hours.get(item.team_id, ()), default)
            item.outcome = Outcome.CREATED.value
        elif problem := _other(page, item, news, rule_id):
            item.problems.append(problem)
            continue
        else:
            unlabelled = not page.label
            is_changed = _apply(page, item, news)
            labelled |= {place: page} if unlabelled and page.label else {}
            item.outcome = (Outcome.UPDATED if is_changed else Outcome.UNCHANGED).value
            changed |= {place: page} if is_changed and place not in fresh else {}
        item.page = page
    labelled |= {place: page for place, page in fresh.items() if page.label}
    _store(list(fresh.values()), list(changed.values()), list(labelled.values()), now)
    return [*fresh.values(), *changed.values()]


def _new_page(item: Item, news: PageNews, channel: str, rule_id: int, now: datetime) -> Page:
    page = Page(
        channel=channel, external_key=news.external_key, fired_at=news.fired_at, team_id=item.team_id,
        service_id=item.service_id, rule_id=rule_id, urgency=Urgency.HIGH.value, recorded_at=now,
    )  # fmt: skip
    _apply(page, item, news)
    return page


def _other(page: Page, item: Item, news: PageNews, rule_id: int) -> FieldProblem | None:
    """Why the news cannot be of a page that is known under their key and time."""
    if page.service_id != item.service_id:
        return FieldProblem("/service", "out_of_range", "A page of this key and time is known of another service.")
    if page.rule_id != rule_id and news.rule != UNNAMED_RULE:
        return FieldProblem("/rule", "out_of_range", "A page of this key and time is known of another rule.")
    return None


def _apply(page: Page, item: Item, news: PageNews) -> bool:
    """Let a page learn; True when anything about it changed."""
    before = Known(Urgency(page.urgency), page.acknowledged_at, page.ended_at, EndReason(page.end_reason))
    after = learn(before, news)
    page.urgency, page.acknowledged_at, page.ended_at = after.urgency.value, after.acknowledged_at, after.ended_at
    page.end_reason = after.end_reason.value
    is_labelled, is_linked = bool(news.label and not page.label), item.incident_id not in (None, page.incident_id)
    if is_labelled:
        page.label = Label(news.label).value
    if is_linked:
        page.incident_id = item.incident_id
    return after != before or is_labelled or is_linked


def _store(fresh: list[Page], changed: list[Page], labelled: list[Page], now: datetime) -> None:
    """Write what was learned; a label only where these news brought it, so that people's labels stay as given."""
    for some in batched(fresh):
        Page.objects.bulk_create(some)
    Page.objects.bulk_update(
        changed, ["urgency", "acknowledged_at", "ended_at", "end_reason", "incident"], batch_size=200
    )
    is_new = {page.pk for page in fresh}
    Page.objects.bulk_update([page for page in labelled if page.pk not in is_new], ["label"], batch_size=200)
    with writing(PageLabel):
        PageLabel.objects.bulk_create(PageLabel(page=page, label=page.label, given_at=now) for page in labelled)
