"""Every number of a budget opens its days; days tell silent keys from missing slices; what is empty says why."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.statements import Moment
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import BudgetEvaluation
from tests.budgets import lay, make_objective, spread
from tests.incidents import make_incident
from tests.personas import Organisation, principal_of
from tests.sampling import add_version, make_indicator, make_series
from tests.spending import DAY, HOUR, NEWEST, NOW, evaluate, spent, tenants
from tests.web.portal.pages import links_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
ClientAs = Callable[..., Client]
PAGE = "/objectives/checkout-works/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.playing(NOW):
        yield


def figures_of(html: str) -> dict[str, str]:
    """The figures of a page by name, as they are marked up."""
    items = html.split('<div class="c-figures__item"><dt>')[1:]
    return {one.split("</dt>")[0]: one.split("<dd>")[1].split("</dd>")[0] for one in items}


def test_figures__of_a_budget_all_open_its_days(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 100, policy=False)
    found = figures_of(client_as("eli").get(PAGE).content.decode())
    assert len(found) >= 8
    assert [label for label, text in found.items() if '<a href="/objectives/checkout-works/days/">' not in text] == []


def test_keys__open_their_own_days(organisation: Organisation, client_as: ClientAs) -> None:
    tenants(organisation)
    client, days = client_as("eli"), "/objectives/clusters-answer/days/?key=cobalt"
    for path in ("/objectives/clusters-answer/", "/objectives/clusters-answer/keys/"):
        assert links_of(client.get(path)).count(days) == 4, path
    kept = BudgetEvaluation.objects.filter(objective__slug="clusters-answer").earliest("pk")
    assert days in links_of(client.get(f"/objectives/clusters-answer/results/{kept.pk}/"))
    assert "Days of cobalt" in words_of(client.get(days))


def test_months__open_the_days_of_the_month(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 100, policy=False)
    client, days = client_as("eli"), "/objectives/checkout-works/days/?month=2026-07"
    assert links_of(client.get(PAGE)).count(days) == 2
    text = words_of(client.get(days))
    assert "Days in Jul 2026" in text
    assert "31 Jul 2026" in text
    assert "1 Aug 2026" not in text
    assert "All days" in text
    assert "Nothing came in this month." in words_of(client.get("/objectives/checkout-works/days/?month=2025-07"))
    for wrong in ("2026-Q3", "2026-W34", "soon", "2026-13"):
        assert client.get(f"/objectives/checkout-works/days/?month={wrong}").status_code == 404


def silent(world: Organisation) -> None:
    """Acme in every hour of two days but two that nobody told; birch only in the first six of each."""
    indicator = make_indicator(world, dimension="tenant", slice_seconds=3600)
    objective = make_objective(world, indicator)
    start = NEWEST.replace(hour=22) - 3 * DAY  # midnight in the reporting zone
    acme = [one for one in spread(start, 48, 3600, 0, 48_000) if one.starts_at.hour not in (0, 1)]
    birch = [one for one in spread(start, 48, 3600, 0, 48_000) if one.starts_at.hour in (2, 3, 4, 5, 6, 7)]
    lay(make_series(indicator, "acme"), acme)
    lay(make_series(indicator, "birch"), birch)
    evaluate(objective)


@pytest.mark.parametrize(
    ("query", "row"),
    [
        ("", "22 Aug 2026 0 of 28,000 100 % 0 0 2 – 0"),
        ("?key=acme", "22 Aug 2026 0 of 22,000 100 % 0 0 2 0 0"),
        # A key that is silent while another reports is idle: the source is alive, nobody came.
        ("?key=birch", "22 Aug 2026 0 of 6,000 100 % 0 0 2 16 0"),
    ],
)
def test_days__a_silent_key_is_idle_and_what_nobody_told_is_missing(
    organisation: Organisation, client_as: ClientAs, query: str, row: str
) -> None:
    silent(organisation)
    text = words_of(client_as("eli").get(f"/objectives/checkout-works/days/{query}"))
    assert ("Where other keys came and this one did not" in text) is bool(query)
    assert row in text.replace("\N{NO-BREAK SPACE}", " ").replace("100.00", "100").replace("100.0", "100")


def test_days__keys_of_a_former_dimension_are_no_keys_of_today(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation, dimension="tenant", slice_seconds=3600)
    objective = make_objective(organisation, indicator)
    changed = NEWEST.replace(hour=22) - 3 * DAY  # midnight in the reporting zone
    for key in ("acme", "birch"):
        lay(make_series(indicator, key), spread(changed - 24 * HOUR, 24, 3600, 0, 24_000))
    add_version(organisation, indicator, effective_from=date(2026, 8, 22), slice_seconds=3600)
    quiet = [Slice(changed + n * HOUR, Counts(0, 0, 0)) for n in range(4)]
    lay(make_series(indicator), [*quiet, *spread(changed + 4 * HOUR, 18, 3600, 0, 18_000)])
    evaluate(objective)
    client = client_as("eli")
    text = words_of(client.get("/objectives/checkout-works/days/")).replace("\N{NO-BREAK SPACE}", " ")
    assert "22 Aug 2026 0 of 18,000 100.00 % 0 0 2 4 0" in text
    text = words_of(client.get("/objectives/checkout-works/days/2026-08-22/"))
    assert "Delivered" in text
    assert "Keys that report together are one slice." not in text
    assert "Keys that report together" in words_of(client.get("/objectives/checkout-works/days/2026-08-21/"))


def test_months__with_too_many_unusable_slices_are_not_judged(organisation: Organisation, client_as: ClientAs) -> None:
    """Two thirds of July count and would meet the promise; a third of it contradicts itself."""
    indicator = make_indicator(organisation, slice_seconds=3600)
    start = NEWEST.replace(month=6, day=30, hour=22)
    slices = spread(start, 31 * 24, 3600, 10, 744_000)
    lay(
        make_series(indicator),
        [Slice(one.starts_at, Counts(9, 8, 9)) if number % 3 == 0 else one for number, one in enumerate(slices)]
        + spread(start + 31 * DAY, 560, 3600, 10, 560_000),
    )
    evaluate(make_objective(organisation, indicator))
    text = words_of(client_as("eli").get(PAGE))
    said = "Jul 2026 Not judged : more than 5 % of the slices are unusable; check the wiring 8 of 496,000"
    assert said in text
    assert "Months met" in text
    assert "none judged" in text


def test_not_judged__says_neither_what_is_left_nor_what_is_over(
    organisation: Organisation, client_as: ClientAs
) -> None:
    spent(organisation, 3, 40, policy=False, target="0.99")
    answer = client_as("eli").get(PAGE)
    text = words_of(answer)
    assert "Not judged : too few (40 of 100 events)" in text
    for wrong in ("more failures than agreed.", " over", "−650", "times even spend", "failures left"):
        assert wrong not in text[: text.index("What we agreed")], wrong
    found = figures_of(answer.content.decode())
    assert "not judged" in found["Budget left"]
    assert "Budget spent" not in found
    whatif = text[text.index("What if") :]
    assert "99 %, as agreed Not judged : too few (40 of 100 events) –" in whatif
    asked = words_of(client_as("eli").get("/objectives/calculator/?target=0.99&days=28&counted=40&bad=3"))
    assert "Budget left not judged" in asked
    assert "−" not in asked[asked.index("Not judged") : asked.index("Targets around it")]


def test_not_judged__draws_no_line_of_what_is_left(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 60, 70, policy=False, target="0.99", window={"calendar": "month"})
    client = client_as("ana")
    for path in (PAGE, "/teams/checkout/"):
        html = client.get(path).content.decode()
        text = html[html.index('id="slo"') :] if "teams" in path else html
        assert "Not judged" in text, path
        assert "even spend" not in text, path
        assert 'class="guide even"' not in html, path
        assert "of the budget" not in html[html.index("<main") :].partition("Low traffic")[0], path


def test_silence__says_what_stood_until_then_and_no_pace(organisation: Organisation, client_as: ClientAs) -> None:
    spent(organisation, 3_500, policy=False)
    with clock.playing(NOW + 7 * HOUR):
        text = words_of(client_as("eli").get(PAGE))
    assert "As of 24 Aug, 10:00, when counts stopped: 353 failures left." in text


@pytest.mark.parametrize("query", ["?state=exhausted", "?team=harbour", "?team=harbour&state=within"])
def test_list__says_that_nothing_matches_and_offers_everything(
    organisation: Organisation, client_as: ClientAs, query: str
) -> None:
    spent(organisation, 10, policy=False)
    answer = client_as("eli").get(f"/objectives/{query}")
    assert "No SLO matches what is chosen above. Show all SLOs" in words_of(answer)
    assert "/objectives/" in links_of(answer)
    assert "will stand here" not in words_of(answer)


def test_list__without_any_says_what_will_stand_there(client_as: ClientAs) -> None:
    text = words_of(client_as("eli").get("/objectives/"))
    assert "Promises to users will stand here by team" in text
    assert "Show all SLOs" not in text


def test_slices__say_what_of_them_cannot_be(organisation: Organisation, client_as: ClientAs) -> None:
    indicator = make_indicator(organisation)
    objective = make_objective(organisation, indicator)
    ten = NEWEST + 2 * HOUR
    broken = [Counts(12, 10, 12), Counts(-5, 10, 10), Counts(-5, -5, 0)]
    slices = [Slice(ten + number * timedelta(minutes=5), counts) for number, counts in enumerate(broken)]
    with clock.playing(ten + timedelta(minutes=21)):
        lay(make_series(indicator), [*slices, *spread(ten + timedelta(minutes=15), 1, 300, 0, 10)])
        evaluate(objective, at=clock.now())
        text = words_of(client_as("eli").get("/objectives/checkout-works/days/2026-08-24/?page=2"))
    for at, said in (("11:00", "more good than valid"), ("11:05", "more failed than valid"),
                     ("11:10", "fewer valid than none")):  # fmt: skip
        assert f"Unusable: {said}, so it counts as missing" in text[text.index(at) :][:90]


@pytest.mark.parametrize("rest", ["", "checkout-works/", "checkout-works/keys/", "checkout-works/log/"])
def test_pages__of_budgets_never_read_slices(organisation: Organisation, client_as: ClientAs, rest: str) -> None:
    """Neither for an incident that takes parts of days: what it took is counted when the budget is."""
    times = [Moment(kind, NEWEST - 5 * HOUR) for kind in (MilestoneKind.IMPACT_STARTED, MilestoneKind.DETECTED)]
    make_incident(principal_of(organisation.people["dee"]), milestones=times, now=NOW)
    spent(organisation, 3_500, policy=False)
    client = client_as("eli")
    with CaptureQueriesContext(connection) as queries:
        text = words_of(client.get(f"/objectives/{rest}"))
    assert "Checkout works" in text
    assert ("of the budget" in text) is (rest == "checkout-works/")
    assert [one["sql"] for one in queries if re.search(r"\bobjectives_sample\b", one["sql"])] == []
