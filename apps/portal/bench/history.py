"""A generated history of delivery facts: columns out of one seeded generator, the same on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from apps.portal.bench.sizes import SEED, Size

DAY = 86_400_000_000
HOUR = 3_600_000_000
REMEDIATED = 0.02
BLOCK = 500_000


@dataclass(frozen=True)
class History:
    """Deployments in order of time; `service` is an index from 0, times are us since 1970, keys follow from places."""

    size: Size
    service: np.ndarray
    finished: np.ndarray
    rng: np.random.Generator

    def deployments(self) -> Iterator[pl.DataFrame]:
        """Columns of all deployments in blocks: 3 % not to production, 3 % failed, 4 % hotfixes."""
        for block in _blocks(len(self.service)):
            count = block.stop - block.start
            yield pl.DataFrame(
                {
                    "service": self.service[block],
                    "key": _keys("d", np.arange(block.start, block.stop)),
                    "finished_at": self.finished[block],
                    "environment": self._either("production", "staging", 0.03, count),
                    "status": self._either("succeeded", "failed", 0.03, count),
                    "intent": self._either("planned", "hotfix", 0.04, count),
                }
            )

    def changes(self) -> Iterator[pl.DataFrame]:
        """Columns of all changes in blocks: 5 % name no deployment, 1 % have no first commit, 30 % were squashed."""
        for block in _blocks(self.size.changes):
            count = block.stop - block.start
            carrier = np.sort(self.rng.integers(0, len(self.service), count))
            merged = self.finished[carrier] - self.rng.exponential(DAY, count).astype(np.int64)
            branch = (self.rng.lognormal(np.log(6 * HOUR), 1.5, count)).astype(np.int64)
            branch[self.rng.random(count) < 0.3] = 0
            keys = pl.select(
                pl.when(pl.Series(self.rng.random(count) >= 0.05)).then(_keys("d", carrier)).otherwise(pl.lit(""))
            )
            first = pl.Series(merged - branch).set(pl.Series(self.rng.random(count) < 0.01), None)
            yield pl.DataFrame(
                {
                    "service": self.service[carrier],
                    "key": _keys("c", np.arange(block.start, block.stop)),
                    "first_commit_at": first,
                    "merged_at": merged,
                    "deployment": keys.to_series(),
                }
            )

    def remediations(self) -> pl.DataFrame:
        """Columns of all remediations: about 2 % of deployments, mended by one of the next three."""
        order = np.lexsort((self.finished, self.service))
        chosen = np.flatnonzero(self.rng.random(len(order)) < REMEDIATED)
        after = chosen + self.rng.integers(1, 4, len(chosen))
        chosen, after = chosen[after < len(order)], after[after < len(order)]
        same = self.service[order[chosen]] == self.service[order[after]]
        failed, fix = order[chosen[same]], order[after[same]]
        return pl.DataFrame(
            {
                "service": self.service[failed],
                "key": _keys("r", failed),
                "at": self.finished[fix],
                "failed": _keys("d", failed),
                "fixed_by": _keys("d", fix),
            }
        )

    def _either(self, usual: str, other: str, share: float, count: int) -> pl.Series:
        rare = pl.Series(self.rng.random(count) < share)
        return pl.select(pl.when(rare).then(pl.lit(other)).otherwise(pl.lit(usual))).to_series()


def make_history(size: Size) -> History:
    """Deployments over the services, busy ones often: the rates differ by a factor of about fifty."""
    rng = np.random.default_rng(SEED)
    weight = rng.lognormal(0, 1, size.services)
    service = rng.choice(size.services, size.deployments, p=weight / weight.sum())
    begin = int(size.begins_at.timestamp() * 1_000_000) + DAY
    finished = begin + np.sort(rng.integers(0, (size.days - 1) * DAY, size.deployments))
    return History(size, service.astype(np.int64), finished, rng)


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, BLOCK):
        yield slice(start, min(start + BLOCK, count))


def _keys(letter: str, numbers: np.ndarray) -> pl.Series:
    return letter + pl.Series(numbers).cast(pl.String)
