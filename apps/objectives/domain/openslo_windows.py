"""Time windows of OpenSLO as windows here: rolling days, calendar periods from their natural start. Pure."""

import re
from datetime import datetime
from typing import Any

from apps.core.faults import Faults, said
from apps.core.periods import Grain, period_on
from apps.objectives.domain.windows import MOST_DAYS

_DURATION = re.compile(r"(\d{1,6})([smhdwMQY])")
ROLLING_DAYS = {"d": 1, "w": 7, "M": 30, "Q": 90}
CALENDAR_UNITS = {"w": Grain.WEEK, "M": Grain.MONTH, "Q": Grain.QUARTER}
MONTHS_OR_MINUTES = "`1m` is one minute, `1M` a month."


def read_window(listed: Any, pointer: str, faults: Faults, zone_name: str) -> dict[str, Any] | None:
    """The window of a promise from `timeWindow`; None after a fault."""
    windows = faults.list_of(listed, pointer, shortest=1)
    if len(windows) > 1:
        faults.add(pointer, "too_many", "Two windows are two promises; write one objective for each.")
    if len(windows) != 1:
        return None
    window, place = windows[0], f"{pointer}/0"
    if not faults.is_a(window, dict, place):
        return None
    if "duration" not in window:
        faults.add(f"{place}/duration", "required", "Say how long the window is, such as 28d.")
        return None
    match = _DURATION.fullmatch(str(window.get("duration")))
    if match is None:
        words = f"{said(window.get('duration'))} is no length such as 28d, 4w, 1M or 1Q."
        faults.add(f"{place}/duration", "unknown_value", words)
        return None
    is_rolling = window.get("isRolling", "calendar" not in window)
    if not faults.is_a(is_rolling, bool, f"{place}/isRolling"):
        return None
    if is_rolling:
        return _rolling(int(match[1]), match[2], place, faults)
    return _calendar(int(match[1]), match[2], window.get("calendar"), place, faults, zone_name)


def _rolling(count: int, unit: str, place: str, faults: Faults) -> dict[str, Any] | None:
    days = ROLLING_DAYS.get(unit, 0) * count
    if unit in "smh":
        words = f"A rolling window lasts at least a day. {MONTHS_OR_MINUTES}"
    elif not 1 <= days <= MOST_DAYS:
        words = f"A rolling window lasts 1 to {MOST_DAYS} days."
    else:
        return {"rolling_days": days}
    faults.add(f"{place}/duration", "out_of_range", words)
    return None


def _calendar(
    count: int, unit: str, given: Any, place: str, faults: Faults, zone_name: str
) -> dict[str, Any] | None:  # fmt: skip
    grain = CALENDAR_UNITS.get(unit) if count == 1 else None
    if grain is None:
        words = f"Calendar windows are one week (1w), month (1M) or quarter (1Q). {MONTHS_OR_MINUTES}"
        faults.add(f"{place}/duration", "unknown_value", words)
        return None
    if not faults.is_a(given, dict, f"{place}/calendar"):
        return None
    if "startTime" not in given:
        faults.add(f"{place}/calendar/startTime", "required", "Say a start such as 2026-01-01 00:00:00.")
        return None
    zone = given.get("timeZone", zone_name)
    if zone != zone_name:
        words = f"Calendar windows follow the reporting zone, {zone_name}. In {said(zone)} it is another promise."
        faults.add(f"{place}/calendar/timeZone", "unknown_value", words)
        return None
    return {"calendar": str(grain)} if _starts_naturally(given["startTime"], grain, place, faults) else None


def _starts_naturally(given: Any, grain: Grain, place: str, faults: Faults) -> bool:
    """The start is the first moment of a period, as a wall clock shows it."""
    try:
        start = datetime.fromisoformat(str(given).strip())
    except ValueError:
        words = f"{said(given)} is no time such as 2026-01-01 00:00:00."
        faults.add(f"{place}/calendar/startTime", "not_a_time", words)
        return False
    is_midnight = (start.hour, start.minute, start.second, start.microsecond) == (0, 0, 0, 0)
    if is_midnight and period_on(start.date(), grain).first_on == start.date():
        return True
    words = f"A calendar {grain} starts with its first day at midnight."
    faults.add(f"{place}/calendar/startTime", "not_a_boundary", words)
    return False
