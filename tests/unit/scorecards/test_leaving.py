"""Cards and definitions that leave or have another short name by now: named, calm, and proven as published."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.periods import parse_period
from apps.core.problems import Conflict, Invalid
from apps.governance.domain.kinds import Item, Op
from apps.measurements import operations as measurements
from apps.measurements import tasks
from apps.metrics import queries as metrics
from apps.metrics.domain.lenses import Lens
from apps.metrics.domain.starter import DEPLOYMENT_FREQUENCY
from apps.scorecards import operations, queries
from apps.scorecards.models import ScorecardCell
from tests.agreeing import adopt_kit, agree, draft, starter_item
from tests.leaving import deprecate, retire, retirement
from tests.measuring import connect, deployment, publish

NOW = datetime(2024, 4, 10, 12, tzinfo=UTC)
LATER = datetime(2024, 6, 5, 12, tzinfo=UTC)
DAYS = tuple(datetime(2024, 2, day, 9, tzinfo=UTC) for day in range(1, 21))
SLUG, RENAMED = "release-pace", "pace"
WITHOUT = "A slot that nobody decides by any more leaves the card of product teams."


def template(*slugs: str) -> Item:
    """The card of product teams with these definitions in its flow slots."""
    named = [(Lens.FLOW, slug) for slug in slugs] + [
        (Lens.RELIABILITY, "change-failure-rate"), (Lens.LEARNING, ""), (Lens.IMPACT, ""),
    ]  # fmt: skip
    slots = [
        {"lens": str(lens), "rank": rank, "label": slug or f"Later {rank}", "definition": slug}
        for rank, (lens, slug) in enumerate(named, start=1)
    ]
    return Item("scorecard_template", Op.CHANGE if len(slugs) == 1 else Op.CREATE, "product", {"slots": slots})


@pytest.fixture
def published(organisation: Any) -> Iterator[Any]:
    """A frozen card of the first quarter of 2024 that shows a definition under the short name it had then."""
    steward = organisation.people["gus"]
    with clock.playing(datetime(2024, 1, 2, 12, tzinfo=UTC)):
        made = (starter_item(DEPLOYMENT_FREQUENCY, organisation.checkout, slug=slug) for slug in (SLUG, "calm-pace"))
        adopt_kit(*made, steward=steward)
        adopt_kit(template(SLUG, "calm-pace"), steward=steward, on=date(2024, 1, 2))
    with clock.playing(NOW):
        connect(organisation.checkout_api, "deployments", "changes", "remediations", heard_at=LATER)
        publish("deployments", [deployment(organisation.checkout_api, f"v{i}", at) for i, at in enumerate(DAYS)])
        measurements.rebuild()
        operations.freeze_card(team=organisation.checkout, period=parse_period("2024-Q1"), by=SYSTEM)
        yield organisation


def rename(organisation: Any) -> None:
    """The definition gets another short name from the next Monday on."""
    newest = metrics.newest_version(SLUG)
    assert newest is not None
    content = {"name": newest.name, "spec": json.loads(newest.spec_text), "contract": newest.contract, "slug": RENAMED}
    agree(Item("metric_definition", Op.CHANGE, SLUG, content), author=organisation.people["ana"])


def verified() -> str:
    """What the proof of all published numbers says; it raises where one differs."""
    out = StringIO()
    call_command("verify_measurements", "--published", stdout=out, stderr=out)
    return out.getvalue()


def cell(organisation: Any, period: str, rank: int = 1) -> ScorecardCell:
    found: ScorecardCell = ScorecardCell.objects.get(
        card__team=organisation.checkout, card__period=period, rank=rank
    )  # fmt: skip
    return found


def freeze(organisation: Any, period: str) -> None:
    with clock.playing(LATER):
        tasks.ask_closed_periods()
        operations.freeze_card(team=organisation.checkout, period=parse_period(period), by=SYSTEM)


def test_renamed__cards_of_the_past_keep_their_word_and_are_proven(published: Any) -> None:
    before = verified()
    rename(published)
    assert "0 differences" in before
    assert verified() == before
    assert cell(published, "2024-Q1").definition == SLUG


def test_renamed__the_next_card_reads_the_same_series_under_the_present_name(published: Any) -> None:
    rename(published)
    freeze(published, "2024-05")
    shown = cell(published, "2024-05")
    assert (shown.definition, shown.status) == (RENAMED, cell(published, "2024-05", 2).status)
    assert shown.run_id is not None
    weeks, beside = ([(w["period"], w["value"]) for w in one.weeks] for one in (shown, cell(published, "2024-05", 2)))
    assert weeks == beside
    assert queries.statuses_before(published.checkout, parse_period("2024-Q2"))[RENAMED]


def test_renamed__a_template_names_it_by_its_present_name(published: Any) -> None:
    rename(published)
    with pytest.raises(Invalid) as refused:
        draft(Item("scorecard_template", Op.CHANGE, "product", template(SLUG, "other").content), author=_gus(published))
    assert [one.code for one in refused.value.errors] == ["renamed"]


def _gus(organisation: Any) -> Any:
    return organisation.people["gus"]


def leave(organisation: Any) -> None:
    """The slot goes first, then the definition; it leaves on Monday, 20 May 2024."""
    agree(template("calm-pace"), author=_gus(organisation), reason=WITHOUT)
    ana = organisation.people["ana"]
    deprecate(ana, SLUG, sunset_on=date(2024, 5, 15))
    retire(ana, SLUG, at=datetime(2024, 5, 16, 12, tzinfo=UTC))


def test_retired__only_once_no_card_shows_it(published: Any) -> None:
    ana = published.people["ana"]
    deprecate(ana, SLUG, sunset_on=date(2024, 5, 15))
    with pytest.raises(Conflict, match=r"Scorecards of product teams show it as release-pace\."):
        draft(retirement(SLUG), author=ana)
    agree(template("calm-pace"), author=_gus(published), reason=WITHOUT)
    retire(ana, SLUG, at=datetime(2024, 5, 16, 12, tzinfo=UTC))


def test_retired__what_was_published_is_proven(published: Any) -> None:
    before = verified()
    leave(published)
    with clock.playing(LATER):
        tasks.ask_closed_periods()
        measurements.rebuild()
        assert verified() == before


def test_retired__a_template_does_not_take_it_up_again(published: Any) -> None:
    leave(published)
    with clock.playing(LATER), pytest.raises(Invalid) as refused:
        draft(Item("scorecard_template", Op.CHANGE, "product", template(SLUG, "x").content), author=_gus(published))
    assert [(one.pointer, one.code) for one in refused.value.errors] == [
        ("/items/0/content/slots/0/definition", "retired")
    ]


def test_retired__a_card_made_late_by_an_older_template_names_it_and_alarms_nobody(
    published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = queries.get_template("product", date(2024, 3, 1))
    leave(published)
    monkeypatch.setattr(queries, "get_template", lambda *_: older)
    with clock.playing(LATER):
        content = queries.read_card(published.checkout, parse_period("2024-05"))
    left = content.cells[0]
    assert (left.status, left.needs_decision) == ("no_definition", False)
    assert left.trend_sentence == "No data: retired since 20 May 2024"
    week = parse_period("2024-W19")
    assert week.end_on < date(2024, 5, 20) - timedelta(days=6)
    with clock.playing(LATER):
        assert queries.read_card(published.checkout, week).cells[0].status != "no_definition"
