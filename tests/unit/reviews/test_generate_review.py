"""A target review is generated from the card, follows late facts, and is opened by those who agree."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.accounts.domain import SYSTEM, Principal, PrincipalKind
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden
from apps.reviews import operations
from apps.reviews.models import TargetReview
from apps.scorecards import operations as scorecards
from apps.scorecards.domain.content import sha256_of
from apps.services import operations as services
from tests.cards import FREEZES_AT, HOUR, QUARTER, House, drafts_of, rows_of, send_late_fact
from tests.personas import principal_of

pytestmark = pytest.mark.sql

CFR, LEAD_TIME = "change-failure-rate", "change-lead-time"


# generated


def test_generate__actual_against_target_with_interval_and_words(generated: TargetReview) -> None:
    row = rows_of(generated)[CFR]
    assert (row["actual"]["value"], row["actual"]["n"]) == (0.22, 150)
    assert row["target"] == {"comparison": "at_most", "value": "0.187"}
    assert (row["baseline"]["period"], row["baseline"]["n"]) == ("2026-Q1", 100)
    assert row["target_sentence"] == "Cannot tell yet: 18.7\u00a0% lies inside 16.1–29.3\u00a0%"


def test_generate__drafts_the_worked_numbers(generated: TargetReview) -> None:
    found = drafts_of(generated)
    assert found[CFR]["draft"] == "0.187"
    assert found[LEAD_TIME]["draft"] == "90720"
    assert found["failed-deployment-recovery-time"]["draft"] == "3360"
    assert found[CFR]["near_noise"] is True
    assert found[CFR]["baseline"]["lower"] == pytest.approx(0.161, abs=0.001)
    assert found["deployment-frequency"]["answer"] == "none"
    assert "tiny releases" in found["deployment-frequency"]["why_none"]


def test_generate__a_baseline_with_too_few_events_gets_no_draft(house: House, at_freezing: datetime) -> None:
    house.hear(FREEZES_AT)
    house.put_share(QUARTER, 1, 4)
    scorecards.freeze_card(team=house.team, period=QUARTER, by=SYSTEM)
    row = drafts_of(operations.generate_review(team=house.team, quarter=QUARTER, by=SYSTEM))[CFR]
    assert (row["answer"], row["why_none"]) == (
        "none", "No draft: the quarter counts 4; fewer than 5 say too little to start from.",
    )  # fmt: skip


def test_generate__durations_of_releases_start_from_what_a_release_says_alone(
    house: House, at_freezing: datetime
) -> None:
    house.hear(FREEZES_AT)
    whole = {"value": 31 * 24 * HOUR, "lower": 19 * 24 * HOUR, "upper": 40 * 24 * HOUR}
    house.put(LEAD_TIME, QUARTER, n=390, denominator=390, clusters=34, **whole)
    release = {"value": 5.5 * HOUR, "lower": 1 * HOUR, "upper": 25 * HOUR}
    house.put(LEAD_TIME, QUARTER, part="per_link", n=34, denominator=34, **release)
    scorecards.freeze_card(team=house.team, period=QUARTER, by=SYSTEM)
    review = operations.generate_review(team=house.team, quarter=QUARTER, by=SYSTEM)
    row, draft = rows_of(review)[LEAD_TIME], drafts_of(review)[LEAD_TIME]
    assert (row["actual"]["n"], row["judged"]["n"], row["judged"]["per"]) == (390, 34, "deployment")
    assert draft["draft"] == str(int(Decimal("4.4") * 3600))
    assert (draft["baseline"]["value"], draft["baseline"]["n"]) == (5.5 * HOUR, 34)


def test_generate__a_value_of_zero_cannot_be_lowered(house: House, at_freezing: datetime) -> None:
    house.hear(FREEZES_AT)
    house.put_share(QUARTER, 0, 34)
    scorecards.freeze_card(team=house.team, period=QUARTER, by=SYSTEM)
    row = drafts_of(operations.generate_review(team=house.team, quarter=QUARTER, by=SYSTEM))[CFR]
    assert (row["answer"], row["why_none"]) == ("none", "No draft: the quarter's value is 0 already.")


def test_generate__needs_the_quarters_card(measured: House, at_freezing: datetime) -> None:
    with pytest.raises(Conflict):
        operations.generate_review(team=measured.team, quarter=QUARTER, by=SYSTEM)
    assert TargetReview.objects.count() == 0


def test_generate__twice_is_one_review(generated: TargetReview) -> None:
    again = operations.generate_review(team=generated.team, quarter=QUARTER, by=SYSTEM)
    assert (again.pk, again.content_sha256) == (generated.pk, generated.content_sha256)
    assert AuditEvent.objects.filter(action="review.generated").count() == 1


def test_generate__a_person_without_role_may_not(generated: TargetReview, people: dict[str, User]) -> None:
    with pytest.raises(Forbidden):
        operations.generate_review(team=generated.team, quarter=QUARTER, by=principal_of(people["ana"]))


def test_generate__the_hash_is_that_of_the_stored_content(generated: TargetReview) -> None:
    stored = TargetReview.objects.get(pk=generated.pk)
    assert sha256_of(stored.content) == stored.content_sha256


def test_generate__names_earlier_reviews_that_are_still_open(generated: TargetReview, measured: House) -> None:
    period = QUARTER.previous(-1)
    with clock.playing(datetime(2026, 10, 4, 3, tzinfo=UTC)):
        scorecards.freeze_card(team=measured.team, period=period, by=SYSTEM)
        review = operations.generate_review(team=measured.team, quarter=period, by=SYSTEM)
    assert review.content["still_open"] == ["2026-Q2"]


# what changed


def test_changed__definitions_marks_and_owners_of_the_quarter(measured: House) -> None:
    organisation = measured.organisation
    with clock.playing(datetime(2026, 3, 20, tzinfo=UTC)):
        measured.adopt_second("deployment-frequency", date(2026, 4, 6))
        services.hand_over(
            service=organisation.harbour_cluster, to=measured.team, from_at=datetime(2026, 5, 1, tzinfo=UTC),
            reason="The group moved it.", by=SYSTEM,
        )  # fmt: skip
    with clock.playing(FREEZES_AT):
        scorecards.freeze_card(team=measured.team, period=QUARTER, by=SYSTEM)
        review = operations.generate_review(team=measured.team, quarter=QUARTER, by=SYSTEM)
    changed = review.content["changed"]
    assert [(v["definition"], v["number"], v["effective_from"]) for v in changed["versions"]] == [
        ("deployment-frequency", 2, "2026-04-06")
    ]
    assert [(m["service"], m["move"], m["reason"]) for m in changed["ownership"]] == [
        ("Harbour cluster", "came", "The group moved it.")
    ]
    assert (changed["late_facts"], changed["restated"]) == (0, 0)


def test_generated__follows_late_facts_until_it_is_opened(
    generated: TargetReview, measured: House, people: dict[str, User]
) -> None:
    send_late_fact(measured)
    refreshed = operations.generate_review(team=measured.team, quarter=QUARTER, by=SYSTEM)
    assert refreshed.content["changed"]["late_facts"] == 1
    opened = operations.open_review(review=refreshed, by=principal_of(people["cy"]))
    again = operations.generate_review(team=measured.team, quarter=QUARTER, by=SYSTEM)
    assert (again.state, again.content_sha256) == ("in_discussion", opened.content_sha256)


# opened


@pytest.mark.parametrize("name", ["ana", "cy", "fay"])
def test_open__by_tech_lead_manager_or_leader(generated: TargetReview, people: dict[str, User], name: str) -> None:
    review = operations.open_review(review=generated, by=principal_of(people[name]))
    assert (review.state, review.opened_by_id, review.opened_at) == ("in_discussion", people[name].pk, FREEZES_AT)
    assert AuditEvent.objects.filter(action="review.opened", actor=f"user:{people[name].pk}").exists()


@pytest.mark.parametrize("name", ["bo", "dee", "gus", "hal"])
def test_open__by_nobody_else(generated: TargetReview, people: dict[str, User], name: str) -> None:
    with pytest.raises(Forbidden) as caught:
        operations.open_review(review=generated, by=principal_of(people[name]))
    assert caught.value.code == "role_missing"


def test_open__an_outsider_finds_nothing(generated: TargetReview, people: dict[str, User]) -> None:
    with pytest.raises(Absent):
        operations.open_review(review=generated, by=principal_of(people["eli"]))


def test_open__a_token_is_no_person(generated: TargetReview) -> None:
    token = Principal(kind=PrincipalKind.TOKEN, key="token:1", token_id=1, token_team_id=generated.team_id)
    with pytest.raises(Forbidden) as caught:
        operations.open_review(review=generated, by=token)
    assert caught.value.code == "needs_a_person"


def test_open__twice(discussed: TargetReview, people: dict[str, User]) -> None:
    with pytest.raises(Conflict) as caught:
        operations.open_review(review=discussed, by=principal_of(people["cy"]))
    assert caught.value.code == "review_state"
