"""What people come to do, with the keyboard alone: once with scripts, once without."""

import json
import re
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Visitor, main_text, press, tab_to, violations

pytestmark = pytest.mark.e2e

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
QUESTIONS = (
    "Are we shipping?", "Are customers feeling pain?", "Are we within our SLOs?",
    "Are incidents trending up or down?", "Do we know what to do next?",
)  # fmt: skip
# The first fact of a new channel has the whole history of its service looked at again.
PATIENCE_SECONDS = 240
FREQUENCY = "/metrics/deployment-frequency/values/service:saleor"


@SCRIPTS
def test_five_answers__are_read_and_open_their_evidence(person: Callable[..., Visitor], scripts: bool) -> None:
    page, watch = person("ines", java_script_enabled=scripts).open("/")
    assert page.locator(".c-question__title").all_inner_texts() == [f"{i} {q}" for i, q in enumerate(QUESTIONS, 1)]
    for row in page.locator(".c-question").all():
        assert row.locator(".c-state, .c-question__headline").first.is_visible()
        assert row.locator(".c-question__aside").get_by_text("Next").is_visible()
    assert page.locator(".c-question svg.c-chart").first.is_visible()
    shown = page.locator(".c-reading__value a").first
    value = shown.inner_text()
    press(page, shown)
    assert "/values/team:commerce/" in page.url
    assert page.locator(".c-reading--large .c-reading__value").inner_text() == value
    assert re.search(r"\d+ facts counted, \d+ left out", main_text(page))
    press(page, page.get_by_role("button", name="Verify this value"))
    expect(page.get_by_text("Equal. Computed again from the same facts, the value is the same.")).to_be_visible()
    assert watch.faults() == []


@pytest.mark.parametrize(
    ("team", "slug", "people", "scripts"),
    [
        ("Commerce", "commerce", ("ines", "mara", "helen"), False),
        ("Publishing", "publishing", ("pieter", "anouk", "helen"), True),
    ],
    ids=["no-scripts", "scripts"],
)
def test_quarterly_review__is_closed_by_three_signatures(
    person: Callable[..., Visitor], team: str, slug: str, people: tuple[str, str, str], scripts: bool
) -> None:
    """The engineering manager answers the drafts and signs, then the tech lead, then the leadership."""
    for turn, name in enumerate(people):
        page, watch = person(name, java_script_enabled=scripts).open("/reviews/")
        press(page, page.get_by_role("link", name=f"{team}, Q2 2026"))
        if turn == 0:
            open_review(page)
            answer_drafts(page, scripts=scripts)
        press(page, page.get_by_role("button", name="Sign as"))
        said = main_text(page)
        assert ("Closed on" in said) == (turn == 2), said
        assert [fault for fault in watch.faults() if "422" not in fault] == []
    assert page.locator(".c-signatures__open").count() == 0
    assert page.get_by_role("button", name="Sign as").count() == 0
    answer = page.request.get(page.url.split("/reviews/")[0] + f"/api/v1/targets/?team={slug}&quarter=2026-Q4")
    assert [target["definition"] for target in answer.json()["results"]] == ["change-lead-time"]


def open_review(page: Page) -> None:
    """Begin the discussion where nobody has yet."""
    button = page.get_by_role("button", name="Open the review")
    if button.count():
        press(page, button)


def answer_drafts(page: Page, *, scripts: bool) -> None:
    """A wrong number comes back with what was typed and a sentence; then each draft is accepted with a reason."""
    waiting = page.locator("article:has(details[open] form)")
    assert waiting.count() > 0
    value = waiting.first.get_by_label(re.compile("^Target of"))
    tab_to(page, value)
    page.keyboard.press("Control+a")
    page.keyboard.type("soon")
    press(page, waiting.first.get_by_role("button", name="Take this value"))
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert page.title().startswith("Error: ")
    assert value.input_value() == "soon"
    if scripts:
        assert violations(page) == []
    while waiting.count():
        tab_to(page, waiting.first.get_by_label(re.compile("^Reason for")))
        page.keyboard.press("Control+a")
        page.keyboard.type("We agree on a practice: each weekly review asks what waits longest.")
        press(page, waiting.first.get_by_role("button", name="Accept the draft"))
        expect(page.get_by_role("heading", name="There is a problem")).to_have_count(0)


