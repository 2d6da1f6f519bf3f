"""The matrix as a page: the same tables that enforcement reads, the people of a team, and its working agreements."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from apps.accounts.domain import ROLE_WORDS
from apps.accounts.domain.responsibilities import AGREEMENTS, DATED, printed_rows
from apps.core import clock
from apps.portal.queries.responsibilities import ROLES
from apps.teams.models import Membership, WorkingAgreement
from tests.web.portal.pages import words_of

PAGE = "/governance/responsibilities/"
WRITE = "/teams/checkout/agreements/reliability-features/write/"
ONE = "/teams/checkout/agreements/reliability-features/"


CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)


def tables(text: str) -> dict[str, list[list[str]]]:
    """Rows of cells by caption."""
    found = {}
    for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
        caption = re.search(r"<caption[^>]*>(.*?)</caption>", table)[1]
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
        found[unescape(caption)] = [
            [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in CELL.findall(row)] for row in rows
        ]
    return found


def test_page__prints_the_tables_that_enforcement_reads(client_as: Callable[..., Client]) -> None:
    printed = tables(client_as("dee").get(PAGE).content.decode())
    governed = [[row.label, *(str(row.letters.get(role, "")) for role in ROLES), row.note] for row in printed_rows()]
    assert printed["What changes by a proposal"] == governed
    dated = printed["What is written as a dated row"]
    assert [row[1:-1] for row in dated] == [[str(row.letters.get(role, "")) for role in ROLES] for row in DATED]
    assert [row[0].removesuffix(" (working agreement)") for row in dated] == [row.label for row in DATED]


def test_page__names_the_holders_of_a_team_and_its_vacancies(client_as: Callable[..., Client], organisation) -> None:
    Membership.objects.filter(user=organisation.people["bo"]).update(until_at=clock.now() - timedelta(days=1))
    text = client_as("eli").get(f"{PAGE}?team=checkout").content.decode()
    held = dict(tables(text)["Who holds which role for Checkout"])
    assert held["Tech lead"] == "Ana Tamm"
    assert held["Engineering manager"] == "Cy Emmer"
    assert held["Product manager"] == "Nobody"
    assert held["Metrics steward"] == "Gus Stein (of the organisation)"
    assert "Nobody in Checkout holds product manager; the group&#x27;s holder or a steward signs." in text
    assert "Nobody in Checkout holds tech lead" not in text
    assert set(held) == {ROLE_WORDS[role].capitalize() for role in ROLES}


def test_page__of_no_team_or_an_unknown_one(client_as: Callable[..., Client]) -> None:
    client = client_as("eli")
    assert "Choose a team" in words_of(client.get(PAGE))
    assert "Choose a team" in words_of(client.get(f"{PAGE}?team="))
    assert client.get(f"{PAGE}?team=no-such-team").status_code == 404
    assert client.get(f"{PAGE}?word=x").status_code == 400


def form(**changed: str) -> dict[str, str]:
    """A good agreement as a browser sends it."""
    day = (clock.today() + timedelta(days=60)).isoformat()
    good = {
        "text": "Two weeks a quarter.",
        "links": "https://example.org/a\n\n",
        "review_by": day,
        "reason": "Outages.",
    }
    return {**good, **changed}


@pytest.mark.parametrize("persona", ["ana", "bo", "cy"])
def test_agreement__a_role_that_shares_it_writes(client_as: Callable[..., Client], persona: str) -> None:
    client = client_as(persona)
    answer = client.post(WRITE, form(), follow=True)
    assert answer.redirect_chain == [(ONE, 302)]
    row = WorkingAgreement.objects.get()
    assert (row.text, row.links, row.matter) == (
        "Two weeks a quarter.",
        ["https://example.org/a"],
        "reliability-features",
    )
    for page in (ONE, "/teams/checkout/agreements/", f"{PAGE}?team=checkout"):
        assert "Two weeks a quarter." in words_of(client_as("eli").get(page))
    assert "Reliability against features, until" in words_of(client_as("eli").get("/teams/checkout/about/"))


@pytest.mark.parametrize("persona", ["dee", "eli", "fay", "gus", "hal"])
def test_agreement__others_read_and_do_not_write(client_as: Callable[..., Client], persona: str) -> None:
    client = client_as(persona)
    assert [client.get(WRITE).status_code, client.post(WRITE, form()).status_code] == [403, 403]
    assert "tech lead or engineering manager or product manager of Checkout" in words_of(client.get(ONE))
    assert "Write the agreement" not in words_of(client.get(ONE))
    assert WorkingAgreement.objects.count() == 0


def test_agreement__the_earlier_words_stay_below(client_as: Callable[..., Client], monday) -> None:
    client = client_as("ana")
    client.post(WRITE, form())
    assert "Two weeks a quarter." in client.get(WRITE).content.decode()
    client.post(WRITE, form(text="Three weeks a quarter.", reason="More outages."))
    earlier = tables(client.get(ONE).content.decode())["Earlier agreements"]
    assert [row[2:] for row in earlier] == [["Two weeks a quarter.", "Outages."]]
    with clock.playing(monday + timedelta(days=61)):
        assert "has passed" in words_of(client.get(ONE))


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"links": "javascript:x"}, {"review_by": "2031-01-01"}, {"reason": ""}]
)
def test_agreement__a_fault_keeps_what_was_typed(client_as: Callable[..., Client], wrong: dict[str, str]) -> None:
    answer = client_as("ana").post(WRITE, form(**wrong))
    assert answer.status_code == 422
    assert "There is a problem" in words_of(answer)
    assert WorkingAgreement.objects.count() == 0


def test_agreement__matters_that_are_none(client_as: Callable[..., Client]) -> None:
    client = client_as("ana")
    for address in ("/teams/checkout/agreements/kit-adoption/", "/teams/no-such-team/agreements/tooling/"):
        assert client.get(address).status_code == 404
        assert client.get(f"{address}write/").status_code == 404
    assert len(tables(client.get("/teams/checkout/agreements/").content.decode()).popitem()[1]) == len(AGREEMENTS)
