"""The impact preview prepared for its page: teams that move first, each with its 26 weeks as two small lines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.core.calendar_words import short_period
from apps.core.numbers import NO_NUMBER, format_value, number_style
from apps.core.periods import parse_period
from apps.governance.checking import Case
from apps.governance.domain.states import ProposalState
from apps.governance.models import PreviewRun

MOST_FACTS = 20
MOST_MOVING = 9
LOG_UNITS = frozenset({"seconds"})


def present_preview(case: Case) -> dict[str, Any]:
    """Where the preview stands and what it found; None of it is computed here."""
    run = case.preview
    is_waiting = run is None or run.finished_at is None
    is_needed = ProposalState(case.proposal.state).is_open and case.needs_preview
    return {
        "is_needed": is_needed,
        "is_computing": is_needed and is_waiting,
        "step": run.step if run is not None else "",
        "trouble": _trouble(run),
        "stale": case.preview_problem if is_needed and not is_waiting else "",
        "finished_at": run.finished_at if run is not None else None,
        "sections": [present_section(n, one) for n, one in enumerate(_sections(run))],
    }


def _trouble(run: PreviewRun | None) -> str:
    if run is None or run.finished_at is not None or not run.last_error:
        return ""
    return "It could not be computed the last time and is tried again."


def _sections(run: PreviewRun | None) -> Sequence[Mapping[str, Any]]:
    return run.result["sections"] if run is not None and run.result else []


def present_section(number: int, section: Mapping[str, Any]) -> dict[str, Any]:
    """A section: sentences, the teams that move, and the others in one line."""
    teams = section["teams"]
    moving = [team for team in teams if team.get("moves")]
    still = [str(team["name"]) for team in teams if not team.get("moves")]
    return {
        "title": section["title"],
        "sentences": section["sentences"],
        "moving": [present_team(number, index, team) for index, team in enumerate(moving[:MOST_MOVING])],
        "more": f"And {len(moving) - MOST_MOVING} more teams; the API lists every one."
        if len(moving) > MOST_MOVING else "",
        "still": _still_words(still),
    }  # fmt: skip


def _still_words(names: Sequence[str]) -> str:
    if not names:
        return ""
    count = len(names)
    said = ", ".join(names[:MOST_FACTS]) + (f" and {count - MOST_FACTS} more" if count > MOST_FACTS else "")
    return f"{'1 team does' if count == 1 else f'{count} teams do'} not move: {said}."


def present_team(section: int, index: int, team: Mapping[str, Any]) -> dict[str, Any]:
    """One team that moves: why, old and new, its weeks, and which facts come and go."""
    unit = str(team.get("unit", ""))
    return {
        "name": team["name"],
        "why": team.get("why", ""),
        "typical": "Typical week {}, then {}.".format(*_pair(team, unit)),
        "figure": weeks_figure(f"preview-{section}-{index}", team, unit) if team.get("weeks") else None,
        "counts": _count_words(team),
        "entering": [str(key) for key in team.get("entering", ())][:MOST_FACTS],
        "leaving": [str(key) for key in team.get("leaving", ())][:MOST_FACTS],
        "periods": [_period_row(row, unit) for row in team.get("periods", ())],
    }


def _value(value: Any, unit: str) -> str:
    return NO_NUMBER if value is None else format_value(value, unit)


def _pair(team: Mapping[str, Any], unit: str) -> tuple[str, str]:
    """The typical weeks as it is and as proposed; numbers of one sentence share unit and decimals."""
    medians = [team.get("median_old"), team.get("median_new")]
    style = number_style([value for value in medians if value is not None], unit)
    old, new = (NO_NUMBER if value is None else style.text(value) for value in medians)
    return old, new


def _count_words(team: Mapping[str, Any]) -> str:
    gained, lost = team.get("gained") or 0, team.get("lost") or 0
    words = [f"{gained} weeks gain a value" if gained else "", f"{lost} weeks lose theirs" if lost else ""]
    return ", ".join(word for word in words if word)


def _period_row(row: Mapping[str, Any], unit: str) -> dict[str, str]:
    return {"period": str(row["key"]), "old": _interval(row, "old", unit), "new": _interval(row, "new", unit)}


def _interval(row: Mapping[str, Any], side: str, unit: str) -> str:
    value, lower, upper = row.get(side), row.get(f"{side}_lower"), row.get(f"{side}_upper")
    if value is None or lower is None or upper is None:
        return _value(value, unit)
    return f"{format_value(value, unit)} ({format_value(lower, unit)} to {format_value(upper, unit)})"


def weeks_figure(name: str, team: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """26 weeks under both versions as a small chart; the lines are never joined."""
    old, new = _pair(team, unit)
    values = [value for _, *pair in team["weeks"] for value in pair if value is not None]
    positive = all(value > 0 for value in values)
    return {
        "kind": "line", "size": "small", "id": name, "unit": unit,
        "scale": "log" if unit in LOG_UNITS and positive else "linear",
        "title": f"{team['name']}, weekly, old and new side by side",
        "finding": f"{team['name']}: typical week {old}, then {new}",
        "table": False,
        "segments": [
            {"label": "as it is", "series": 1, "points": list(_points(team["weeks"], 1, "in force"))},
            {"label": "as proposed", "series": 2, "points": list(_points(team["weeks"], 2, "proposed"))},
        ],
    }  # fmt: skip


def _points(weeks: Sequence[Sequence[Any]], column: int, version: str) -> Iterable[dict[str, Any]]:
    for x, week in enumerate(weeks):
        label = short_period(parse_period(week[0]))
        yield {"key": week[0], "label": label, "x": x, "value": week[column], "version": version}
