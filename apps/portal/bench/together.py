"""Work of several processes at once, timed from when all are ready until the last is done."""

from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from time import perf_counter

from django.db import connection, connections

Work = Callable[[], None]


def seconds_together(works: Sequence[Work]) -> float:
    """Seconds from when all processes are ready until the last is done; raises where one ends with an error."""
    connections.close_all()
    context = get_context("fork")
    ready = context.Barrier(len(works) + 1)
    processes = [context.Process(target=_work, args=(ready, work)) for work in works]
    for process in processes:
        process.start()
    ready.wait()
    began = perf_counter()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("A process ended with an error, which it has printed itself.")
    return perf_counter() - began


def _work(ready: Barrier, work: Work) -> None:
    connection.ensure_connection()
    ready.wait()
    work()
