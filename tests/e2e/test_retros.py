"""The form of a retro in a browser: it saves itself, outlives the server, shows three texts, works without scripts."""

from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.browsing import Visitor, main_text, press, sideways, sign_in, tab_to, violations, visitor
from tests.e2e.small_shop import Shop

pytestmark = pytest.mark.e2e
SAVED_MS = 15_000
# Somebody who writes without a pause is saved ten seconds after the first unsaved word; a save takes its time.
A_WORD_MS, LOST_SECONDS, SAVE_SECONDS = 400, 10, 2


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    found = Shop(tmp_path_factory.mktemp("shop"))
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def chromium(browser: Browser, shop: Shop) -> Browser:
    """The one browser of all journeys: a second loop in this thread would be refused."""
    return browser


@pytest.fixture(scope="module")
def cookies(chromium: Browser, shop: Shop) -> dict[str, Any]:
    return {name: sign_in(chromium, shop.address, name) for name in ("mara", "ines", "tomi")}


def at(chromium: Browser, shop: Shop, state: Any, **options: Any) -> Visitor:
    return visitor(chromium, shop.address, storage_state=state, **options)


def status(page: Page) -> Any:
    return page.locator("#draft-status")


def type_in(page: Page, field: str, text: str) -> None:
    page.locator(f"#{field}").press("Control+End")
    page.locator(f"#{field}").press_sequentially(text)


def reading(chromium: Browser, shop: Shop, state: Any, path: str, field: str) -> str:
    """What a field holds for somebody who opens the page anew."""
    page, _ = at(chromium, shop, state).open(path)
    return page.locator(f"#{field}").input_value()


def test_typing__survives_a_server_killed_in_the_middle(chromium: Browser, shop: Shop, cookies: dict[str, Any]) -> None:
    page, _ = at(chromium, shop, cookies["mara"]).open("/retros/1/summary/")
    type_in(page, "id_what_happened", "Payments were refused.")
    expect(status(page)).to_contain_text("Draft saved", timeout=SAVED_MS)
    assert "not published" in status(page).inner_text()
    shop.kill()
    type_in(page, "id_what_happened", " Shops could not sell.")
    expect(status(page)).to_contain_text("Not saved since", timeout=SAVED_MS)
    type_in(page, "id_users", "4,200")
    shop.start()
    expect(status(page)).to_contain_text("Draft saved", timeout=30_000)
    said = "Payments were refused. Shops could not sell."
    assert reading(chromium, shop, cookies["ines"], "/retros/1/summary/", "id_what_happened") == said
    assert reading(chromium, shop, cookies["ines"], "/retros/1/summary/", "id_users") == "4,200"


def write_on(page: Page, field: str, seconds: int) -> list[tuple[float, str]]:
    """Write word after word without a pause that would save them; answers each with when it was written."""
    page.locator(f"#{field}").press("Control+End")
    said: list[tuple[float, str]] = []
    until = monotonic() + seconds
    while monotonic() < until:
        word = f"word{len(said)} "
        page.keyboard.type(word)
        said.append((monotonic(), word))
        page.wait_for_timeout(A_WORD_MS)
    return said


def older(said: list[tuple[float, str]], at: float) -> str:
    """What was written longer ago than may be lost."""
    return "".join(word for when, word in said if when < at - LOST_SECONDS - SAVE_SECONDS)


