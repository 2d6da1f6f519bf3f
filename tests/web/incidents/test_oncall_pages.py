"""The pages of a team in a week, their labels by plain form and for a whole rule, rules, profiles and stages."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from apps.audit import queries as audit
from apps.core import clock
from apps.incidents.models import AlertRule, MaturityThresholds, OnCallProfile, Page
from apps.incidents.operations.oncall_recording import receive_pages
from tests.oncall import MONDAY, in_madrid, item, madrid_items, push_token
from tests.personas import Organisation
from tests.web.portal.pages import words_of

Clients = Callable[..., Client]
WEEK = "/pages/?team=checkout&week=2026-W34"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _played() -> Iterator[None]:
    with clock.playing(MONDAY):
        yield


@pytest.fixture
def week(organisation: Organisation) -> list[Page]:
    """Madrid's week, in order."""
    in_madrid(organisation.checkout)
    receive_pages(items=madrid_items(), by=push_token(organisation.checkout))
    return list(Page.objects.order_by("fired_at"))


def test_list__shows_the_week_on_the_teams_clock(week: list[Page], client_as: Clients) -> None:
    text = words_of(client_as("eli").get(WEEK))
    assert "week 34 of 2026, 17 Aug to 23 Aug · times on the wall clock of Europe/Madrid" in text
    assert "Mon 17 Aug, 09:10 · A · Checkout API" in text
    assert "Night · repeats within 7 days · first of its night" in text
    assert "0 of 8 urgent pages have a label, 0 %. Judged from 60 % and 10 labels on." in text.replace("\xa0", " ")
    assert "Save the labels" not in text


def test_list__begins_with_the_own_team_and_the_running_week(week: list[Page], client_as: Clients) -> None:
    text = words_of(client_as("dee").get("/pages/"))
    assert "Pages of Checkout" in text
    assert "week 35 of 2026" in text
    assert "The week after" not in text


@pytest.mark.parametrize("query", ["week=2026-08", "week=soon", "which=mine", "responder=dee", "page=9"])
def test_list__refuses_an_address_it_does_not_read(query: str, week: list[Page], client_as: Clients) -> None:
    assert client_as("dee").get(f"/pages/?team=checkout&{query}").status_code == 400


def test_list__of_an_unknown_team_is_absent(client_as: Clients) -> None:
    assert client_as("dee").get("/pages/?team=moon").status_code == 404


def _sent(page: Page, label: str) -> dict[str, str]:
    return {f"p{page.pk}": label, f"w{page.pk}": page.label}


def test_labels__are_given_by_a_plain_form(week: list[Page], client_as: Clients) -> None:
    first, second, third, *_ = week
    body = {"team": "checkout", "week": "2026-W34"} | _sent(first, "acted") | _sent(second, "") | _sent(third, "acted")
    answer = client_as("dee").post("/pages/label/", body, follow=True)
    assert "Saved. 2 labels are new." in words_of(answer)
    assert answer.redirect_chain == [("/pages/?team=checkout&week=2026-W34", 302)]
    assert [p.label for p in Page.objects.order_by("fired_at")[:3]] == ["acted", "", "acted"]
    event = audit.list_events().filter(action="pages.labelled").get()
    assert str(first.pk) in event.payload_text


def test_labels__what_was_left_as_it_stood_goes_over_nothing(week: list[Page], client_as: Clients) -> None:
    first, *_ = week
    mine = {"team": "checkout", "week": "2026-W34"} | _sent(first, "")
    client_as("ana").post("/pages/label/", {"team": "checkout", "week": "2026-W34"} | _sent(first, "could_wait"))
    client_as("dee").post("/pages/label/", mine)
    assert Page.objects.get(pk=first.pk).label == "could_wait"


def test_labels__are_for_the_people_of_the_team(week: list[Page], client_as: Clients) -> None:
    body = {"team": "checkout", "week": "2026-W34"} | _sent(week[0], "acted")
    for who in ("eli", "fay", "gus", "hal"):
        assert client_as(who).post("/pages/label/", body).status_code == 403
    foreign = {"team": "harbour", "week": "2026-W34"} | _sent(week[0], "acted")
    assert client_as("eli").post("/pages/label/", foreign).status_code == 404
    assert client_as("dee").post("/pages/label/", body | {f"p{week[1].pk}": "nonsense"}).status_code == 422
    assert client_as("dee").post("/pages/label/", {}).status_code == 400
    assert not Page.objects.exclude(label="").exists()


def test_labels__fifty_on_one_page_without_script(organisation: Organisation, client_as: Clients) -> None:
    in_madrid(organisation.checkout)
    fired = [f"2026-08-{18 + n // 24:02}T{n % 24:02}:00:00+02:00" for n in range(50)]
    receive_pages(items=[item(at, "A") for at in fired], by=push_token(organisation.checkout))
    client = client_as("dee")
    page = client.get(WEEK)
    html = page.content.decode()
    assert len(html) < 100_000
    names = sorted(set(re.findall(r'type="radio" name="(p\d+)"', html)))
    assert len(names) == 50
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([\w-]*)"', html))
    sent = hidden | dict.fromkeys(names, "looked_only")
    assert "Saved. 50 labels are new." in words_of(client.post("/pages/label/", sent, follow=True))
    assert "50 of 50 urgent pages have a label" in words_of(client.get(WEEK))
    assert "Every page of this week has a label." in words_of(client.get(f"{WEEK}&which=unlabelled"))


