"""Labelling a week of fifty pages by keyboard alone: without script by arrow keys, with script by one key a page."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page

from tests.e2e.browsing import Visitor

pytestmark = pytest.mark.e2e
WEEK = "/pages/?team=commerce&week={}"
FIFTY = 50


def _bring_pages(visitor: Visitor, monday: str) -> None:
    """Fifty pages of one week out of a file, as a person brings them in."""
    begins = datetime.fromisoformat(f"{monday}T08:00:00+02:00")
    times = [(begins + timedelta(hours=2 * number)).isoformat() for number in range(FIFTY)]
    rows = "\n".join(["service,fired_at,rule", *(f"saleor,{at},Disk of {monday}" for at in times)])
    page, _ = visitor.open("/data/imports/new/")
    page.get_by_label("What the rows are").select_option("pages")
    page.get_by_label("CSV file").set_input_files(
        {"name": f"{monday}.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name=f"Store {FIFTY} rows").click()
    page.get_by_text(f"Stored. {FIFTY} new").wait_for()


def _rows(page: Page) -> int:
    return page.locator("form[data-labels] fieldset").count()


def _reach(page: Page, selector: str) -> None:
    """Press Tab until the focus is in it."""
    for _ in range(200):
        if page.evaluate("selector => !!document.activeElement.closest(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}")


def test_labels__without_script_by_tab_and_arrows(person: Callable[..., Visitor]) -> None:
    visitor = person("mara", java_script_enabled=False)
    _bring_pages(visitor, "2026-07-06")
    page, _ = visitor.open(WEEK.format("2026-W28"))
    rows = _rows(page)
    assert rows >= FIFTY
    # Without script a page cannot be asked where its focus is: every radio group is one stop, its link another.
    page.locator("form[data-labels] fieldset input[type=radio]:checked").first.focus()
    for place in range(rows):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        if place < rows - 1:
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("labels are new.").wait_for()


def test_labels__with_script_by_one_key_a_page(person: Callable[..., Visitor]) -> None:
    _bring_pages(person("mara"), "2026-07-13")
    page, watch = person("jonas").open(WEEK.format("2026-W29"))
    rows = _rows(page)
    assert rows >= FIFTY
    _reach(page, "form[data-labels] .c-label-row__choices")
    for _ in range(rows):
        page.keyboard.press("4")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    page.keyboard.press("Enter")
    page.get_by_text("labels are new.").wait_for()
    assert page.locator("input[type=radio][value=could_wait]:checked").count() == rows
    assert watch.faults() == []
