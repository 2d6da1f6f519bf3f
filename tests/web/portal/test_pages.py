"""Every page of the portal: it opens for a member, closes to strangers, and refuses what it cannot read."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.portal.views import health
from tests.personas import Organisation
from tests.web.portal.pages import main_of

PAGES = (
    "/", "/leadership/", "/leadership/?order=needs_decision", "/teams/", "/teams/checkout/", "/teams/harbour/",
    "/teams/checkout/about/", "/services/", "/services/checkout-api/", "/services/harbour-cluster/", "/metrics/",
    "/metrics/change-lead-time/", "/metrics/change-lead-time/v/1/", "/metrics/change-lead-time/trend/",
    "/metrics/deployment-frequency/trend/?subject=team:checkout&grain=month",
    "/metrics/change-failure-rate/trend/?subject=service:checkout-api&grain=quarter",
    "/metrics/change-lead-time/trend.csv?subject=group:shop", "/metrics/change-lead-time/trend.svg",
    "/metrics/change-failure-rate/values/team:checkout/2026-W34/13/",
    "/metrics/change-lead-time/values/unowned:all/2026-Q2/", "/annotations/", "/annotations/?kind=launch",
    "/annotations/new/", "/data/", "/data/imports/new/", "/search/", "/search/?q=check", "/help/words/", "/help/roles/",
    "/account/",
)  # fmt: skip
ABSENT = (
    "/teams/nobody/", "/teams/nobody/about/", "/services/nobody/", "/metrics/nothing/", "/metrics/nothing/trend/",
    "/metrics/change-lead-time/v/9/", "/metrics/change-lead-time/diff/1/1/", "/metrics/change-lead-time/diff/1/9/",
    "/metrics/change-lead-time/trend/?subject=team:nobody", "/metrics/change-lead-time/trend/?subject=person:ana",
    "/metrics/change-lead-time/values/team:checkout/2026-W60/", "/metrics/change-lead-time/values/team:checkout/soon/",
    "/metrics/nothing/values/team:checkout/2026-W33/", "/problems/no_such_code/", "/data/imports/404/", "/nowhere/",
    "/annotations/00000000-0000-4000-8000-000000000000/retract/",
    "/metrics/change-lead-time/values/team:checkout/9999-W52/",
    "/metrics/change-lead-time/values/team:checkout/0001-01/", "/metrics/change-lead-time/values/team:%00/2026-Q2/",
    "/metrics/change-lead-time/trend/?subject=service:%00",
)  # fmt: skip
UNREADABLE = (
    "/leadership/?order=value", "/leadership/?page=0", "/teams/?page=7", "/teams/?page=x", "/teams/?sort=value",
    "/services/?order=name", "/?colour=red", "/metrics/change-lead-time/trend/?grain=day", "/annotations/?kind=party",
    f"/teams/?page={'9' * 5000}",
)  # fmt: skip


def test_pages__open_for_a_member(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_pages__say_nothing_a_reader_must_not_meet(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("dee")
    for page in (p for p in PAGES if ".csv" not in p and ".svg" not in p):
        answer = client.get(page)
        text = answer.content.decode()
        assert text.count("<h1") == 1, page
        assert "{{" not in text, page
        assert "style=" not in main_of(answer), page
        assert "onclick" not in text, page
        assert "!" not in main_of(answer).replace("<!--", ""), page
        assert len(answer.content) < 100_000, page


def test_pages__lead_to_sign_in_without_a_session(organisation: object, client_as: Callable[..., Client]) -> None:
    client = client_as(None)
    for page in PAGES:
        answer = client.get(page)
        assert answer.status_code == 302, page
        assert answer.headers["Location"].startswith("/sign-in/?next=/"), page


def test_pages__an_absent_thing_is_404(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    assert {page: client.get(page).status_code for page in ABSENT} == dict.fromkeys(ABSENT, 404)


def test_pages__an_unknown_parameter_or_order_is_400(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("dee")
    assert {page: client.get(page).status_code for page in UNREADABLE} == dict.fromkeys(UNREADABLE, 400)


def test_pages__a_refused_order_names_the_offered_ones(organisation: object, client_as: Callable[..., Client]) -> None:
    assert "name, needs_decision" in client_as("fay").get("/leadership/?order=value").content.decode()


@pytest.mark.parametrize("page", ["/", "/teams/", "/metrics/", "/data/", "/search/"])
def test_pages__are_only_read(page: str, organisation: object, client_as: Callable[..., Client]) -> None:
    assert client_as("dee").post(page).status_code == 405


def test_gallery__is_for_administrators(organisation: object, client_as: Callable[..., Client]) -> None:
    refused = client_as("dee").get("/gallery/")
    assert refused.status_code == 403
    assert "An administrator may do this." in refused.content.decode()
    assert client_as("hal").get("/gallery/").status_code == 200


@pytest.mark.django_db
def test_problem_pages__are_open_to_tools_developers(client: Client) -> None:
    answer = client.get("/problems/not_json/")
    assert answer.status_code == 200
    assert "Send one JSON document in UTF-8." in answer.content.decode()


def test_healthz__needs_no_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_readyz__is_ready_when_all_tables_are_there(client: Client) -> None:
    assert client.get("/readyz").content == b"ready\n"


@pytest.mark.django_db
def test_readyz__says_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "list_obstacles", lambda: ["2 migrations wait to be applied."])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"2 migrations wait to be applied.\n"
