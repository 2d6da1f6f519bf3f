"""Data health and imports."""

import io
import zlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from apps.core import clock
from apps.core.work import run_now
from apps.delivery.models import Deployment
from apps.integrations import operations
from apps.integrations.models import ImportRun, KeptPart
from apps.measurements.models import RecomputeRequest
from tests.personas import Organisation
from tests.web.portal.conftest import MONDAY
from tests.web.portal.pages import main_of, words_of

NEW = "/data/imports/new/"
TEXT = (
    "service,deployment,finished_at,status\n"
    "checkout-web,v1,2026-08-20T10:00:00Z,succeeded\n"
    "checkout-web,v2,2026-08-21T10:00:00Z,succeeded\n"
    "nobody,v3,2026-08-21T10:00:00Z,succeeded\n"
)


def upload(text: str = TEXT) -> io.BytesIO:
    """A CSV file as a browser sends it."""
    file = io.BytesIO(text.encode())
    file.name = "releases.csv"
    return file


def given(text: str = TEXT) -> dict[str, object]:
    """The import form, filled in."""
    return {"kind": "deployments", "place": "checkout", "channel": "csv", "file": upload(text)}


def test_data__says_how_often_each_source_is_heard(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("dee").get("/data/"))
    assert "Deployments 1 24 Aug 2026, 12:00 About 1 a week All heard in time" in text
    assert "Every connected service was heard in time." in text
    assert "Nothing waits: all values include every stored fact." in text


def test_data__names_a_silent_service(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    with clock.playing(MONDAY.replace(month=10)):
        text = words_of(client_as("dee").get("/data/"))
    assert "No data : stale for 1 of 1 services" in text
    assert "Checkout API Deployments ci 24 Aug 2026, 12:00 61 d" in text


def test_data__counts_what_waits(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    RecomputeRequest.objects.create(
        source="deployments", service=organisation.checkout_api, day=MONDAY.date(), due_at=MONDAY, last_error="boom"
    )
    text = words_of(client_as("dee").get("/data/"))
    assert "1 request waits to be computed. 1 of them failed before and are tried again." in text


def test_import__is_checked_reported_and_then_stored(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client = client_as("dee")
    report = client.post(NEW, given(), follow=True)
    run = ImportRun.objects.get()
    assert "3 rows: 2 good, 1 with errors." in words_of(report)
    assert "No service of this name is known to you here." in words_of(report)
    assert not Deployment.objects.filter(service=organisation.checkout_web).exists()
    assert 'type="file"' not in report.content.decode()  # it is chosen once
    stored = client.post(f"/data/imports/{run.pk}/", {"complete_until": ""}, follow=True)
    assert "Stored. 2 new, 0 changed, 0 already there." in words_of(stored)
    assert Deployment.objects.filter(service=organisation.checkout_web).count() == 2
    assert not KeptPart.objects.exists()


def test_import__another_file_is_not_stored(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    client.post(NEW, given())
    run = ImportRun.objects.get()
    KeptPart.objects.update(packed=zlib.compress(f"{TEXT}checkout-web,v4,2026-08-22T10:00:00Z,succeeded\n".encode()))
    answer = client.post(f"/data/imports/{run.pk}/", {"complete_until": ""})
    assert answer.status_code == 422
    assert "This is not the file that was checked." in answer.content.decode()
    assert not Deployment.objects.filter(service=organisation.checkout_web).exists()


def test_import__a_file_that_is_given_up_is_gone(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    client.post(NEW, given())
    page = f"/data/imports/{ImportRun.objects.get().pk}/"
    assert "Given up. No row of the file was stored" in words_of(client.post(f"{page}give-up/", follow=True))
    assert not KeptPart.objects.exists()
    assert client.post(f"{page}give-up/").status_code == 409
    assert "The checked file is no longer here. Check it again." in client.post(page).content.decode()
    assert "<button" not in main_of(client.get(page))


def test_import__waits_for_a_day(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client_as("dee").post(NEW, given())
    with clock.playing(MONDAY + timedelta(hours=23, minutes=59)):
        run_now("integrations.abandon_forgotten_imports")
        assert ImportRun.objects.get().state == "checked"
    with clock.playing(MONDAY + timedelta(hours=24)):
        run_now("integrations.abandon_forgotten_imports")
    assert (ImportRun.objects.get().state, ImportRun.objects.get().closed_by) == ("abandoned", "system")
    assert not KeptPart.objects.exists()


def test_import__a_large_file_comes_back_whole(
    organisation: Organisation, client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PART_BYTES", 50)
    client = client_as("dee")
    client.post(NEW, given())
    assert KeptPart.objects.count() > 3
    client.post(f"/data/imports/{ImportRun.objects.get().pk}/")
    assert Deployment.objects.filter(service=organisation.checkout_web).count() == 2


def test_import__few_files_wait_at_once(
    organisation: Organisation, client_as: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST_WAITING", 1)
    client = client_as("dee")
    assert client.post(NEW, given()).status_code == 302
    refused = client.post(NEW, given())
    assert refused.status_code == 422
    assert "1 files of yours wait already." in refused.content.decode()
    assert ImportRun.objects.count() == 1


def test_import__a_file_without_a_good_row_is_not_kept(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client_as("dee").post(NEW, given("service,deployment,finished_at,status\nnobody,v3,soon,succeeded\n"))
    assert ImportRun.objects.exists()
    assert not KeptPart.objects.exists()


def test_import__an_unreadable_file_is_named(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").post(NEW, given("colour\nred\n"))
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_import__of_another_team_is_refused(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    client = client_as("dee")
    bad = {"kind": "rumours", "place": "harbour"}
    assert [client.post(NEW, form).status_code for form in (given() | {"place": "harbour"}, bad)] == [403, 403]
    assert client.post(NEW, bad | {"place": "all"}).status_code == 403
    assert client.post(NEW, bad | {"place": "nowhere"}).status_code == 404
    assert client.post(NEW, bad | {"place": ""}).status_code == 422
    assert client_as("fay").post(NEW, {}).status_code == 403


def test_import__a_run_is_visible_to_its_team_only(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    client_as("dee").post(NEW, given())
    page = f"/data/imports/{ImportRun.objects.get().pk}/"
    assert client_as("eli").get(page).status_code == 404
    assert client_as("eli").post(page, {"complete_until": "soon"}).status_code == 404
    assert client_as("eli").post(f"{page}give-up/").status_code == 404
    assert client_as("fay").post(page, {"complete_until": "soon"}).status_code == 403
    assert "<button" not in main_of(client_as("fay").get(page))
    assert client_as("hal").get(page).status_code == 200
    assert "releases.csv" not in words_of(client_as("eli").get("/data/"))


def test_import__whoever_has_no_team_is_told_who_may(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    assert "Members of a team import facts" in words_of(client_as("fay").get(NEW))
