"""Once a year somebody who leads or shares a definition says that it stays."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from apps.accounts.domain import Principal, PrincipalKind
from apps.audit import queries as audit
from apps.core import clock
from apps.core.problems import Conflict, Forbidden, Invalid
from apps.governance.domain.upstairs import upstairs
from apps.metrics import operations, queries
from apps.metrics.models import Confirmation
from tests.leaving import define, deprecate
from tests.personas import principal_of
from tests.unit.metrics.conftest import WEDNESDAY

TEXT = "It decided twice which stage to shorten. It stays."
NEXT_YEAR = WEDNESDAY + timedelta(days=365)


@pytest.fixture
def definition(starter):
    """The lead time, adopted on a Wednesday of July 2026."""
    return starter["change-lead-time"].definition


def confirm(definition, by, text=TEXT):
    return operations.confirm_definition(definition=definition, text=text, by=by)


@pytest.mark.parametrize("name", ["ana", "cy"])
def test_confirmation__is_a_dated_row_with_an_audit_entry(definition, organisation, name):
    row = confirm(definition, principal_of(organisation.people[name]))
    assert (row.looked_on, row.version_number, row.text) == (WEDNESDAY.date(), 1, TEXT)
    assert row.confirmed_by == organisation.people[name]
    event = audit.list_events(f"metrics.confirmation:{row.pk}").get()
    assert event.action == "definition.confirmed"
    assert TEXT not in event.payload_text
    assert json.loads(event.payload_text)["data"]["slug"] == "change-lead-time"


@pytest.mark.parametrize("name", ["bo", "dee", "eli", "fay", "gus", "hal"])
def test_confirmation__belongs_to_whoever_leads_or_shares(definition, organisation, name):
    with pytest.raises(Forbidden) as refused:
        confirm(definition, principal_of(organisation.people[name]))
    assert refused.value.sentence == "The tech lead or engineering manager of Checkout confirms it."
    assert not Confirmation.objects.exists()


def test_confirmation__of_the_lens_impact_is_the_product_manager_s(organisation, starter, ana):
    impact = define(organisation.checkout, ana, "signups", name="Signups", lens="impact")
    confirm(impact, principal_of(organisation.people["bo"]))
    with pytest.raises(Forbidden):
        confirm(impact, principal_of(organisation.people["cy"]))


def test_confirmation__a_tool_gives_none(definition):
    tool = Principal(kind=PrincipalKind.TOKEN, key="token:1", token_team_id=definition.owner_team_id)
    with pytest.raises(Forbidden) as refused:
        confirm(definition, tool)
    assert refused.value.code == "needs_a_person"


def test_confirmation__once_a_day_and_in_words(definition, lead):
    for text in ("", "  ", "x" * 501):
        with pytest.raises(Invalid):
            confirm(definition, lead, text)
    confirm(definition, lead)
    with pytest.raises(Conflict) as refused:
        confirm(definition, lead)
    assert refused.value.code == "already_confirmed"


def test_confirmation__what_is_to_leave_needs_none(organisation, starter, lead, ana):
    define(organisation.checkout, ana)
    leaving = deprecate(ana)
    with pytest.raises(Conflict):
        confirm(leaving, lead)
    assert leaving.slug not in {look.slug for look in queries.list_due_looks(date(2030, 1, 1))}


def test_confirmation__nothing_is_left_on_rollback(definition, lead):
    with transaction.atomic():
        confirm(definition, lead)
        transaction.set_rollback(True)
    assert not Confirmation.objects.exists()
    assert not audit.list_events("metrics.confirmation").exists()


def test_due__a_year_after_the_last_agreement_or_look(definition, starter, lead):
    day = WEDNESDAY.date()
    assert queries.list_due_looks(day + timedelta(days=364)) == []
    assert len(queries.list_due_looks(NEXT_YEAR.date())) == len(starter)
    with clock.playing(datetime(2027, 1, 4, 12, tzinfo=UTC)):
        confirm(definition, lead)
    due = queries.list_due_looks(NEXT_YEAR.date())
    assert "change-lead-time" not in {look.slug for look in due}
    assert "change-lead-time" in {look.slug for look in queries.list_due_looks(date(2028, 1, 4))}
    assert [look.name for look in due] == sorted(look.name for look in due)


def test_due__governance_offers_the_button_to_whoever_may(definition, organisation):
    with clock.playing(NEXT_YEAR):
        offered = {
            name: {look.name: bool(look.confirm_url) for look in upstairs.list_standing(principal_of(person)).due_looks}
            for name, person in organisation.people.items()
        }
    assert {name for name, looks in offered.items() if looks["Change lead time"]} == {"ana", "cy"}
    assert all(len(looks) == 5 for looks in offered.values())
