"""Exemptions from budgets: what they take out, what is refused, both figures, and the earlier one once withdrawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.core import clock
from apps.core.problems import Conflict, Invalid
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Exemption, PreviewRun
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.models import BudgetEvaluation, EvaluationDue, Objective, Series
from apps.objectives.operations.exempting import compare_stored
from apps.objectives.previewing import corrected_words
from apps.objectives.queries.exempted_results import list_then
from tests.agreeing import REASON, agree, draft
from tests.budgets import evaluate_now, lay, spread, status_of
from tests.personas import Organisation, principal_of
from tests.promising import promised
from tests.sampling import make_series, put

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEWEST = datetime(2026, 8, 24, 7, tzinfo=UTC)
NOW = NEWEST + HOUR + timedelta(minutes=5)
FAULT = NEWEST - 5 * DAY
pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture(autouse=True)
def _now():
    with clock.playing(NOW):
        yield


@pytest.fixture
def objective(organisation: Organisation) -> Objective:
    """Example 4: 2,266 bad of 412,000 in 28 days, of which a probe fault of one hour holds 640 of 9,000."""
    found = promised(organisation, spec={"slice_seconds": 3600}, promise={"target": "0.995"})
    series = make_series(found.indicator)
    before = int((FAULT - (NEWEST - 671 * HOUR)) / HOUR)
    lay(series, spread(NEWEST - 671 * HOUR, before, 3600, 1000, 250_000))
    lay(series, spread(FAULT, 1, 3600, 640, 9_000))
    lay(series, spread(FAULT + HOUR, 671 - before, 3600, 626, 153_000))
    return found


def item(**changed: Any) -> Item:
    content = {
        "kind": "exclude_slices", "objectives": ["checkout-success"], "category": "measurement_fault",
        "starts_at": FAULT.isoformat(), "expires_at": (FAULT + HOUR).isoformat(),
    }  # fmt: skip
    return Item("exemption", Op.CREATE, "", {**content, **changed})


def figures(objective: Objective) -> tuple[Any, ...]:
    evaluate_now([objective.pk])
    status = status_of(objective)
    return status.state, status.bad, status.counted, status.raw_bad, status.raw_counted


def refusals(organisation: Organisation, **changed: Any) -> dict[str, str]:
    asked = Asked((item(**changed),), REASON, Category.CORRECTION)
    with pytest.raises(Invalid) as refused:
        governance.draft_proposal(asked=asked, by=principal_of(organisation.people["ana"], NOW))
    return {one.pointer.removeprefix("/items/0/content"): one.detail for one in refused.value.errors}


def test_exemption__corrects_the_budget_and_the_raw_figure_stays(
    objective: Objective, organisation: Organisation
) -> None:
    assert figures(objective) == ("exhausted", 2266, 412_000, 2266, 412_000)
    EvaluationDue.objects.update(done_at=NOW)
    agree(item(), author=organisation.people["ana"])
    row = Exemption.objects.get()
    assert (row.team, row.objectives, row.category) == (
        organisation.checkout,
        ["checkout-success"],
        "measurement_fault",
    )
    due = EvaluationDue.objects.get(objective=objective)
    assert (due.done_at, due.changed_from) == (None, clock.local_day(FAULT))
    assert figures(objective) == ("at_risk", 1626, 403_000, 2266, 412_000)
    (compared,) = compare_stored(row)
    assert (compared.left_out.bad, compared.left_out.counted) == (640, 9_000)
    assert compared.changes_state


def test_withdrawal__restores_the_exact_figure_after_the_last_day_too(
    objective: Objective, organisation: Organisation
) -> None:
    before = figures(objective)
    agree(item(), author=organisation.people["ana"])
    assert figures(objective) != before
    agree(Item("exemption", Op.END, "E-1", {}), author=organisation.people["ana"])
    assert Exemption.objects.get().ended_at == NOW
    assert figures(objective) == before
    assert compare_stored(Exemption.objects.get()) == []
    with pytest.raises(Conflict, match="is over already"):
        draft(Item("exemption", Op.END, "E-1", {}), author=organisation.people["ana"])


def test_figures_of_then__are_kept_once_and_stay_when_counts_and_agreements_move_on(
    objective: Objective, organisation: Organisation
) -> None:
    agree(item(), author=organisation.people["ana"])
    figures(objective)
    row = Exemption.objects.get()
    (then,) = list_then(row)
    assert (then.result["raw"]["bad"], then.result["raw"]["counted"], then.result["raw"]["left"]) == (
        2266,
        412_000,
        "-206",
    )
    assert (then.result["budget"]["bad"], then.result["budget"]["counted"]) == (1626, 403_000)
    assert then.result["state"] == "at_risk"
    put(Series.objects.get(), [Slice(NEWEST, Counts(0, 5_000, 5_000))], at=NOW)
    with clock.playing(NOW + HOUR):
        figures(objective)
    agree(Item("exemption", Op.END, "E-1", {}), author=organisation.people["ana"], at=NOW + 2 * HOUR)
    with clock.playing(NOW + 2 * HOUR):
        assert figures(objective)[:1] == ("exhausted",)
    assert list_then(row) == [then]
    assert BudgetEvaluation.objects.filter(cause="exemption").count() == 1


def test_preview__says_both_figures(objective: Objective, organisation: Organisation) -> None:
    draft(item(), author=organisation.people["ana"])
    sections = {one["title"]: one["sentences"] for one in PreviewRun.objects.latest("pk").result["sections"]}
    said = [one.replace("\xa0", " ") for one in sections["Budgets with and without these slices"]]
    assert said[0] == "Checkout succeeds: 640 bad of 9,000 events leave the window."
    assert said[1].startswith("Without it: Exhausted: 206 more failures than agreed. With it: At risk: 19.3 % left")


@pytest.mark.parametrize(
    ("changed", "place", "words"),
    [
        ({"category": "maintenance"}, "/category", "can be exempted for: measurement fault, test traffic"),
        ({"category": "weather"}, "/category", "is not a category of exemptions"),
        ({"expires_at": (FAULT + 15 * DAY).isoformat()}, "/expires_at", "lasts at most 14 days"),
        ({"starts_at": (NEWEST - 29 * DAY).isoformat()}, "/starts_at", "before the current window"),
        ({"expires_at": FAULT.isoformat()}, "/expires_at", "after it starts"),
        ({"objectives": []}, "/objectives", "no exemption from everything"),
        ({"objectives": ["nothing"]}, "/objectives", "There is no SLO 'nothing' in force"),
        ({"keys": ["acme"]}, "/keys", "has no keys"),
        ({"definitions": ["lead-time"]}, "/definitions", "There is no definitions here"),
        ({"starts_at": ""}, "/starts_at", "names when it starts"),
    ],
)  # fmt: skip
def test_refusals__name_the_limit(
    objective: Objective, organisation: Organisation, changed: dict[str, Any], place: str, words: str
) -> None:
    assert words in refusals(organisation, **changed)[place]


def test_refusals__an_overlap_with_what_stands_but_not_with_what_was_withdrawn(
    objective: Objective, organisation: Organisation
) -> None:
    agree(item(), author=organisation.people["ana"])
    assert "It overlaps E-1" in refusals(organisation, expires_at=(FAULT + 2 * HOUR).isoformat())["/starts_at"]
    agree(Item("exemption", Op.END, "E-1", {}), author=organisation.people["ana"])
    agree(item(), author=organisation.people["ana"])
    assert Exemption.objects.count() == 2


def test_owner__is_one_team(objective: Objective, organisation: Organisation) -> None:
    promised(organisation, "harbour-success", service="harbour-cluster", owner="harbour", author="eli")
    said = refusals(organisation, objectives=["checkout-success", "harbour-success"])
    assert "They belong to several teams" in said["/objectives"]


def test_exemption__of_a_key_may_turn_a_slice_of_the_sum_bad(organisation: Organisation) -> None:
    """Good with one tenant, bad without it: the evaluation keeps both figures."""
    said = {"method": "time_slices", "slice_target": "0.9", "target": "0.5", "exemptable": ["measurement_fault"]}
    found = promised(organisation, spec={"slice_seconds": 3600, "dimension": "tenant"}, promise=said)
    for key, bad, valid in (("acme", 0, 67_200), ("birch", 1_344, 6_720)):
        lay(make_series(found.indicator, key), spread(NEWEST - 671 * HOUR, 672, 3600, bad, valid))
    assert figures(found)[1:] == (0, 672, 0, 672)
    agree(item(keys=["acme"]), author=organisation.people["ana"], at=NOW)
    assert figures(found)[1:] == (1, 672, 0, 672)
    (corrected,) = compare_stored(Exemption.objects.get())
    assert " ".join(corrected_words(corrected)).startswith(
        "Checkout succeeds: 0 bad of 0 slices leave the window. More bad slices of the sum without what leaves it: 1."
    )
