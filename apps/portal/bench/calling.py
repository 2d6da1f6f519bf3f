"""Generated pages and the rules that made them: as rows, as facts, from one seeded generator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from apps.core.fact_sources import sources
from apps.incidents.domain.page_words import Label
from apps.incidents.models import AlertRule, Page
from apps.portal.bench.copying import copy_facts, copy_rows
from apps.portal.bench.history import DAY, HOUR
from apps.portal.bench.sizes import SEED, Size

RULES = 5  # of each service
BLOCK = 250_000
LABELLED, URGENT, ALONE, MONDAY_TO_FRIDAY = 0.4, 0.7, 0.3, 5
ACTED, OTHERS = Label.ACTED.value, [label.value for label in Label if label is not Label.ACTED]


@dataclass(frozen=True)
class Called:
    """Pages in order of time: the rule of each by its place, and when it fired in us since 1970."""

    size: Size
    rule: np.ndarray
    fired: np.ndarray
    rng: np.random.Generator

    def frames(self, team_ids: Sequence[int]) -> Iterator[pl.DataFrame]:
        """What a page and its fact have in common, in blocks."""
        for start in range(0, len(self.fired), BLOCK):
            yield self._frame(slice(start, min(start + BLOCK, len(self.fired))), team_ids)

    def _frame(self, block: slice, team_ids: Sequence[int]) -> pl.DataFrame:
        rule, fired = self.rule[block], self.fired[block]
        count, service = len(rule), rule // RULES
        alone = self.rng.random(count) < ALONE
        label = np.where(self.rng.random(count) < 0.5, ACTED, self.rng.choice(OTHERS, count))
        label[self.rng.random(count) >= LABELLED] = ""
        hour, day = fired % DAY // HOUR, fired // DAY
        night = (hour >= 22) | (hour < 8)
        business = ~night & (hour < 18) & ((day + 3) % 7 < MONDAY_TO_FRIDAY)
        seen = fired + self.rng.integers(30_000_000, 900_000_000, count)
        return pl.DataFrame(
            {
                "service": service,
                "rule": rule,
                "number": np.arange(block.start, block.stop),
                "team_id": np.asarray(team_ids)[service % len(team_ids)],
                "fired_at": fired,
                "acknowledged_at": pl.Series(seen).set(pl.Series(alone), None),
                "ended_at": seen + 600_000_000,
                "end_reason": np.where(alone, "by_itself", "acknowledged"),
                "urgency": np.where(self.rng.random(count) < URGENT, "high", "low"),
                "label": label,
                "bucket": np.where(night, "night", np.where(business, "business", "evening")),
                "night": pl.Series(day - (hour < 8)).cast(pl.Int32).cast(pl.Date).set(pl.Series(~night), None),
                "repeat": self.rng.random(count) < 0.5,
                "woke": night & (self.rng.random(count) < 0.2),
            }
        )


def make_pages(size: Size, count: int) -> Called:
    """Pages over the rules, some of them loud: the rates differ by a factor of about a hundred."""
    rng = np.random.default_rng(SEED)
    rules = size.services * RULES
    weight = rng.lognormal(0, 1.2, rules)
    rule = rng.choice(rules, count, p=weight / weight.sum())
    begin = int(size.begins_at.timestamp() * 1_000_000) + DAY
    return Called(size, rule, begin + np.sort(rng.integers(0, (size.days - 1) * DAY, count)), rng)


def store_pages(called: Called, service_ids: list[int], team_ids: Sequence[int]) -> None:
    """Rules, pages and their facts."""
    begun = called.size.begins_at
    rules = AlertRule.objects.bulk_create(
        (
            AlertRule(service_id=pk, name=f"rule {place}", first_seen_at=begun)
            for pk in service_ids
            for place in range(RULES)
        ),
        batch_size=1000,
    )
    rule_ids = pl.Series([rule.pk for rule in rules])
    frames = list(called.frames(team_ids))
    key = "p" + pl.col("number").cast(pl.String)
    name = "rule " + (pl.col("rule") % RULES).cast(pl.String)
    stored = (
        frame.with_columns(key.alias("external_key"), rule_ids.gather(frame["rule"]).alias("rule_id"))
        for frame in frames
    )
    copy_rows(Page, (frame.drop("rule", "number") for frame in stored), service_ids)
    told = (
        frame.with_columns(
            key.alias("key"),
            name.alias("rule"),
            pl.when(pl.col("label") != "").then(pl.col("label") == ACTED).alias("actionable"),
            (pl.col("bucket") != "business").alias("out_of_hours"),
        )
        for frame in frames
    )
    copy_facts(sources.get("pages"), (frame.drop("number", "night") for frame in told), service_ids)
