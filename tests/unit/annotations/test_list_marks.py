"""Which marks a chart shows: those that touch its range, on its team and services or on everybody."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.domain import SYSTEM
from apps.annotations import operations, queries
from apps.annotations.domain import AnnotationKind

pytestmark = pytest.mark.sql
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def mark(text: str, starts_at: datetime, ends_at: datetime | None = None, **place):
    made, _ = operations.create_annotation(
        kind=AnnotationKind.OTHER, text=text, starts_at=starts_at, ends_at=ends_at, by=SYSTEM, **place
    )
    return made


def test_list_marks__shows_what_touches_the_half_open_range(organisation):
    mark("before", MARCH - timedelta(days=2), MARCH - timedelta(seconds=1))
    mark("into", MARCH - timedelta(days=2), MARCH + timedelta(days=1))
    mark("first moment", MARCH)
    mark("long", MARCH - timedelta(days=90), APRIL + timedelta(days=90))
    mark("next", APRIL)
    shown = queries.list_marks(MARCH, APRIL).values_list("text", flat=True)
    assert sorted(shown) == ["first moment", "into", "long"]


def test_list_marks__shows_its_own_places_and_what_concerns_everybody(organisation):
    mark("all", MARCH)
    mark("checkout", MARCH, team=organisation.checkout)
    mark("harbour", MARCH, team=organisation.harbour)
    mark("web", MARCH, service=organisation.checkout_web)
    gone = mark("gone", MARCH)
    operations.retract_annotation(annotation=gone, reason="Wrong day.", by=SYSTEM)
    found = queries.list_marks(
        MARCH, APRIL, team_ids=[organisation.checkout.pk], service_ids=[organisation.checkout_web.pk]
    )
    assert [m.text for m in found] == ["all", "checkout", "web"]
