"""Once a month: what the last three full windows say about a target; only a person turns it into a proposal.

They are whole local days, which stay when their slices are gone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apps.core import clock
from apps.core.periods import last_complete, local_midnight
from apps.objectives.domain.budgets import Budget
from apps.objectives.domain.printing import exact_text, left_share_text
from apps.objectives.domain.result_documents import moment
from apps.objectives.domain.suggesting import WINDOWS, PastWindow, suggest
from apps.objectives.domain.windows import DAY, Span, Window
from apps.objectives.models import TargetSuggestion
from apps.objectives.operations.judging import Judgement, exemptions_around, judge, measure_now
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.incident_spans import IncidentSpan, list_incident_spans


def suggest_targets(agreed: Mapping[int, Agreed], midnight: datetime) -> int:
    """Write this month's suggestions for objectives; answers how many there were.

    Windows are those before the month begins, each full, judged, and apart from the others.
    """
    past = _past_windows(agreed, midnight)
    oldest = min((_span(one).start for windows in past.values() for one in windows), default=midnight)
    incidents = list_incident_spans({one.indicator.service_id for one in agreed.values()}, oldest, midnight)
    rows = []
    for pk, one in agreed.items():
        judged = [window for window in past.get(pk, []) if window.evaluation is not None and window.state.is_judged]
        windows = [(window, _had_incident(window, incidents)) for window in judged]
        found = suggest(one.promise.target, [PastWindow(_budget(w), hurt) for w, hurt in windows])
        if found is not None:
            rows.append(
                TargetSuggestion(
                    objective=one.objective, month=f"{clock.local_day(midnight):%Y-%m}", kind=found.kind.value,
                    target=found.target, windows=[_document(window, hurt) for window, hurt in windows],
                    computed_at=clock.now(),
                )
            )  # fmt: skip
    TargetSuggestion.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _past_windows(agreed: Mapping[int, Agreed], midnight: datetime) -> dict[int, list[Judgement]]:
    """The windows of each objective, oldest first."""
    found: dict[int, list[Judgement]] = {}
    ends = {pk: _ends(one.promise.window, midnight) for pk, one in agreed.items()}
    for step in range(WINDOWS):
        by_end: dict[datetime, dict[int, Agreed]] = {}
        for pk, one in agreed.items():
            by_end.setdefault(ends[pk][step], {})[pk] = one
        for end, some in sorted(by_end.items()):
            for pk, judgement in _judged_before(some, end).items():
                found.setdefault(pk, []).append(judgement)
    return found


def _judged_before(agreed: Mapping[int, Agreed], end: datetime) -> dict[int, Judgement]:
    exempt = exemptions_around(agreed.values(), end)
    versions = {(pk, one.version.pk): one.version for pk, one in agreed.items()}
    answers = measure_now(agreed, versions, exempt, {}, before=end, on_days=True)
    return {
        pk: judge(one, one.promise, answers.get((pk, one.version.pk)), exempt[pk], end) for pk, one in agreed.items()
    }


def _ends(window: Window, midnight: datetime) -> list[datetime]:
    """The local midnights at which the last windows end, oldest first."""
    zone = clock.reporting_zone()
    if window.grain is None:
        today = clock.local_day(midnight)
        return [local_midnight(today - back * window.days * DAY, zone) for back in reversed(range(WINDOWS))]
    last = last_complete(midnight, window.grain, zone)
    return [last.previous(back).ends_at(zone) for back in reversed(range(WINDOWS))]


def _had_incident(one: Judgement, incidents: Sequence[IncidentSpan]) -> bool:
    span = _span(one)
    service_id = one.agreed.indicator.service_id
    return any(incident.service_id == service_id and incident.span.meets(span) for incident in incidents)


def _span(one: Judgement) -> Span:
    return one.evaluation.frame.span if one.evaluation else Span(one.as_of, one.as_of)


def _budget(one: Judgement) -> Budget:
    if one.evaluation is None:
        raise ValueError("Only windows that were measured are past windows.")
    return one.evaluation.figures.budget


def _document(one: Judgement, had_incident: bool) -> dict[str, Any]:
    budget = _budget(one)
    span = _span(one)
    remaining = budget.remaining
    return {
        "start": moment(span.start), "end": moment(span.end), "bad": budget.bad, "counted": budget.counted,
        "remaining": None if remaining is None else exact_text(remaining), "text": left_share_text(remaining),
        "had_incident": had_incident, "as_judged": _is_as_judged(one),
    }  # fmt: skip


def _is_as_judged(one: Judgement) -> bool:
    """Exemptions took something out of days that nobody can count anew."""
    if one.answer is None:
        return False
    main, framed = one.answer.total.main, one.answer.framed
    return main.raw != main.kept and clock.local_day(_span(one).start) < framed.kept_from
