"""The uptime log as counts: down where an outage says so, nothing where it is silent, each hour brought in once."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from apps.core import clock
from apps.objectives.models import Sample, SampleDay
from apps.portal.demo import uptime
from apps.portal.demo.uptime import Place
from tests.personas import Organisation, make_service, principal_of
from tests.sampling import make_indicator

MONDAY = datetime(2026, 8, 17, tzinfo=UTC)
DAY = timedelta(days=1)


def test_place__is_watched_from_look_to_look_and_not_over_a_gap() -> None:
    place = Place(seen=[(MONDAY + days * DAY, True) for days in (0, 1, 3, 4)])
    assert list(place.stretches()) == [(MONDAY, MONDAY + DAY), (MONDAY + 3 * DAY, MONDAY + 4 * DAY)]


def test_outage__that_never_closed_lasts_until_the_place_is_seen_up_again() -> None:
    seen_again = Place(seen=[(MONDAY, False), (MONDAY + DAY, True)])
    never = Place(seen=[(MONDAY, False), (MONDAY + DAY, False)])
    assert uptime._seen_up(seen_again, MONDAY) == MONDAY + DAY
    assert uptime._seen_up(never, MONDAY) > MONDAY + DAY


def test_looks__of_the_pack_are_bad_exactly_in_its_outages() -> None:
    looks = uptime.looks_of("saleor")
    assert max(valid for _, valid in looks.values()) == 36  # three places, twelve looks an hour
    bad = {hour for hour, (good, valid) in looks.items() if good < valid}
    assert datetime(2026, 8, 20, 8, tzinfo=UTC) in bad  # 08:05 to 09:25, one of the three
    assert looks[datetime(2026, 8, 20, 8, tzinfo=UTC)][0] < 36
    assert looks[datetime(2026, 8, 19, 2, tzinfo=UTC)] == (36, 36)
    assert {good < valid for good, valid in uptime.looks_of("pyrra").values()} == {False}


def test_looks__stop_where_the_log_falls_silent_and_an_open_outage_counts_as_down() -> None:
    celery = uptime.looks_of("celery")
    assert max(celery) < datetime(2026, 6, 20, tzinfo=UTC)
    # The second place of it was looked at twice, seven minutes apart, and never came back.
    assert celery[datetime(2025, 1, 4, 17, tzinfo=UTC)][0] < celery[datetime(2025, 1, 4, 17, tzinfo=UTC)][1]


@pytest.mark.django_db
@pytest.mark.usefixtures("touched")
def test_log__is_brought_in_once_however_it_is_cut(organisation: Organisation) -> None:
    service = make_service("saleor", "Saleor", organisation.checkout)
    make_indicator(organisation, "saleor-uptime", service=service, measured_at="probe", slice_seconds=3600)
    cast = SimpleNamespace(admin=principal_of(organisation.people["hal"]))
    first, last = MONDAY + 2 * DAY + timedelta(minutes=20), MONDAY + 7 * DAY
    for after, until in ((None, first), (first, last)):
        with clock.playing(until):
            told = uptime.bring_in(cast, after=after, until=until)
        assert told is not None
        assert "0 left" in told
    looks = uptime.looks_of("saleor")
    assert {one.starts_at: (one.good, one.valid) for one in Sample.objects.all()} == looks
    assert sum(day.valid for day in SampleDay.objects.all()) == sum(valid for _, valid in looks.values())
    assert SampleDay.objects.filter(day=date(2026, 8, 20)).get().seen == 24
