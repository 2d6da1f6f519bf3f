"""Starter kits: each definition they name is shipped, or is waited for by name."""

from apps.metrics.domain.starter_catalogues import EVERY_STARTER
from apps.scorecards.queries import list_kits

# What kits name and nothing carries yet: objectives, business measurements and what is read from both.
WAITING = {
    "active-consuming-teams", "correct-outcomes", "cost-per-user", "crash-free-sessions", "functional-errors",
    "guard-kpi", "integrations", "objectives-within-budget", "recurring-incidents-and-alerts", "speed-by-segment",
    "unit-cost",
}  # fmt: skip


def test_kits__name_what_is_shipped_or_waited_for() -> None:
    named = {row["definition"] for kit in list_kits() for row in (*kit["slots"], *kit["beside"])}
    missing = named - {version.slug for version in EVERY_STARTER}
    assert missing - WAITING == set(), "A kit names a definition under another short name than the starter has."
    assert WAITING - missing == set(), "It is shipped by now, or no kit names it any more: take it out of WAITING."
