"""Duties of measurements: late facts, and periods that a clock closed."""

from datetime import timedelta

from apps.core.due import drain
from apps.core.work import duty
from apps.measurements import effects, operations
from apps.measurements.models import ActionEffect, ClosedPeriod, RecomputeRequest

# A pass over a large organisation takes minutes: nobody else takes its requests while it may still be running.
HOLD = timedelta(minutes=10)


@duty("measurements.ask_closed_periods")
def ask_closed_periods() -> int:
    """Insert what is missing, then compute it."""
    operations.ask_closed_periods()
    return drain(ClosedPeriod, operations.store, batch=200, hold=HOLD, prepare=operations.compute_closed_periods)


@duty("measurements.recompute_cells")
def recompute_cells() -> int:
    """Compute what changed facts reached; many requests are answered by one pass."""
    return drain(RecomputeRequest, operations.store, batch=500, hold=HOLD, prepare=operations.compute_requests)


@duty("measurements.follow_actions")
def follow_actions() -> int:
    """Read what moved around actions: when they are done, with each period after them, and where facts changed."""
    effects.ask_effects()
    return drain(ActionEffect, effects.keep, batch=20, hold=HOLD, prepare=effects.measure)
