"""The definitions of learning that are shipped: each reads against the real sources, with a whole contract."""

import pytest

from apps.core.fact_sources import sources
from apps.metrics.domain.contracts import KEYS, read_contract
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.starter_catalogues import CATALOGUES, EVERY_STARTER
from apps.metrics.domain.starter_learning import LEARNING_STARTER

EVERY = pytest.mark.parametrize("version", LEARNING_STARTER, ids=lambda v: v.slug)


@EVERY
def test_starter__contract_is_whole_and_names_a_known_pair(version) -> None:
    contract, problems = read_contract(version.contract)
    assert (problems, set(contract), contract) == ([], set(KEYS), version.contract)
    assert contract["pair"] in {one.slug for one in EVERY_STARTER} - {version.slug}


@EVERY
def test_starter__its_rule_is_said_in_a_sentence(version) -> None:
    said = say_spec(parse_spec(version.spec, sources))
    assert said.endswith(".")
    assert "_" not in said


def test_starter__stands_among_what_is_offered() -> None:
    assert LEARNING_STARTER in [catalogue.versions for catalogue in CATALOGUES]
