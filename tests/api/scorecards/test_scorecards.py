"""GET /api/v1/scorecards/, scorecard-templates/ and starter-kits/."""

from datetime import datetime

import pytest

from apps.accounts.domain import SYSTEM
from apps.scorecards import operations
from apps.scorecards.models import Scorecard
from tests.cards import QUARTER, House
from tests.personas import principal_of

URL = "/api/v1/scorecards/"
COMPOSITE = ("score", "total", "level", "rank_of_team", "grade")


@pytest.fixture
def card(measured: House, at_freezing: datetime) -> Scorecard:
    operations.freeze_card(team=measured.organisation.harbour, period=QUARTER, by=SYSTEM)
    return operations.freeze_card(team=measured.team, period=QUARTER, by=SYSTEM)


def test_cards__a_team_reads_its_own(card, api_client_as):
    body = api_client_as("read").get(URL).json()
    assert [(row["team"], row["period"], row["sha256"]) for row in body["results"]] == [
        ("checkout", "2026-Q2", card.sha256)
    ]
    assert body["count"] == 1


@pytest.mark.parametrize("who", ["fay", "gus", "hal", "organisation_push"])
def test_cards__leadership_steward_admin_and_organisation_read_all(card, api_client_as, who):
    body = api_client_as(who).get(f"{URL}?ordering=name").json()
    assert [row["name"] for row in body["results"]] == ["Checkout", "Harbour"]


def test_card__words_come_before_numbers(card, api_client_as):
    body = api_client_as("read").get(f"{URL}{card.pk}/").json()
    cell = body["cells"][3]
    assert (cell["label"], cell["target_code"], cell["n"]) == ("Change failure rate", "target_unclear", 150)
    keys = list(cell)
    assert keys.index("trend_code") < keys.index("target_code") < keys.index("value")
    assert cell["target_value"] == "0.187000"
    assert [found["rank"] for found in body["cells"]] == list(range(1, 10))


def test_card__holds_no_composite_and_no_person(card, api_client_as):
    body = api_client_as("fay").get(f"{URL}{card.pk}/").json()
    assert not set(COMPOSITE) & {*body, *body["cells"][0]}
    assert "Ana Tamm" not in str(body)


def test_card__the_note_of_the_team_stands_beside_the_cell(card, api_client_as, measured):
    by = measured.organisation.people["dee"]
    from_team = operations.write_note(cell=card.cells.get(rank=4), text="Two releases in May.", by=principal_of(by))
    body = api_client_as("read").get(f"{URL}{card.pk}/").json()
    assert body["cells"][3]["note"] == from_team.text


@pytest.mark.parametrize("pk", ["other", "999999"])
def test_card__of_another_team_and_absent_are_alike(card, api_client_as, pk):
    key = Scorecard.objects.get(team__slug="harbour").pk if pk == "other" else pk
    answer = api_client_as("read").get(f"{URL}{key}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("team=checkout", 1), ("team=harbour", 1), ("grain=quarter", 2), ("grain=week", 0), ("period=2026-Q2", 2),
        ("ordering=-period", 2),
    ],
)  # fmt: skip
def test_cards__filters(card, api_client_as, query, count):
    assert api_client_as("fay").get(f"{URL}?{query}").json()["count"] == count


@pytest.mark.parametrize("key", ["value", "needs_decision", "n", "sha256", "-target_code"])
def test_cards__are_ordered_by_name_and_period_only(card, api_client_as, key):
    answer = api_client_as("fay").get(f"{URL}?ordering={key}")
    assert (answer.status_code, answer.json()["code"]) == (400, "ordering_not_offered")
    assert "name" in answer.json()["detail"]


@pytest.mark.parametrize(("query", "code"), [("sort=value", "unknown_parameter"), ("grain=day", "parameter_invalid")])
def test_cards__what_is_not_offered(card, api_client_as, query, code):
    answer = api_client_as("fay").get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_card__a_snapshot_is_never_written(card, api_client_as, method):
    answer = getattr(api_client_as("push"), method)(f"{URL}{card.pk}/", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_cards__a_token_without_read_scope(card, api_client_as):
    answer = api_client_as("only_push").get(URL)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_cards__nobody(card, api_client_as):
    assert api_client_as(None).get(URL).status_code == 401


def test_cards__queries_do_not_grow_with_cards(card, api_client_as, django_assert_max_num_queries):
    client = api_client_as("fay")
    with django_assert_max_num_queries(9):
        client.get(URL)
    with django_assert_max_num_queries(9):
        client.get(f"{URL}{card.pk}/")


def test_templates__are_shared(card, api_client_as):
    body = api_client_as("eli").get("/api/v1/scorecard-templates/?team_type=product").json()
    assert [(row["team_type"], row["number"], len(row["slots"])) for row in body["results"]] == [("product", 1, 9)]
    pk = body["results"][0]["id"]
    assert api_client_as("eli").get(f"/api/v1/scorecard-templates/{pk}/").json() == body["results"][0]


def test_templates__have_one_order(card, api_client_as):
    answer = api_client_as("eli").get("/api/v1/scorecard-templates/?ordering=number")
    assert (answer.status_code, answer.json()["code"]) == (400, "ordering_not_offered")


def test_kits__three_of_nine_slots(organisation, api_client_as):
    body = api_client_as("read").get("/api/v1/starter-kits/").json()
    assert [(kit["kit"], len(kit["slots"])) for kit in body["results"]] == [
        ("platform", 9),
        ("product", 9),
        ("mixed", 9),
    ]
    assert api_client_as("read").get("/api/v1/starter-kits/mixed/").json() == body["results"][2]


def test_kits__an_unknown_one(organisation, api_client_as):
    assert api_client_as("read").get("/api/v1/starter-kits/heroic/").status_code == 404


def test_kits__read_no_parameters(organisation, api_client_as):
    assert api_client_as("read").get("/api/v1/starter-kits/?team=x").status_code == 400
