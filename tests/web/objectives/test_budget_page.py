"""The page of a budget: seven parts in order, the worked examples to the digit, and words for every state."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.immutable import writing
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import Objective, TargetSuggestion
from apps.objectives.operations.evaluation_asking import ask_objectives
from apps.services import operations as services
from tests.budgets import add_promise, lay, make_objective, spread
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.sampling import add_version, make_indicator, make_series
from tests.spending import DAY, HOUR, NEWEST, NOW, WINDOW, evaluate, fired, first_example, spent, tenants
from tests.web.portal.pages import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
ClientAs = Callable[..., Client]
PAGE = "/objectives/checkout-works/"
PARTS = ("sentence", "agreed", "spent", "felt", "months", "what-if", "log")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def test_page__says_the_first_example_to_the_digit(organisation: Organisation, client_as: ClientAs) -> None:
    first_example(organisation)
    text = words_of(client_as("eli").get(PAGE))
    said = (
        "Checkout works succeeded for 99.77 % of 1,284,500 requests in 28 days (promise 99.7 %). "
        "942 failures left, about 54 h at this pace."
    )
    for part in (
        said, "At risk : 24.4 % left, about 54 h at this pace", "2,911 of 1,284,500", "3,853 events, 942 left",
        "75.6 %", "29 min", "2.98 times even spend", "the same; nothing is left out", "data up to 24 Aug 2026, 10:00",
    ):  # fmt: skip
        assert part in text


def test_page__has_its_seven_parts_in_order_and_no_part_needs_a_script(
    organisation: Organisation, client_as: ClientAs
) -> None:
    spent(organisation)
    html = client_as("ana").get(PAGE).content.decode()
    places = [html.index(f'<section class="l-stack l-stack--tight" id="{part}"') for part in PARTS]
    assert places == sorted(places)
    assert html.count("<script") == 2
    assert "<svg" in html


@pytest.mark.parametrize(
    ("bad", "state", "asked"),
    [
        (100, "Within : 97.4 % left", "Which launch is worth spending it on?"),
        (3_500, "At risk : 9.1 % left", "What can wait, or go to fewer users?"),
        (5_000, "Exhausted : 1,147 more failures than agreed", "Whom do we tell, and what moves?"),
    ],
)
def test_page__puts_one_question_to_each_of_three_people(
    organisation: Organisation, client_as: ClientAs, bad: int, state: str, asked: str
) -> None:
    spent(organisation, bad)
    text = words_of(client_as("bo").get(PAGE))
    assert state in text
    assert asked in text
    assert text.count("Product manager") == 1


def test_silence__is_a_state_of_its_own_and_never_green(organisation: Organisation, client_as: ClientAs) -> None:
    """Nobody evaluates meanwhile: the page says it all the same."""
    spent(organisation, 100)
    with clock.playing(NOW + 7 * HOUR):
        answer = client_as("ana").get(PAGE)
    text = words_of(answer)
    assert "No data : stale since 24 Aug, 10:00; was Within" in text
    assert "c-state--good" not in answer.content.decode()
    assert "Do we still need this promise?" in text
    assert "the number stands still until something does" in text


def test_nothing_came__says_not_connected_and_who_can_connect(organisation: Organisation, client_as: ClientAs) -> None:
    make_objective(organisation, make_indicator(organisation))
    text = words_of(client_as("ana").get(PAGE))
    assert "No data : not connected" in text
    assert "99.7 %, and no counts have come yet" in text
    assert "push them, import a file, or connect monitoring" in text
    assert "Whose job is the wiring?" in text


def test_too_little__is_not_judged(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    lay(make_series(indicator), spread(NEWEST - (WINDOW - 1) * HOUR, WINDOW, 3600, 0, 37))
    evaluate(objective)
    answer = client_as("ana").get(PAGE)
    assert "Not judged : too few (37 of 334 events)" in words_of(answer)
    assert "c-state--good" not in answer.content.decode()


def test_broken_slices__ask_to_check_the_wiring(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    start = NEWEST - (WINDOW - 1) * HOUR
    good = spread(start, WINDOW - 60, 3600, 10, 100_000)
    broken = [Slice(start + (WINDOW - 60 + n) * HOUR, Counts(12, 10, 12)) for n in range(59)]
    lay(make_series(indicator), [*good, *broken, *spread(NEWEST, 1, 3600, 0, 100)])
    evaluate(objective)
    text = words_of(client_as("ana").get(PAGE))
    assert "Not judged : more than 5 % of the slices are unusable; check the wiring" in text
    assert "59 slices cannot be used: more good or more failed than valid, or below zero" in text


def test_full_target__has_no_budget_and_says_so(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 3, 1_000, policy=False, target="1")
    text = words_of(client_as("ana").get(PAGE))
    assert "No failure was agreed to; there were 3." in text
    assert "none: every failure breaks it" in text
    assert "There is no budget to burn" in text


@pytest.mark.parametrize(
    ("promise", "here", "elsewhere"),
    [
        ({}, "Every event counts the same", "Tools that count minutes or slices weigh every hour alike"),
        ({"method": "time_slices", "slice_target": "0.9"}, "Every slice with traffic counts the same", "busy slices"),
        ({}, "Exactly on the target is met.", "Some tools ask for more than the target"),
        ({}, "count on neither side", "Some tools count a missing slice as good, some as bad"),
        ({}, "The window ends with the newest slice", "let bad days leave while nothing is measured"),
        ({"window": {"calendar": "month"}}, "The period is that of the reporting zone", "30 days for every month"),
        ({}, "Exempted slices leave both sides", "Some tools count exempted time as good"),
        ({"target": "1"}, "A target of 100 % has no budget", "Some tools show 0 % or 100 % left"),
    ],
)
def test_rules_on_which_tools_differ__stand_beside_the_number(
    organisation: Organisation, client_as: ClientAs, promise: dict[str, Any], here: str, elsewhere: str
) -> None:
    spent(organisation, 100, policy=False, **promise)
    text = words_of(client_as("ana").get(PAGE))
    assert here in text
    assert elsewhere in text


def test_low_traffic__says_what_one_failure_costs(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 1, 1_120, policy=False, target="0.995")
    assert "1 bad event = 17.9 % of the budget" in words_of(client_as("ana").get(PAGE))


def test_calendar__is_a_burn_down_beside_even_spend(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 1_500, policy=False, window={"calendar": "month"})
    html = client_as("ana").get(PAGE).content.decode()
    text = words_of(client_as("ana").get(PAGE))
    assert "in this calendar month" in text
    assert "even spend would leave" in text
    assert 'class="guide even"' in html
    assert "25 %: at risk" in html


def test_burn_down__begins_with_a_new_definition_and_ends_at_what_is_left(
    organisation: Organisation, client_as: ClientAs
) -> None:
    """What failed under the old measurement is not in the budget, so the line does not spend it."""
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator, window={"calendar": "month"})
    series, begins = make_series(indicator), NEWEST.replace(day=9, hour=22)
    lay(series, spread(begins - 8 * DAY, 8 * 24, 3600, 9_000, 400_000))
    evaluate(objective, at=begins)
    add_version(organisation, indicator, effective_from=date(2026, 8, 10), slice_seconds=3600, limit=None)
    hours = int((NEWEST - begins) / HOUR) + 1
    lay(series, spread(begins, hours, 3600, 300, 800_000))
    ask_objectives({objective.pk: date(2026, 8, 10)}, NOW)
    evaluate(objective)
    answer = client_as("ana").get(PAGE)
    assert "87.5 % left" in words_of(answer)
    rows = [line for line in answer.content.decode().split("<tr") if "failed that day" in line]
    assert len(rows) == 15
    assert all("−" not in row for row in rows)
    assert "87.5" in rows[0]
    home = client_as("ana").get("/teams/checkout/").content.decode()
    chart = home[home.index('id="budget-checkout-works') :]
    assert re.findall(r"(\d+ Aug): (\d+)", chart)[:1] == [("10 Aug", "99")]


def test_deployments__stand_below_on_the_same_days(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 100, policy=False)
    calm = words_of(client_as("ana").get(PAGE))
    assert "No deployment of the service in this window: it may be calm because nothing was shipped." in calm
    rows = [
        {"key": f"r{n}", "service": organisation.checkout_api.pk, "finished_at": NOW - n * 3 * DAY} for n in range(1, 4)
    ]  # fmt: skip
    services.record_facts(source=sources.get("deployments"), channel="ci", rows=rows, connected_from=NOW - 90 * DAY)
    assert "3 deployments in 29 days, the newest on 21 Aug" in words_of(client_as("ana").get(PAGE))


def test_new_versions__are_breaks_and_lines_of_the_log(organisation: Organisation, client_as: ClientAs) -> None:
    objective = spent(organisation, 100, policy=False)
    add_promise(organisation, objective, effective_from=date(2026, 8, 17), target="0.995")
    add_version(organisation, objective.indicator, effective_from=date(2026, 8, 3), slice_seconds=3600, limit=None)
    evaluate(objective)
    html = client_as("ana").get(PAGE).content.decode()
    assert "v1 → v2" in html
    assert "SLI v1 → v2" in html
    assert "v2 in force: For a test." in words_of(client_as("ana").get(PAGE))


def test_tenants__stand_by_themselves_beside_a_sum_that_looks_fine(
    organisation: Organisation, client_as: ClientAs
) -> None:
    tenants(organisation)
    answer = client_as("dee").get("/objectives/clusters-answer/")
    text = words_of(answer)
    assert "Exhausted : 3 of 4 keep the promise" in text
    assert "3 of 4 judged tenants keep the promise (95 % should); outside: cobalt; not judged: elm." in text
    for row in (
        "cobalt Exhausted : 30 more failures than agreed 61 of 3,150 98.0 % −93.7 %",
        "elm Not judged : too few (40 of 100) 3 of 40 92.5 % –",
        "birch Within 402 of 96,300 99.5 % 58.2 %",
    ):
        assert row in text
    assert text.index("cobalt Exhausted") < text.index("elm Not judged") < text.index("dune Within")
    assert "46.8 %" in text


def test_a_sum_within__names_the_tenant_that_it_hides(organisation: Organisation, client_as: ClientAs) -> None:
    tenants(organisation, judge="total", share_target=None)
    text = words_of(client_as("dee").get("/objectives/clusters-answer/"))
    assert "Hidden by the total: cobalt." in text
    assert "Within : 46.8 % left" in text


def test_months__are_met_not_met_or_not_judged(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    series = make_series(indicator)
    july = NEWEST.replace(month=7, day=1, hour=0)
    lay(series, spread(july - 30 * DAY, 600, 3600, 10, 900_000))
    lay(series, spread(july, 700, 3600, 9_000, 900_000))
    lay(series, spread(NEWEST - 500 * HOUR, 501, 3600, 10, 900_000))
    evaluate(objective)
    text = words_of(client_as("ana").get(PAGE))
    assert "Aug 2026 Not judged : it is running" in text
    assert "Jul 2026 Not met" in text
    assert "Jun 2026 Met" in text
    assert "May 2026 Not judged : no data" in text


def test_what_if__puts_the_same_counts_to_other_rungs_and_starts_a_proposal(
    organisation: Organisation, client_as: ClientAs
) -> None:
    spent(organisation, 3_500, policy=False)
    answer = client_as("ana").get(PAGE)
    text, html = words_of(answer), answer.content.decode()
    assert "99 % Within : 72.7 % left" in text
    assert "99.7 %, as agreed At risk" in text
    assert "99.9 % Exhausted : 2,216 more failures than agreed" in text
    assert "/proposals/new/slo/?key=checkout-works&amp;target=0.999" in html
    assert "target=0.997" not in html
    assert "/proposals/new/slo/" not in client_as("eli").get(PAGE).content.decode()


def test_suggestion__stands_beside_the_rungs(organisation: Organisation, client_as: ClientAs) -> None:
    objective = spent(organisation, 10, policy=False)
    TargetSuggestion.objects.create(
        objective=objective, month="2026-08", kind="tighten", target="0.999", windows=[], computed_at=NOW
    )
    text = words_of(client_as("ana").get(PAGE))
    assert "Suggested this month" in text
    assert "Worth a talk: 99.9 %." in text


def test_suggestion__of_another_month_or_of_an_earlier_promise_is_not_this_months(
    organisation: Organisation, client_as: ClientAs
) -> None:
    objective = spent(organisation, 10, policy=False)
    said = {"objective": objective, "kind": "tighten", "target": "0.999", "windows": [], "computed_at": NOW}
    TargetSuggestion.objects.create(month="2026-07", **said)
    assert "Suggested this month" not in words_of(client_as("ana").get(PAGE))
    TargetSuggestion.objects.create(month="2026-08", **said)
    assert "Suggested this month" in words_of(client_as("ana").get(PAGE))
    add_promise(organisation, objective, effective_from=date(2026, 8, 10), target="0.999")
    assert "Suggested this month" not in words_of(client_as("ana").get(PAGE))


def test_open_trigger__stands_first_with_the_way_to_decide(organisation: Organisation, client_as: ClientAs) -> None:
    objective = spent(organisation)
    answer = client_as("cy").get(PAGE)
    text = words_of(answer)
    trigger = fired(objective)
    assert f"{trigger}: the budget turned Exhausted" in text
    assert "Reliability first: only P0 fixes, security fixes and rollbacks." in text
    assert "the tech lead, engineering manager and product manager decide" in text
    assert f'href="/objectives/triggers/{trigger.pk}/"' in answer.content.decode()


def test_without_a_policy__it_says_that_nothing_is_agreed(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, policy=False)
    assert "No policy speaks of this SLO" in words_of(client_as("ana").get(PAGE))


def test_not_in_force_yet__and_retired__are_said(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation)
    with writing(Objective):
        objective = Objective.objects.create(
            slug="to-come", indicator=indicator, owner_team=organisation.checkout, created_at=NOW,
            created_by=organisation.people["ana"],
        )  # fmt: skip
    add_promise(organisation, objective, effective_from=date(2026, 9, 1))
    text = words_of(client_as("ana").get("/objectives/to-come/"))
    assert "It holds from 1 Sep 2026 on." in text
    gone = make_objective(organisation, indicator)
    gone.retired_on = date(2026, 8, 20)
    with writing(Objective):
        gone.save()
    assert "Retired on 20 Aug 2026" in words_of(client_as("ana").get(PAGE))


def test_unknown__is_absent(client_as: ClientAs) -> None:
    for path in ("/objectives/nowhere/", "/objectives/nowhere/keys/", "/objectives/nowhere/days/"):
        assert client_as("ana").get(path).status_code == 404


def test_page__keeps_to_twelve_queries_and_a_hundred_kilobytes(organisation: Organisation, client_as: ClientAs) -> None:
    many = {f"tenant-{n:03}": (n % 40, 3_000) for n in range(60)}
    tenants(organisation, many)
    client = client_as("hal")
    client.get("/objectives/clusters-answer/")
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/objectives/clusters-answer/")
    assert len(queries) <= 12
    assert not any('"objectives_sample"' in query["sql"] for query in queries.captured_queries)
    assert len(answer.content) < 100_000
    assert "All 60 of them" in words_of(answer)


def test_hidden_incident__is_named_to_nobody_else(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 100, policy=False)
    times = [Moment(kind, NEWEST - 5 * HOUR) for kind in (MilestoneKind.IMPACT_STARTED, MilestoneKind.DETECTED)]
    incident = make_incident(principal_of(organisation.people["dee"]), milestones=times, now=NOW, restricted=True)
    assert f"{incident} , " in words_of(client_as("ana").get(PAGE))
    assert str(incident) not in client_as("eli").get(PAGE).content.decode()


def test_a_page_of_an_hour_ago__reads_the_same(organisation: Organisation, client_as: ClientAs) -> None:
    """Nothing on it moves with the wall clock while the business instant stands."""
    spent(organisation, 100, policy=False)
    one, other = (words_of(client_as("eli").get(PAGE)) for _ in range(2))
    assert one == other
    assert timedelta(0) < NOW - NEWEST


def test_changed_promise__the_version_before_stands_beside_on_the_same_counts_for_one_window(
    organisation: Organisation, client_as: ClientAs
) -> None:
    objective = first_example(organisation)
    assert "the one before it" not in words_of(client_as("eli").get(PAGE))
    add_promise(organisation, objective, effective_from=clock.local_day(NOW), target="0.998")
    evaluate(objective)
    client = client_as("eli")
    with CaptureQueriesContext(connection) as seen:
        text = words_of(client.get(PAGE))
    assert len(seen) <= 12
    assert "Exhausted : 342 more failures than agreed" in text
    now, before = (text.index(f"v{number} {target} % over 28 days") for number, target in ((2, "99.8"), (1, "99.7")))
    assert "Exhausted : 342 more failures than agreed 2,911 of 1,284,500" in text[now:before]
    assert "At risk : 24.4 % left, about 54 h at this pace 2,911 of 1,284,500 99.77 % 24.4 %" in text[before:]
    assert "v2 alone decides; v1 stands here until 21 Sep, 00:00." in text
    with clock.playing(NOW + 28 * DAY):
        assert "the one before it" not in words_of(client.get(PAGE))
