"""A person at a browser: what the console and the network say is kept, what the keyboard reaches is seen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

from apps.portal.demo.organisation import PASSWORD

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE = {"width": 1280, "height": 900}
FAULTS = {"error", "warning"}
# Plotly fills a stylesheet for maps, which this product does not draw, through a form the policy forbids.
TOLERATED = re.compile(r"plotly")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
MOST_STOPS = 200
PATIENCE_MS = 20_000


@dataclass
class Watch:
    """What one page said and asked for since it was opened."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings with the place they come from."""
        if message.type in FAULTS:
            self.said.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def on_request(self, request: Request) -> None:
        """Keep the path of everything the page loads."""
        self.asked.append(urlsplit(request.url).path)

    def faults(self) -> list[str]:
        """What nobody tolerates."""
        return [text for text in self.said if not TOLERATED.search(text)]


class Visitor:
    """One person in one browser context; `open` gives a fresh page that is watched."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address

    def open(self, path: str, *, status: int = 200) -> tuple[Page, Watch]:
        """Open a page in a tab of its own; its answer has this status."""
        page, watch = self.context.new_page(), Watch()
        page.on("console", watch.on_console)
        page.on("pageerror", lambda error: watch.said.append(f"uncaught: {error}"))
        page.on("request", watch.on_request)
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}"
        return page, watch


def visitor(browser: Browser, address: str, **options: Any) -> Visitor:
    """A browser of one's own on a wide screen; options are those of a browser context."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE_MS)
    return Visitor(context, address)


def sign_in(browser: Browser, address: str, name: str) -> Any:
    """Sign a person of the demonstration in through the form; gives the cookies."""
    one = visitor(browser, address)
    page, _ = one.open("/sign-in/")
    page.get_by_label("Mail address").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")
    cookies = one.context.storage_state()
    one.context.close()
    return cookies


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds on the page as it stands: rule, count and the first places. It never ends without scripts."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']} ({len(v['nodes'])}): {[node['html'][:160] for node in v['nodes'][:3]]}" for v in found]


def sideways(page: Page, width: int) -> int:
    """How many pixels the page can be pushed sideways at this width."""
    page.set_viewport_size({"width": width, "height": 800})
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


def tab_to(page: Page, target: Locator) -> None:
    """Reach something with the Tab key alone; where the keyboard stands can be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", f"no focus ring on {target}"
            return
    raise AssertionError(f"{target} cannot be reached with the Tab key on {page.url}")


def press(page: Page, target: Locator) -> None:
    """Reach a link or a button with the Tab key, press it with Enter, and wait for the page it leads to."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def main_text(page: Page) -> str:
    """What stands between header and footer, in one line."""
    return re.sub(r"\s+", " ", page.locator("main").inner_text())
