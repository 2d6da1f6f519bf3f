"""Apache DevLake's rules on our facts: each against a plain loop, and what must hold whatever the facts are."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.measurements.domain.peers import PEERS, list_peers, rule_of
from apps.measurements.domain.peers.devlake import (
    change_failure_rate,
    deployment_frequency,
    lead_time,
    recovery_time,
    tied,
)
from apps.measurements.domain.peers.shapes import Days, PeerCount
from apps.metrics.domain.starter import REWORK_RATE, STARTER
from tests.peers import peer_facts

SERVICE, HOURS = st.integers(1, 3), st.integers(0, 24 * 30)
MORE = st.sampled_from([(), ("staging", "succeeded"), ("production", "failed"), ("production", "succeeded")])
KINDS = st.sampled_from([(), ("drill", "origin"), ("incident", "affected"), ("incident", "origin")])
DEPLOYED = st.lists(st.tuples(SERVICE, HOURS, MORE), max_size=12)
BROKEN = st.lists(st.tuples(SERVICE, HOURS, st.none() | st.integers(0, 200), KINDS), max_size=12)
CHANGED = st.lists(st.tuples(SERVICE, st.none() | HOURS, st.integers(0, 14)), max_size=12)
DAYS = st.tuples(st.integers(0, 20), st.integers(1, 14)).map(lambda pair: Days(pair[0], pair[0] + pair[1]))
Rows = Sequence[Sequence[Any]]
RULES: list[Callable[..., PeerCount]] = [change_failure_rate, recovery_time, lead_time, deployment_frequency]


def named(deployed: Rows, broken: Rows = (), changed: Rows = ()) -> tuple[Rows, Rows, Rows]:
    """The drawn rows with keys."""
    return (
        [(service, f"d{i}", at, *more) for i, (service, at, more) in enumerate(deployed)],
        [(s, f"i{i}", at, None if o is None else at + o, *more) for i, (s, at, o, more) in enumerate(broken)],
        [(service, f"c{i}", at, f"d{of}") for i, (service, at, of) in enumerate(changed)],
    )


def done(deployed: Rows) -> list[tuple[int, str, int]]:
    """(hour, key, service) of what succeeded in production, by a plain loop."""
    return [(at, key, service) for service, key, at, *more in deployed if tuple(more) in ((), MORE_DONE)]


MORE_DONE = ("production", "succeeded")


def ties_of(deployed: Rows, broken: Rows) -> dict[str, tuple[int, str, int]]:
    """The deployment of each incident, by a plain loop: the last strictly before, the first key of one instant."""
    found = {}
    for _, key, at, _, *more in broken:
        before = [one for one in done(deployed) if one[0] < at]
        if before and tuple(more) in ((), ("incident", "origin")):
            last = max(one[0] for one in before)
            found[key] = min(one for one in before if one[0] == last)
    return found


def middle_of(lengths: Sequence[int]) -> int | None:
    """The lower of the two in the middle, in seconds."""
    return sorted(lengths)[(len(lengths) - 1) // 2] * 3600 if lengths else None


@given(DEPLOYED, BROKEN)
def test_tied__every_incident_goes_to_one_deployment_strictly_before_it(deployed: Rows, broken: Rows) -> None:
    deployments, incidents, _ = named(deployed, broken)
    found = tied(peer_facts(deployments, incidents))
    assert (found["finished_at"] < found["started_at"]).all()
    assert {row["incident"]: row["key"] for row in found.iter_rows(named=True)} == {
        key: one[1] for key, one in ties_of(deployments, incidents).items()
    }


@given(DEPLOYED, BROKEN, DAYS)
def test_failure_rate__is_what_a_plain_loop_finds_and_never_more_than_all(
    deployed: Rows, broken: Rows, days: Days
) -> None:
    deployments, incidents, _ = named(deployed, broken)
    inside = {one[1] for one in done(deployments) if days.first <= one[0] // 24 < days.end}
    failed = inside & {one[1] for one in ties_of(deployments, incidents).values()}
    found = change_failure_rate(peer_facts(deployments, incidents), days)
    assert (found.top, found.n) == (len(failed), len(inside))
    assert found.value == (len(failed) / len(inside) if inside else None)
    assert set(found.facts.filter("top")["key"]) == failed
    assert found.top <= found.n


@given(DEPLOYED, BROKEN, DAYS)
def test_recovery__is_what_a_plain_loop_finds(deployed: Rows, broken: Rows, days: Days) -> None:
    deployments, incidents, _ = named(deployed, broken)
    ties, over = ties_of(deployments, incidents), {key: end for _, key, _, end, *_ in incidents if end is not None}
    lengths = [over[k] - one[0] for k, one in ties.items() if k in over and days.first <= one[0] // 24 < days.end]
    found = recovery_time(peer_facts(deployments, incidents), days)
    assert (found.value, found.n) == (middle_of(lengths), len(lengths))


@given(DEPLOYED, CHANGED, DAYS)
def test_lead_time__is_what_a_plain_loop_finds(deployed: Rows, changed: Rows, days: Days) -> None:
    deployments, _, changes = named(deployed, (), changed)
    carried = {(service, key): at for at, key, service in done(deployments) if days.first <= at // 24 < days.end}
    ends = [(carried[s, of] - at) for s, _, at, of in changes if at is not None and (s, of) in carried]
    lengths = [length for length in ends if length >= 0]
    found = lead_time(peer_facts(deployments, changed=changes), days)
    assert (found.value, found.n) == (middle_of(lengths), len(lengths))


@given(DEPLOYED, DAYS)
def test_frequency__is_what_a_plain_loop_finds_with_weeks_without_any(deployed: Rows, days: Days) -> None:
    deployments, _, _ = named(deployed)
    on = {one[0] // 24 for one in done(deployments)}
    weeks: dict[int, int] = {}
    for day in range(days.first, days.end):
        weeks[(day + 3) // 7] = weeks.get((day + 3) // 7, 0) + (day in on)
    found = deployment_frequency(peer_facts(deployments), days)
    assert found.value == sorted(weeks.values())[(len(weeks) - 1) // 2]
    assert (found.top, found.n) == (sum(weeks.values()), len(weeks))


@given(DEPLOYED, BROKEN, CHANGED, DAYS, st.integers())
def test_order__of_the_facts_does_not_matter(
    deployed: Rows, broken: Rows, changed: Rows, days: Days, seed: int
) -> None:
    rows = named(deployed, broken, changed)
    mixed = [random.Random(seed).sample(some, len(some)) for some in rows]
    for rule in RULES:
        one, other = (rule(peer_facts(*given), days) for given in (rows, mixed))
        assert (one.value, one.top, one.n) == (other.value, other.top, other.n)
        assert set(one.facts.iter_rows()) == set(other.facts.iter_rows())


@given(DEPLOYED, BROKEN, DAYS)
def test_failure_rate__more_incidents_on_one_deployment_are_one_failure(
    deployed: Rows, broken: Rows, days: Days
) -> None:
    deployments, incidents, _ = named(deployed, broken)
    again = [*incidents, *((s, f"{key}-again", at, end, *more) for s, key, at, end, *more in incidents)]
    one, two = (change_failure_rate(peer_facts(deployments, some), days) for some in (incidents, again))
    assert (one.top, one.n) == (two.top, two.n)


def test_tied__a_deployment_of_the_same_instant_is_not_before() -> None:
    found = tied(peer_facts([(1, "a", 5), (1, "b", 10)], [(1, "i", 10, 11)]))
    assert found["key"].to_list() == ["a"]


def test_tied__an_incident_that_two_services_tell_of_is_one() -> None:
    facts = peer_facts([(1, "a", 5)], [(1, "i", 10, 11), (2, "i", 10, 11)])
    assert recovery_time(facts, Days(0, 7)).n == 1


def test_failure_rate__an_incident_after_the_period_may_belong_to_its_last_deployment() -> None:
    facts = peer_facts([(1, "a", 5)], [(1, "i", 24 * 20, None)])
    assert change_failure_rate(facts, Days(0, 7)).value == 1


def test_recovery__the_lower_of_two_in_the_middle_and_no_incident_that_goes_on() -> None:
    facts = peer_facts([(1, "a", 0)], [(1, "i", 1, 2), (1, "j", 1, 8), (1, "k", 1, None)])
    found = recovery_time(facts, Days(0, 7))
    assert (found.value, found.n) == (2 * 3600, 2)


def test_peers__know_the_starter_definitions_that_they_have_a_rule_for() -> None:
    known = {version.slug for version in STARTER if list_peers([version.slug])}
    assert known == {version.slug for version in STARTER} - {REWORK_RATE.slug}


def test_rule__is_found_by_a_former_short_name() -> None:
    peer = PEERS["devlake"]
    assert rule_of(peer, ("failures", "change-failure-rate")) is peer.rules["change-failure-rate"]
    assert rule_of(peer, ("failures",)) is None


@pytest.mark.parametrize("slug", sorted(PEERS["devlake"].rules))
def test_words__of_every_rule_can_be_said(slug: str) -> None:
    rule = PEERS["devlake"].rules[slug]
    assert "{" not in rule.sum.format(top=1, n=2, value="3")
    assert all(sentence.endswith(".") for sentence in (rule.says, *rule.differs))
