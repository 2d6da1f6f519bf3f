"""Handing a service over: who may, from when, and what stays readable of the time before."""

from datetime import UTC, datetime

import pytest

from apps.audit.models import AuditEvent
from apps.core.problems import Conflict, Forbidden
from apps.services import operations, queries
from apps.services.models import Ownership
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
FROM = datetime(2025, 3, 31, 22, tzinfo=UTC)  # midnight of 1 April in Europe/Berlin


def _hand_over(organisation: Organisation, who: str, **changed: object) -> Ownership:
    asked = {"service": organisation.checkout_api, "to": organisation.harbour, "from_at": FROM, "reason": "It moves."}
    return operations.hand_over(**{**asked, **changed}, by=principal_of(organisation.people[who]))


def test_hand_over__time_before_stays_with_the_former_owner(organisation: Organisation) -> None:
    _hand_over(organisation, "cy")
    history = list(queries.list_all_ownerships().filter(service=organisation.checkout_api))
    assert [(o.team, o.until_at) for o in history] == [(organisation.checkout, FROM), (organisation.harbour, None)]
    assert AuditEvent.objects.order_by("-seq")[0].action == "service.handed_over"


def test_hand_over__the_row_before_stays_for_older_watermarks(organisation: Organisation) -> None:
    before = queries.find_open_ownership(organisation.checkout_api)
    assert before is not None
    _hand_over(organisation, "gus")
    before.refresh_from_db()
    assert before.until_at is None
    assert before.until_seq is not None


@pytest.mark.parametrize("who", ["ana", "bo", "dee", "eli", "fay"])
def test_hand_over__is_refused_to_others(organisation: Organisation, who: str) -> None:
    with pytest.raises(Forbidden, match="The engineering manager of Checkout may do this"):
        _hand_over(organisation, who)
    assert queries.find_open_ownership(organisation.checkout_api).team == organisation.checkout


def test_hand_over__the_right_follows_the_service(organisation: Organisation) -> None:
    _hand_over(organisation, "cy")
    with pytest.raises(Forbidden, match="The engineering manager of Harbour may do this"):
        _hand_over(organisation, "cy", to=organisation.checkout, from_at=datetime(2025, 5, 1, tzinfo=UTC))


def test_hand_over__not_before_the_standing_owner_began_named_by_the_local_day(organisation: Organisation) -> None:
    _hand_over(organisation, "gus")
    with pytest.raises(Conflict, match=r"Harbour owns it from 1 April 2025; choose a later time\."):
        _hand_over(organisation, "gus", to=organisation.checkout)
    assert queries.find_open_ownership(organisation.checkout_api).team == organisation.harbour
