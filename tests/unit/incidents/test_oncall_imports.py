"""Pages and tickets out of files: checked as a whole, stored in chunks, the same file again changes nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest

from apps.core import clock
from apps.incidents.models import Page, PageFact, PageLabel, TicketFact
from apps.integrations import operations as integrations
from apps.integrations import queries
from apps.integrations.domain.csv_columns import CsvKind
from apps.integrations.models import ImportRun
from apps.services.models import FactConnection, Ownership
from tests.oncall import MADRID, MONDAY, in_madrid
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
PAGES = "service,fired_at,rule,label,acknowledged_at,ended_at,responder\n"


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(MONDAY):
        yield


def _bring(text: str, kind: CsvKind, organisation: Organisation, persona: str = "dee") -> ImportRun:
    by, stream = principal_of(organisation.people[persona]), BytesIO(text.encode())
    team = organisation.checkout if persona == "dee" else organisation.harbour
    run = integrations.check_import(stream=stream, kind=kind, file_name="f.csv", team=team, by=by)
    return integrations.apply_import(run=run, stream=stream, by=by)


def test_pages__are_settled_like_reported_ones_and_twice_changes_nothing(organisation: Organisation) -> None:
    in_madrid(organisation.checkout)
    text = PAGES + "".join(f"checkout-api,{at},{rule},acted,,,Somebody\n" for at, rule in MADRID)
    run = _bring(text, CsvKind.PAGES, organisation)
    assert (run.created_count, run.error_count) == (8, 0)
    assert "responder" in run.notices
    assert PageFact.objects.filter(until_seq=None, repeat=True).count() == 3
    assert (PageLabel.objects.count(), Page.objects.filter(label="acted").count()) == (8, 8)
    assert FactConnection.objects.get(source="pages", until_seq=None).channel == "pages"
    again = _bring(text, CsvKind.PAGES, organisation)
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 8)
    assert (PageFact.objects.count(), PageLabel.objects.count()) == (8, 8)


def test_pages__a_label_in_a_file_never_goes_over_that_of_a_person(organisation: Organisation) -> None:
    _bring(PAGES + "checkout-api,2026-08-19T03:00:00Z,C,,,,\n", CsvKind.PAGES, organisation)
    Page.objects.update(label="could_wait")
    run = _bring(PAGES + "checkout-api,2026-08-19T03:00:00Z,C,acted,,,\n", CsvKind.PAGES, organisation)
    assert (run.unchanged_count, Page.objects.get().label) == (1, "could_wait")


def test_pages__each_bad_row_is_located(organisation: Organisation) -> None:
    Ownership.objects.filter(service=organisation.checkout_api).update(from_at=datetime(2025, 1, 1, tzinfo=UTC))
    text = PAGES + (
        "checkout-api,2024-08-19T03:00:00Z,C,,,,\n"
        "checkout-api,2026-08-19T03:00:00Z,C,nonsense,,,\n"
        "checkout-api,2026-08-19T03:00:00Z,C,,2026-08-19T02:00:00Z,,\n"
        "harbour-cluster,2026-08-19T03:00:00Z,C,,,,\n"
        "checkout-api,2026-08-19T03:00:00Z,C,,,2026-08-19T03:20:00Z,\n"
    )
    run = _bring(text, CsvKind.PAGES, organisation)
    assert (run.error_count, run.created_count) == (4, 1)
    assert [(e.line, e.code) for e in queries.list_errors(run)] == [
        (2, "no_owner"), (3, "unknown_value"), (4, "ends_before_start"), (5, "unknown_service"),
    ]  # fmt: skip
    assert Page.objects.get().end_reason == "by_itself"


def test_pages__what_proves_wrong_when_it_is_stored_is_located_and_the_others_stand(organisation: Organisation) -> None:
    head = "page,service,fired_at,rule\n"
    _bring(head + "P1,checkout-api,2026-08-19T03:00:00Z,C\n", CsvKind.PAGES, organisation)
    text = head + "P0,checkout-api,2026-08-19T02:00:00Z,C\n"
    text += "P1,checkout-api,2026-08-19T03:00:00Z,D\nP2,checkout-api,2026-08-19T04:00:00Z,D\n"
    run = _bring(text, CsvKind.PAGES, organisation)
    assert (run.state, run.good_count, run.error_count, run.created_count) == ("applied", 2, 1, 2)
    assert [(e.line, e.column, e.code) for e in queries.list_errors(run)] == [(3, "rule", "out_of_range")]
    assert set(Page.objects.values_list("external_key", flat=True)) == {"P0", "P1", "P2"}


def test_pages__a_key_is_one_teams_own(organisation: Organisation) -> None:
    head = "page,service,fired_at,rule\n"
    _bring(head + "P1,checkout-api,2026-08-19T03:00:00Z,C\n", CsvKind.PAGES, organisation)
    run = _bring(head + "P1,harbour-cluster,2026-08-19T03:00:00Z,C\n", CsvKind.PAGES, organisation, "eli")
    assert (run.error_count, run.created_count) == (0, 1)
    assert set(Page.objects.values_list("team__slug", flat=True)) == {"checkout", "harbour"}


def test_tickets__become_facts(organisation: Organisation) -> None:
    text = (
        "ticket,service,opened_at,first_response_at,kind,deflected\n"
        "T1,checkout-api,2026-08-19T03:00:00Z,2026-08-19T05:00:00Z,access,no\n"
        ",checkout-api,2026-08-19T04:00:00Z,,access,yes\n"
        "T3,checkout-api,2026-08-19T03:00:00Z,2026-08-18T05:00:00Z,,\n"
        "T4,checkout-api,2026-08-19T03:00:00Z,,,perhaps\n"
    )
    run = _bring(text, CsvKind.TICKETS, organisation)
    assert (run.created_count, run.error_count) == (2, 2)
    first, second = TicketFact.objects.order_by("opened_at")
    assert (first.key, first.deflected, second.deflected, len(second.key)) == ("T1", False, True, 32)
