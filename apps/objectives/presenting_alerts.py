"""Burn alerts in words: those that are open, and the tiers that a promise has and has not."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from apps.core.numbers import format_value
from apps.objectives.domain.burning import PATTERN, MissingTier, Tier, TierKey, Tiers, long_words, scale_of
from apps.objectives.domain.objective_words import AlertKind
from apps.objectives.domain.printing import spent_share_text
from apps.objectives.models import BurnAlert
from apps.objectives.presenting_cells import head, plain, table
from apps.objectives.queries.budget_page import BudgetPage

RULES = {rule.key: rule for rule in PATTERN}
KIND_WORDS = {AlertKind.PAGE: "Page", AlertKind.TICKET: "Ticket"}
MOST_KEYS = 5


def alert_words(page: BudgetPage, alert: BurnAlert) -> str:
    """What one opening says: `Page: at this pace 2.0 % of the budget goes in 1 h`, with the keys that burn."""
    rule, kind = RULES[TierKey(alert.tier)], KIND_WORDS[AlertKind(alert.kind)]
    hours = page.window.hours if page.window else None
    long = f" in {long_words(timedelta(hours=float(scale_of(hours) * rule.hours)))}" if hours else ""
    return f"{kind}: at this pace {spent_share_text(rule.share)} of the budget goes{long}{keys_words(alert)}"


def keys_words(alert: BurnAlert) -> str:
    """The keys that burn; nothing where only the sum does."""
    named = [key for key in alert.keys if key]
    if not named:
        return ""
    more = f" and {len(named) - MOST_KEYS} more" if len(named) > MOST_KEYS else ""
    return f", for {', '.join(named[:MOST_KEYS])}{more}"


def alert_rows(page: BudgetPage, *, can_acknowledge: bool) -> list[dict[str, Any]]:
    """Open alerts, with the button of whoever may look after them."""
    return [
        {
            "text": alert_words(page, alert),
            "from_at": alert.from_at,
            "acknowledged_at": alert.acknowledged_at,
            "acknowledged_by": alert.acknowledged_by.full_name if alert.acknowledged_by else "",
            "url": _url(alert) if can_acknowledge and alert.acknowledged_at is None else "",
        }
        for alert in page.alerts
        if alert.until_at is None
    ]


def _url(alert: BurnAlert) -> str:
    return reverse("objectives:alert-acknowledge", args=[alert.pk])


def tier_rows(tiers: Tiers) -> dict[str, Any]:
    """The tiers of a promise as a table, and why others are left out."""
    columns = ("Asks for", "Share of the budget", "Within", "And in the last", ("Burn rate at least", True))
    rows = [_tier_row(tier) for tier in tiers.present]
    shown = table("When people hear of it", columns, rows, compact=True) if rows else None
    return {"table": shown, "missing": [_missing_words(one) for one in tiers.missing]}


def _tier_row(tier: Tier) -> list[dict[str, Any]]:
    return [
        head(KIND_WORDS[tier.kind]),
        plain(spent_share_text(tier.share)),
        plain(long_words(tier.long)),
        plain(long_words(tier.short)),
        plain(f"{float(tier.threshold):.4g}", numeric=True),
    ]


def _missing_words(one: MissingTier) -> str:
    return f"{KIND_WORDS[one.kind]} within {long_words(one.long)}: {one.sentence}"


def lasted_words(alert: BurnAlert) -> str:
    """How long an alert was open."""
    if alert.until_at is None:
        return "open"
    return f"over after {format_value(int((alert.until_at - alert.from_at).total_seconds()), 'seconds')}"