def test_rule_label__reaches_the_week(week: list[Page], client_as: Clients) -> None:
    rule = AlertRule.objects.get(name="A")
    place = {"team": "checkout", "week": "2026-W34", "which": "all"}
    chosen = {"whole-rule": str(rule.pk), "whole-label": "threshold_wrong", "whole-reach": "blank"}
    answer = client_as("dee").post("/pages/label-rule/", place | chosen, follow=True)
    assert "Saved. 3 labels are new." in words_of(answer)
    wrong = client_as("dee").post("/pages/label-rule/", place | chosen | {"whole-rule": "999999"})
    assert wrong.status_code == 422
    assert "There is a problem" in words_of(wrong)
    assert client_as("eli").post("/pages/label-rule/", place | chosen).status_code == 403


def test_rules__are_listed_with_what_they_paged(week: list[Page], client_as: Clients) -> None:
    text = words_of(client_as("eli").get("/alert-rules/?team=checkout"))
    assert "A Checkout API Not said yet Not named yet 3 0 0" in text
    assert words_of(client_as("eli").get("/alert-rules/?team=harbour")).count("Checkout API") == 0


def test_rule__is_described_by_its_leads(week: list[Page], client_as: Clients) -> None:
    rule = AlertRule.objects.get(name="A")
    path = f"/alert-rules/{rule.pk}/describe/"
    good = {"signal": "symptom", "runbook_url": "https://runbooks.example.org/a", "revision": "1"}
    assert client_as("dee").post(path, good).status_code == 403
    assert client_as("eli").get(path).status_code == 403
    answer = client_as("ana").post(path, good, follow=True)
    assert "What users feel" in words_of(answer)
    stale = client_as("cy").post(path, good | {"signal": "cause"})
    assert stale.status_code == 412
    assert "Somebody else described this rule meanwhile" in words_of(stale)
    assert client_as("cy").post(path, good | {"runbook_url": "javascript:x"}).status_code == 422
    assert AlertRule.objects.get(pk=rule.pk).signal == "symptom"


PROFILE = {
    "from_on": "2026-08-24", "zone": "Asia/Tokyo", "starts": "09:00", "ends": "17:30", "acknowledgement_minutes": "5",
    "cover": "", "escalation": "The group's tech lead.", "reason": "The team moves.",
}  # fmt: skip


def test_profile__is_written_by_the_manager(organisation: Organisation, client_as: Clients) -> None:
    path = "/teams/checkout/on-call/profile/"
    assert client_as("ana").post(path, PROFILE).status_code == 403
    answer = client_as("cy").post(path, PROFILE, follow=True)
    assert "Monday to Friday, 09:00 to 17:30, Asia/Tokyo" in words_of(answer)
    row = OnCallProfile.objects.get()
    assert (row.acknowledgement_seconds, row.written_by_id) == (300, organisation.people["cy"].pk)
    wrong = client_as("cy").post(
        path, PROFILE | {"zone": "Mars/Base", "starts": "25:00", "ends": "x", "from_on": "soon"}
    )
    assert wrong.status_code == 422
    late = client_as("cy").post(path, PROFILE | {"zone": "Mars/Base", "ends": "08:00"})
    assert "Name a zone such as Europe/Madrid." in words_of(late)


def test_stages__are_read_by_all_and_written_by_the_steward(client_as: Clients) -> None:
    assert "at least 70 %" in words_of(client_as("eli").get("/governance/on-call-stages/"))
    good = {
        "from_on": "2026-08-24", "actionable_percent": "60", "most_after_done": "1", "on_time_percent": "75",
        "reason": "A first step.",
    }  # fmt: skip
    path = "/governance/on-call-stages/write/"
    assert client_as("cy").post(path, good).status_code == 403
    assert "at least 60 %" in words_of(client_as("gus").post(path, good, follow=True))
    assert client_as("gus").post(path, good | {"on_time_percent": "101"}).status_code == 422
    assert MaturityThresholds.objects.get().from_at.astimezone(clock.reporting_zone()).date() == date(2026, 8, 24)


def test_on_call__the_worked_week(week: list[Page], client_as: Clients) -> None:
    text = words_of(client_as("eli").get("/teams/checkout/on-call/?weeks=1&until=2026-W34")).replace("\xa0", " ")
    assert "Urgent pages 8 4 in working hours, 2 evening, 2 night" in text
    assert "Out of hours 50 % 4 of 8" in text
    assert "Repeat rate 38 % 3 of 8" in text
    assert "Actionable Not judged : too few 0 of 0 labelled" in text
    assert "Nights woken 14 % 1 of 7 nights" in text
    assert "Stage 0 of 4" not in text  # of another team: the stage is a judgement, the load a fact


def test_on_call__the_stage_is_for_who_sees_the_team(week: list[Page], client_as: Clients) -> None:
    text = words_of(client_as("dee").get("/teams/checkout/on-call/")).replace("\xa0", " ")
    assert "Stage 0 of 4. Next: response time." in text
    assert "too few: no page was taken up by a person" in text
    assert "/teams/checkout/on-call/" in client_as("dee").get("/teams/checkout/about/").content.decode()


@pytest.mark.parametrize("query", ["weeks=2", "until=2026-08", "order=stage", "stage=2", "sort=stage"])
def test_on_call__offers_no_order_and_no_filter(query: str, client_as: Clients) -> None:
    assert client_as("dee").get(f"/teams/checkout/on-call/?{query}").status_code == 400
    assert client_as("gus").get("/teams/?order=stage").status_code == 400
