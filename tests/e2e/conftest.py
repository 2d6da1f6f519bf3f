"""One server, one browser and one sign-in per person for the whole run."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.demo_database import Demo
from tests.e2e.browsing import FLAGS, Visitor, sign_in, visitor
from tests.e2e.serving import serving


@pytest.fixture(scope="session")
def address(demo_database: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demonstration is served; what journeys write stays in it for the run."""
    with serving(demo_database.database, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="session")
def browser(chromium_path: str, address: str) -> Iterator[Browser]:
    """Debian's Chromium without a window; opened after the database is loaded, as its loop lives in this thread."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, address: str) -> Callable[[str], Any]:
    """Cookies of a person by first name ("" is a stranger); each signs in once."""
    known: dict[str, Any] = {"": None}

    def find(name: str) -> Any:
        if name not in known:
            known[name] = sign_in(browser, address, name)
        return known[name]

    return find


@pytest.fixture(scope="session")
def readers(browser: Browser, address: str, signed_in: Callable[[str], Any]) -> Iterator[Callable[[str], Visitor]]:
    """People who only read, by first name."""
    known: dict[str, Visitor] = {}

    def find(name: str) -> Visitor:
        if name not in known:
            known[name] = visitor(browser, address, storage_state=signed_in(name))
        return known[name]

    yield find
    for one in known.values():
        one.context.close()


@pytest.fixture
def person(browser: Browser, address: str, signed_in: Callable[[str], Any]) -> Iterator[Callable[..., Visitor]]:
    """People with a browser of their own for one test, by first name; options are those of a browser context."""
    opened: list[Visitor] = []

    def make(name: str = "", **options: Any) -> Visitor:
        opened.append(visitor(browser, address, storage_state=signed_in(name), **options))
        return opened[-1]

    yield make
    for one in opened:
        one.context.close()
