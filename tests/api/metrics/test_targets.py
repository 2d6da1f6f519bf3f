"""GET /api/v1/targets/."""

import pytest

URL = "/api/v1/targets/"


def test_targets__of_ones_own_team_with_baseline(api_client_as, catalogue):
    [row] = api_client_as("dee").get(URL).json()["results"]
    assert row["value"] == "0.187000"
    assert (row["definition"], row["team"], row["quarter"]) == ("change-failure-rate", "checkout", "2026-Q3")
    assert (row["baseline_n"], row["baseline_lower"], row["judges_from"]) == (150, 0.161, "2026-07-09")
    assert {"agreed_by", "agreed_by_id"}.isdisjoint(row)


@pytest.mark.parametrize(("who", "count"), [("read", 1), ("fay", 1), ("gus", 1), ("eli", 0), ("harbour_push", 0)])
def test_targets__only_of_teams_one_may_judge(api_client_as, catalogue, who, count):
    assert api_client_as(who).get(URL).json()["count"] == count
    assert api_client_as(who).get(f"{URL}{catalogue.target.pk}/").status_code == (200 if count else 404)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("team=checkout", 1), ("team=harbour", 0), ("quarter=2026-Q3", 1), ("quarter=2026-Q4", 0),
        ("definition=change-failure-rate", 1), ("definition=change-lead-time", 0),
    ],
)  # fmt: skip
def test_targets__filters(api_client_as, catalogue, query, count):
    assert api_client_as("fay").get(f"{URL}?{query}").json()["count"] == count


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("quarter=2026-07", "parameter_invalid"),
        ("quarter=soon", "parameter_invalid"),
        ("person=ana", "unknown_parameter"),
        ("ordering=value", "ordering_not_offered"),
    ],
)
def test_targets__what_is_not_offered_is_unreadable(api_client_as, catalogue, query, code):
    answer = api_client_as("fay").get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_targets__nobody_reads_and_nobody_writes_here(api_client_as, catalogue):
    assert api_client_as(None).get(URL).status_code == 401
    assert api_client_as("only_push").get(URL).json()["code"] == "scope_missing"
    assert api_client_as("push").post(URL, {}).status_code == 405
    assert api_client_as("push").delete(f"{URL}{catalogue.target.pk}/").status_code == 405
