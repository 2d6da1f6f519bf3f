"""Pages on which a definition is deprecated, retired, renamed, moved and confirmed, and how its state is shown."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.governance.models import Proposal
from apps.metrics import operations, queries
from apps.metrics.domain.targets import Baseline
from tests.agreeing import agree, target_item
from tests.laid_again import laid_again
from tests.leaving import AFTER, LEAVING, REASON, WEDNESDAY, define, deprecate, retire
from tests.personas import Organisation, principal_of
from tests.web.metrics.test_wording_pages import filled
from tests.web.portal.pages import main_of, words_of

As = Callable[..., Client]
PAGE = f"/metrics/{LEAVING}/"
LATER = datetime(2026, 8, 20, 12, tzinfo=UTC)
ACTS = ("deprecate", "retire", "move")


@pytest.fixture(autouse=True)
def _defined(organisation: Organisation) -> Iterator[None]:
    with clock.playing(WEDNESDAY):
        laid_again("starter, and one that leaves", lambda: _define(organisation))
        yield


def _define(organisation: Organisation) -> None:
    by = principal_of(organisation.people["gus"], clock.now())
    operations.adopt_starter(owner_team=organisation.checkout, by=by)
    define(organisation.checkout, organisation.people["ana"])


def test_definition__offers_its_acts_to_those_who_may(client_as: As) -> None:
    page = main_of(client_as("ana").get(PAGE))
    assert all(f"{PAGE}{act}/" in page for act in ("deprecate", "move", "confirm"))
    assert f"{PAGE}retire/" not in page
    assert not any(f"{PAGE}{act}/" in main_of(client_as("eli").get(PAGE)) for act in (*ACTS, "confirm"))


@pytest.mark.parametrize("act", [*ACTS, "confirm"])
def test_forms__a_stranger_is_refused_and_absent_is_absent(client_as: As, act: str) -> None:
    assert client_as("eli").get(f"{PAGE}{act}/").status_code == 403
    assert client_as("ana").get(f"/metrics/never-here/{act}/").status_code == 404
    assert client_as("ana").put(f"{PAGE}{act}/").status_code == 405
    assert client_as("ana").get(f"{PAGE}{act}/?other=1").status_code == 400


def test_deprecate__is_saved_as_a_draft_and_revised_in_its_own_form(client_as: As) -> None:
    client = client_as("ana")
    assert "2026-08-05 or later" in words_of(client.get(f"{PAGE}deprecate/"))
    sent = {"successor": "deployment-rework-rate", "sunset_on": "2026-08-05", "reason": REASON}
    done = client.post(f"{PAGE}deprecate/", sent, follow=True)
    number = Proposal.objects.latest("number").number
    assert f"Saved as P-{number}." in words_of(done)
    edit = f"/proposals/{number}/life/"
    assert edit in main_of(done)
    assert "2026-08-05" in main_of(client.get(edit))
    sha = Proposal.objects.get(number=number).revision_sha256
    again = client.post(edit, {**sent, "sunset_on": "2026-09-07", "sha256": sha}, follow=True)
    assert "leaves on 7 Sep 2026; Deployment rework rate replaces it." in words_of(again)
    assert "ends what is in force" in words_of(again)
    stale = client.post(edit, {**sent, "sunset_on": "2026-09-14", "sha256": sha})
    assert stale.status_code == 412
    assert "2026-09-14" in main_of(stale)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"sunset_on": "2026-07-20"}, "20 Jul 2026 is too soon: people get 28 days."),
        ({"sunset_on": "2026-08-10", "on": "2026-07-20"}, "The first day is 17 Aug 2026."),
        ({"sunset_on": ""}, "Its last day"),
        ({"sunset_on": "2026-09-01", "successor": "nothing"}, "nothing"),
    ],
)
def test_deprecate__faults_stand_at_their_field(client_as: As, sent: dict[str, str], said: str) -> None:
    answer = client_as("ana").post(f"{PAGE}deprecate/", {"reason": REASON, **sent})
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert REASON in main_of(answer)


def test_deprecated__is_said_calmly_where_it_is_read(client_as: As, organisation: Organisation) -> None:
    deprecate(organisation.people["ana"], successor="deployment-rework-rate")
    text = words_of(client_as("eli").get(PAGE))
    assert "Deprecated It leaves on 5 Aug 2026, replaced by Deployment rework rate." in text
    assert "5 Aug 2026" in words_of(client_as("eli").get("/metrics/"))
    assert "from the beginning; leaves on 5 Aug 2026, replaced by Deployment rework rate" in words_of(
        client_as("eli").get("/metrics/")
    )
    assert f"{PAGE}retire/" in main_of(client_as("ana").get(PAGE))
    assert f"{PAGE}confirm/" not in main_of(client_as("ana").get(PAGE))


def test_target__of_what_leaves_says_so_beside_the_team(client_as: As, organisation: Organisation) -> None:
    wanted = target_item(
        "change-failure-rate", organisation.checkout, "2026-Q3", "0.187", baseline=Baseline("2026-Q2", 0.22, 150, 1)
    )  # fmt: skip
    agree(wanted, author=organisation.people["ana"])
    deprecate(organisation.people["ana"], "change-failure-rate")
    assert "Change failure rate (leaves on 5 Aug 2026)" in words_of(client_as("ana").get("/teams/checkout/about/"))


def test_moved__nothing_is_measured_differently(client_as: As, organisation: Organisation) -> None:
    move(organisation, lens="learning")
    with clock.playing(LATER - timedelta(days=30)):
        assert "measured differently" not in words_of(client_as("fay").get("/leadership/"))


def test_retire__says_what_has_to_be_done_first(client_as: As, organisation: Organisation) -> None:
    page = client_as("ana").get(f"{PAGE}retire/")
    assert "Deprecate it first" in words_of(page)
    assert "<form" not in main_of(page)
    assert client_as("ana").post(f"{PAGE}retire/", {"reason": REASON}).status_code == 409
    frequency = "/metrics/deployment-frequency/"
    deprecate(organisation.people["ana"], "deployment-frequency")
    with clock.playing(AFTER):
        assert "Change failure rate is read beside it." in words_of(client_as("ana").get(f"{frequency}retire/"))
        refused = client_as("ana").post(f"{frequency}retire/", {"reason": REASON})
    assert refused.status_code == 409
    assert "Something still depends on deployment-frequency." in words_of(refused)


def test_retired__its_pages_stay_and_nothing_more_is_offered(client_as: As, organisation: Organisation) -> None:
    deprecate(organisation.people["ana"])
    with clock.playing(AFTER):
        drafted = client_as("ana").post(f"{PAGE}retire/", {"reason": REASON}, follow=True)
        assert "Saved as P-" in words_of(drafted)
    retire(organisation.people["ana"])
    with clock.playing(LATER):
        client = client_as("ana")
        assert "retired on 10 Aug 2026" in words_of(client.get(f"{PAGE}trend/"))
        text = words_of(client.get(PAGE))
        assert "Retired It was retired on 10 Aug 2026, replaced by nothing. Its past stays" in text
        assert not any(f"{PAGE}{act}/" in main_of(client.get(PAGE)) for act in (*ACTS, "confirm"))
        for path in ("v/1/", "trend/", "trend.csv", "trend.svg"):
            assert client.get(f"{PAGE}{path}").status_code == 200
        catalogue = words_of(client.get("/metrics/"))
        assert "Share of hotfixes" in catalogue[catalogue.index("Retired") :]
        assert client.post(f"{PAGE}deprecate/", {"sunset_on": "2027-01-04", "reason": REASON}).status_code == 409


def move(organisation: Organisation, **identity: Any) -> None:
    newest = queries.newest_version(LEAVING)
    assert newest is not None
    content = {"name": newest.name, "spec": json.loads(newest.spec_text), "contract": newest.contract, **identity}
    agree(Item("metric_definition", Op.CHANGE, LEAVING, content), author=organisation.people["ana"])


def test_move__is_drafted_in_words_and_revised_in_its_own_form(client_as: As) -> None:
    client = client_as("ana")
    sent = {"owner_team": "harbour", "lens": "learning", "slug": "hurried", "reason": REASON}
    done = client.post(f"{PAGE}move/", sent, follow=True)
    proposal = Proposal.objects.latest("number")
    number, moves = proposal.number, "it moves from the lens reliability to learning and its short name hotfix-share"
    assert f"it moves from Checkout to Harbour, {moves} becomes hurried." in proposal.title
    assert "keeps the rule" in words_of(done)
    led = client.get(f"/proposals/{number}/words/")
    assert (led.status_code, led["Location"]) == (302, f"/proposals/{number}/life/")
    shown = main_of(client.get(f"/proposals/{number}/"))
    assert f'href="/proposals/{number}/life/"' in shown
    assert f'href="/proposals/{number}/words/"' not in shown
    page = main_of(client.get(f"/proposals/{number}/life/"))
    assert 'value="hurried"' in page
    assert '<option value="harbour" selected>' in page


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({}, 409, "Version 1 says exactly this."),
        ({"slug": "change-lead-time"}, 422, "is taken or was once"),
        ({"slug": ""}, 422, "Enter a short name."),
        ({"owner_team": "nowhere"}, 422, "nowhere"),
    ],
)
def test_move__refusals_stand_on_the_page(client_as: As, sent: dict[str, str], status: int, said: str) -> None:
    whole = {"owner_team": "checkout", "lens": "reliability", "slug": LEAVING, "reason": REASON, **sent}
    answer = client_as("ana").post(f"{PAGE}move/", whole)
    assert answer.status_code == status
    assert said in words_of(answer)


def test_move__what_the_product_s_rules_know_offers_no_short_name(client_as: As) -> None:
    assert 'name="slug"' not in main_of(client_as("ana").get("/metrics/change-lead-time/move/"))


@pytest.mark.parametrize("path", ["", "v/1/", "trend/?grain=month", "trend.csv", "deprecate/", "new-version/"])
def test_renamed__addresses_lead_on(client_as: As, organisation: Organisation, path: str) -> None:
    move(organisation, slug="hurried")
    client = client_as("ana")
    answer = client.get(f"{PAGE}{path}")
    assert (answer.status_code, answer["Location"]) == (308, f"/metrics/hurried/{path}")
    assert client.get(answer["Location"]).status_code == 200


def test_renamed__a_form_asked_for_by_the_former_name_opens(client_as: As, organisation: Organisation) -> None:
    move(organisation, slug="hurried")
    page = client_as("ana").get(f"/proposals/new/metric_definition/?key={LEAVING}")
    assert page.status_code == 200
    assert "What became of it" in words_of(client_as("eli").get("/metrics/hurried/"))
    assert "Share of hotfixes" in words_of(client_as("eli").get(f"/search/?q={LEAVING}"))


def test_confirm__is_offered_when_due_and_noted(client_as: As) -> None:
    with clock.playing(WEDNESDAY + timedelta(days=365)):
        home = client_as("ana").get("/governance/")
        assert "Share of hotfixes of Checkout, looked at last on 8 Jul 2026; due since 8 Jul 2027." in words_of(home)
        assert f"{PAGE}confirm/" in main_of(home)
        assert f"{PAGE}confirm/" not in main_of(client_as("eli").get("/governance/"))
        assert "It is due since 8 Jul 2027." in words_of(client_as("eli").get(PAGE))
        client = client_as("ana")
        assert client.post(f"{PAGE}confirm/", {"text": ""}).status_code == 422
        done = client.post(f"{PAGE}confirm/", {"text": "It still tells hurry from plan."}, follow=True)
        text = words_of(done)
        assert "Confirmed. Somebody is asked to look again in a year." in text
        assert "8 Jul 2027 Confirmed It still tells hurry from plan. Ana Tamm" in text
        assert client.post(f"{PAGE}confirm/", {"text": "Again."}).status_code == 409
        assert "Share of hotfixes of Checkout" not in words_of(client.get("/governance/"))


def test_life_form__is_for_what_it_speaks_of_alone(client_as: As) -> None:
    client = client_as("ana")
    other = "/proposals/new/metric_definition/?key=change-lead-time"
    client.post(other, {**filled(client, other, reason=REASON, name="Lead time"), "act": "save"})
    number = Proposal.objects.latest("number").number
    led = client.get(f"/proposals/{number}/life/")
    assert (led.status_code, led["Location"]) == (302, f"/proposals/{number}/edit/")


@pytest.mark.parametrize("act", [*ACTS, "confirm"])
def test_forms__cost_as_many_queries_as_a_page_may(client_as: As, organisation: Organisation, act: str) -> None:
    deprecate(organisation.people["ana"])
    address = "/metrics/change-lead-time/confirm/" if act == "confirm" else f"{PAGE}{act}/"
    client = client_as("ana")
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) <= 12, [query["sql"][:120] for query in asked.captured_queries]
