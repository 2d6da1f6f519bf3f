"""How often the quarter comparison rings when nothing changed, and whether it finds what did."""

import numpy as np
import pytest

from apps.measurements.domain.intervals import clustering_factor, wilson
from apps.measurements.domain.verdicts import Code, Direction, Kind, Reading, judge_quarter
from tests.plain_statistics import log_spread

TEAMS, SERIES_PER_KIND, QUARTERS = 40, 3, 6
COMPARISONS = TEAMS * SERIES_PER_KIND * 3
NOW, BEFORE = 13, 26
MOVED = {Code.IMPROVED, Code.WORSENED, Code.CHANGED}


@pytest.fixture
def noise():
    return np.random.default_rng(20260401)


def share(k, n):
    lower, upper = wilson(k, n)
    return Reading(k / n, float(lower), float(upper), int(n), numerator=int(k), denominator=int(n))


def median(seconds):
    return Reading(float(np.median(seconds)), n=len(seconds), spread=log_spread(np.sort(seconds)))


def count(events, weeks):
    return Reading(events / weeks, n=int(events), numerator=int(events), denominator=weeks)


def judged_shares(weekly_k, weekly_n):
    """39 weeks of failures and deployments, the last 13 against the 26 before, as a scorecard would judge them."""
    phi = float(clustering_factor(weekly_k[:BEFORE], weekly_n[:BEFORE]))
    now, before = (
        share(weekly_k[BEFORE:].sum(), weekly_n[BEFORE:].sum()),
        share(weekly_k[:BEFORE].sum(), weekly_n[:BEFORE].sum()),
    )
    return judge_quarter(Kind.SHARES, now, before, unit="share", direction=Direction.LOWER_IS_BETTER, phi=phi).code


def judged_durations(noise):
    typical, width = noise.uniform(3600, 500_000), noise.uniform(0.5, 1.6)
    sizes = noise.integers(20, 120), noise.integers(40, 240)
    now, before = (median(typical * np.exp(noise.normal(0, width, size))) for size in sizes)
    terms = {"unit": "seconds", "direction": Direction.LOWER_IS_BETTER}
    return judge_quarter(Kind.DURATIONS, now, before, **terms).code


def judged_counts(noise):
    rate = noise.uniform(0.5, 20)
    now, before = count(noise.poisson(rate * NOW), NOW), count(noise.poisson(rate * BEFORE), BEFORE)
    return judge_quarter(Kind.COUNTS, now, before, unit="per_week", direction=Direction.HIGHER_IS_BETTER).code


def calm_shares(noise):
    deployments = noise.poisson(noise.uniform(3, 15), NOW + BEFORE)
    return judged_shares(noise.binomial(deployments, noise.uniform(0.05, 0.4)), deployments)


def test_judge_quarter__about_4_of_360_calm_comparisons_ring(noise):
    by_kind = {
        judged: sum(judged(noise) in MOVED for _ in range(QUARTERS * TEAMS * SERIES_PER_KIND))
        for judged in (judged_durations, calm_shares, judged_counts)
    }
    a_quarter = sum(by_kind.values()) / QUARTERS
    assert COMPARISONS == 360
    assert 2 <= a_quarter <= 5.5
    for rings in by_kind.values():
        assert rings / (QUARTERS * TEAMS * SERIES_PER_KIND) <= 0.025


def test_judge_quarter__clustered_failures_ring_seldom_although_each_week_differs(noise):
    trials, rings = 400, {"judged": 0, "as if each deployment were independent": 0}
    for _ in range(trials):
        deployments = noise.poisson(10, NOW + BEFORE)
        failures = noise.binomial(deployments, noise.beta(0.6, 3.4, NOW + BEFORE))
        rings["judged"] += judged_shares(failures, deployments) in MOVED
        plain = (
            share(failures[BEFORE:].sum(), deployments[BEFORE:].sum()),
            share(failures[:BEFORE].sum(), deployments[:BEFORE].sum()),
        )
        code = judge_quarter(Kind.SHARES, *plain, unit="share", direction=Direction.NEITHER).code
        rings["as if each deployment were independent"] += code in MOVED
    judged, naive = (found / trials for found in rings.values())
    assert judged <= 0.03
    assert naive >= 3 * judged


def test_judge_quarter__a_failure_rate_tripled_for_a_quarter_is_found(noise):
    found = []
    for _ in range(TEAMS):
        deployments = noise.poisson(9, NOW + BEFORE)
        rates = np.repeat([0.10, 0.30], [BEFORE, NOW])
        found.append(judged_shares(noise.binomial(deployments, rates), deployments))
    assert found.count(Code.WORSENED) >= 0.85 * TEAMS
    assert Code.IMPROVED not in found


def test_judge_quarter__halved_durations_and_doubled_counts_are_found(noise):
    halved = [
        judge_quarter(
            Kind.DURATIONS,
            median(40_000 * np.exp(noise.normal(0, 1, 80))),
            median(80_000 * np.exp(noise.normal(0, 1, 160))),
            unit="seconds",
            direction=Direction.LOWER_IS_BETTER,
        ).code
        for _ in range(TEAMS)
    ]
    doubled = [
        judge_quarter(
            Kind.COUNTS,
            count(noise.poisson(8 * NOW), NOW),
            count(noise.poisson(4 * BEFORE), BEFORE),
            unit="per_week",
            direction=Direction.HIGHER_IS_BETTER,
        ).code
        for _ in range(TEAMS)
    ]
    assert halved.count(Code.IMPROVED) >= 0.8 * TEAMS
    assert doubled.count(Code.IMPROVED) >= 0.95 * TEAMS
