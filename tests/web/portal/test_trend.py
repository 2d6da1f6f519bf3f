"""The trend of a definition for one subject."""

import csv
import io
import json
import re
from collections.abc import Callable

from django.test import Client

from apps.core.periods import parse_period
from apps.measurements.domain.subjects import Subject, SubjectKind
from apps.measurements.queries import get_cells
from tests.personas import Organisation
from tests.web.portal.pages import main_of, words_of

TREND = "/metrics/change-lead-time/trend/?subject=team:checkout"


def test_trend__shows_verdicts_stages_and_prompts(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("eli").get(TREND))
    assert "13 weeks against 26 before No signal" in text
    assert "Stages, last 13 complete weeks" in text
    assert "Branch 92 % median 22 h, n = 78" in text
    assert "Release 7.7 % median 2 h, n = 78" in text


def test_trend__the_table_holds_what_the_api_reads(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    subject = Subject(SubjectKind.TEAM, organisation.checkout.pk)
    period = parse_period("2026-W34")
    cell = get_cells([subject], ["change-lead-time"], [period])[subject, "change-lead-time", period.key, "whole"]
    answer = client_as("eli").get("/metrics/change-lead-time/trend.csv?subject=team:checkout")
    rows = {row["period"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == 27
    assert float(rows["2026-W34"]["value"]) == cell.reading.value
    assert rows["2026-W34"]["n"] == str(cell.reading.n)
    assert rows["2026-W35"]["status"] == "partial"


def test_trend__asks_for_the_interactive_chart_only_here(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("eli")
    trend = client.get(TREND).content.decode()
    (data,) = re.findall(r'<script id="trend-data" type="application/json">(.*?)</script>', trend)
    assert len(json.loads(data)["segments"][0]["x"]) == 27
    assert "chart.js" in trend
    for page in ("/", "/metrics/change-lead-time/", "/services/checkout-api/"):
        text = client.get(page).content.decode()
        assert "chart.js" not in text
        assert "plotly" not in text


def test_trend__the_drawing_says_the_finding(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = main_of(client_as("eli").get(TREND))
    (finding,) = re.findall(r'<figcaption class="c-figure__finding">([^<]+)</figcaption>', text)
    assert f"{finding}</desc>" in text
    assert finding.startswith("No signal: inside normal range")


def test_trend__a_file_of_the_drawing(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    answer = client_as("eli").get("/metrics/change-lead-time/trend.svg?subject=team:checkout")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg xmlns=")


def test_trend__marks_stand_near(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    given = {
        "kind": "launch",
        "subject": "service:checkout-api",
        "text": "Gift cards go live",
        "starts_at": "2026-07-16 09:00",
    }
    client.post("/annotations/new/", given)
    assert "Gift cards go live (16 Jul)" in words_of(client.get(TREND))
    assert "Gift cards go live" not in words_of(client.get("/metrics/change-lead-time/trend/?subject=team:harbour"))