def test_typing__without_a_pause_loses_ten_seconds_at_most_when_the_server_is_killed(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    writer = at(chromium, shop, cookies["mara"])
    page, _ = writer.open("/retros/3/timeline/")
    said = write_on(page, "id_how_known", 24)
    shop.kill()
    killed = monotonic()
    writer.context.close()  # what stands on the page alone is gone, too
    shop.start()
    sure = older(said, killed).strip()
    assert sure.count("word") >= 10
    assert reading(chromium, shop, cookies["ines"], "/retros/3/timeline/", "id_how_known").startswith(sure)


def test_typing__in_a_tab_that_is_closed_loses_nothing_older_than_ten_seconds(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    page, _ = at(chromium, shop, cookies["mara"]).open("/retros/3/timeline/")
    said = write_on(page, "id_slowed", 18)
    page.close()
    sure = older(said, monotonic()).strip()
    assert sure.count("word") >= 5
    assert reading(chromium, shop, cookies["ines"], "/retros/3/timeline/", "id_slowed").startswith(sure)


def test_typing__a_save_that_was_stored_and_never_answered_is_no_conflict_with_oneself(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    page, _ = at(chromium, shop, cookies["mara"]).open("/retros/3/summary/")
    cut: list[int] = []

    def cut_off(route: Route) -> None:
        """The first save reaches the server, which dies before its answer arrives."""
        if route.request.method != "POST" or cut:
            route.fallback()
            return
        cut.append(route.fetch().status)
        shop.kill()
        route.abort()

    page.route("**/retros/3/summary/", cut_off)
    type_in(page, "id_what_happened", "Payments were refused.")
    expect(status(page)).to_contain_text("Not saved", timeout=SAVED_MS)
    assert cut == [200]
    type_in(page, "id_what_happened", " Shops could not sell.")
    shop.start()
    expect(status(page)).to_contain_text("Draft saved", timeout=30_000)
    said = "Payments were refused. Shops could not sell."
    assert reading(chromium, shop, cookies["ines"], "/retros/3/summary/", "id_what_happened") == said


def test_typing__is_saved_on_leaving_and_hints_come_after_a_save(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    page, watch = at(chromium, shop, cookies["mara"]).open("/retros/1/timeline/")
    type_in(page, "id_helped", "The runbook, which Tomi Okell should have read.")
    assert page.locator("#hints").inner_text() == ""
    expect(page.locator("#hints")).to_contain_text("Another way to say it", timeout=SAVED_MS)
    assert violations(page) == []
    type_in(page, "id_helped", " It was short.")
    page.get_by_role("link", name="All pages").click()
    page.wait_for_url("**/retros/1/")
    page.wait_for_timeout(500)
    saved = reading(chromium, shop, cookies["ines"], "/retros/1/timeline/", "id_helped")
    assert saved.endswith("read. It was short.")
    assert watch.faults() == []


def test_two_editors__meet_with_three_texts_and_lose_none(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    mara, _ = at(chromium, shop, cookies["mara"]).open("/retros/2/summary/")
    tomi, _ = at(chromium, shop, cookies["tomi"]).open("/retros/2/summary/")
    type_in(mara, "id_what_happened", "The pool was small.")
    expect(status(mara)).to_contain_text("Draft saved", timeout=SAVED_MS)
    type_in(tomi, "id_what_happened", "Workers waited.")
    expect(status(tomi)).to_contain_text("Somebody else saved this page", timeout=SAVED_MS)
    tomi.get_by_role("button", name="Compare the texts").click()
    expect(tomi.get_by_role("heading", name="Somebody else saved this meanwhile")).to_be_visible()
    said = main_text(tomi)
    assert "The pool was small." in said
    assert "Workers waited." in said
    assert violations(tomi) == []
    assert sideways(tomi, 390) == 0
    assert tomi.get_by_label("Use the text below").is_checked()
    tomi.get_by_role("button", name="Save what is chosen").click()
    tomi.wait_for_url("**/retros/2/summary/?saved=1")
    both = "The pool was small.\n\nWorkers waited."
    assert tomi.locator("#id_what_happened").input_value() == both
    type_in(mara, "id_users", "7")
    expect(status(mara)).to_contain_text("Somebody else saved this page", timeout=SAVED_MS)


def test_signed_out__it_says_so_and_saves_after_a_sign_in_elsewhere(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    one = at(chromium, shop, sign_in(chromium, shop.address, "ines"))
    page, _ = one.open("/retros/3/learned/")
    one.context.clear_cookies()
    type_in(page, "id_lucky", "It was a quiet hour.")
    expect(status(page)).to_contain_text("sign in in a new tab", timeout=SAVED_MS)
    other, _ = one.open("/sign-in/")
    other.get_by_label("Mail address").fill("ines@example.org")
    other.get_by_label("Password").fill("a plumb line hangs true")
    other.get_by_role("button", name="Sign in").click()
    expect(status(page)).to_contain_text("Draft saved", timeout=SAVED_MS)
    assert reading(chromium, shop, cookies["mara"], "/retros/3/learned/", "id_lucky") == "It was a quiet hour."


def write(page: Page, field: str, text: str) -> None:
    """Reach a field with the keyboard and write."""
    tab_to(page, page.locator(f"#{field}"))
    page.keyboard.type(text)


def choose(page: Page, field: str, begins: str) -> None:
    """Reach a choice with the keyboard and type how it begins."""
    tab_to(page, page.locator(f"#{field}"))
    page.keyboard.type(begins)


def test_without_scripts__keyboard_alone_writes_five_pages_publishes_and_amends(
    chromium: Browser, shop: Shop, cookies: dict[str, Any]
) -> None:
    one = at(chromium, shop, cookies["mara"], java_script_enabled=False)
    page, _ = one.open("/retros/4/summary/")
    write(page, "id_what_happened", "Payments were refused.")
    for field in ("id_users", "id_requests", "id_contacts"):
        write(page, field, "12")
    press(page, page.get_by_role("button", name="Save draft").last)
    assert "Draft saved" in status(page).inner_text()
    page.goto(f"{shop.address}/retros/4/factors/")
    press(page, page.get_by_role("button", name="Add a factor"))
    key = page.locator("input[data-part]:not([data-part=''])").get_attribute("data-part")
    write(page, f"row-{key}-sentence", "The pool was smaller than the workers.")
    choose(page, f"row-{key}-kind", "Capacity")
    choose(page, f"row-{key}-role", "Triggered")
    press(page, page.get_by_role("button", name="Remove factor 1"))
    tab_to(page, page.locator("summary", has_text="Removed factors"))
    page.keyboard.press("Enter")
    press(page, page.get_by_role("button", name="Bring back"))
    assert page.locator(f"#row-{key}-sentence").input_value() == "The pool was smaller than the workers."
    page.goto(f"{shop.address}/retros/4/actions/")
    press(page, page.get_by_role("button", name="Add an action"))
    key = page.locator("input[data-part]:not([data-part=''])").get_attribute("data-part")
    write(page, f"row-{key}-text", "Bound the pool")
    write(page, f"row-{key}-done_when", "A test fails without it")
    choose(page, f"row-{key}-kind", "Prevent")
    write(page, f"row-{key}-metric", "change-failure-rate")
    press(page, page.get_by_role("button", name="Save draft").last)
    press(page, page.get_by_role("link", name="Check your answers"))
    press(page, page.get_by_role("button", name="Publish the retro"))
    assert "Published. Its actions are open." in main_text(page)
    tab_to(page, page.locator("summary", has_text="Amend it"))
    page.keyboard.press("Enter")
    write(page, "id_amend-reason", "The number of users was counted anew.")
    press(page, page.get_by_role("button", name="Begin an amendment"))
    assert "An amendment is being written" in main_text(page)
    page.goto(f"{shop.address}/retros/4/check/")
    press(page, page.get_by_role("button", name="Publish the amendment"))
    assert "Published as an amendment." in main_text(page)


PLACES = (
    "/retros/", "/retros/1/", "/retros/1/summary/", "/retros/1/factors/", "/retros/1/actions/", "/retros/1/check/",
    "/retros/1/revisions/", "/retros/5/", "/retros/5/snapshots/1/", "/causes/", "/causes/new/",
    "/teams/commerce/synthesis/?month=2026-08",
)  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages__hold_against_axe_on_a_narrow_screen_too(
    chromium: Browser, shop: Shop, cookies: dict[str, Any], theme: str
) -> None:
    one = at(chromium, shop, cookies["mara"], color_scheme=theme)
    for place in PLACES:
        page, watch = one.open(place)
        assert violations(page) == [], place
        assert sideways(page, 390) == 0, place
        assert watch.faults() == [], place
        page.close()
