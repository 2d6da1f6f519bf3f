"""How long something took and how much memory its process needed at most."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, process_time


@dataclass
class Taken:
    """Seconds on the wall and of this process's processors."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


@contextmanager
def taken() -> Iterator[Taken]:
    """Measure what happens inside."""
    measured = Taken()
    wall, cpu = perf_counter(), process_time()
    yield measured
    measured.seconds, measured.cpu_seconds = perf_counter() - wall, process_time() - cpu


def peak_mib() -> float:
    """The most memory this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
