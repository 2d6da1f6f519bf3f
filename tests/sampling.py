"""Indicators and counts for tests of objectives: an indicator in force in one line, slices from minutes."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from apps.core import clock
from apps.core.faults import Faults
from apps.core.immutable import writing
from apps.governance.domain.origins import Origin
from apps.governance.models import Proposal
from apps.objectives.domain.counts import Counts, Slice
from apps.objectives.domain.documents import compact_json
from apps.objectives.domain.indicator_specs import read_indicator
from apps.objectives.domain.samples import Outcome
from apps.objectives.models import Indicator, IndicatorVersion, SampleBatch, Series
from apps.objectives.operations.sample_storing import store
from apps.services.models import Service
from apps.teams.models import Team
from tests.personas import Organisation

NOON = datetime(2026, 8, 24, 10, 2, tzinfo=UTC)
TEN = datetime(2026, 8, 24, 10, tzinfo=UTC)
SLICE = timedelta(minutes=5)


def indicator_document(**said: Any) -> dict[str, Any]:
    """What an indicator's version says, availability from pushed samples unless said otherwise."""
    return {
        "name": "Checkout answers", "kind": "availability", "hurts": "People who pay.",
        "blind_spot": "Payments that never reach us.", "measured_at": "edge", **said,
    }  # fmt: skip


def make_indicator(
    world: Organisation, slug: str = "checkout-availability", *, service: Service | None = None,
    team: Team | None = None, **said: Any,
) -> Indicator:  # fmt: skip
    """An indicator whose first version holds from the beginning."""
    with writing(Indicator):
        indicator = Indicator.objects.create(
            slug=slug, service=service or world.checkout_api, owner_team=team or world.checkout,
            created_at=clock.now(), created_by=world.people["ana"],
        )  # fmt: skip
    add_version(world, indicator, **said)
    return indicator


def add_version(
    world: Organisation, indicator: Indicator, *, effective_from: date | None = None, **said: Any
) -> IndicatorVersion:
    """The next version of an indicator; each is a meaning of its own."""
    faults = Faults()
    spec = read_indicator(indicator_document(**said), faults)
    assert spec is not None, faults.found
    text = compact_json(spec.as_document())
    number = indicator.versions.count() + 1
    with writing(IndicatorVersion):
        return IndicatorVersion.objects.create(
            indicator=indicator, number=number, name=spec.name, kind=spec.kind, source=spec.source,
            dimension=spec.dimension, slice_seconds=spec.slice_seconds, spec_text=text,
            spec_sha256=hashlib.sha256(text.encode()).hexdigest(), meaning_number=number, reason="For a test.",
            effective_from=effective_from, proposal=make_proposal(world), adopted_at=clock.now(),
            adopted_by=world.people["ana"],
        )  # fmt: skip


def make_proposal(world: Organisation) -> Proposal:
    now, number = clock.now(), Proposal.objects.count() + 9000
    return Proposal.objects.create(
        number=number, origin=Origin.PERSON, title="For a test", owner_team=world.checkout, revision_sha256="0" * 64,
        created_at=now, created_by=world.people["ana"], created_key="user:1", moved_at=now, due_at=now, done_at=now,
    )  # fmt: skip


def make_series(indicator: Indicator, key: str = "") -> Series:
    """A key of an indicator."""
    return Series.objects.get_or_create(indicator=indicator, key=key)[0]


def make_batch(**said: Any) -> SampleBatch:
    """A batch that counts may name."""
    return SampleBatch.objects.create(**{"channel": "api", "sender": "test", "received_at": clock.now(), **said})


def one(minutes: int, good: int, valid: int, total: int | None = None, *, start: datetime = TEN) -> Slice:
    """A slice that begins so many minutes after `start`."""
    return Slice(start + timedelta(minutes=minutes), Counts(good, valid, valid if total is None else total))


def put(
    series: Series, slices: Iterable[Slice], *, at: datetime = NOON, batch: SampleBatch | None = None
) -> list[Outcome]:
    """Store slices of one series as a batch of its own."""
    with clock.playing(at):
        return store(batch=batch or make_batch(), items=[(series.pk, each) for each in slices], at=at)
