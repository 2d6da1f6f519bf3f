"""Marks on charts: writing them and taking them back."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.annotations.models import Annotation
from tests.personas import Organisation
from tests.web.portal.pages import words_of

NEW = "/annotations/new/"
GOOD = {"kind": "launch", "subject": "team:checkout", "text": "Gift cards go live", "starts_at": "2026-07-16 09:00"}


def test_annotation__is_written_in_the_reporting_zone(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("dee").post(NEW, GOOD, follow=True))
    assert "Written. The mark stands in the lanes of the charts." in text
    assert "16 Jul 2026, 09:00 Gift cards go live Launch Checkout Take back" in text
    assert Annotation.objects.get().starts_at.isoformat() == "2026-07-16T07:00:00+00:00"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("starts_at", "soon", "Enter a day and a time such as 2026-08-24 09:40."),
        ("starts_at", "2026-02-31 09:40", "Enter a day and a time that exist"),
        ("starts_at", "0001-01-01 00:00", "Enter a day and a time that exist"),
        ("starts_at", "2026-03-29 02:30", "02:30 on 29 March 2026 in Europe/Berlin did not exist"),
        ("starts_at", "2025-10-26 02:30", "Say which: 2025-10-26 02:30+02:00 or 2025-10-26 02:30+01:00"),
        ("ends_at", "2026-07-16 08:00", "Enter a time after the beginning."),
        ("subject", "team:harbour", "Select a valid choice"),
        ("text", "", "This field is required."),
        ("link", "javascript:alert(1)", "Enter a valid URL."),
    ],
)
def test_annotation__a_wrong_field_is_named_and_kept(
    field: str, value: str, sentence: str, organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    answer = client_as("dee").post(NEW, GOOD | {field: value})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "There is a problem" in text
    assert "<title>Error: Write an annotation" in text
    assert not Annotation.objects.exists()


def test_annotation__a_doubled_hour_may_be_said_exactly(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client_as("dee").post(NEW, GOOD | {"starts_at": "2025-10-26 02:30+01:00"})
    assert Annotation.objects.get().starts_at.isoformat() == "2025-10-26T01:30:00+00:00"


def test_annotation__places_are_those_one_may_mark(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    member, steward = (client_as(name).get(NEW).content.decode() for name in ("dee", "gus"))
    assert "The whole organisation" not in member
    assert "Harbour" not in member
    assert "The whole organisation" in steward
    assert "Harbour cluster" in steward


def test_annotation__is_taken_back_with_a_reason(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    client.post(NEW, GOOD)
    page = f"/annotations/{Annotation.objects.get().public_id}/retract/"
    assert client.post(page, {"reason": ""}).status_code == 422
    client.post(page, {"reason": "It was postponed."})
    assert Annotation.objects.get().retract_reason == "It was postponed."
    assert "Gift cards" not in words_of(client.get("/annotations/"))
    assert client.get(page).status_code == 404


def test_annotation__a_stranger_may_not_take_it_back(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client_as("dee").post(NEW, GOOD)
    page = f"/annotations/{Annotation.objects.get().public_id}/retract/"
    assert client_as("eli").get(page).status_code == 403
    assert client_as("eli").post(page, {"reason": "No."}).status_code == 403
    assert "Take back" not in words_of(client_as("eli").get("/annotations/"))


def test_annotations__are_filtered_by_kind(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    client.post(NEW, GOOD)
    assert "Gift cards" in words_of(client.get("/annotations/?kind=launch"))
    assert "Gift cards" not in words_of(client.get("/annotations/?kind=outage"))
