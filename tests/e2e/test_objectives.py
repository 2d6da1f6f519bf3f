"""From home to a recorded decision on an exhausted budget: by keyboard alone, in five clicks for each of three."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import Visitor, main_text, press, sideways, sign_in, tab_to, violations, visitor
from tests.e2e.small_shop import Shop

pytestmark = pytest.mark.e2e
PAGES = (
    "/objectives/", "/objectives/shops-sell/", "/objectives/shops-browse/", "/objectives/shops-sell/days/",
    "/objectives/shops-sell/days/2026-08-23/", "/objectives/shops-sell/log/", "/objectives/shops-sell/keys/",
    "/objectives/indicators/shop-answers/", "/objectives/triggers/1/", "/objectives/calculator/",
    "/objectives/calculator/?target=0.997&days=28&counted=1284500&bad=2911&recent_bad=412&recent_counted=46100",
)  # fmt: skip
PEOPLE = {"mara": "Tech lead", "ines": "Engineering manager", "jonas": "Product manager"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    found = Shop(tmp_path_factory.mktemp("budget"), "tests.e2e.small_budget")
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def chromium(browser: Browser, shop: Shop) -> Browser:
    """The one browser of all journeys: a second loop in this thread would be refused."""
    return browser


@pytest.fixture(scope="module")
def cookies(chromium: Browser, shop: Shop) -> dict[str, Any]:
    return {name: sign_in(chromium, shop.address, name) for name in (*PEOPLE, "tomi")}


def at(chromium: Browser, shop: Shop, state: Any, **options: Any) -> Visitor:
    return visitor(chromium, shop.address, storage_state=state, **options)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages__are_clean_in_both_themes_and_fit_a_narrow_screen(
    chromium: Browser, shop: Shop, cookies: dict[str, Any], theme: Any
) -> None:
    one = at(chromium, shop, cookies["tomi"], color_scheme=theme)
    for path in PAGES:
        page, watch = one.open(path)
        assert violations(page) == [], path
        assert watch.faults() == [], path
        assert sideways(page, 390) == 0, path
        page.close()


def test_without_scripts__the_budget_says_everything(chromium: Browser, shop: Shop, cookies: dict[str, Any]) -> None:
    page, _ = at(chromium, shop, cookies["tomi"], java_script_enabled=False).open("/objectives/shops-sell/")
    text = main_text(page)
    for part in (
        "Shops sell succeeded for 99.61 % of 1,284,500 requests in 28 days (promise 99.7 %).",
        "1,147 more failures than agreed", "What we agreed", "What spent it", "Who felt it", "Months", "What if", "Log",
    ):  # fmt: skip
        assert part in text
    assert page.locator("svg[role=img]").count() >= 1


class Presses:
    """What one person presses on a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, target: Locator) -> None:
        """Reach it by Tab and press Enter."""
        self.count += 1
        press(self.page, target)

    def choose_next(self, target: Locator) -> None:
        """Reach a choice by Tab and take the one below it."""
        self.count += 1
        tab_to(self.page, target)
        self.page.keyboard.press("ArrowDown")

    def from_home(self) -> None:
        """To the trigger that home leads to."""
        expect(self.page.locator("#slo")).to_contain_text("1,147 more failures than agreed")
        self.press(self.page.locator("#slo .c-next"))
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("the budget turned Exhausted")


def test_three_people__record_a_decision_within_five_clicks_by_keyboard(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    page, watch = at(chromium, shop, cookies["mara"]).open("/")
    assert violations(page) == []
    mara = Presses(page)
    mara.from_home()
    mara.choose_next(page.get_by_role("radio").first)
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    tab_to(page, page.locator("#id_sentence"))
    page.keyboard.type("Only fixes until the cache is back.")
    mara.press(page.get_by_role("button", name="Record the decision"))
    assert mara.count <= 5
    expect(page.locator("main")).to_contain_text("Recorded: decision 1. You signed it.")
    assert violations(page) == []
    for name, waits in (("ines", "it waits for the product manager to sign"), ("jonas", "Decided: adjust")):
        other, seen = at(chromium, shop, cookies[name]).open("/")
        signer = Presses(other)
        signer.from_home()
        signer.press(other.get_by_role("button", name=re.compile("Sign as")))
        assert signer.count <= 5
        expect(other.locator("main")).to_contain_text("You signed it.")
        expect(other.locator("main")).to_contain_text(waits)
        assert violations(other) == []
        assert seen.faults() == []
    page.reload()
    expect(page.locator("main")).to_contain_text("A release reads: frozen, reliability first.")
    home, _ = at(chromium, shop, cookies["mara"]).open("/")
    assert "Decide about" not in main_text(home)
    assert "Look at Shops sell" in main_text(home)
    assert watch.faults() == []
