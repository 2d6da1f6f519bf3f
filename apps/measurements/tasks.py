"""Duties of measurements: late facts, and periods that a clock closed."""

from datetime import timedelta

from apps.core.due import drain
from apps.core.work import duty
from apps.measurements import operations
from apps.measurements.models import ClosedPeriod, RecomputeRequest

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
