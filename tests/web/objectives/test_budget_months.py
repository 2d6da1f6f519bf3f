"""Months on the page of a budget whose measurement changed: nothing before the change is judged, and that is said."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from apps.core import clock
from tests.budgets import lay, make_objective, spread
from tests.personas import Organisation
from tests.sampling import add_version, make_indicator, make_series
from tests.spending import HOUR, NEWEST, NOW, evaluate
from tests.web.portal.pages import words_of

pytestmark = pytest.mark.django_db
SAID = "Not judged: new definition"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def test_months__before_a_new_definition_are_not_judged_for_its_sake(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    lay(make_series(indicator), spread(NEWEST - 1199 * HOUR, 1200, 3600, 0, 1_284_500))
    evaluate(objective)
    assert SAID not in words_of(client_as("eli").get("/objectives/checkout-works/")).replace(" :", ":")
    add_version(organisation, indicator, effective_from=date(2026, 8, 10), slice_seconds=3600, kind="error_rate")
    evaluate(objective)
    assert SAID in words_of(client_as("eli").get("/objectives/checkout-works/")).replace(" :", ":")
