"""Working agreements: written by a role that leads or shares the matter, dated, superseded and never changed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.domain import SYSTEM, TeamRole
from apps.accounts.domain.responsibilities import AGREEMENTS, DATED, EM, PM, TL
from apps.audit import queries as audit
from apps.core import clock
from apps.core.immutable import SideDoor
from apps.core.problems import Absent, Forbidden, Invalid
from apps.teams import operations, queries
from apps.teams.domain import agreement_faults, latest_review
from apps.teams.models import WorkingAgreement
from tests.personas import BEGAN_AT, make_person, principal_of

NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)
TODAY = date(2026, 8, 24)
MATTER = "reliability-features"
ROLE_OF = {"ana": TL, "cy": EM, "bo": PM, "dee": "member"}


@pytest.fixture
def write(organisation):
    """Writes as a persona; fields of a good agreement may be replaced."""

    def act(who, matter=MATTER, **changed):
        fields = {
            "text": "Two weeks a quarter are kept for reliability.", "links": ["https://example.org/notes"],
            "review_by": TODAY + timedelta(days=90), "reason": "Outages cost more than features brought.", **changed,
        }  # fmt: skip
        by = principal_of(organisation.people[who], NOON) if isinstance(who, str) else who
        with clock.playing(NOON):
            return operations.write_agreement(team=organisation.checkout, matter=matter, by=by, **fields)

    return act


def test_write__the_newest_holds_and_none_is_deleted(write, organisation) -> None:
    first, second = write("ana"), write("bo", text="Three weeks a quarter.")
    assert list(queries.list_standing_agreements()) == [second]
    assert list(queries.list_agreements()) == [second, first]
    with pytest.raises(SideDoor):
        first.delete()


def test_write__is_audited_without_its_words(write) -> None:
    row = write("ana")
    event = audit.list_events(f"teams.workingagreement:{row.pk}").get()
    assert (event.action, event.actor) == ("agreement.written", f"user:{row.written_by_id}")
    assert "kept for reliability" not in event.payload_text
    assert '"review_by":"2026-11-22"' in event.payload_text


@pytest.mark.parametrize("who", [*ROLE_OF, "eli", "fay", "gus", "hal"])
@pytest.mark.parametrize("matter", sorted(AGREEMENTS))
def test_write__every_cell_of_the_second_table(write, who: str, matter: str) -> None:
    """L and S write; C, I and whoever the row does not name do not."""
    if ROLE_OF.get(who) in AGREEMENTS[matter].writers:
        assert write(who, matter).matter == matter
        return
    with pytest.raises(Forbidden) as refusal:
        write(who, matter)
    assert refusal.value.code == "role_missing"
    assert WorkingAgreement.objects.count() == 0


def test_write__the_groups_holder_counts(write, organisation) -> None:
    upper = make_person("ulf")
    operations.add_member(user=upper, group=organisation.group, role=TeamRole.TECH_LEAD, from_at=BEGAN_AT, by=SYSTEM)
    assert write(principal_of(upper, NOON)).written_by == upper


def test_write__the_system_and_unknown_matters_are_refused(write) -> None:
    with pytest.raises(Forbidden) as refusal:
        write(SYSTEM)
    assert refusal.value.code == "needs_a_person"
    others = [row.key for row in DATED if not row.is_working_agreement]
    for matter in ("", "no-such-matter", *others):
        with pytest.raises(Absent):
            write("ana", matter)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"text": "  "}, "/text"), ({"text": "x" * 4001}, "/text"), ({"reason": ""}, "/reason"),
        ({"reason": "x" * 501}, "/reason"), ({"links": ["javascript:alert(1)"]}, "/links"),
        ({"links": ["https://"]}, "/links"), ({"links": ["https://a.example/ b"]}, "/links"),
        ({"links": ["https://example.org/"] * 11}, "/links"), ({"links": ["https://[::"]}, "/links"),
        ({"review_by": TODAY}, "/review_by"), ({"review_by": date(2027, 8, 25)}, "/review_by"),
    ],
)  # fmt: skip
def test_write__a_fault_is_located_and_nothing_is_written(write, changed, pointer) -> None:
    with pytest.raises(Invalid) as refusal:
        write("ana", **changed)
    assert [problem.pointer for problem in refusal.value.errors] == [pointer]
    assert WorkingAgreement.objects.count() == 0


@given(st.dates(date(2001, 1, 1), date(2900, 1, 1)), st.integers(-5, 400))
def test_review_by__is_within_twelve_months(today: date, days: int) -> None:
    good = {"text": "a", "links": [], "reason": "b", "today": today}
    last = latest_review(today)
    assert 364 <= (last - today).days <= 366
    review_by = today + timedelta(days=days)
    assert bool(agreement_faults(review_by=review_by, **good)) == (not today < review_by <= last)


def test_review_by__of_a_leap_day() -> None:
    assert latest_review(date(2028, 2, 29)) == date(2029, 2, 28)
