"""The pages of target reviews: read, opened, answered, signed, without JavaScript."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM
from apps.annotations.models import Annotation
from apps.core import clock
from apps.core.templatetags.plumbline import instant_words
from apps.delivery.facts import DEPLOYMENTS
from apps.reviews import operations as reviews
from apps.reviews.models import ReviewSignature, TargetReview
from apps.scorecards import operations as scorecards
from apps.services import operations as services
from apps.teams.models import Membership
from tests.cards import FREEZES_AT, QUARTER, House, answer_all, close, sign_as
from tests.personas import principal_of

As = Callable[..., Client]


def url(review: TargetReview, act: str = "") -> str:
    return f"/reviews/targets/{review.pk}/" + (f"{act}/" if act else "")


def bare(content: bytes, address: str) -> str:
    """A page without its own address and form tokens."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", content.decode()).replace(address, "")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def sent(review: TargetReview, **changes: str) -> dict[str, str]:
    review.refresh_from_db()
    given = {
        "definition": "change-failure-rate", "content_sha256": review.content_sha256, "choice": "edit", "value": "19",
        "reason": "", "heroic_reason": "",
    }  # fmt: skip
    return {**given, **changes}


def test_review__names_everything_that_changed(measured: House, client_as: As) -> None:
    organisation = measured.organisation
    with clock.playing(datetime(2026, 3, 20, tzinfo=UTC)):
        measured.adopt_second("deployment-frequency", date(2026, 4, 6))
        services.hand_over(
            service=organisation.harbour_cluster, to=measured.team, from_at=datetime(2026, 5, 1, tzinfo=UTC),
            reason="The group moved it.", by=SYSTEM,
        )  # fmt: skip
        services.hand_over(
            service=organisation.checkout_web, to=organisation.harbour, from_at=datetime(2026, 6, 1, tzinfo=UTC),
            reason="Frontend moves.", by=SYSTEM,
        )  # fmt: skip
    for at, service in (
        (datetime(2026, 4, 9, tzinfo=UTC), organisation.checkout_api),
        (datetime(2026, 7, 1, tzinfo=UTC), None),
    ):
        Annotation.objects.create(
            kind="launch", service=service, starts_at=at, text=f"Gift cards, {at:%d %b}.", created_at=at,
            created_by=organisation.people["ana"],
        )  # fmt: skip
    with clock.playing(FREEZES_AT):
        scorecards.freeze_card(team=measured.team, period=QUARTER, by=SYSTEM)
        rows = [
            {"key": "late", "service": organisation.checkout_api.pk, "finished_at": datetime(2026, 6, 2, tzinfo=UTC)}
        ]
        services.record_facts(source=DEPLOYMENTS, channel="ci", rows=rows)
        review = reviews.generate_review(team=measured.team, quarter=QUARTER, by=SYSTEM)
        page = main_of(text(client_as("dee"), url(review)))
    for words in (
        "Deployment frequency is measured by v2 since 6 Apr 2026: Hotfixes count apart",
        "Launch, 9 Apr 2026, Checkout API: Gift cards, 09 Apr.",
        "Harbour cluster came to the team on 1 May 2026: The group moved it.",
        "Checkout web moved to another team on 1 Jun 2026",
        "Late facts read after the card was frozen: 1",
    ):
        assert words in page
    assert "01 Jul" not in page


def test_review__an_earlier_one_is_still_open(generated: TargetReview, measured: House, client_as: As) -> None:
    period = QUARTER.previous(-1)
    with clock.playing(datetime(2026, 10, 4, 3, tzinfo=UTC)):
        scorecards.freeze_card(team=measured.team, period=period, by=SYSTEM)
        review = reviews.generate_review(team=measured.team, quarter=period, by=SYSTEM)
    page = text(client_as("dee"), url(review))
    assert "An earlier review is still open; its old targets hold." in page
    assert "Q2 2026" in page


