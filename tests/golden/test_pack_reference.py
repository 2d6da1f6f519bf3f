"""The plain computation agrees with its stored figures and with cases worked out on the raw files by hand.

The hand-worked cases were read off the unpacked CSV files with grep and awk (after `tr -d '\\r'`); the command stands
beside each of them. In summer a Berlin quarter starts at 22:00 UTC of the day before.
"""

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.portal.demo.packfiles import PACK_DIRECTORY, PACK_NAMES, open_pack, pack_rows
from tests.golden import pack_reference as reference


@pytest.fixture(scope="module")
def facts():
    return reference.load_facts()


@pytest.fixture(scope="module")
def stored():
    return json.loads(reference.QUARTERS_FILE.read_text(encoding="utf-8"))


def test_quarters__stored_figures_are_those_computed_now(stored):
    assert reference.quarters_document() == stored


def test_pack__has_every_row_and_stays_small():
    counts = {name: sum(1 for _ in pack_rows(name)) for name in PACK_NAMES}
    assert counts == {"deployments": 2321, "changes": 27299, "remediations": 40, "probes": 5559, "outages": 203}
    assert sum(path.stat().st_size for path in PACK_DIRECTORY.iterdir()) < 1_000_000


def test_open_pack__unknown_name_is_refused():
    with pytest.raises(ValueError, match="Known: deployments, changes"):
        open_pack("people")


@pytest.mark.parametrize("name", PACK_NAMES)
def test_pack__names_no_person(name):
    columns = set(next(iter(pack_rows(name))))
    assert not columns & {"author", "committer", "email", "name", "login", "assignee", "reviewer"}


def test_deployments__counted_between_local_quarter_ends(stored):
    # awk -F, '$1=="saleor" && $4>="2026-03-31T22:00:00Z" && $4<"2026-06-30T22:00:00Z"' deployments.csv | wc -l  -> 34
    quarter = stored["services"]["saleor"]["2026-Q2"]
    assert (quarter["deployments"], quarter["lead_time_n"], quarter["lead_time_clusters"]) == (34, 390, 34)


def test_deployments__late_evening_release_belongs_to_the_next_local_quarter(stored):
    # grep readthedocs,2026.07.01 deployments.csv -> finished 2026-06-30T22:40:01Z, which is 1 July in Berlin
    # awk -F, '$1=="readthedocs" && $4>="2026-03-31T22" && $4<"2026-06-30T22"' deployments.csv | wc -l  -> 11 (UTC: 12)
    quarters = stored["services"]["readthedocs"]
    assert (quarters["2026-Q2"]["deployments"], quarters["2026-Q3"]["deployments"]) == (11, 7)


def test_failed__two_fixes_of_one_release_are_one_failure(stored):
    # grep '^celery,v5.3.0' remediations.csv -> fixed by v5.3.4 and v5.4.0; the earlier one ends the failure:
    # 2023-06-06T06:01:00Z to 2023-09-03T19:42:05Z is 89 d 13 h 41 min 5 s
    quarter = stored["services"]["celery"]["2023-Q2"]
    assert quarter["failed_deployments"] == 1
    assert quarter["recovery_median_seconds"] == 89 * 86400 + 13 * 3600 + 41 * 60 + 5


def test_failed__dated_by_the_failed_release(stored):
    # grep ^readthedocs remediations.csv: 9.6.0 (21 February), 9.9.1 and 9.10.0 (21 and 28 March 2023) failed in the
    # first quarter; 9.11.0 (18 April) in the second, though the fix of two of the three came on 11 April
    quarters = stored["services"]["readthedocs"]
    assert (quarters["2023-Q1"]["failed_deployments"], quarters["2023-Q2"]["failed_deployments"]) == (3, 1)


@pytest.mark.parametrize(("service", "quarter"), [("netbox", "2026-Q2"), ("wagtail", "2026-Q1")])
def test_failed__a_fix_before_the_failure_is_no_fix(stored, service, quarter):
    # netbox v4.6.0 (2026-05-05) "fixed by" v4.5.6 (2026-03-31); wagtail v7.3 (2026-02-03) by v7.2 (2025-11-05)
    cell = stored["services"][service][quarter]
    assert (cell["failed_deployments"], cell["recovery_median_seconds"]) == (0, None)


def test_failed__total_counts_each_failed_release_once(stored):
    # 40 rows; less 2 with a fix before the failure; less 5 repeats of a failed release: 33
    total = sum(q["failed_deployments"] for quarters in stored["services"].values() for q in quarters.values())
    assert total == 33


def test_lead_time__median_of_an_odd_number_of_changes(stored):
    # sloth v0.12.0 carries 35 changes; the 18th of the sorted `date -d … +%s` differences is 74908822 s
    quarter = stored["services"]["sloth"]["2025-Q1"]
    assert (quarter["lead_time_n"], quarter["lead_time_clusters"]) == (35, 1)
    assert quarter["lead_time_median_seconds"] == quarter["per_link_median_seconds"] == 74_908_822


