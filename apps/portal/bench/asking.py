"""What an answer costs: queries, bytes, and milliseconds of forty in a row."""

from collections.abc import Callable
from math import ceil
from statistics import median
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.portal.bench.scratch import Figures
from apps.portal.bench.timing import taken

QUERIES, KILOBYTES = 12, 100
TIMES = 40
SLOW = 0.95  # of the answers come within the time that is told beside the median
Ask = Callable[[], Any]


def measured(ask: Ask) -> Figures:
    """What one answer costs after a first one; raises where it is none."""
    ask()
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request['PATH_INFO']} answered {answer.status_code}.")
    asked = len(queries)
    found, computed = [], []
    for _ in range(TIMES):
        with taken() as answering:
            ask()
        found.append(answering.seconds * 1000)
        computed.append(answering.cpu_seconds * 1000)
    slow = sorted(found)[ceil(SLOW * TIMES) - 1]
    return {
        "queries": asked, "bytes": len(answer.content), "milliseconds": median(found), "p95_milliseconds": slow,
        "cpu_milliseconds": median(computed),
    }  # fmt: skip


def keeps(one: Figures) -> bool:
    """Within the queries and bytes that a page may cost."""
    return bool(one["queries"] <= QUERIES and one["bytes"] < KILOBYTES * 1000)
