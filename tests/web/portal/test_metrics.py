"""The catalogue, definitions, versions and what changed between two of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from apps.core import clock
from apps.metrics.domain.starter import STARTER
from tests.agreeing import agree, starter_item
from tests.personas import Organisation
from tests.web.portal.pages import links_of, main_of, words_of

REASON = "Squash merging hides the branch, so the time before the merge says nothing."


@pytest.fixture
def improved(organisation: Organisation) -> Organisation:
    """Lead time counts from the merge since 1 June 2026."""
    first = next(starter for starter in STARTER if starter.slug == "change-lead-time")
    with clock.playing(datetime(2026, 5, 20, 10, tzinfo=UTC)):
        spec = first.spec | {"value": {"from": "merged_at", "to": "linked.finished_at"}}
        item = starter_item(first, organisation.harbour, spec=spec)
        agree(item, author=organisation.people["eli"], reason=REASON, on=date(2026, 6, 1))
    return organisation


def test_catalogue__tables_of_the_lenses_share_their_columns(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    page = main_of(client_as("dee").get("/metrics/"))
    assert page.count("<table") == page.count("c-table--aligned") == 2


def test_definition__teams_without_a_value_are_named_with_the_reason(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    answer = client_as("dee").get("/metrics/change-lead-time/")
    assert "Without a value in these weeks: Harbour . No data: not connected" in words_of(answer)
    assert "/metrics/change-lead-time/trend/?subject=team:harbour" in links_of(answer)
    assert main_of(answer).count('id="team-checkout"') == 1
    assert 'id="team-harbour"' not in main_of(answer)


def test_catalogue__stands_by_lens(organisation: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("dee").get("/metrics/"))
    assert text.index("Flow Metric Owner") < text.index("Reliability Metric Owner")
    assert "Change lead time Harbour v1 from the beginning" in text


def test_definition__says_its_rule_and_its_contract(
    organisation: Organisation, client_as: Callable[..., Client]
) -> None:
    text = words_of(client_as("dee").get("/metrics/change-failure-rate/"))
    for label in ("Purpose", "Decision on Monday", "Known pitfall", "Cadence", "Escalation", "Read beside"):
        assert label in text
    assert "Share of production deployments" in text
    assert "Deployment frequency" in text


def test_version__names_who_why_and_when(improved: Organisation, client_as: Callable[..., Client]) -> None:
    text = words_of(client_as("dee").get("/metrics/change-lead-time/v/2/"))
    assert "adopted by Gus Stein, 1 Jun 2026, 00:00" in text
    assert REASON in text
    assert '"from": "merged_at"' in text


def test_diff__shows_sentences_fields_and_lines(improved: Organisation, client_as: Callable[..., Client]) -> None:
    answer = client_as("dee").get("/metrics/change-lead-time/diff/1/2/")
    text = words_of(answer)
    assert "the versions compute different values and are never joined" in text
    assert "The time begins with first_commit_at merged_at" in text
    assert "<del>first commit</del>" in main_of(answer)


def test_definition__a_new_version_breaks_the_chart(improved: Organisation, client_as: Callable[..., Client]) -> None:
    text = main_of(client_as("dee").get("/metrics/change-lead-time/trend/?subject=team:checkout"))
    assert "v1 → v2 · 1 Jun" in text
    assert 'class="plumb"' in text


def test_leadership__names_a_definition_that_changed_lately(
    improved: Organisation, client_as: Callable[..., Client]
) -> None:
    with clock.playing(datetime(2026, 6, 15, 10, tzinfo=UTC)):
        text = words_of(client_as("fay").get("/leadership/"))
    assert "Change lead time is measured differently since 1 Jun 2026 (v2)." in text
    assert "measured differently" not in words_of(client_as("fay").get("/leadership/"))