def test_lead_time__zeros_are_kept(stored):
    # grep -E '^pyrra.*,v0\.8\.[34]$' changes.csv, end less first commit: v0.8.3 carries changes of 0 s, 10:58 min,
    # 13 d 14:14:59 h and 26 d 3:54:41 h; v0.8.4 of 0 s, 5:15 min and 33:35 min
    quarter = stored["services"]["pyrra"]["2025-Q2"]
    assert (quarter["lead_time_n"], quarter["lead_time_zeros"]) == (7, 2)
    assert quarter["lead_time_median_seconds"] == 658
    assert quarter["per_link_median_seconds"] == (Fraction(658 + 1_174_499) / 2 + 315) / 2


def test_lead_time__zeros_of_the_whole_pack(facts):
    zeros = sum(values.count(0) for values in reference.release_lead_times(facts.changes).values())
    assert (zeros, len(facts.changes)) == (961, 27299)


def test_stages__each_has_the_whole_population_and_they_add_up(facts):
    cell = reference.figures(facts)
    total = sum(map(sum, reference.release_lead_times(facts.changes).values()))
    assert cell["branch_n"] == cell["release_n"] == cell["lead_time_n"]
    assert cell["branch_total_seconds"] + cell["release_total_seconds"] == total


def test_teams__share_every_fact_out_among_them(stored):
    for name in ("deployments", "failed_deployments", "lead_time_n", "branch_total_seconds"):
        for quarter in reference.all_quarters():
            by_service = sum(quarters[quarter][name] for quarters in stored["services"].values())
            assert sum(quarters[quarter][name] for quarters in stored["teams"].values()) == by_service


def test_by_team__oncall_moves_at_local_midnight():
    # the clocks went forward the day before, so midnight of 31 March 2025 in Berlin is 22:00 UTC
    before = datetime(2025, 3, 30, 21, 59, 59, tzinfo=UTC)
    assert reference.by_team("oncall", before) == "Alerting"
    assert reference.by_team("oncall", datetime(2025, 3, 30, 22, 0, tzinfo=UTC)) == "Observability"


def test_teams__a_move_leaves_the_past_with_the_former_owner(stored):
    # awk -F, '$1=="oncall" && $4>="2025-03-31T22" && $4<"2025-06-30T22"' deployments.csv | wc -l  -> 8; keep: 76
    assert stored["teams"]["Alerting"]["2025-Q1"]["deployments"] == 109 + 8
    assert stored["teams"]["Alerting"]["2025-Q2"]["deployments"] == 76
    assert stored["teams"]["Observability"]["2025-Q2"]["deployments"] == 8 + 2 + 1


def test_trailing__weeks_of_the_window_add_up(facts):
    weekly = reference.cells(facts, reference.by_service, reference.week_of)["saleor"]
    keys = reference.weeks_ending("2026-W26", 13)
    pooled = reference.trailing(facts, reference.by_service, "2026-W26", 13)["saleor"]
    assert keys[0] == "2026-W14"
    # awk -F, '$1=="saleor" && $4>="2026-03-29T22" && $4<"2026-06-28T22"' deployments.csv | wc -l  -> 33
    assert pooled["deployments"] == sum(len(weekly[key].releases) for key in keys) == 33


def test_trailing__is_stored_for_services_and_teams(stored):
    assert stored["trailing_services"]["saleor"]["2026-W26/13"]["deployments"] == 33
    assert stored["trailing_teams"]["Commerce"]["2026-W26/13"] == stored["trailing_services"]["saleor"]["2026-W26/13"]


def test_months__add_up_to_their_quarter(facts, stored):
    months = reference.cells(facts, reference.by_service, reference.month_of)["keep"]
    total = sum(len(months[key].releases) for key in ("2025-01", "2025-02", "2025-03"))
    assert total == stored["services"]["keep"]["2025-Q1"]["deployments"] == 109


@pytest.mark.parametrize(
    ("last", "count", "first"),
    [("2026-W34", 13, "2026-W22"), ("2021-W02", 4, "2020-W52"), ("2026-W21", 26, "2025-W48")],
)
def test_weeks_ending__counts_back_across_years(last, count, first):
    weeks = reference.weeks_ending(last, count)
    assert (weeks[0], weeks[-1], len(set(weeks))) == (first, last, count)


@pytest.mark.parametrize(
    ("quarter", "week"),
    [("2026-Q2", "2026-W26"), ("2025-Q4", "2025-W52"), ("2023-Q4", "2023-W52"), ("2026-Q1", "2026-W13")],
)
def test_last_week_of__ends_inside_the_quarter(quarter, week):
    assert reference.last_week_of(quarter) == week


@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_linear_median__half_of_the_values_on_each_side(values):
    median = reference.linear_median(values)
    assert sum(value < median for value in values) * 2 <= len(values)
    assert sum(value > median for value in values) * 2 <= len(values)


def test_linear_median__worked_example():
    assert reference.linear_median([7, 9, 12, 15, 20, 26, 41, 90]) == Fraction(35, 2)
    assert reference.linear_median([]) is None
