"""The lines of the burn-down: what is left day by day, the even-spend diagonal, and where this pace leads. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from apps.objectives.domain.windows import Span


@dataclass(frozen=True)
class Point:
    """A share of the budget left at an instant: 1 is all of it, below 0 is more spent than agreed."""

    at: datetime
    left: Fraction


def burn_down(
    span: Span, spent: Sequence[tuple[datetime, int]], allowed: Fraction, remaining: Fraction | None = None
) -> list[Point]:
    """What is left after each day's spending, from the start of the window; `spent` is (end of day, bad units).

    `allowed` is the whole budget of the window; without one there is no line. Days are whole and a window may cut
    them, so the line ends at what the budget itself says, `remaining`.
    """
    if not allowed:
        return []
    points, used = [Point(span.start, Fraction(1))], 0
    for at, bad in spent:
        used += bad
        points.append(Point(min(at, span.end), 1 - Fraction(used) / allowed))
    if spent and remaining is not None:
        points[-1] = Point(points[-1].at, remaining)
    return points


def even_left(full: Span, at: datetime) -> Fraction:
    """What would be left at an instant if it were spent evenly: all of it at the start of the window, then nothing."""
    gone = Span(full.start, min(max(at, full.start), full.end)).hours
    return 1 - gone / full.hours


def if_this_pace_holds(now: Point, hours_left: Fraction | None, full: Span) -> tuple[Point, Point] | None:
    """From where it stands to where it runs out, or to the end of the window; None where nothing is being spent."""
    if hours_left is None or not hours_left:
        return None
    ends_at = now.at + timedelta(microseconds=int(hours_left * 3_600_000_000))
    if ends_at <= full.end:
        return now, Point(ends_at, Fraction(0))
    part = Span(now.at, full.end).hours / hours_left if full.end > now.at else Fraction(0)
    return now, Point(max(full.end, now.at), now.left * (1 - part))
