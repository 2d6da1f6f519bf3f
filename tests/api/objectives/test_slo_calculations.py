"""The calculator over REST: the worked examples to the digit, and every bad input at its place."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.objectives.models import BudgetStatus

pytestmark = pytest.mark.django_db

PATH = "/api/v1/slo-calculations/"
NBSP = "\N{NO-BREAK SPACE}"


def calculate(client: Any, status: int = 200, **body: Any) -> Any:
    response = client.post(PATH, body, format="json")
    assert response.status_code == status, response.content
    return response.json()


def test_calculate__example_1(api_client_as) -> None:
    body = calculate(
        api_client_as("read"), version={"target": "0.997"}, data_up_to="2026-08-24T09:40:00+02:00",
        counts={"bad": 2911, "counted": 1_284_500, "recent_bad": 412, "recent_counted": 46_100},
    )  # fmt: skip
    assert [body["budget"]["allowed"], body["budget"]["left"], body["state"]] == ["3853.5", "942.5", "at_risk"]
    assert body["text"] == f"At risk: 24.4{NBSP}% left, about 54{NBSP}h at this pace"
    assert [body[name]["text"] for name in ("burn", "outage_left")] == ["2.98", f"29{NBSP}min"]
    tiers = {one["tier"]: one for one in body["tiers"]}
    assert [tiers[name]["threshold"] for name in ("page_fast", "page_slow", "ticket_fast")] == ["13.44", "5.6", "2.8"]
    assert not BudgetStatus.objects.exists()


@pytest.mark.parametrize(
    ("method", "bad", "counted", "sli", "consumed"),
    [
        ("occurrences", 24, 264, "0.909090909", "0.909090910"),
        ("time_slices", 1, 4, "0.750000000", "2.500000000"),
    ],
)
def test_calculate__example_2_from_slices(
    api_client_as, method: str, bad: int, counted: int, sli: str, consumed: str
) -> None:
    start = datetime(2026, 8, 24, 7, tzinfo=ZoneInfo("UTC"))
    pairs = [(48, 50), (9, 10), (180, 200), (3, 4), None, (0, 0)]
    slices = [
        {"start": (start + i * timedelta(minutes=5)).isoformat(), "good": pair[0], "valid": pair[1]}
        for i, pair in enumerate(pairs) if pair
    ]  # fmt: skip
    version = {"target": "0.9", "method": method} | ({"slice_target": "0.9"} if method == "time_slices" else {})
    found = calculate(api_client_as("read"), version=version, slices=slices)["budget"]
    assert [found["bad"], found["counted"]] == [bad, counted]
    assert [found["sli"]["value"], found["consumed"]["value"]] == [sli, consumed]


def test_calculate__example_3_a_calendar_month(api_client_as, settings) -> None:
    settings.REPORTING_ZONE = "Europe/Madrid"
    body = calculate(
        api_client_as("read"), data_up_to="2026-10-10T00:00:00+02:00",
        version={
            "target": "0.999", "method": "time_slices", "slice_target": "0.95", "window": {"calendar": "month"},
        },
        counts={"bad": 6, "counted": 2562, "seen": 2562},
    )  # fmt: skip
    assert [body["budget"]["basis"], body["budget"]["allowed"]] == [8910, "8.91"]
    assert body["times"]["slices_elapsed"] + body["times"]["slices_to_come"] == 8940
    assert body["budget"]["sli"]["text"] == f"99.76{NBSP}%"
    assert body["budget"]["remaining"]["text"] == f"32.6{NBSP}%"


def test_calculate__example_4_raw_beside_exempted(api_client_as) -> None:
    counts = {"bad": 1626, "counted": 403_000, "raw_bad": 2266, "raw_counted": 412_000}
    body = calculate(
        api_client_as("read"), version={"target": "0.995"}, data_up_to="2026-08-24T07:40:00Z", counts=counts
    )
    assert [body["raw"]["remaining"]["text"], body["raw"]["is_met"]] == [f"−10.0{NBSP}%", False]
    assert [body["budget"]["remaining"]["text"], body["budget"]["allowed"]] == [f"19.3{NBSP}%", "2015"]
    assert body["state"] == "at_risk"


def test_calculate__example_5_tenants(api_client_as) -> None:
    tenants = {
        "acme": (1180, 210_400), "birch": (402, 96_300), "cobalt": (61, 3150), "dune": (310, 58_200), "elm": (3, 40),
    }  # fmt: skip
    body = calculate(
        api_client_as("read"), version={"target": "0.99", "judge": "each", "share_target": "0.95"},
        data_up_to="2026-08-24T07:40:00Z", counts={"bad": 1956, "counted": 368_090},
        keys={key: {"bad": bad, "counted": counted} for key, (bad, counted) in tenants.items()},
    )  # fmt: skip
    assert [body["state"], body["keys_within"], body["keys_judged"]] == ["exhausted", 3, 4]
    assert [body["keys_outside"], body["keys_unjudged"]] == [["cobalt"], ["elm"]]
    found = {one["key"]: one["budget"]["remaining"]["text"] for one in body["keys"]}
    assert [found["acme"], found["birch"], found["cobalt"], found["dune"]] == [
        f"43.9{NBSP}%", f"58.2{NBSP}%", f"−93.7{NBSP}%", f"46.7{NBSP}%",
    ]  # fmt: skip
    assert body["budget"]["remaining"]["text"] == f"46.8{NBSP}%"


def test_calculate__a_key_that_is_silent_while_another_reports_is_idle(api_client_as) -> None:
    """As of stored samples: of one key a single slice came, and it is judged all the same."""
    start = datetime(2026, 8, 24, tzinfo=ZoneInfo("UTC"))
    often = [
        {"start": (start + n * timedelta(hours=1)).isoformat(), "good": 100, "valid": 100, "key": "acme"}
        for n in range(24)
    ]  # fmt: skip
    once = {"start": start.isoformat(), "good": 90, "valid": 100, "key": "birch"}
    body = calculate(
        api_client_as("read"), slice_seconds=3600, version={"target": "0.99", "window": {"rolling_days": 1}},
        slices=[*often, once],
    )  # fmt: skip
    assert {one["key"]: one["state"] for one in body["keys"]} == {"acme": "ok", "birch": "exhausted"}


def test_calculate__a_calendar_month_with_a_shorter_day(api_client_as, settings) -> None:
    settings.REPORTING_ZONE = "Europe/Madrid"
    body = calculate(
        api_client_as("read"), data_up_to="2026-03-29T05:00:00+02:00",
        version={
            "target": "0.999", "method": "time_slices", "slice_target": "0.95", "window": {"calendar": "month"},
        },
        counts={"bad": 0, "counted": 8100, "seen": 8100},
    )  # fmt: skip
    # 28 days and the four hours of the 29th, of which the third was left out by the clock.
    assert body["times"]["slices_elapsed"] == 28 * 288 + 4 * 12
    assert body["times"]["slices_elapsed"] + body["times"]["slices_to_come"] == 8916


def test_calculate__slices_of_keys_with_an_exemption(api_client_as) -> None:
    slices = [
        {"start": f"2026-08-24T07:{minute:02d}:00Z", "good": good, "valid": 100, "key": key}
        for minute in (0, 5) for key, good in (("acme", 100), ("birch", 40))
    ]  # fmt: skip
    out = {"start": "2026-08-24T07:00:00Z", "end": "2026-08-24T07:05:00Z", "keys": ["birch"]}
    body = calculate(api_client_as("read"), version={"target": "0.9"}, slices=slices, exemptions=[out])
    assert [body["raw"]["bad"], body["raw"]["counted"]] == [120, 400]
    assert [body["budget"]["bad"], body["budget"]["counted"]] == [60, 300]
    assert {one["key"]: one["budget"]["bad"] for one in body["keys"]} == {"acme": 0, "birch": 60}


COUNTS = {"bad": 1, "counted": 10}
UP_TO = "2026-08-24T07:40:00Z"


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"version": {"target": "99.5"}}, "/version/target", "Did you mean 0.995, that is"),
        ({"version": {"target": "99,9"}}, "/version/target", "Did you mean 0.999?"),
        ({"version": {"target": "NaN"}}, "/version/target", "is not a number"),
        ({"version": {"target": 0}}, "/version/target", "Write 99.5 % as 0.995"),
        ({"version": {"target": "0.9", "method": "time_slices"}}, "/version/slice_target", "such as 0.95"),
        ({"version": {"target": "0.9", "window": {"rolling_days": 0}}}, "/version/window/rolling_days", "1 to 90 days"),
        (
            {"version": {"target": "0.9", "window": {"rolling_days": 91}}},
            "/version/window/rolling_days",
            "1 to 90 days",
        ),
        ({"version": {}}, "/version/target", "missing"),
        ({"version": {"target": "0.9"}, "counts": {"bad": 11, "counted": 10}}, "/counts/bad", "cannot be"),
        ({"version": {"target": "0.9"}, "counts": {"bad": -1, "counted": 10}}, "/counts/bad", "outside"),
        ({"version": {"target": "0.9"}, "counts": {"bad": 1.5, "counted": 10}}, "/counts/bad", "not a whole number"),
        ({"version": {"target": "0.9"}, "slice_seconds": 42}, "/slice_seconds", "60, 300, 900, 3600"),
        ({"version": {"target": "0.9"}, "data_up_to": "2026-08-24T07:41:00Z"}, "/data_up_to", "07:40:00Z"),
        ({"version": {"target": "0.9"}, "data_up_to": "yesterday"}, "/data_up_to", "time"),
        ({"version": {"target": "0.9"}, "nonsense": 1}, "/nonsense", "not a key here"),
        ({"version": {"target": "0.9"}, "slices": []}, "/counts", "not both"),
    ],
)
def test_calculate__a_fault_stands_at_its_place_with_the_likely_fix(
    api_client_as, body: dict[str, Any], pointer: str, words: str
) -> None:
    found = calculate(api_client_as("read"), 422, **({"counts": COUNTS, "data_up_to": UP_TO} | body))
    places = {error["pointer"]: error["detail"] for error in found["errors"]}
    assert words in places[pointer]


@pytest.mark.parametrize(("more", "of"), [({}, ""), ({"key": "acme"}, " of *acme*")])
def test_calculate__one_slice_given_twice_is_refused_at_its_place(api_client_as, more: Any, of: str) -> None:
    once = {"start": "2026-08-24T07:00:00Z", "good": 5, "valid": 10, **more}
    again = {**once, "start": "2026-08-24T09:00:00+02:00"}
    other = {**once, "key": "birch"}
    body = calculate(api_client_as("read"), 422, version={"target": "0.9"}, slices=[once, other, again])
    [fault] = body["errors"]
    assert (fault["pointer"], fault["code"]) == ("/slices/2/start", "repeated")
    assert fault["detail"] == f"The slice at 2026-08-24T07:00:00Z{of} is given twice; give it once."
