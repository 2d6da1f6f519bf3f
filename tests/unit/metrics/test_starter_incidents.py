"""The definitions of incidents that are shipped: each reads against the real sources, with a whole contract."""

import pytest

from apps.core.fact_sources import sources
from apps.metrics.domain.canonical import computing_text
from apps.metrics.domain.contracts import KEYS, read_contract
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.starter import STARTER
from apps.metrics.domain.starter_catalogues import CATALOGUES, EVERY_STARTER, NEXT_VERSIONS
from apps.metrics.domain.starter_incidents import INCIDENT_STARTER, WITH_INCIDENTS

EVERY = pytest.mark.parametrize("version", [*INCIDENT_STARTER, *WITH_INCIDENTS], ids=lambda v: v.name)


@EVERY
def test_starter__contract_is_whole_and_names_a_known_pair(version) -> None:
    contract, problems = read_contract(version.contract)
    assert (problems, set(contract), contract) == ([], set(KEYS), version.contract)
    assert contract["pair"] in {one.slug for one in EVERY_STARTER} - {version.slug}
    assert len(version.reason) >= 40


OF_INCIDENTS = [version for version in EVERY_STARTER if version.spec["of"]["facts"] == "incidents"]


@pytest.mark.parametrize("version", [*OF_INCIDENTS, *WITH_INCIDENTS], ids=lambda v: v.name)
def test_starter__counts_no_drill(version) -> None:
    said = say_spec(parse_spec(version.spec, sources))
    assert "whose kind is incident" in said


def test_starter__all_that_read_incidents_are_asked_for_drills() -> None:
    slugs = {version.slug for version in OF_INCIDENTS}
    assert {version.slug for version in INCIDENT_STARTER} | {"time-to-fix", "repeat-incidents"} <= slugs


def test_starter__stands_among_what_is_offered() -> None:
    assert INCIDENT_STARTER in [catalogue.versions for catalogue in CATALOGUES]
    assert len({version.slug for version in EVERY_STARTER}) == len(EVERY_STARTER)


def test_next_versions__measure_something_else_under_the_same_name() -> None:
    first = {version.slug: version for version in STARTER}
    for slug, version in NEXT_VERSIONS.items():
        specs = [parse_spec(one.spec, sources) for one in (first[slug], version)]
        assert computing_text(specs[0]) != computing_text(specs[1])
        assert version.lens == first[slug].lens
