"""Metrics that are often looked at and decide nothing: what counts, who answers, and when it is asked again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Conflict, Forbidden
from apps.metrics.models import MetricDefinition
from apps.reviews import operations, queries
from apps.reviews.domain.content import Answer
from apps.reviews.domain.ornaments import Use, asks_again_on, is_cited, is_ornament, say_ornament, weeks_from
from apps.reviews.models import AgendaItem, DefinitionOpening, KeptDefinition, TargetReview
from apps.reviews.operations import ornaments as openings
from apps.reviews.ornaments import list_standing
from tests.cards import House, close
from tests.personas import principal_of

FREQUENCY = "deployment-frequency"
TODAY = datetime(2026, 8, 24, 10, tzinfo=UTC)
pytestmark = pytest.mark.sql


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a process of its own."""
    monkeypatch.setattr(openings, "_counted", {})


def definition(slug: str = FREQUENCY) -> MetricDefinition:
    return MetricDefinition.objects.get(slug=slug)


def opened(by: User, weeks: int, until: datetime = TODAY) -> None:
    for number in range(weeks):
        with clock.playing(until - timedelta(days=7 * number)):
            operations.note_opening(definition=definition(), by=principal_of(by))


@pytest.mark.parametrize(
    ("use", "asked"),
    [
        (Use(6, 0, 0), True), (Use(0, 0, 6), True), (Use(5, 0, 5), False), (Use(9, 1, 20), False),
    ],
)  # fmt: skip
def test_ornament__six_agendas_or_six_weeks_and_no_decision(use: Use, *, asked: bool) -> None:
    assert is_ornament(use) is asked


@pytest.mark.parametrize(
    ("answer", "reason", "differs", "cited"),
    [
        (Answer.NONE, "", False, False), (Answer.OPEN, "", False, False), (Answer.DROPPED, "", False, False),
        (Answer.DROPPED, "It breeds tiny releases.", False, True), (Answer.ACCEPTED, "", True, True),
        (Answer.ACCEPTED, "As before.", False, False), (Answer.EDITED, "", True, True),
    ],
)  # fmt: skip
def test_cited__going_on_as_before_decides_nothing(answer: Answer, reason: str, *, differs: bool, cited: bool) -> None:
    assert is_cited({"answer": str(answer), "reason": reason}, differs=differs) is cited


def test_words_and_dates__as_worked_out() -> None:
    assert say_ornament(Use(8, 0, 1)) == (
        "In two quarters on 8 agendas and opened in 1 week, cited by no decision. Off the card, or retire?"
    )
    assert asks_again_on(date(2026, 8, 24)) == date(2027, 4, 1)
    assert weeks_from(date(2026, 8, 17), date(2026, 8, 24)) == ["2026-W35", "2026-W34"]


def test_closing__writes_what_stood_on_the_agenda(discussed: TargetReview, people: dict[str, User]) -> None:
    close(discussed, people)
    found = dict(AgendaItem.objects.values_list("definition__slug", "is_cited"))
    assert found[FREQUENCY] is False
    assert found["change-lead-time"] is True
    shown = {row["definition"] for row in discussed.content["rows"]}
    assert set(found) == shown & set(MetricDefinition.objects.values_list("slug", flat=True))


def test_openings__are_counted_by_week_without_a_person(house: House) -> None:
    people = house.organisation.people
    with clock.playing(TODAY):
        operations.note_opening(definition=definition(), by=principal_of(people["ana"]))
        operations.note_opening(definition=definition(), by=principal_of(people["eli"]))
    with clock.playing(TODAY + timedelta(minutes=1)):
        operations.note_opening(definition=definition(), by=principal_of(people["eli"]))
    assert list(DefinitionOpening.objects.values_list("week", "minutes")) == [("2026-W35", 2)]
    assert {field.name for field in DefinitionOpening._meta.fields} == {"id", "definition", "week", "minutes"}


def test_ornament__opened_in_six_weeks_of_two_quarters(house: House) -> None:
    ana = house.organisation.people["ana"]
    opened(ana, 4, TODAY - timedelta(days=200))
    opened(ana, 5)
    with clock.playing(TODAY):
        assert list_standing(principal_of(ana)).ornaments == []
        opened(ana, 6)
        (found,) = list_standing(principal_of(house.organisation.people["gus"])).ornaments
    assert (found.about, found.answers[0][1]) == ("Deployment frequency", f"/governance/ornaments/{FREQUENCY}/")
    assert found.text.startswith("In two quarters opened in 6 weeks, cited by no decision.")


def test_ornament__those_who_sign_its_changes_are_offered_answers(house: House) -> None:
    people = house.organisation.people
    opened(people["ana"], 6)
    with clock.playing(TODAY):
        offered = {name for name, user in people.items() if list_standing(principal_of(user)).ornaments[0].answers}
    assert offered == {"ana", "cy", "gus"}


def test_keep__is_a_dated_row_and_is_asked_again_after_two_quarters(house: House) -> None:
    people = house.organisation.people
    opened(people["ana"], 6)
    by = principal_of(people["cy"])
    with clock.playing(TODAY):
        kept = operations.keep_definition(definition=definition(), reason="It stands beside lead time.", by=by)
        assert list_standing(by).ornaments == []
        assert not queries.get_seen(FREQUENCY).is_asked
        with pytest.raises(Conflict):
            operations.keep_definition(definition=definition(), reason="Once more.", by=by)
    assert (kept.asks_again_on, KeptDefinition.objects.count()) == (date(2027, 4, 1), 1)
    event = AuditEvent.objects.get(action="definition.kept")
    assert "2027-04-01" in event.payload_text
    with clock.playing(datetime(2027, 4, 1, 10, tzinfo=UTC)):
        opened(people["ana"], 6, datetime(2027, 4, 1, 10, tzinfo=UTC))
        assert [found.about for found in list_standing(by).ornaments] == ["Deployment frequency"]


@pytest.mark.parametrize("name", ["bo", "dee", "eli", "fay", "hal"])
def test_keep__is_refused_to_whoever_does_not_sign(house: House, name: str) -> None:
    opened(house.organisation.people["ana"], 6)
    with clock.playing(TODAY), pytest.raises(Forbidden):
        operations.keep_definition(
            definition=definition(), reason="I like it.", by=principal_of(house.organisation.people[name])
        )


def test_seen__is_read_in_one_query(house: House, django_assert_num_queries) -> None:
    opened(house.organisation.people["ana"], 6)
    by = principal_of(house.organisation.people["gus"])
    with clock.playing(TODAY), django_assert_num_queries(1):
        list_standing(by)
