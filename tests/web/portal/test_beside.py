"""A definition by two of its versions side by side, on its own page: read, never scored."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from apps.core import clock
from apps.core.periods import Grain, last_complete
from apps.measurements import operations as measurements
from apps.measurements import queries
from apps.measurements.domain.subjects import ORGANISATION
from apps.metrics.domain.starter import CHANGE_LEAD_TIME, CHANGE_LEAD_TIME_FROM_MERGE
from apps.portal.queries.beside import WEEKS, find_beside
from tests.agreeing import agree, starter_item
from tests.personas import Organisation
from tests.web.portal.conftest import MONDAY
from tests.web.portal.pages import words_of

REASON = "Squash merging hides the branch, so the time before the merge says nothing."
SLUG = CHANGE_LEAD_TIME.slug


@pytest.fixture
def improved(organisation: Organisation) -> Organisation:
    """Lead time counts from the merge since 1 June 2026, and both versions are computed."""
    with clock.playing(datetime(2026, 5, 20, 10, tzinfo=UTC)):
        item = starter_item(CHANGE_LEAD_TIME_FROM_MERGE, organisation.harbour)
        agree(item, author=organisation.people["eli"], reason=REASON, on=date(2026, 6, 1))
    measurements.rebuild()
    return organisation


def test_definition__shows_both_versions_side_by_side(improved: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("dee").get(f"/metrics/{SLUG}/"))
    panel = text[text.index("By today's definition") : text.index("Where it is used")]
    assert "Week v1 v2" in panel
    assert "Median of 26 weekly values 24 h to 2 h, −91.7 %." in panel
    assert re.search(r"2026-W34 \d\d h \(n = 6\) 2 h \(n = 6\)", panel)
    assert "nothing is ever scored by them" in panel


def test_definition__of_one_version_shows_no_panel(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    assert "By today's definition" not in words_of(client_as("dee").get(f"/metrics/{SLUG}/"))


def test_beside__has_the_stored_values_of_closed_weeks(improved: Organisation) -> None:
    week = last_complete(MONDAY, Grain.WEEK, clock.reporting_zone())
    periods = [week.previous(steps) for steps in range(WEEKS)]
    found = find_beside(queries.load_board([ORGANISATION], [SLUG], periods), ORGANISATION, SLUG, week)
    assert found is not None
    assert (found.older.number, found.newer.number, len(found.weeks)) == (1, 2, WEEKS)
    assert [period for period, _, _ in found.weeks] == periods[::-1]
    for period, older, newer in found.weeks:
        for cell, version in ((older, found.older), (newer, found.newer)):
            row = queries.find_value(version, ORGANISATION, period)
            assert row is not None
            assert cell.reading.value == row.value


def test_beside__of_an_agreed_version_stands_before_its_date(organisation: Organisation) -> None:
    item = starter_item(CHANGE_LEAD_TIME_FROM_MERGE, organisation.harbour)
    agree(item, author=organisation.people["eli"], reason=REASON, on=date(2026, 9, 7))
    measurements.rebuild()
    week = last_complete(MONDAY, Grain.WEEK, clock.reporting_zone())
    found = find_beside(queries.load_board([ORGANISATION], [SLUG], [week]), ORGANISATION, SLUG, week)
    assert found is not None
    assert (found.older.number, found.newer.number) == (1, 2)
