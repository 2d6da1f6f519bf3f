"""What follows from pages: bucket, night, repeat, who was woken; settled with their neighbours, then published."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from apps.core.bulk import batched
from apps.incidents.domain.oncall import DAY, OUT_OF_HOURS, Hours, HoursFrom, bucket_at, hours_at, night_at
from apps.incidents.domain.page_words import Bucket, Urgency
from apps.incidents.domain.pages import REPEATS_WITHIN, first_of_nights, is_actionable, repeats_of
from apps.incidents.facts import PAGES
from apps.incidents.models_oncall import Page
from apps.incidents.queries import oncall_pages as queries
from apps.services import operations as services

CHANNEL = "pages"


def place_in_week(page: Page, history: Sequence[HoursFrom], default: Hours) -> bool:
    """Give a page its bucket and night by the hours in force when it fired; True when that changed something."""
    hours = hours_at(history, page.fired_at, default)
    before = (page.bucket, page.night)
    page.bucket, page.night = bucket_at(page.fired_at, hours).value, night_at(page.fired_at, hours)
    return before != (page.bucket, page.night)


def settle_pages(
    pages: Sequence[Page],
    *,
    nights_before: Collection[Any] = (),
    connected_from: datetime | None = None,
    complete_until: datetime | None = None,
) -> None:
    """Settle stored pages that are new, changed or placed anew, and all whose repeat or night they touch.

    The caller holds the locks of their teams and rules. `nights_before` are nights that pages have left.
    """
    if not pages:
        return
    changed = _settle_repeats(pages) | _settle_nights(pages, nights_before)
    touched = sorted({page.pk for page in pages} | changed)
    publish_pages(touched, connected_from=connected_from, complete_until=complete_until)


def _settle_repeats(pages: Sequence[Page]) -> set[int]:
    """Write `repeat` anew for the pages and for those of their rules in the 7 days after; the changed ones."""
    fired = [page.fired_at for page in pages]
    first, last = min(fired), max(fired)
    rows = queries.list_around({page.rule_id for page in pages}, first - REPEATS_WITHIN, last + REPEATS_WITHIN)
    urgent = [(row["rule_id"], row["fired_at"]) for row in rows if row["urgency"] == Urgency.HIGH]
    settled = [row for row in rows if row["fired_at"] >= first]
    truths = repeats_of([(row["rule_id"], row["fired_at"]) for row in settled], urgent)
    return _write_flag("repeat", settled, truths)


def _settle_nights(pages: Sequence[Page], nights_before: Collection[Any]) -> set[int]:
    """Write `woke` anew for all pages in the nights of these; the changed ones."""
    nights = {page.night for page in pages if page.night is not None} | {n for n in nights_before if n is not None}
    fired = [page.fired_at for page in pages]
    teams = {page.team_id for page in pages}
    rows = queries.list_nights(teams, nights, min(fired) - DAY, max(fired) + DAY) if nights else []
    quiet = {page.pk for page in pages if page.night is None and page.woke}
    urgent = [row for row in rows if row["urgency"] == Urgency.HIGH]
    first = first_of_nights([(row["team_id"], row["night"], row["fired_at"]) for row in urgent])
    woken = {row["pk"] for row, is_first in zip(urgent, first, strict=True) if is_first}
    changed = _write_flag("woke", rows, [row["pk"] in woken for row in rows])
    _update(quiet, woke=False)
    return changed | quiet


def _write_flag(name: str, rows: Sequence[dict[str, Any]], truths: Iterable[bool]) -> set[int]:
    differing = [(row["pk"], truth) for row, truth in zip(rows, truths, strict=True) if row[name] != truth]
    for truth in (True, False):
        _update([pk for pk, wanted in differing if wanted is truth], **{name: truth})
    return {pk for pk, _ in differing}


def _update(pks: Collection[int], **values: bool) -> None:
    for some in batched(sorted(pks)):
        Page.objects.filter(pk__in=some).update(**values)


def publish_pages(
    pks: Sequence[int], *, connected_from: datetime | None = None, complete_until: datetime | None = None
) -> None:
    """Publish the facts of stored pages; equal ones write nothing."""
    for some in batched(pks):
        rows = [fact_of(page) for page in Page.objects.filter(pk__in=some).select_related("rule").order_by("pk")]
        services.record_facts(
            source=PAGES, channel=CHANNEL, rows=rows, connected_from=connected_from, complete_until=complete_until
        )


def fact_of(page: Page) -> dict[str, Any]:
    """What a page is to numbers; nobody who answered is in it, as nobody is in the page."""
    return {
        "key": f"P-{page.pk}",
        "service": page.service_id,
        "team": page.team_id,
        "fired_at": page.fired_at,
        "acknowledged_at": page.acknowledged_at,
        "ended_at": page.ended_at,
        "end_reason": page.end_reason,
        "urgency": page.urgency,
        "label": page.label,
        "actionable": is_actionable(page.label),
        "bucket": page.bucket,
        "out_of_hours": Bucket(page.bucket) in OUT_OF_HOURS,
        "repeat": page.repeat,
        "woke": page.woke,
        "rule": page.rule.name,
    }
