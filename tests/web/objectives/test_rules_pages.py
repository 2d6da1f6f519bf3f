"""Rules for Prometheus of many kinds of objectives: promtool reads each, and each threshold is that of the table."""

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from apps.core import clock
from apps.objectives.models import MonitoringSource
from tests.personas import Organisation
from tests.promising import promised

As = Callable[..., Client]
PULLED = {"source": "pull", "monitoring_source": "prom", "valid_query": "sum(increase(requests_total[$window]))"}
BAD = PULLED | {"bad_query": 'sum(increase(requests_total{code=~"5.."}[$window]))'}
GOOD = PULLED | {"good_query": 'sum(increase(requests_total{code!~"5.."}[$window]))'}
BY_TENANT = {
    "source": "pull", "monitoring_source": "prom", "dimension": "tenant", "dimension_label": "tenant",
    "valid_query": "sum by (tenant) (increase(requests_total[$window]))",
    "bad_query": "sum by (tenant) (increase(errors_total[$window]))", "absent_bad_is_zero": True,
}  # fmt: skip
# Section 7: long window in minutes and threshold of each tier, pages before tickets; with a budget of 3 in 10,000.
TABLE = {
    "7 d": [(15, "13.44"), (90, "5.6"), (360, "2.8"), (1080, "14/15")],
    "28 d": [(60, "13.44"), (360, "5.6"), (1440, "2.8"), (4320, "14/15")],
    "month of 31 d": [(60, "14.88"), (360, "6.2"), (1440, "3.1"), (4320, "31/30")],
    "90 d": [(180, "14.4"), (1080, "6"), (4320, "3"), (12960, "1")],
}
WINDOWS: dict[str, dict[str, Any]] = {
    "7 d": {"rolling_days": 7}, "28 d": {"rolling_days": 28}, "month of 31 d": {"calendar": "month"},
    "90 d": {"rolling_days": 90},
}  # fmt: skip
CASES = [
    ("7 d", "0.997", BAD), ("28 d", "0.9997", BY_TENANT), ("28 d", "0.997", GOOD), ("month of 31 d", "0.9997", BAD),
    ("month of 31 d", "0.997", BY_TENANT), ("90 d", "0.9997", GOOD),
]  # fmt: skip
UNITS = {"s": Fraction(1, 60), "m": Fraction(1), "h": Fraction(60), "d": Fraction(1440)}
ALERT = re.compile(r"plumbline:slo_error_share:(\d+)([smhd])\{slo=\"[^\"]*\"\} >= (\S+)")
pytestmark = pytest.mark.django_db


@pytest.fixture(name="rules")
def _rules(organisation: Organisation, client_as: As) -> Callable[[str, str, dict[str, Any]], bytes]:
    """The rules of an objective as its page gives them, in the middle of a month of 31 days of 24 hours."""
    MonitoringSource.objects.create(
        slug="prom", name="Prometheus", base_url="https://prom.example.org", registered_at=clock.now(),
        registered_by=organisation.people["hal"],
    )  # fmt: skip

    def give(window: str, target: str, spec: dict[str, Any]) -> bytes:
        promised(organisation, spec=spec, promise={"target": target, "window": WINDOWS[window]})
        with clock.playing(datetime(clock.now().year + 1, 1, 15, 12, tzinfo=UTC)):
            answer = client_as("fay").get("/objectives/checkout-success/rules/")
        assert answer.status_code == 200, answer.content
        return answer.content

    return give


@pytest.mark.parametrize(("window", "target", "spec"), CASES)
def test_rules__have_the_thresholds_of_the_table(
    window: str, target: str, spec: dict[str, Any], rules: Callable[..., bytes]
) -> None:
    _, alerts = yaml.safe_load(rules(window, target, spec))["groups"]
    *burning, absent = alerts["rules"]
    found = []
    for rule in burning:
        (long, short) = ALERT.findall(rule["expr"])
        assert long[2] == short[2]
        assert 1 <= int(short[0]) * UNITS[short[1]] < int(long[0]) * UNITS[long[1]]
        assert rule["expr"].endswith(f'plumbline:slo_bad:{long[0]}{long[1]}{{slo="checkout-success"}} >= 2')
        found.append((int(long[0]) * UNITS[long[1]], Fraction(long[2]) / (1 - Fraction(target))))
    assert found == [(Fraction(minutes), Fraction(threshold)) for minutes, threshold in TABLE[window]]
    assert [rule["labels"]["severity"] for rule in burning] == ["page", "page", "ticket", "ticket"]
    assert absent["alert"] == "PlumblineNoData"


@pytest.mark.prometheus
@pytest.mark.parametrize(("window", "target", "spec"), CASES)
def test_rules__promtool_reads_them(
    window: str, target: str, spec: dict[str, Any], rules: Callable[..., bytes], tmp_path: Path
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(rules(window, target, spec))
    promtool = str(shutil.which("promtool"))
    done = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"SUCCESS: \d{2,} rules found", done.stdout)