def test_review__a_vacant_role_says_who_signs(discussed: TargetReview, client_as: As) -> None:
    Membership.objects.filter(role="engineering_manager").update(until_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert "nobody holds this role; a metrics steward signs" in text(client_as("dee"), url(discussed))


def test_review__late_facts_are_mentioned_nowhere_when_there_are_none(generated: TargetReview, client_as: As) -> None:
    assert "No definition, owner or annotated event changed" in text(client_as("dee"), url(generated))


def test_review__a_signature_names_its_person(discussed: TargetReview, client_as: As, measured: House) -> None:
    people = measured.organisation.people
    answer_all(discussed, principal_of(people["ana"]))
    sign_as(discussed, "tech_lead", people["ana"])
    page = text(client_as("dee"), url(discussed))
    assert "Ana Tamm, <time" in page
    assert page.count("Not signed yet") == 2


def test_list__names_state_and_signatures(generated: TargetReview, client_as: As) -> None:
    page = text(client_as("dee"), "/reviews/")
    assert "Checkout, Q2 2026" in page
    assert "Generated" in page
    assert "0 of 3 signed" in page


def test_list__shows_only_teams_one_may_judge(generated: TargetReview, client_as: As) -> None:
    assert "Checkout" not in text(client_as("eli"), "/reviews/").split("<main")[1]
    assert "Checkout, Q2 2026" in text(client_as("fay"), "/reviews/")


@pytest.mark.parametrize("query", ["?sort=value", "?page=0", "?page=9"])
def test_list__what_it_does_not_read(generated: TargetReview, client_as: As, query: str) -> None:
    assert client_as("fay").get("/reviews/" + query).status_code == 400


def test_review__sections_in_their_order(generated: TargetReview, client_as: As) -> None:
    page = text(client_as("dee"), url(generated))
    places = [
        page.index(f">{head}</h2>")
        for head in ("B Actual and target", "C What changed", "F Next targets", "Signatures")
    ]
    assert places == sorted(places)
    assert "18.7\u00a0% lies inside 16.1–29.3\u00a0%" in page
    assert "at most 18.7\u00a0%" in page
    assert "agree on a practice, too" in page
    assert "tiny releases" in page
    assert "style=" not in page


@pytest.mark.parametrize(("name", "may"), [("ana", True), ("fay", True), ("dee", False), ("gus", False)])
def test_review__what_a_reader_may_never_do_is_absent(
    generated: TargetReview, client_as: As, name: str, may: bool
) -> None:
    assert ("Open the review</button>" in text(client_as(name), url(generated))) is may


def test_review__of_another_team_is_not_here(generated: TargetReview, client_as: As) -> None:
    client = client_as("eli")
    hidden, absent = client.get(url(generated)), client.get("/reviews/targets/999999/")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert bare(hidden.content, url(generated)) == bare(absent.content, "/reviews/targets/999999/")


def test_review__nobody_signed_in(generated: TargetReview, client_as: As) -> None:
    assert client_as(None).get(url(generated)).status_code == 302


def test_review__twelve_queries_at_most(
    discussed: TargetReview, client_as: As, django_assert_max_num_queries: Callable
) -> None:
    client = client_as("ana")
    for address in ("/reviews/", url(discussed)):
        with django_assert_max_num_queries(12):
            text(client, address)


def test_journey__open_answer_and_three_signatures(generated: TargetReview, client_as: As) -> None:
    ana = client_as("ana")
    page = ana.post(url(generated, "open"), follow=True).content.decode()
    assert "Opened. The values are fixed now" in page
    assert "Sign as" not in page
    assert "3 drafted targets have no answer" in page
    for definition in ("change-failure-rate", "change-lead-time", "failed-deployment-recovery-time"):
        answer = ana.post(url(generated, "edit"), sent(generated, definition=definition, choice="accept"))
        assert (answer.status_code, answer["Location"]) == (302, f"{url(generated)}#next")
    for name, role in (("ana", "tech_lead"), ("cy", "engineering_manager"), ("fay", "leadership")):
        client = client_as(name)
        page = text(client, url(generated))
        assert page.count("Sign as ") == 1
        digest = re.search(r'name="content_sha256" value="(\w{64})">\s*<button class="c-button">Sign as', page)
        assert digest
        answer = client.post(url(generated, "sign"), {"role": role, "content_sha256": digest.group(1)}, follow=True)
    assert "3 targets hold in Q3 2026." in answer.content.decode()
    assert "Ana Tamm" in answer.content.decode()


def test_review__a_tool_reads_it_and_is_offered_nothing(discussed: TargetReview, measured: House) -> None:
    client = Client(headers={"Authorization": f"Bearer {measured.organisation.secrets['read']}"})
    assert "<button" not in main_of(text(client, url(discussed)))


def test_open__by_a_member(generated: TargetReview, client_as: As) -> None:
    assert client_as("dee").post(url(generated, "open")).status_code == 403


def test_edit__the_value_is_typed_in_the_printed_unit(discussed: TargetReview, client_as: As) -> None:
    answer = client_as("ana").post(
        url(discussed, "edit"), sent(discussed, definition="change-lead-time", value="26,4"), follow=True
    )
    assert "Target at most 26.4\u00a0h, drafted at most 25.2\u00a0h" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": "many"}, "Enter a number such as 12.5."),
        ({"value": "150"}, "A share lies between 0 and 1."),
        ({"value": "5"}, "More than one third"),
        ({"definition": "deployment-frequency"}, "Choose a definition of section F"),
        ({"choice": "ignore"}, "Select a valid choice"),
    ],
)
def test_edit__a_fault_keeps_what_was_typed(
    discussed: TargetReview, client_as: As, change: dict[str, str], words: str
) -> None:
    data = sent(discussed, reason="Because we tried.", **change)
    answer = client_as("ana").post(url(discussed, "edit"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "There is a problem" in page
    if data["definition"] == "change-failure-rate":
        field = re.search(r'<li><a href="#(next-\d-\w+)">', page)
        assert field
        assert f'id="{field.group(1)}"' in page
        assert f'value="{data["value"]}"' in page
        assert 'value="Because we tried."' in page


def test_edit__two_people_answer_one_row(discussed: TargetReview, client_as: As) -> None:
    old = sent(discussed, value="17.5", reason="Mine.")
    client_as("cy").post(url(discussed, "edit"), sent(discussed, value="18", reason="Theirs."))
    answer = client_as("ana").post(url(discussed, "edit"), old)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Stored now: at most 18\u00a0%, edited." in page
    assert 'value="17.5"' in page
    assert 'value="Mine."' in page
    again = re.search(r'name="content_sha256" value="(\w{64})"', page)
    assert again
    assert client_as("ana").post(url(discussed, "edit"), {**old, "content_sha256": again.group(1)}).status_code == 302


def test_sign__an_old_hash(discussed: TargetReview, client_as: As, measured: House) -> None:
    old = discussed.content_sha256
    answer_all(discussed, principal_of(measured.organisation.people["ana"]))
    answer = client_as("ana").post(url(discussed, "sign"), {"role": "tech_lead", "content_sha256": old})
    assert answer.status_code == 412
    assert ReviewSignature.objects.count() == 0


@pytest.mark.parametrize("data", [{}, {"role": "steward", "content_sha256": "0" * 64}, {"role": "tech_lead"}])
def test_sign__what_cannot_be_read(discussed: TargetReview, client_as: As, data: dict[str, str]) -> None:
    assert client_as("ana").post(url(discussed, "sign"), data).status_code == 400


@pytest.mark.parametrize("act", ["edit", "sign"])
@pytest.mark.parametrize(("name", "status"), [("dee", 403), ("gus", 403), ("eli", 404)])
def test_acts__the_right_is_judged_before_what_was_sent(
    discussed: TargetReview, client_as: As, act: str, name: str, status: int
) -> None:
    assert client_as(name).post(url(discussed, act), {"choice": "ignore"}).status_code == status


def test_sign__with_open_items(discussed: TargetReview, client_as: As) -> None:
    data = {"role": "tech_lead", "content_sha256": discussed.content_sha256}
    assert client_as("ana").post(url(discussed, "sign"), data).status_code == 409


def test_sign__by_token(discussed: TargetReview, measured: House) -> None:
    client = Client(headers={"Authorization": f"Bearer {measured.organisation.secrets['push']}"})
    with clock.playing(FREEZES_AT):
        answer = client.post(url(discussed, "sign"), {"role": "tech_lead"})
    assert answer.status_code in (401, 403)
    assert ReviewSignature.objects.count() == 0


@pytest.mark.parametrize("act", ["open", "edit", "sign"])
def test_acts__are_only_posted(discussed: TargetReview, client_as: As, act: str) -> None:
    assert client_as("ana").get(url(discussed, act)).status_code == 405


@pytest.mark.parametrize("act", ["open", "edit", "sign"])
def test_acts__an_outsider_finds_nothing(discussed: TargetReview, client_as: As, act: str) -> None:
    assert client_as("eli").post(url(discussed, act), sent(discussed)).status_code == 404


def main_of(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def test_closed__renders_from_its_snapshot_alone(discussed: TargetReview, client_as: As, measured: House) -> None:
    review = close(discussed, measured.organisation.people)
    client = client_as("fay")
    before = main_of(text(client, url(review)))
    measured.team.name = "Payments"
    measured.team.save()
    person = measured.organisation.people["ana"]
    person.full_name = "Ana Berg"
    person.save()
    measured.put_share(QUARTER.previous(), 1, 100)
    assert main_of(text(client, url(review))) == before
    assert "Checkout" in before
    assert "<form" not in before


def test_closed__says_when_in_the_reporting_zone(discussed: TargetReview, client_as: As, measured: House) -> None:
    review = close(discussed, measured.organisation.people)
    local = instant_words(review.closed_at.astimezone(clock.reporting_zone()))
    page = main_of(text(client_as("fay"), url(review)))
    assert f"Closed on {local}. 3 targets hold in" in page
    assert "UTC." not in page


def test_closed_late__the_team_page_names_the_quarter_that_is_judged(
    discussed: TargetReview, client_as: As, measured: House
) -> None:
    with clock.playing(datetime(2026, 8, 20, 9, tzinfo=UTC)):
        page = main_of(text(client_as("dee"), "/teams/checkout/about/"))
        assert "No target is agreed for Q3 2026. The quarterly review drafts them." in page
        close(discussed, measured.organisation.people)
        page = main_of(text(client_as("dee"), "/teams/checkout/about/"))
    assert "No target is agreed for Q3 2026. What was agreed late holds from Q4 2026." in page
    assert ">Change failure rate</a>" in page
    assert "at most 18.7\u00a0%" in page


def test_closed_in_time__the_team_page_shows_the_running_quarter(
    discussed: TargetReview, client_as: As, measured: House
) -> None:
    close(discussed, measured.organisation.people)
    page = main_of(text(client_as("dee"), "/teams/checkout/about/"))
    assert "No target is agreed" not in page
    assert "Q3 2026" in page


def test_closed__takes_no_further_act(discussed: TargetReview, client_as: As, measured: House) -> None:
    review = close(discussed, measured.organisation.people)
    assert client_as("ana").post(url(review, "edit"), sent(review)).status_code == 409
