"""Search and the palette's answers."""

import re
from collections.abc import Callable

from django.test import Client

from tests.personas import Organisation
from tests.web.portal.pages import main_of, words_of


def test_search__finds_teams_services_and_metrics(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("eli").get("/search/?q=ch"))
    assert "5 found for “ch”" in text
    assert "Team Checkout Service Checkout API Checkout web Metric Change failure rate Change lead time" in text


def test_search__answers_json_to_whoever_asks_for_it(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    answer = client_as("eli").get("/search/?q=harbour", headers={"Accept": "application/json"})
    assert answer.json() == {
        "results": [
            {"kind": "Team", "name": "Harbour", "url": "/teams/harbour/"},
            {"kind": "Service", "name": "Harbour cluster", "url": "/services/harbour-cluster/"},
        ]
    }


def test_search__the_fragment_is_that_region_of_the_page(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("eli")
    fragment = client.get("/search/?q=check", headers={"HX-Request": "true"}).content.decode().strip()
    assert fragment.startswith('<div id="results"')
    assert fragment in main_of(client.get("/search/?q=check"))


def test_search__nothing_is_a_sentence(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    assert "Nothing of this name is here for you." in words_of(client_as("eli").get("/search/?q=zebra"))


def test_search__escapes_what_was_typed(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = client_as("eli").get("/search/?q=<b>bold</b>").content.decode()
    assert "<b>bold" not in text


def test_glossary__explains_the_words_of_the_pages(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("eli").get("/help/words/"))
    for word in ("Definition version", "No signal", "Watermark", "Fact", "Target review"):
        assert word in text


def test_glossary__a_page_links_the_first_use_of_a_word(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("dee")
    page = client.get("/metrics/").content.decode()
    linked = re.findall(r'<a class="c-term" href="/help/words/#([^"]+)">', page)
    assert linked == ["metric-definition", "definition-version", "reporting-zone"]
    words = client.get("/help/words/").content.decode()
    assert [anchor for anchor in linked if f'id="{anchor}"' not in words] == []
