"""Which version governs, and how versions are read."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.periods import parse_period
from apps.core.problems import Absent
from apps.metrics import queries
from apps.metrics.domain.starter import (
    CHANGE_FAILURE_RATE_WITHIN_30_DAYS,
    CHANGE_LEAD_TIME,
)
from apps.metrics.models import DefinitionVersion

pytestmark = pytest.mark.sql


def test_governing_versions__by_period_in_one_query(starter, adopt):
    second = adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS)
    with CaptureQueriesContext(connection) as captured:
        before = queries.governing_versions(None, parse_period("2026-W28"))
    assert len(captured) == 1
    after = queries.governing_versions(["change-failure-rate"], parse_period("2026-W29"))
    assert {slug: version.number for slug, version in before.items()} == dict.fromkeys(starter, 1)
    assert after == {"change-failure-rate": second}
    assert queries.governing_versions(["change-failure-rate"], parse_period("2026-07")) == {
        "change-failure-rate": starter["change-failure-rate"]
    }


def test_governing_versions__a_definition_before_its_first_day_is_left_out(adopt):
    adopt(CHANGE_LEAD_TIME, restate_from=date(2026, 1, 5))
    assert queries.governing_versions(None, parse_period("2026-W01")) == {}
    with pytest.raises(Absent, match="in force for 2026-W01"):
        queries.get_governing(queries.get_definition("change-lead-time"), parse_period("2026-W01"))


def test_versions_by_slug__in_number_order_and_in_one_query(adopt, starter, django_assert_num_queries):
    adopt(CHANGE_FAILURE_RATE_WITHIN_30_DAYS)
    with django_assert_num_queries(1):
        found = queries.versions_by_slug()
    assert [v.number for v in found["change-failure-rate"]] == [1, 2]
    assert set(found) == set(starter)


def test_get_version__absent_things_are_absent(starter):
    definition = queries.get_definition("change-lead-time")
    assert queries.get_version(definition, 1) == starter["change-lead-time"]
    assert [v.number for v in queries.list_versions(definition)] == [1]
    with pytest.raises(Absent):
        queries.get_version(definition, 2)
    with pytest.raises(Absent):
        queries.get_definition("moon-phase")


def test_spec_of__is_read_once_per_text(starter):
    version = starter["change-lead-time"]
    assert queries.spec_of(version) is queries.spec_of(DefinitionVersion.objects.get(pk=version.pk))
