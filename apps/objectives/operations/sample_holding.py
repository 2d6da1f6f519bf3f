"""Samples that nobody knows what to do with: kept whole until a person assigns or ignores them."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.objectives.domain.sample_items import SampleItem
from apps.objectives.domain.samples import HeldReason
from apps.objectives.models import HeldSample, SampleBatch
from apps.objectives.queries import held_samples as queries

COUNTED = ("good", "valid", "total")


@dataclass(frozen=True)
class Held:
    """A sample and why it waits."""

    item: SampleItem
    reason: HeldReason

    @property
    def place(self) -> queries.Held:
        """What it is known by: the name as it was sent, the key, the start."""
        return self.item.indicator.lower(), self.item.key, self.item.starts_at


def hold(*, batch: SampleBatch, waiting: Sequence[Held]) -> None:
    """Keep samples; one that waits already from the same team takes the newer counts, so that repeats add no rows."""
    last = {one.place: one for one in waiting}
    standing = queries.find_waiting(last.keys(), batch.team_id)
    for place, row in standing.items():
        row.batch, row.reason = batch, last[place].reason
        for name in COUNTED:
            setattr(row, name, getattr(last[place].item.counts, name))
    HeldSample.objects.bulk_update(standing.values(), ["batch", "reason", *COUNTED], batch_size=200)
    HeldSample.objects.bulk_create(
        HeldSample(
            batch=batch, reason=one.reason, indicator_slug=place[0], key=place[1], starts_at=place[2],
            **{name: getattr(one.item.counts, name) for name in COUNTED},
        )
        for place, one in last.items() if place not in standing
    )  # fmt: skip
