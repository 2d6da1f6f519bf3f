"""Labelling a week of pages by keyboard alone: without script by arrow keys, with script by one key a page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.browsing import Visitor

pytestmark = pytest.mark.e2e
WEEK = "/pages/?team=commerce&week=2026-W34"


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
    page, _ = person("mara", java_script_enabled=False).open(WEEK)
    rows = _rows(page)
    assert rows >= 10
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
    page, watch = person("jonas").open(WEEK)
    rows = _rows(page)
    _reach(page, "form[data-labels] .c-label-row__choices")
    for _ in range(rows):
        page.keyboard.press("4")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    page.keyboard.press("Enter")
    page.get_by_text("labels are new.").wait_for()
    assert page.locator("input[type=radio][value=could_wait]:checked").count() == rows
    assert watch.faults() == []
