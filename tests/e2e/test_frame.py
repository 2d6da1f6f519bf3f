"""The frame of every page: theme, paper, palette, keys, search."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.browsing import Visitor, press, tab_to

pytestmark = pytest.mark.e2e

DARK_CANVAS = "rgb(18, 23, 22)"
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")


def test_theme__is_in_the_first_byte_of_the_page(person: Callable[..., Visitor]) -> None:
    """Without scripts there is nothing that could set it later, so there is no flash."""
    visitor = person("lena", java_script_enabled=False, color_scheme="light")
    page, _ = visitor.open("/teams/publishing/about/")
    press(page, page.get_by_role("button", name="Dark"))
    assert page.url.endswith("/teams/publishing/about/")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == DARK_CANVAS
    assert '<html lang="en-gb" data-theme="dark">' in visitor.context.request.get(visitor.address + "/").text()
    signed_out = visitor.context.request.get(visitor.address + "/sign-in/").text()
    assert 'data-theme="dark"' in signed_out


@pytest.mark.parametrize(("name", "path"), [("ines", "/"), ("otto", "/teams/observability/")])
def test_paper__the_five_questions_fill_one_sheet(name: str, path: str, readers: Callable[[str], Visitor]) -> None:
    page, _ = readers(name).open(path)
    sheets = SHEET.findall(page.pdf(format="A4", landscape=True))
    page.emulate_media(media="print")
    assert not page.locator(".frame-header, .frame-side").first.is_visible()
    assert page.locator(".c-question").count() == 5
    page.close()
    assert len(sheets) == 1


def test_palette__reaches_a_page_by_keyboard(readers: Callable[[str], Visitor]) -> None:
    page, watch = readers("ines").open("/metrics/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search or jump to")
    expect(field).to_be_focused()
    page.keyboard.type("observ")
    expect(page.get_by_role("option", name=re.compile("Observability"))).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/teams/observability/")
    assert watch.faults() == []
    page.close()


def test_palette__lists_the_places_of_the_menu_and_closes(readers: Callable[[str], Visitor]) -> None:
    page, _ = readers("ines").open("/metrics/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option")).to_have_count(page.locator(".frame-body .frame-side a").count())
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    assert (chosen.get_attribute("id") or "") == page.locator("#palette-q").get_attribute("aria-activedescendant")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.close()


def test_keys__are_listed_on_a_question_mark(readers: Callable[[str], Visitor]) -> None:
    page, _ = readers("ines").open("/metrics/")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
    page.close()


def test_search__reaches_a_page_without_scripts(person: Callable[..., Visitor]) -> None:
    page, _ = person("ines", java_script_enabled=False).open("/")
    tab_to(page, page.locator("#q"))
    page.keyboard.type("recovery")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, page.get_by_role("main").get_by_role("link", name="Failed deployment recovery time"))
    assert page.url.endswith("/metrics/failed-deployment-recovery-time/")


def test_skip_link__leads_past_the_menu(readers: Callable[[str], Visitor]) -> None:
    page, _ = readers("ines").open("/teams/")
    tab_to(page, page.get_by_role("link", name="Skip to content"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.close()
    assert inside


def test_menu__opens_and_closes_on_a_narrow_screen(readers: Callable[[str], Visitor]) -> None:
    page, _ = readers("ines").open("/teams/")
    page.set_viewport_size({"width": 390, "height": 800})
    menu = page.locator(".frame-menu")
    tab_to(page, menu.locator("summary"))
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Data health")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Data health")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.close()


@pytest.mark.parametrize("name", ["rosa", "felix", "silke"])
def test_governance__what_needs_me_is_seen_without_scrolling(name: str, readers: Callable[[str], Visitor]) -> None:
    page, _ = readers(name).open("/governance/")
    page.set_viewport_size({"width": 1280, "height": 800})
    places = page.locator(".c-tasks").first.locator(".c-tasks__item")
    assert places.count() > 0
    boxes = [box for box in (item.bounding_box() for item in places.all()) if box]
    assert max(box["y"] + box["height"] for box in boxes) <= 800
    page.close()
