"""Generated promises and their counts: objects as versions that hold from the beginning, slices made in the database.

Fifty million slices leave no process of ours: `generate_series` and a hash of series and slice make them where they
are stored, the same on every machine, with the sums of their days as the one writer leaves them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from apps.accounts.models import User
from apps.core.faults import Faults
from apps.governance.domain.origins import Origin
from apps.governance.models import Proposal
from apps.objectives.domain.documents import sha256_of
from apps.objectives.domain.indicator_specs import IndicatorSpec, read_indicator
from apps.objectives.domain.promises import Promise, read_promise
from apps.objectives.models import (
    Indicator,
    IndicatorVersion,
    Objective,
    ObjectiveVersion,
    Sample,
    SampleBatch,
    SampleDay,
    Series,
)
from apps.portal.bench.copying import copy_made, rebuilding_indexes
from apps.portal.bench.organisation import STEWARD
from apps.portal.bench.sizes import AS_OF
from apps.services.models import Service
from apps.teams.models import Team

SLICE = timedelta(minutes=5)
SPEC = {
    "name": "Answers", "kind": "availability", "hurts": "Whoever waits.", "blind_spot": "What never arrives.",
    "measured_at": "edge",
}  # fmt: skip
PROMISE = {
    "name": "Works", "monday_decision": "Whether to release.", "rationale": "Nobody waits.",
    "revisit_on": "2027-01-01", "target": "0.99",
}  # fmt: skip
_FILL = """
INSERT INTO {samples} (series_id, starts_at, good, valid, total, first_batch_id, last_batch_id)
SELECT s.id, t, v - least(v, greatest(0, h %% 40 - 37)), v, v, %(batch)s, %(batch)s
FROM {series} AS s
CROSS JOIN generate_series(%(start)s::timestamptz, %(last)s::timestamptz, interval '5 minutes') AS t
CROSS JOIN LATERAL (SELECT abs(hashint8(s.id * 1000003 + extract(epoch FROM t)::bigint)::bigint) AS h) AS r
CROSS JOIN LATERAL (SELECT 80 + h %% 41 AS v) AS c
WHERE s.indicator_id = ANY(%(indicators)s)
"""
_SUM = """
INSERT INTO {days} (series_id, day, good, valid, total, seen, idle, unusable)
SELECT series_id, (starts_at AT TIME ZONE %(zone)s)::date AS day, sum(good), sum(valid), sum(total), count(*),
    count(*) FILTER (WHERE valid = 0), 0
FROM {samples} WHERE series_id IN (SELECT id FROM {series} WHERE indicator_id = ANY(%(indicators)s))
GROUP BY series_id, day
"""


@dataclass(frozen=True)
class Promises:
    """So many objectives, each with keys (1: no dimension), over so many days of slices that end at `AS_OF`."""

    objectives: int
    keys: int
    days: int

    @property
    def series(self) -> int:
        """How many series there are."""
        return self.objectives * self.keys

    @property
    def slices(self) -> int:
        """How many slices they hold."""
        return self.series * self.days * 288

    @property
    def start(self) -> datetime:
        """The first slice."""
        return AS_OF - self.days * timedelta(days=1)


def make_promises(size: Promises, prefix: str) -> list[int]:
    """The objectives with their counts; answers their primary keys."""
    with transaction.atomic():
        indicators = _indicators(size, prefix)
        objectives = _objectives(indicators)
        _series(size, indicators)
        batch = SampleBatch.objects.create(channel="bench", sender="system", received_at=AS_OF)
    _fill(size, [one.pk for one in indicators], batch.pk)
    return [one.pk for one in objectives]


def _by() -> dict[str, Any]:
    return {"created_at": AS_OF, "created_by": User.objects.get(email=STEWARD)}


def _adopted() -> dict[str, Any]:
    by = User.objects.get(email=STEWARD)
    proposal, _ = Proposal.objects.get_or_create(
        number=1_000_000,
        defaults={
            "origin": Origin.PERSON, "title": "The bench", "revision_sha256": "0" * 64, "created_at": AS_OF,
            "created_by": by, "created_key": "system", "moved_at": AS_OF, "due_at": AS_OF, "done_at": AS_OF,
        },
    )  # fmt: skip
    return {
        "number": 1, "meaning_number": 1, "reason": "Generated.", "proposal": proposal, "adopted_at": AS_OF,
        "adopted_by": by,
    }  # fmt: skip


def _indicators(size: Promises, prefix: str) -> list[Indicator]:
    services, teams = list(Service.objects.order_by("pk")), list(Team.objects.order_by("pk"))
    spec = _spec(size)
    by, adopted = _by(), _adopted()
    copy_made(
        Indicator(slug=f"{prefix}-{i}", service=services[i % len(services)], owner_team=teams[i % len(teams)], **by)
        for i in range(size.objectives)
    )
    rows = list(Indicator.objects.filter(slug__startswith=f"{prefix}-").select_related("owner_team").order_by("pk"))
    copy_made(
        IndicatorVersion(
            indicator=one, name=spec.name, kind=spec.kind, source=spec.source, dimension=spec.dimension,
            slice_seconds=spec.slice_seconds, spec_text=spec.canonical_text,
            spec_sha256=sha256_of(spec.canonical_text), **adopted,
        )
        for one in rows
    )  # fmt: skip
    return rows


def _spec(size: Promises) -> IndicatorSpec:
    spec = read_indicator(SPEC | {"dimension": "tenant" if size.keys > 1 else "none"}, Faults())
    if spec is None:
        raise ValueError("The bench's indicator does not read.")
    return spec


def _objectives(indicators: list[Indicator]) -> list[Objective]:
    promise: Promise | None = read_promise(PROMISE, Faults(), slice_seconds=300)
    if promise is None:
        raise ValueError("The bench's promise does not read.")
    by, adopted = _by(), _adopted()
    copy_made(Objective(slug=one.slug, indicator=one, owner_team=one.owner_team, **by) for one in indicators)
    rows = list(Objective.objects.filter(indicator__in=indicators).order_by("pk"))
    copy_made(
        ObjectiveVersion(
            objective=one, name=promise.name, target=promise.target, revisit_on=promise.revisit_on,
            promise_text=promise.canonical_text, promise_sha256=sha256_of(promise.canonical_text), **adopted,
        )
        for one in rows
    )  # fmt: skip
    return rows


def _series(size: Promises, indicators: list[Indicator]) -> None:
    newest = AS_OF - SLICE
    Series.objects.bulk_create(
        (
            Series(indicator=one, key=f"tenant-{n}" if size.keys > 1 else "", newest_start=newest)
            for one in indicators for n in range(size.keys)
        ),
        batch_size=5000,
    )  # fmt: skip


def _fill(size: Promises, indicators: list[int], batch: int) -> None:
    names = {
        "samples": Sample._meta.db_table, "series": Series._meta.db_table, "days": SampleDay._meta.db_table,
    }  # fmt: skip
    given = {
        "indicators": indicators, "batch": batch, "start": size.start, "last": AS_OF - SLICE,
        "zone": settings.REPORTING_ZONE,
    }  # fmt: skip
    with transaction.atomic(), rebuilding_indexes(Sample._meta.db_table), connection.cursor() as cursor:
        cursor.execute(_FILL.format(**names), given)
    with connection.cursor() as cursor:
        cursor.execute(_SUM.format(**names), given)
        cursor.execute("VACUUM ANALYZE")
