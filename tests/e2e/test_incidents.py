"""An incident in a browser without scripts and without a mouse: reported, told, learned from, followed by an action."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.e2e.browsing import main_text, press, sign_in, tab_to, visitor
from tests.e2e.small_shop import Shop

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    found = Shop(tmp_path_factory.mktemp("shop"))
    found.start()
    yield found
    found.kill()


@pytest.fixture(params=[True, False], ids=["with-scripts", "without-scripts"])
def page(browser: Browser, shop: Shop, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Mara of Commerce, who has a keyboard and nothing else, with and without scripts."""
    state = sign_in(browser, shop.address, "mara")
    one = visitor(browser, shop.address, storage_state=state, java_script_enabled=request.param)
    opened, _ = one.open("/incidents/")
    yield opened
    one.context.close()


def write(page: Page, field: str, text: str) -> None:
    """Reach a field with the keyboard and write; in a choice, type how it begins."""
    tab_to(page, page.locator(f"#{field}"))
    page.keyboard.type(text)


def link(page: Page, name: str) -> Locator:
    return page.locator("main").get_by_role("link", name=name, exact=True)


def button(page: Page, name: str) -> Locator:
    return page.locator("main").get_by_role("button", name=name, exact=True)


def test_keyboard_alone__reports_an_incident_tells_its_story_learns_and_acts(page: Page) -> None:
    press(page, link(page, "Report an incident"))
    write(page, "id_title", "Cards are refused")
    write(page, "id_origin", "Saleor")
    write(page, "id_severity", "2")
    press(page, button(page, "Report it"))
    assert "Cards are refused" in page.locator("h1").inner_text()

    press(page, button(page, "Mitigated now"))
    assert "said to be now" in main_text(page)
    press(page, link(page, "Add a line"))
    write(page, "id_text", "A responder moved the traffic.")
    press(page, button(page, "Add it"))
    assert "A responder moved the traffic." in main_text(page)

    press(page, page.locator("main a[href^='/retros/']").first)
    press(page, page.locator("main").get_by_role("link", name="Learned"))
    write(page, "id_lucky", "It was a quiet hour.")
    press(page, page.get_by_role("button", name="Save draft").last)
    assert page.locator("#id_lucky").input_value() == "It was a quiet hour."

    page.goto(page.url.partition("/retros/")[0] + "/actions/")
    press(page, link(page, "Open an action"))
    write(page, "id_text", "Bound the pool")
    write(page, "id_done_when", "A test fails without it")
    write(page, "id_due_on", "2026-12-31")
    press(page, button(page, "Open the action"))
    press(page, link(page, "Mark as done"))
    press(page, button(page, "Mark as done"))
    assert "done, unverified" in main_text(page).lower()
