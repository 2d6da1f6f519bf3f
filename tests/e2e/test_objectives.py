"""From home to a recorded decision on an exhausted budget: by keyboard alone, in five clicks for each of three."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.demo_database import Demo
from tests.e2e.browsing import Visitor, main_text, press, sideways, sign_in, tab_to, violations, visitor
from tests.e2e.pages import PLACES as LOOKED_AT
from tests.e2e.serving import serving
from tests.e2e.small_shop import Shop

pytestmark = pytest.mark.e2e
PAGES = (
    "/objectives/", "/objectives/shops-sell/", "/objectives/shops-browse/", "/objectives/shops-sell/days/",
    "/objectives/shops-sell/days/2026-08-23/", "/objectives/shops-sell/log/", "/objectives/shops-sell/keys/",
    "/objectives/indicators/shop-answers/", "/objectives/triggers/1/", "/objectives/calculator/",
    "/objectives/calculator/?target=0.997&days=28&counted=1284500&bad=2911&recent_bad=412&recent_counted=46100",
)  # fmt: skip
PEOPLE = {"mara": "Tech lead", "ines": "Engineering manager", "jonas": "Product manager"}
# Budgets of the demonstration by what stands on their pages; those that are looked at have such a name.
DEMONSTRATED = {
    "slo-exhausted": ("Exhausted", "more failures than agreed"),
    "slo-at-risk": ("At risk", "Slow down"),
    "slo-within-corrected": ("Within", "Left out by exemptions"),
    "slo-stale": ("No data", "when counts stopped"),
}


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
        expect(self.page.locator("#slo")).to_contain_text("more failures than agreed")
        self.press(self.page.locator("#slo .c-next"))
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("the budget turned Exhausted")


@pytest.fixture(scope="module")
def story(demo_database: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration served from a copy of its own: other tests find Saleor's trigger undecided."""
    with serving(demo_database.database, tmp_path_factory.mktemp("decided")) as found:
        yield found


@pytest.mark.parametrize(
    ("place", "then"), [("shop", "Look at Shops sell"), ("story", "Decide about Shops answer")]
)  # of the demonstration's incidents the tech lead decides next
def test_three_people__record_a_decision_within_five_clicks_by_keyboard(
    chromium: Browser, request: pytest.FixtureRequest, place: str, then: str
) -> None:
    """On a small database, and on the demonstration as it is played."""
    found = request.getfixturevalue(place)
    address: str = getattr(found, "address", found)

    def of(person: str) -> Visitor:
        return visitor(chromium, address, storage_state=sign_in(chromium, address, person))

    page, watch = of("mara").open("/")
    assert violations(page) == []
    mara = Presses(page)
    mara.from_home()
    mara.choose_next(page.get_by_role("radio").first)
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    tab_to(page, page.locator("#id_sentence"))
    page.keyboard.type("Only fixes until the cache is back.")
    mara.press(page.get_by_role("button", name="Record the decision"))
    assert mara.count <= 5
    expect(page.locator("main")).to_contain_text(re.compile(r"Recorded: decision \d+. You signed it."))
    assert violations(page) == []
    for person, waits in (("ines", "it waits for the product manager to sign"), ("jonas", "Decided: adjust")):
        other, seen = of(person).open("/")
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
    home, _ = of("mara").open("/")
    expect(home.locator("#slo .c-next")).to_have_text(re.compile(then))
    assert home.locator("#slo .c-next").get_attribute("href") != urlsplit(page.url).path
    assert watch.faults() == []


@pytest.mark.parametrize("place", DEMONSTRATED)
def test_demonstration__has_a_budget_in_each_state(place: str, readers: Callable[[str], Visitor]) -> None:
    [found] = [one for one in LOOKED_AT if one.name == place]
    page, _ = readers(found.reader).open(found.path)
    state, said = DEMONSTRATED[place]
    assert state in page.locator(".c-verdict").first.inner_text()
    assert said in main_text(page)
    page.close()
