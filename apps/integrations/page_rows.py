"""Rows of pages are more than facts: what follows from their neighbours is settled where pages are recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.accounts.domain import Principal
from apps.core.facts import Outcome
from apps.core.problems import FieldProblem
from apps.incidents.domain.page_news import UNNAMED_RULE, PageNews
from apps.incidents.domain.page_words import Urgency
from apps.incidents.operations import oncall_recording
from apps.integrations.domain.imports import Reach


def record_page_rows(
    channel: str, rows: Sequence[Mapping[str, Any]], reach: Reach, by: Principal
) -> list[Outcome | FieldProblem]:
    """Record pages that were read from a file, `service` being the primary key; outcomes or faults in their order."""
    news = [(row["service"], _news_of(row)) for row in rows]
    return oncall_recording.record_pages(
        channel=channel, news=news, connected_from=reach.connected_from, complete_until=reach.complete_until, by=by
    )


def _news_of(row: Mapping[str, Any]) -> PageNews:
    times = {name: row[name] for name in ("fired_at", "acknowledged_at", "ended_at")}
    return PageNews(
        external_key=row["key"], service="", rule=row["rule"] or UNNAMED_RULE, urgency=Urgency(row["urgency"]),
        label=row["label"], **times,
    )  # fmt: skip
