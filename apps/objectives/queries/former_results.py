"""The version before a change of the promise: what it says of the same counts stands beside for one window length."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.core import clock
from apps.core.periods import local_midnight
from apps.objectives.domain.evaluating import Evaluation
from apps.objectives.domain.kept_results import Kept, Measuring, evaluation_of
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.windows import DAY
from apps.objectives.models import FormerStatus, ObjectiveVersion
from apps.objectives.queries.agreements import Agreed, can_read, promise_of, version_on
from apps.objectives.queries.kept_statuses import kept_counts


@dataclass(frozen=True)
class Former:
    """The version before the one in force, and until when its result stands beside."""

    version: ObjectiveVersion
    promise: Promise
    until_at: datetime


@dataclass(frozen=True)
class Beside:
    """What the version before says as of now."""

    former: Former
    kept: Kept
    evaluation: Evaluation


def former_of(agreed: Agreed, versions: Iterable[ObjectiveVersion], at: datetime) -> Former | None:
    """The version whose result stands beside at an instant; None where the promise did not change within one window.

    A change of the measurement at or after that of the promise is a break: nothing from before it is counted.
    """
    listed = list(versions)
    first = next((one for one in listed if one.number == agreed.version.meaning_number), None)
    if first is None or first.effective_from is None:
        return None
    before, zone = version_on(listed, first.effective_from - DAY), clock.reporting_zone()
    if before is None or before.meaning_number == agreed.version.meaning_number or not can_read(before):
        return None
    begins = local_midnight(first.effective_from, zone)
    is_broken = agreed.readable_from is not None and agreed.readable_from >= begins
    until_at = agreed.promise.window.length_after(begins, zone)
    return None if is_broken or not begins <= at < until_at else Former(before, promise_of(before), until_at)


def beside(agreed: Agreed, row: FormerStatus | None, versions: Iterable[ObjectiveVersion]) -> Beside | None:
    """What a stored status of the version before stands for, as of now."""
    now = clock.as_of()
    version = next((one for one in versions if row is not None and one.pk == row.version_id), None)
    if row is None or version is None or row.until_at <= now or not can_read(version):
        return None
    promise, kept = promise_of(version), kept_counts(row)
    measuring = Measuring(agreed.spec.slice_seconds, agreed.readable_from)
    found = evaluation_of(promise, measuring, kept, [], clock.reporting_zone(), now)
    return Beside(Former(version, promise, row.until_at), kept, found) if found is not None else None


def find_beside(agreed: Agreed) -> Beside | None:
    """The same for an objective that was read with its versions; one query."""
    row = FormerStatus.objects.filter(objective=agreed.objective).first()
    return beside(agreed, row, agreed.objective.versions.all())
