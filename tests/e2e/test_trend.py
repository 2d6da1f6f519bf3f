"""The interactive chart: loaded after the first paint, and never needed."""

from collections.abc import Callable

import pytest

from tests.e2e.browsing import Visitor
from tests.e2e.pages import LEAD_TIME

pytestmark = pytest.mark.e2e

PATH = f"{LEAD_TIME}/trend/?subject=team:commerce&grain=quarter"
LIVE = ".c-figure__box.is-live"
STARTS = """() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    library: performance.getEntriesByType("resource").find((entry) => entry.name.includes("plotly")).startTime,
})"""


def test_trend__the_library_comes_after_the_first_paint(person: Callable[..., Visitor]) -> None:
    page, watch = person("ines").open(PATH)
    page.wait_for_selector(LIVE)
    starts = page.evaluate(STARTS)
    assert starts["paint"] < starts["library"]
    assert page.locator(".c-plot").get_attribute("aria-hidden") == "true"
    assert page.locator("svg.c-chart").get_attribute("role") == "img"
    assert watch.faults() == []


def test_trend__only_the_report_of_the_library_is_tolerated(person: Callable[..., Visitor]) -> None:
    page, watch = person("ines").open(PATH)
    page.wait_for_selector(LIVE)
    assert watch.faults() == []
    assert len(watch.said) <= 1
    assert all("Content Security Policy" in text for text in watch.said)


def test_trend__a_blocked_library_leaves_the_drawing(person: Callable[..., Visitor]) -> None:
    visitor = person("ines")
    visitor.context.route("**/plotly.min.js", lambda route: route.abort())
    page, _ = visitor.open(PATH)
    page.wait_for_event("requestfailed", predicate=lambda request: "plotly" in request.url)
    page.wait_for_timeout(200)
    assert page.locator(LIVE).count() == 0
    assert page.locator("svg.c-chart").is_visible()
    assert page.locator("svg.c-chart .plumb").count() == 1


def test_trend__a_box_that_becomes_narrow_shows_the_drawing_again(person: Callable[..., Visitor]) -> None:
    page, _ = person("ines").open(PATH)
    page.wait_for_selector(LIVE)
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_selector(".c-figure__box:not(.is-live) svg.c-chart", state="visible")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_selector(LIVE)


def test_trend__a_pause_is_hatched_in_both_forms(person: Callable[..., Visitor]) -> None:
    path = "/metrics/deployment-rework-rate/trend/?subject=service:readthedocs&grain=month"
    page, watch = person("ines").open(path)
    drawn = page.locator("svg.c-chart .hatched").count()
    page.wait_for_selector(LIVE)
    assert page.locator(".c-plot .barlayer path").count() == drawn > 0
    assert watch.faults() == []


def test_trend__without_scripts_the_drawing_and_its_table_are_there(person: Callable[..., Visitor]) -> None:
    page, watch = person("ines", java_script_enabled=False).open(PATH)
    assert page.locator("svg.c-chart").is_visible()
    page.get_by_text("Data as table").click()
    assert page.get_by_role("rowheader", name="Q2 26").is_visible()
    assert not any("plotly" in path for path in watch.asked)
