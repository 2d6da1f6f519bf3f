"""Releases shuffled over their dates: the quarter comparison stays silent, unless it counts changes as independent."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden import pack_reference as reference
from tests.golden import placebo

FEW_RINGS = 0.02


@pytest.fixture(scope="module")
def teams():
    facts = reference.load_facts()
    return {team: placebo.releases_of_team(facts, team) for team in reference.TEAMS}


@pytest.fixture(scope="module")
def by_release(teams):
    return {team: placebo.run_placebo(each, placebo.per_release, range(100)) for team, each in teams.items()}


@pytest.fixture(scope="module")
def by_change(teams):
    return {team: placebo.run_placebo(each, placebo.per_change, range(10)) for team, each in teams.items()}


def test_placebo__at_most_two_percent_ring_per_release(by_release):
    total = sum(by_release.values(), placebo.Tally())
    assert total.compared >= 4000
    assert 0 < total.share <= FEW_RINGS  # measured 1.6 %


def test_placebo__no_team_rings_far_more_often(by_release):
    # Documentation is the highest, 4 %: its releases take about one day or about five, and its samples are 10 to 13
    assert max(tally.share for tally in by_release.values()) < 0.06


def test_placebo__judged_per_change_every_team_rings_far_too_often(by_change):
    shares = [tally.share for tally in by_change.values()]
    assert min(shares) >= 4 * FEW_RINGS  # measured 10 % to 77 % by team
    assert max(shares) > 0.6


def test_placebo__judged_per_change_it_rings_twenty_times_as_often(by_change, by_release):
    per_change, per_release = (sum(tallies.values(), placebo.Tally()) for tallies in (by_change, by_release))
    assert per_change.share > 20 * per_release.share


def test_placebo__finds_a_quarter_that_really_differs(teams):
    last = placebo.week_of_key("2026-W13")
    until_then = [each for each in teams["Security"] if each.week <= last]
    slower = [tripled(each) if each.week > last - placebo.CURRENT_WEEKS else each for each in until_then]
    assert placebo.count_rings(until_then, placebo.per_release).rung == 0
    assert placebo.count_rings(slower, placebo.per_release).rung == 1


def tripled(release):
    return placebo.DatedRelease(release.week, tuple(3 * seconds for seconds in release.lead_times))


def test_last_weeks__are_the_quarters_with_nine_months_of_history():
    quarters = placebo.last_weeks()
    assert len(quarters) == 11
    assert quarters[0] == placebo.week_of_key("2023-W52")
    assert quarters[-1] == placebo.week_of_key("2026-W26")


def test_compare__needs_ten_on_both_sides():
    assert placebo.compare([1.0] * 9, [50.0] * 30) == placebo.Tally(0, 0)
    assert placebo.compare([], [50.0] * 30) == placebo.Tally(0, 0)
    assert placebo.compare([1.0] * 10, [50.0] * 10) == placebo.Tally(1, 1)


@given(
    st.lists(st.tuples(st.integers(0, 200), st.lists(st.integers(0, 10**7), min_size=1)), max_size=40), st.integers()
)
def test_shuffled__keeps_every_release_whole_and_every_week_as_full(releases, seed):
    dated = [placebo.DatedRelease(week, tuple(lead_times)) for week, lead_times in releases]
    after = placebo.shuffled(dated, seed)
    assert [each.lead_times for each in after] == [each.lead_times for each in dated]
    assert Counter(each.week for each in after) == Counter(each.week for each in dated)
    assert after == placebo.shuffled(dated, seed)
