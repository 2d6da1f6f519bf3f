"""The log of a budget: decisions, triggers, alerts, exemptions and versions in one order of time, newest first."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.page_words import fired_words
from apps.objectives.presenting_alerts import alert_words, lasted_words
from apps.objectives.presenting_around import exempt_words
from apps.objectives.presenting_triggers import VERB_WORDS, trigger_url
from apps.objectives.queries.budget_page import BudgetPage

Line = dict[str, Any]
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = {
    "decision": "Decision", "trigger": "Trigger", "alert": "Alert", "exemption": "Exemption", "version": "Version",
}  # fmt: skip


def log_lines(page: BudgetPage) -> list[Line]:
    """Every line, newest first."""
    lines = [*_fired(page), *_alerts(page), *_exemptions(page), *_versions(page)]
    return sorted(lines, key=lambda line: line["at"], reverse=True)


def _line(kind: str, at: datetime, text: str, url: str = "") -> Line:
    return {"kind": KINDS[kind], "at": at, "text": text, "url": url}


def _fired(page: BudgetPage) -> Iterator[Line]:
    for one in page.fired:
        url = trigger_url(one.pk)
        yield _line("trigger", one.from_at, f"{one}: {fired_words(one.key, one.incident)}", url)
        for decision in one.decisions:
            missing = one.missing(decision)
            waits = "" if not missing else " (not signed by everybody)"
            words = f"{VERB_WORDS[decision.verb]} on {one}: {decision.sentence}{waits}"
            yield _line("decision", decision.written_at, words, url)
        if one.closed_at is not None:
            reason = f": {one.closed_reason}" if one.closed_reason else ""
            yield _line("trigger", one.closed_at, f"{one} was closed{reason}", url)


def _alerts(page: BudgetPage) -> Iterator[Line]:
    for alert in page.alerts:
        yield _line("alert", alert.from_at, f"{alert_words(page, alert)}; {lasted_words(alert)}")


def _exemptions(page: BudgetPage) -> Iterator[Line]:
    for one in page.exemptions:
        url = reverse("portal:exemption", args=[str(one)])
        yield _line("exemption", one.approved_at, f"{exempt_words(one)} was approved", url)
        if one.ended_at is not None:
            yield _line("exemption", one.ended_at, f"{one} was withdrawn", url)


def _versions(page: BudgetPage) -> Iterator[Line]:
    slug, zone = page.objective.slug, clock.reporting_zone()
    url = reverse("objectives:objective-versions", args=[slug])
    for one in page.versions.of_objective:
        at = local_midnight(one.effective_from, zone) if one.effective_from else BEGINNING
        begun = max(at, one.adopted_at) if one.effective_from is None else at
        left = page.versions.left.get(one.number)
        moved = f", with which it left {left}" if left else ""
        yield _line("version", begun, f"v{one.number} in force{moved}: {one.reason}", url)
    sli = reverse("objectives:indicator-versions", args=[page.objective.indicator.slug])
    for measure in page.versions.of_indicator:
        if measure.number > 1 and measure.effective_from is not None:
            begins = local_midnight(measure.effective_from, zone)
            yield _line("version", begins, f"SLI v{measure.number} in force: {measure.reason}", sli)
