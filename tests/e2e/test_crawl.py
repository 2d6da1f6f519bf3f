"""A walk over every kind of page by its links: each answers, and its text keeps the house's words."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import APIResponse

from apps.core.states import STATES
from tests.e2e.browsing import Visitor

pytestmark = pytest.mark.e2e

PER_ROUTE = 4
MOST_BYTES = 100_000
# Two pages are documents of the whole product, as long as it is.
LONG = {"portal:gallery", "api-docs"}
ELSEWHERE = ("/static/", "/admin/", "/api/")
GALLERY = "/gallery/"  # its links are samples and lead nowhere
VOID = {"br", "col", "hr", "img", "input", "link", "meta"}
SILENT = {"script", "style", "code", "pre", "kbd", "svg"}
STATE_WORDS = {state.word for state in STATES.values()}
COUNTED_STATE = re.compile(r"\d+ needs? a decision")
# "None in 26 weeks" is a sentence; a None that nobody put into words stands alone.
NEVER_SAID = re.compile(
    r"!|\{\{|\{%|\bNone\b(?! (?:in|is|of)\b)|\b(?:undefined|NaN|nan|Traceback|Oops)\b"
    r"|SLO violated|team is late|Quality is getting worse"
)


@dataclass
class Reading(HTMLParser):
    """One page: its visible text, its links, its ids, and the words of its states."""

    text: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    states: list[str] = field(default_factory=list)
    open_tags: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep links and ids; remember what text stands in."""
        named = {name: value or "" for name, value in attrs}
        self.ids.add(named.get("id", ""))
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        if tag not in VOID:
            self.open_tags.append((tag, named.get("class", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Elements of a drawing that hold nothing."""
        self.ids.add(dict(attrs).get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        """Close the newest element of this name."""
        while self.open_tags and self.open_tags.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep what people read."""
        if not SILENT & {tag for tag, _ in self.open_tags}:
            self.text.append(data)
        if self.open_tags and self.open_tags[-1][1] == "c-state__word":
            self.states.append(data.strip())


@dataclass
class Found:
    """What is wrong, by page."""

    faults: list[str] = field(default_factory=list)
    pages: dict[str, Reading] = field(default_factory=dict)
    routes: Counter[str] = field(default_factory=Counter)
    anchors: list[tuple[str, str, str]] = field(default_factory=list)


def walk(visitor: Visitor, starts: tuple[str, ...]) -> Found:
    """Follow links from some pages on, at most `PER_ROUTE` pages of each route."""
    found, waiting, seen = Found(), deque(starts), set(starts)
    while waiting:
        path = waiting.popleft()
        for target in look(visitor, path, found):
            route = resolve(urlsplit(target).path).view_name
            if target not in seen and found.routes[route] < PER_ROUTE:
                seen.add(target)
                found.routes[route] += 1
                waiting.append(target)
    for path, target, anchor in found.anchors:
        if target in found.pages and anchor not in found.pages[target].ids:
            found.faults.append(f"{path}: {target} has no #{anchor}")
    return found


def look(visitor: Visitor, path: str, found: Found) -> Iterator[str]:
    """Load a page, note what is wrong with it, give the pages it leads to."""
    answer = visitor.context.request.get(visitor.address + path, max_redirects=0)
    if answer.status != 200 and "/sign-in/" not in answer.headers.get("location", ""):
        found.faults.append(f"{path}: answers {answer.status}")
    if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
        return
    page = Reading()
    page.feed(answer.text())
    found.pages[path] = page
    found.faults.extend(f"{path}: {fault}" for fault in faults_of(path, page, answer))
    for link in page.links if path != GALLERY else ():
        target = urlsplit(urljoin(path, link))
        if target.scheme or target.netloc or target.path.startswith(ELSEWHERE):
            continue
        address = target.path + (f"?{target.query}" if target.query else "")
        if target.fragment:
            found.anchors.append((path, address, target.fragment))
        yield address


def faults_of(path: str, page: Reading, answer: APIResponse) -> Iterator[str]:
    """Words nobody says, states nobody knows, and a page that is too long."""
    text = re.sub(r"\s+", " ", " ".join(page.text))
    for match in NEVER_SAID.finditer(text):
        yield f"says {text[max(0, match.start() - 40) : match.end() + 20]!r}"
    for word in page.states:
        if word not in STATE_WORDS and not COUNTED_STATE.fullmatch(word):
            yield f"has an unknown state {word!r}"
    if len(answer.body()) > MOST_BYTES and resolve(urlsplit(path).path).view_name not in LONG:
        yield f"is {len(answer.body()):,} bytes long"


@pytest.mark.parametrize(
    ("name", "starts", "least"),
    [("ines", ("/", "/docs/api/"), 40), ("silke", ("/",), 40), ("ruben", (GALLERY, "/"), 40), ("", ("/sign-in/",), 1)],
    ids=["engineering manager", "steward", "administrator", "stranger"],
)
def test_walk__every_link_answers_and_every_text_keeps_the_words(
    readers: Callable[[str], Visitor], name: str, starts: tuple[str, ...], least: int
) -> None:
    found = walk(readers(name), starts)
    assert not found.faults, "\n".join(found.faults)
    assert len(found.pages) >= least
    assert not name or {word for page in found.pages.values() for word in page.states} & STATE_WORDS
