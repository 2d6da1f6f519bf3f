"""An agreement changes: proposed, asked to change, revised, approved by others, scheduled, in force by the timer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.demo_database import Demo
from tests.e2e.browsing import Visitor, main_text, press, sign_in, tab_to, violations, visitor
from tests.e2e.serving import serving
from tests.e2e.test_journeys import wait_until

pytestmark = pytest.mark.e2e

METRIC = "/metrics/deployment-rework-rate"
REASON = "Late repairs reach us up to two weeks after a week has closed; seven days miss a third of them."
LATER = "2026-09-02T12:00:00+02:00"


def at(browser: Browser, address: str, name: str, *, scripts: bool = True) -> Visitor:
    """A signed-in person at a server of this test."""
    return visitor(browser, address, storage_state=sign_in(browser, address, name), java_script_enabled=scripts)


def write(page: Page, label: str, text: str) -> None:
    """Reach a field with the keyboard and replace what stands in it."""
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def propose(page: Page) -> None:
    """From the definition to a draft in words, checked as a sentence first, then submitted."""
    press(page, page.get_by_role("link", name="Propose a change"))
    write(page, "Days until a period is final", "21")
    write(page, "Reason (optional)", REASON)
    press(page, page.get_by_role("button", name="Check"))
    assert "It changes what is computed. Nothing is stored yet." in main_text(page)
    assert page.locator(".c-diff ins").first.inner_text().startswith("21")
    press(page, page.get_by_role("button", name="Save the draft"))
    wait_until(page, lambda: "Computed" in main_text(page))
    press(page, page.get_by_role("button", name="Submit for consent"))
    assert "In review" in page.locator(".frame-meta").inner_text()


def ask_for_changes(page: Page, name: str) -> None:
    """The tech lead, of whom an own draft waits as well, reads it and asks for another revision."""
    press(page, page.locator(".c-tasks a", has_text=f"{name} Deployment rework rate").first)
    expect(page.get_by_role("button", name="Approve as TL")).to_be_visible()
    assert violations(page) == []
    tab_to(page, page.locator("summary", has_text="Request changes"))
    page.keyboard.press("Enter")
    write(page, "What should change, and why", "Two weeks are enough; with three the review waits for nothing.")
    press(page, page.get_by_role("button", name="Request changes"))
    assert "waits for an answer" in main_text(page)


def revise(page: Page) -> None:
    """The author answers with a new revision, whose preview is computed anew."""
    press(page, page.get_by_role("link", name="Write a new revision"))
    write(page, "Days until a period is final", "14")
    press(page, page.get_by_role("button", name="Save this revision"))
    assert "Saved as a new revision." in main_text(page)
    wait_until(page, lambda: "Computed" in main_text(page))


def test_change__from_proposal_to_the_break_on_the_chart(
    browser: Browser, demo_database: Demo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before, after = tmp_path_factory.mktemp("proposed"), tmp_path_factory.mktemp("in-force")
    with serving(demo_database.database, before) as address:
        author, watch = at(browser, address, "felix", scripts=False).open(f"{METRIC}/")
        propose(author)
        place = author.url.removeprefix(address)
        lead, _ = at(browser, address, "rosa").open("/governance/")
        ask_for_changes(lead, f"P-{place.strip('/').split('/')[-1]}")
        author.reload()
        revise(author)
        lead.goto(address + place)
        press(lead, lead.get_by_role("button", name="Approve as TL"))
        steward, _ = at(browser, address, "silke").open(place)
        press(steward, steward.get_by_role("button", name="Approve as metrics steward"))
        assert "It comes into force on 31 Aug 2026" in main_text(steward)
        assert watch.faults() == []
    in_force(browser, before / "served.sqlite3", after, place)


def in_force(browser: Browser, database: Path, folder: Path, place: str) -> None:
    """A week later the timer has brought it into force, and the chart of the metric breaks there."""
    with closing(sqlite3.connect(database)) as connection:
        # The business date moves below; the wall clock, by which the timer is due, moves here.
        connection.execute("UPDATE governance_proposal SET due_at = datetime('now') WHERE state = 'scheduled'")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # only the file itself is copied
    with serving(str(database), folder, as_of=LATER) as address:
        reader = at(browser, address, "ines")
        page, _ = reader.open(place)
        wait_until(page, lambda: "Agreed. In force from 31 Aug 2026." in main_text(page))
        assert violations(page) == []
        page.goto(f"{address}/governance/changes/")
        assert "31 Aug 2026" in main_text(page)
        page.goto(f"{address}{METRIC}/trend/?subject=team:commerce&grain=week")
        wait_until(page, lambda: "v2 → v3 · 31 Aug · final after 14 days instead of 7 days" in page.content())
