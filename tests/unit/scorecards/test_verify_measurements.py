"""Published numbers are proven by computing them again; a number altered by hand is named."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import parse_period
from apps.governance.domain.kinds import Item, Op
from apps.measurements import operations as measurements
from apps.measurements.models import MetricValue
from apps.metrics import operations as metrics
from apps.metrics.domain.lenses import Lens
from apps.scorecards import operations
from apps.scorecards.models import ScorecardCell
from tests.agreeing import adopt_kit
from tests.measuring import answer, change, connect, deployment, publish
from tests.personas import principal_of

NOW = datetime(2024, 4, 10, 12, tzinfo=UTC)
DAYS = tuple(datetime(2024, 2, day, 9, tzinfo=UTC) for day in range(1, 21))
SLOTS = [
    (Lens.FLOW, "deployment-frequency"), (Lens.FLOW, "change-lead-time"), (Lens.RELIABILITY, "change-failure-rate"),
    (Lens.LEARNING, ""), (Lens.IMPACT, ""),
]  # fmt: skip

pytestmark = pytest.mark.sql


def _verify(*arguments: str) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_measurements", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue(), err.getvalue(), int(end.code or 0)
    return out.getvalue(), err.getvalue(), 0


@pytest.fixture
def published(organisation: Any) -> Any:
    """A frozen card of the first quarter of 2024 over twenty deployments that carried a change each."""
    with clock.playing(NOW):
        gus = principal_of(organisation.people["gus"], NOW)
        metrics.adopt_starter(owner_team=organisation.checkout, by=gus)
        slots = [
            {"lens": str(lens), "rank": rank, "label": slug or "Later", "definition": slug}
            for rank, (lens, slug) in enumerate(SLOTS, start=1)
        ]
        reason = "The first card of product teams, agreed before any number."
        item = Item("scorecard_template", Op.CREATE, "product", {"slots": slots})
        with clock.playing(datetime(2024, 1, 2, 12, tzinfo=UTC)):
            adopt_kit(item, steward=organisation.people["gus"], reason=reason, on=datetime(2024, 1, 2).date())
        connect(organisation.checkout_api, "deployments", "changes", "remediations", heard_at=NOW)
        api = organisation.checkout_api
        publish("deployments", [deployment(api, f"v{i}", at) for i, at in enumerate(DAYS)])
        publish("changes", [
            change(api, f"c{i}", at - timedelta(hours=i + 2), at - timedelta(hours=1), f"v{i}")
            for i, at in enumerate(DAYS)
        ])  # fmt: skip
        measurements.rebuild()
        operations.freeze_card(team=organisation.checkout, period=parse_period("2024-Q1"), by=SYSTEM)
    return organisation


def test_verify__published_numbers_are_given_again_by_their_facts(published: Any) -> None:
    """Three slots have a definition: a value and thirteen weeks each, and lead time what its words are read from."""
    out, err, code = _verify("--published")
    assert (code, err) == (0, "")
    assert out.startswith("43 numbers computed again, 0 differences.")


def test_verify__a_fact_that_came_later_leaves_the_published_number_proven(published: Any) -> None:
    """The pass's watermark decides what counts, so a late fact makes no difference."""
    with clock.playing(NOW):
        late = deployment(published.checkout_api, "late", datetime(2024, 3, 1, tzinfo=UTC))
        publish("deployments", [late])
        answer()
    out, _, code = _verify("--published")
    assert code == 0
    assert "0 differences" in out


def test_verify__a_published_number_altered_by_hand_is_named(published: Any) -> None:
    """Exit 1 and the card, the slot and both numbers, whoever lifted the trigger."""
    cell = ScorecardCell.objects.get(card__team=published.checkout, definition="deployment-frequency")
    _force(cell, value=99.0)
    out, err, code = _verify("--published")
    assert (code, out) == (1, "43 numbers computed again, 1 differences.\n")
    assert "Checkout 2024-Q1 deployment-frequency: published 99.0" in err


@pytest.mark.parametrize("name", ["value", "lower", "upper", "n"])
def test_verify__an_altered_number_that_words_are_read_from_is_named(published: Any, name: str) -> None:
    """What is judged per deployment is as published as the value over all changes."""
    cell = ScorecardCell.objects.get(card__team=published.checkout, definition="change-lead-time")
    _force(cell, judged={**(cell.judged or {}), name: 99})
    _, err, code = _verify("--published")
    assert code == 1
    assert err.startswith("Checkout 2024-Q1 change-lead-time per deployment: published ")
    assert " 99" in err.replace("(", " ")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("name", ["value", "n"])
def test_verify__an_altered_week_of_a_small_line_is_named(published: Any, name: str) -> None:
    """Each of the thirteen weeks is computed again at the watermark of its own pass."""
    cell = ScorecardCell.objects.get(card__team=published.checkout, definition="deployment-frequency")
    weeks = [{**week, name: 99} if week["period"] == "2024-W06" else week for week in cell.weeks]
    _force(cell, weeks=weeks)
    _, err, code = _verify("--published")
    assert code == 1
    assert err.startswith("Checkout 2024-Q1 deployment-frequency, week 2024-W06: published ")
    assert "computed 7.0, n = 7" in err
    assert len(err.splitlines()) == 1


def test_verify__a_number_is_named_whose_pass_is_taken_away_or_unknown(published: Any) -> None:
    """Without its pass a number must be empty, so hiding the pass hides no number; nor does naming another one."""
    cell = ScorecardCell.objects.get(card__team=published.checkout, definition="deployment-frequency")
    weeks = [{**week, "run_id": None} if week["period"] == "2024-W06" else week for week in cell.weeks]
    _force(cell, run_id=10**9, weeks=weeks)
    _, err, code = _verify("--published")
    assert code == 1
    value, week = err.splitlines()
    assert value.endswith("nothing is computed")
    assert week == "Checkout 2024-Q1 deployment-frequency, week 2024-W06: published 7.0, n = 7; computed 0.0, n = 0"


def test_verify__a_slot_without_a_definition_shows_no_number(published: Any) -> None:
    """A number written where no definition is in force has no facts."""
    cell = ScorecardCell.objects.filter(card__team=published.checkout, definition="").first()
    assert cell is not None
    _force(cell, value=99.0)
    _, err, code = _verify("--published")
    assert code == 1
    assert err.startswith("Checkout 2024-Q1 Later: published 99.0 (None to None), n = None; computed None")


def test_verify__a_sample_of_stored_values_is_proven_and_an_altered_one_named(published: Any) -> None:
    """The same for measurements that no card shows."""
    out, _, code = _verify("--sample", "40")
    assert (code, out.startswith("40 numbers")) == (0, True)
    row = MetricValue.objects.filter(grain="quarter", subject_kind="team", n__gt=0).first()
    assert row is not None
    MetricValue.objects.filter(pk=row.pk).update(value=99.0)
    _, err, code = _verify("--sample", "1000000")
    assert code == 1
    assert "value 99.0" in err


def _force(cell: ScorecardCell, **changed: Any) -> None:
    """What a database owner could do: lift the triggers and write."""
    table = cell._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting checks cannot be altered
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute(f"DROP TRIGGER {table}_refuse_update")
    QuerySet(ScorecardCell).filter(pk=cell.pk).update(**changed)
