"""A weekly review of thirty services: finished by keyboard alone, with scripts and without."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import Visitor, main_text, press, sideways, sign_in, tab_to, violations, visitor
from tests.e2e.small_shop import Shop

pytestmark = pytest.mark.e2e
LAST = "/reviews/weekly/3/"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    found = Shop(tmp_path_factory.mktemp("weekly"), "tests.e2e.small_weekly")
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def chromium(browser: Browser, shop: Shop) -> Browser:
    """The one browser of all journeys: a second loop in this thread would be refused."""
    return browser


@pytest.fixture(scope="module")
def cookies(chromium: Browser, shop: Shop) -> dict[str, Any]:
    return {name: sign_in(chromium, shop.address, name) for name in ("mara", "hugo", "kofi")}


def at(chromium: Browser, shop: Shop, state: Any, **options: Any) -> Visitor:
    return visitor(chromium, shop.address, storage_state=state, **options)


def begin(page: Page) -> None:
    """Open the review, unless another test of this file has."""
    button = page.get_by_role("button", name="Open the review")
    if button.count():
        button.click()
        expect(page.locator("main")).to_contain_text("Close: not yet")


def waiting(page: Page) -> list[str]:
    """Ids of the cards that wait for an answer, in the order of the agenda."""
    cards = page.locator("article.c-card").filter(has_text="Waits for an answer")
    return [str(card.get_attribute("id")) for card in cards.all()]


def answer(page: Page, item: str) -> None:
    """Put a trigger off, go on with everything else; the keyboard then stands at the item."""
    card = page.locator(f"#{item}")
    label = "Defer" if card.get_by_role("link", name="Decide on it").count() else "Continue"
    press(page, card.get_by_role("button", name=label))
    assert page.url.endswith(f"#{item}")
    expect(page.locator(f"#{item}")).not_to_contain_text("Waits for an answer")


def adjust(page: Page, item: str) -> None:
    """Name the late action itself, say what changes, and record it."""
    press(page, page.locator(f"#{item}").get_by_role("link", name="Adjust"))
    expect(page.locator("#id_action option:checked")).to_contain_text("Copy the nightly backup")
    tab_to(page, page.locator("#id_text"))
    page.keyboard.type("The backup goes before the next release.")
    press(page, page.get_by_role("button", name="Record the adjustment"))
    expect(page.locator(f"#{item}")).to_contain_text("The backup goes before the next release.")


@pytest.mark.parametrize(
    ("name", "team", "first", "scripts"),
    [("mara", "Commerce", "T-1: Shops sell", True), ("hugo", "Runtime", "A-3: Give the import", False)],
    ids=["with scripts", "without scripts"],
)
def test_review_of_thirty_services__is_finished_by_keyboard_alone(
    chromium: Browser, shop: Shop, cookies: dict[str, Any], name: str, team: str, first: str, scripts: bool
) -> None:
    page, watch = at(chromium, shop, cookies[name], java_script_enabled=scripts).open("/")
    press(page, page.locator("#next .c-next"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Weekly review of {team}, week 34 of 2026")
    press(page, page.get_by_role("button", name="Open the review"))
    assert re.search(rf"Close: not yet, 3\d items wait for an answer\. The first is {first}", main_text(page))
    *others, last = waiting(page)
    for item in others:
        answer(page, item)
    adjust(page, last)
    press(page, page.get_by_role("button", name=re.compile(r"Continue with all \d\d")))
    assert re.search(r"All 3\d answered", main_text(page))
    press(page, page.get_by_role("button", name="Close the review"))
    expect(page.locator("main")).to_contain_text("It keeps what it showed; the decisions go on.")
    assert page.locator("main form").count() == 0
    assert watch.faults() == []


def test_closing_too_early__names_the_first_open_item(chromium: Browser, shop: Shop, cookies: dict[str, Any]) -> None:
    """The page offers no button then; whoever kept an older page sends it all the same."""
    page, _ = at(chromium, shop, cookies["kofi"]).open(LAST)
    begin(page)
    first = waiting(page)[0]
    assert page.get_by_role("button", name="Close the review").count() == 0
    page.locator("form[action$='/continue/']").evaluate(f"form => form.action = '{LAST}close/'")
    page.get_by_role("button", name="Continue with").click()
    expect(page.locator("#errors li a").first).to_have_attribute("href", f"#{first}")
    expect(page.locator("#errors")).to_be_focused()
    assert violations(page) == []
    page.locator("#errors li a").first.press("Enter")
    assert page.url.endswith(f"#{first}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages__are_clean_in_both_themes_and_fit_a_narrow_screen(
    chromium: Browser, shop: Shop, cookies: dict[str, Any], theme: Any
) -> None:
    one = at(chromium, shop, cookies["kofi"], color_scheme=theme)
    page, _ = one.open(LAST)
    begin(page)
    item = str(page.get_by_role("link", name="Adjust").first.get_attribute("href"))
    for path in ("/reviews/", LAST, item, item.replace("adjust", "investigate"), "/reviews/decisions/"):
        page, watch = one.open(path)
        assert violations(page) == [], path
        assert watch.faults() == [], path
        assert [sideways(page, width) for width in (390, 320)] == [0, 0], path
        page.close()
