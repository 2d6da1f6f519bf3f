"""GET /api/v1/metric-definitions/ and what hangs below it."""

import pytest

URL = "/api/v1/metric-definitions/"
ONE = f"{URL}change-failure-rate/"
SLUGS = [
    "change-failure-rate", "change-lead-time", "deployment-frequency", "deployment-rework-rate",
    "failed-deployment-recovery-time",
]  # fmt: skip

pytestmark = pytest.mark.usefixtures("catalogue")


def test_definitions__are_listed_by_slug_with_the_version_in_force(api_client_as):
    body = api_client_as("read").get(URL).json()
    assert [row["slug"] for row in body["results"]] == SLUGS
    rate = body["results"][0]
    assert (rate["lens"], rate["owner_team"], rate["newest_number"]) == ("reliability", "checkout", 2)
    assert (rate["in_force"]["number"], rate["in_force"]["unit"]) == (1, "share")
    assert rate["in_force"]["direction"] == "lower_is_better"
    assert rate["in_force"]["sentence"].startswith("Share of production deployments that were remediated by another")


def test_definitions__the_number_of_queries_does_not_grow(api_client_as, django_assert_max_num_queries):
    client = api_client_as("dee")
    with django_assert_max_num_queries(9):
        client.get(URL)


def test_definitions__name_where_their_series_begins_anew_and_why(api_client_as):
    rows = {row["slug"]: row["breaks"] for row in api_client_as("read").get(URL).json()["results"]}
    assert rows["change-failure-rate"] == [
        {"on": "2026-07-13", "old_version": 1, "new_version": 2,
         "differences": ["those within 30 days", "final after 30 days instead of 7 days"]},
    ]  # fmt: skip
    assert rows["deployment-frequency"] == []


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("lens=flow", SLUGS[1:3]),
        ("owner_team=checkout", SLUGS),
        ("owner_team=harbour", []),
        ("ordering=-slug", SLUGS[::-1]),
    ],
)
def test_definitions__filters(api_client_as, query, slugs):
    body = api_client_as("eli").get(f"{URL}?{query}").json()
    assert [row["slug"] for row in body["results"]] == slugs


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("lense=flow", "unknown_parameter"),
        ("lens=speed", "parameter_invalid"),
        ("ordering=value", "ordering_not_offered"),
        ("page=0", "parameter_invalid"),
    ],
)
def test_definitions__what_is_not_offered_is_unreadable(api_client_as, query, code):
    answer = api_client_as("eli").get(f"{URL}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_definition__one(api_client_as):
    body = api_client_as("eli").get(ONE).json()
    assert (body["slug"], body["newest_number"]) == ("change-failure-rate", 2)


@pytest.mark.parametrize("path", ["moon-phase/", "moon-phase/versions/", "change-failure-rate/versions/9/"])
def test_definition__absent(api_client_as, path):
    answer = api_client_as("hal").get(URL + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_versions__newest_first_with_spec_and_contract(api_client_as):
    body = api_client_as("read").get(f"{ONE}versions/").json()
    assert [row["number"] for row in body["results"]] == [2, 1]
    assert body["count"] == 2
    newest = body["results"][0]
    assert (newest["effective_from"], newest["definition"]) == ("2026-07-13", "change-failure-rate")
    assert newest["spec"]["settle_days"] == 30
    assert newest["contract"]["pair"] == "deployment-rework-rate"


def test_version__one_names_no_person(api_client_as, ana):
    answer = api_client_as("read").get(f"{ONE}versions/1/")
    body = answer.json()
    assert (body["number"], body["meaning_number"], body["effective_from"]) == (1, 1, None)
    assert len(body["spec_sha256"]) == 64
    assert ana.full_name not in answer.content.decode()
    assert ana.email not in answer.content.decode()


@pytest.mark.parametrize(("period", "number"), [("2026-W28", 1), ("2026-W29", 2), ("2026-07", 1), ("2026-Q4", 2)])
def test_governing__the_version_of_a_period(api_client_as, period, number):
    answer = api_client_as("read").get(f"{ONE}governing/", {"period": period})
    assert (answer.status_code, answer.json()["number"]) == (200, number)


@pytest.mark.parametrize(
    ("query", "code"),
    [("", "parameter_invalid"), ("period=2026-W54", "parameter_invalid"), ("period=2026-W28&x=1", "unknown_parameter")],
)
def test_governing__a_period_nobody_can_read(api_client_as, query, code):
    answer = api_client_as("read").get(f"{ONE}governing/?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("path", [URL, ONE, f"{ONE}versions/", f"{ONE}versions/1/", f"{ONE}governing/?period=2026-Q3"])
def test_definitions__nobody_and_push_tokens_do_not_read(api_client_as, path):
    assert api_client_as(None).get(path).status_code == 401
    assert api_client_as("only_push").get(path).json()["code"] == "scope_missing"


@pytest.mark.parametrize("path", [URL, ONE, f"{ONE}versions/", f"{ONE}versions/1/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_definitions__are_not_written_here(api_client_as, path, method):
    assert getattr(api_client_as("push"), method)(path, {}).status_code == 405
