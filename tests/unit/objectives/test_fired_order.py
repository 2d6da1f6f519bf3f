"""In which order open triggers ask for somebody."""

from datetime import UTC, date, datetime, timedelta

from apps.objectives.domain.budget_policies import DEFAULT_RULES, Rule
from apps.objectives.domain.policy_words import Verb
from apps.objectives.queries.fired_rules import DecisionRow, Fired, SignedRow, pressing_first

TODAY = date(2026, 8, 24)
AT_RISK, EXHAUSTED, INCIDENT = DEFAULT_RULES
NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)


def fired(pk: int, rule: Rule, *, hours: int = 0, closed: bool = False) -> Fired:
    closed_at = NOON if closed else None
    return Fired(
        pk, 1, "checkout-works", 1, rule.key, rule, "I-1" if rule is INCIDENT else "", NOON + timedelta(hours=hours),
        None, closed_at, "", "", 1, 1, "Checkout works", 1, "Budget", "budget",
    )  # fmt: skip


def decided(one: Fired, revisit_on: date) -> Fired:
    signatures = [SignedRow(role, False, NOON, person, "Ana") for person, role in enumerate(one.signers)]
    one.decisions.append(DecisionRow(1, 1, Verb.ADJUST, "Fixes first.", revisit_on, NOON, "Ana", signatures))
    return one


def test_pressing_first__undecided_before_decided_the_strictest_rule_then_the_oldest() -> None:
    rows = [
        decided(fired(1, EXHAUSTED), date(2026, 9, 1)),
        fired(2, INCIDENT),
        fired(3, AT_RISK, hours=2),
        fired(4, AT_RISK, hours=1),
        decided(fired(5, EXHAUSTED, hours=3), date(2026, 8, 1)),
        fired(6, EXHAUSTED, closed=True),
    ]
    assert [one.pk for one in pressing_first(rows, TODAY)] == [5, 4, 3, 2, 1]
