"""Every page in one visit: accessibility in both themes, a silent console, no sideways scroll on a narrow screen."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import URLResolver, get_resolver, resolve

from tests.e2e.browsing import COLOUR_RULES, Visitor, sideways, violations
from tests.e2e.pages import PLACES, Place

pytestmark = pytest.mark.e2e

NO_PAGE = ("api/", "admin/")
# Files, probes, and addresses that are only written to.
UNSEEN = {
    "accounts:sign-out", "portal:healthz", "portal:import-abandon", "portal:keys", "portal:metric-trend-csv",
    "portal:metric-trend-svg", "portal:metric-verify", "portal:preferences", "portal:readyz", "portal:token-create",
    "reviews:draft-edit", "reviews:review-open", "reviews:review-sign", "scorecards:note-write",
    "reviews:weekly-open", "reviews:weekly-continue", "reviews:weekly-close", "reviews:weekly-minutes",
    "reviews:decision-outcome",
    "governance:proposal-comment", "governance:proposal-reject", "governance:proposal-request-changes",
    "governance:proposal-sign", "governance:proposal-submit", "governance:proposal-withdraw",
    "notifications:inbox-mute", "notifications:inbox-read",
    "incidents:page-label", "incidents:page-label-rule",
    "incidents:milestone-now", "incidents:candidate-accept", "incidents:candidate-link", "incidents:timeline-hide",
    "incidents:incident-restrict", "incidents:incident-lift-answer", "incidents:incident-access-take",
    "incidents:action-take-back", "incidents:action-keep",
    "incidents:retro-json", "incidents:retro-markdown", "incidents:retro-open", "incidents:retro-submit",
    "incidents:retro-take-back", "incidents:retro-facilitator", "incidents:retro-publish", "incidents:retro-amend",
    "incidents:retro-amend-drop", "incidents:retro-waiver-ask", "incidents:retro-waiver-refuse",
    "incidents:retro-waive", "incidents:cause-status", "incidents:cause-confirm", "incidents:cause-refuse",
    "governance:request-dismiss", "governance:request-take-back",
    # The demonstration's freeze is over, so there is none to end.
    "portal:freeze-end",
    "objectives:trigger-decide", "objectives:trigger-close", "objectives:decision-sign", "objectives:alert-acknowledge",
    "objectives:objective-openslo", "objectives:objective-rules", "objectives:held-settle", "objectives:reading-try",
    "objectives:reading-start",
    # Nothing that the demonstration promises has a second version in force, and it pulls from no server.
    "objectives:objective-diff", "objectives:indicator-diff", "objectives:policy-diff", "objectives:source-edit",
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_page__is_accessible_silent_and_narrow(place: Place, readers: Callable[[str], Visitor]) -> None:
    """Colours are all that differs in the dark: the other rules of axe read the same document twice."""
    page, watch = readers(place.reader).open(place.path, status=place.status)
    if place.link:
        page.get_by_role("main").get_by_role("link", name=place.link).first.click()
        page.wait_for_load_state()
    is_interactive = "/trend/" in place.path
    if is_interactive:
        page.wait_for_selector(".c-figure__box.is-live")
    found = {"light": violations(page)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = violations(page, COLOUR_RULES)
    pushed = {width: sideways(page, width) for width in (390, 320)}
    page.close()
    expected = [text for text in watch.faults() if str(place.status) in text] if place.status != 200 else []
    assert found == {"light": [], "dark": []}
    assert pushed == {390: 0, 320: 0}
    assert [text for text in watch.faults() if text not in expected] == []
    assert any("plotly" in path for path in watch.asked) == is_interactive


def routes(resolver: URLResolver, prefix: str = "", space: str = "") -> Iterator[str]:
    """Names of all routes that lead to pages."""
    for pattern in resolver.url_patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path, f"{pattern.namespace}:" if pattern.namespace else space)
        elif not path.startswith(NO_PAGE):
            yield f"{space}{pattern.name}"


def test_pages__every_route_is_looked_at() -> None:
    seen = {
        place.route or resolve(urlsplit(place.path).path).view_name for place in PLACES if place.status in (200, 409)
    }
    assert set(routes(get_resolver())) - seen == UNSEEN