def csv_file(prefix: str, day: str) -> dict[str, Any]:
    """One new deployment of Saleor, and three rows that cannot be stored."""
    rows = [
        "service,deployment,finished_at,status",
        f"saleor,{prefix}-1,{day}T10:00:00+02:00,succeeded",
        f"zeppelin,{prefix}-2,{day}T10:00:00+02:00,succeeded",
        f"saleor,{prefix}-3,the day before,succeeded",
        f"saleor,{prefix}-1,{day}T10:00:00+02:00,succeeded",
    ]
    return {"name": f"{prefix}.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}


@SCRIPTS
def test_import__bad_rows_are_located_and_good_ones_counted(person: Callable[..., Visitor], scripts: bool) -> None:
    prefix, day, week = ("with", "2026-07-22", "2026-W30") if scripts else ("without", "2026-07-29", "2026-W31")
    visitor = person("ines", java_script_enabled=scripts)
    page, _ = visitor.open(f"{FREQUENCY}/{week}/")
    before = counted(page)
    page.goto(f"{visitor.address}/data/")
    press(page, page.get_by_role("link", name="Import a CSV file"))
    press(page, page.get_by_role("button", name="Check the file"))
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    if scripts:
        assert violations(page) == []
        expect(page.locator("[data-focus]")).to_be_focused()
    page.get_by_label("CSV file").set_input_files(csv_file(prefix, day))
    press(page, page.get_by_role("button", name="Check the file"))
    assert "4 rows: 1 good, 3 with errors." in main_text(page)
    lines = page.get_by_role("table", name="Rows with errors").locator("tbody tr")
    assert [row.locator("> *").first.inner_text() for row in lines.all()] == ["Line 3", "Line 4", "Line 5"]
    press(page, page.get_by_role("button", name="Store 1 row"))
    assert "Stored. 1 new, 0 changed, 0 already there." in main_text(page)
    page.goto(f"{visitor.address}{FREQUENCY}/{week}/")
    wait_until(page, lambda: counted(page) == before + 1)
    assert f"{prefix}-1" in main_text(page)


def counted(page: Page) -> int:
    """How many facts the evidence page counts."""
    found = re.search(r"([\d,]+) facts? counted", main_text(page))
    assert found
    return int(found[1].replace(",", ""))


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Load the page anew until background work has done its part."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"still not so: {main_text(page)[:2000]}"
        time.sleep(0.5)
        page.reload()


@SCRIPTS
def test_token__is_shown_once_and_pushes_a_fact(person: Callable[..., Visitor], scripts: bool) -> None:
    """The service is reported by files, so its evidence says why a pushed fact is not counted."""
    key = "pushed-with" if scripts else "pushed-without"
    visitor = person("ines", java_script_enabled=scripts)
    page, _ = visitor.open("/teams/commerce/about/")
    secret = make_token(page, f"Pipeline {key}")
    press(page, page.get_by_role("link", name="Back to Commerce"))
    assert f"Pipeline {key}" in main_text(page)
    assert secret not in page.content()
    fact = {"source": "deployments", "key": key, "service": "saleor", "finished_at": "2026-08-19T09:40:00+02:00"}
    assert push(visitor.address, secret, fact) == {"stored": 1, "rejected": 0, "results": [{"outcome": "created"}]}
    page.goto(f"{visitor.address}/services/saleor/")
    assert key in main_text(page)
    page.goto(f"{visitor.address}{FREQUENCY}/2026-W34/")
    wait_until(page, lambda: page.locator("details", has_text=key).count() > 0)


def make_token(page: Page, name: str) -> str:
    """Fill the form with the keyboard; gives the secret."""
    tab_to(page, page.get_by_label("Tool that will use it"))
    page.keyboard.type(name)
    tab_to(page, page.get_by_label("Push facts"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Make the token"))
    return page.get_by_label("Secret of").input_value()


def push(address: str, secret: str, fact: dict[str, str]) -> Any:
    """One fact by the batch endpoint; gives the answer."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_SECONDS)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/facts/batch/", json.dumps({"facts": [fact]}), headers)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    return found
