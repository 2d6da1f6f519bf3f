"""What a service is: owners over time, who reports it, what it released."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.test import Client

from apps.services import operations as services
from tests.personas import Organisation, principal_of
from tests.web.portal.pages import main_of, words_of


def test_services__stand_by_name_with_their_owner(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("eli").get("/services/"))
    assert "Checkout API Checkout Important" in text
    assert "Harbour cluster Harbour Important" in text


def test_service__shows_releases_and_who_reports_them(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("eli").get("/services/checkout-api/"))
    assert "r55 19 Aug 2026, 12:00" in text
    assert "Deployments ci" in text
    assert "Deployment frequency 1.0 a week" in text


def test_service__draws_26_weeks_and_the_running_one(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = main_of(client_as("eli").get("/services/checkout-api/"))
    assert text.count('<rect class="bar') == 0
    assert text.count('class="bar s1') == 27
    assert text.count("is-running") == 1


def test_service__keeps_its_former_owner(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    services.hand_over(
        service=organisation.checkout_api, to=organisation.harbour, from_at=datetime(2026, 7, 1, tzinfo=UTC),
        reason="The platform runs it now.", by=principal_of(organisation.people["gus"]),
    )  # fmt: skip
    text = words_of(client_as("eli").get("/services/checkout-api/"))
    assert "owner Harbour" in text
    assert "Checkout 1 Jan 2024, 00:00 1 Jul 2026, 02:00" in text
    assert "Harbour 1 Jul 2026, 02:00 Now The platform runs it now." in text


def test_service__without_a_source_says_how_to_connect(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("eli").get("/services/harbour-cluster/"))
    assert "No data: not connected." in text
    assert "No deployment was reported yet." in text
