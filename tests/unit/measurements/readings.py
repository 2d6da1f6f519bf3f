"""Readings to judge: shares, medians, counts and stretches of weeks, with their intervals."""

from datetime import date, timedelta

from apps.measurements.domain.intervals import median_interval_ranks, poisson_interval, wilson
from apps.measurements.domain.verdicts import (
    Direction,
    Kind,
    PeriodReading,
    Reading,
    TargetComparison,
    judge_quarter,
)
from tests.plain_statistics import linear_quantile, log_spread

AT_MOST, AT_LEAST = TargetComparison.AT_MOST, TargetComparison.AT_LEAST
LOWER, HIGHER, NEITHER = Direction.LOWER_IS_BETTER, Direction.HIGHER_IS_BETTER, Direction.NEITHER
HOURS_BEFORE = [9, 11, 14, 16, 18, 20, 22, 23, 26, 28, 31, 35, 40, 52]
HOURS_NOW = [4, 5, 6, 7, 8, 8, 9, 10, 11, 13, 15, 20]
WEEKLY_FAILURES = [0, 1, 5, 0, 0, 4, 1, 0, 6, 0, 1, 0]
WEEKLY_DEPLOYMENTS = [9, 11, 10, 12, 8, 11, 10, 9, 12, 10, 9, 11]
START = date(2025, 9, 29)


def share(k, n, **more):
    lower, upper = (float(bound) for bound in wilson(k, n))
    return Reading(k / n, lower, upper, n, numerator=k, denominator=n, **more)


def median(hours, **more):
    seconds = sorted(3600 * hour for hour in hours)
    j = int(median_interval_ranks(len(seconds)))
    lower, upper = (seconds[j - 1], seconds[-j]) if j else (None, None)
    value = float(linear_quantile(seconds, "0.5"))
    return Reading(value, lower, upper, len(seconds), spread=log_spread(seconds), **more)


def count(events, weeks):
    lower, upper = (float(bound) for bound in poisson_interval(events))
    return Reading(events / weeks, lower / weeks, upper / weeks, events, numerator=events, denominator=weeks)


def quarter(kind, now, before, **more):
    unit = {Kind.SHARES: "share", Kind.DURATIONS: "seconds", Kind.COUNTS: "per_week"}[kind]
    return judge_quarter(kind, now, before, **({"unit": unit, "direction": LOWER} | more))


def span(weeks_from_start, weeks, reading):
    first = START + timedelta(weeks=weeks_from_start)
    return PeriodReading(first, first + timedelta(weeks=weeks), reading)
