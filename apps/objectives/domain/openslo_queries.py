"""From queries as OpenSLO holds them to queries that return the events of one slice. Pure."""

import re
from decimal import Decimal

from apps.objectives.domain.indicator_specs import WINDOW_WORD

OPERATORS = {"lte": "<=", "lt": "<", "gte": ">=", "gt": ">"}
_SELECTOR = r"[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*\})?"
_PLAIN = re.compile(rf"\s*({_SELECTOR})\s*")
_SUM = re.compile(rf"\s*(sum(?:\s+(?:by|without)\s*\([^()]*\))?)\s*\(\s*({_SELECTOR})\s*\)\s*(by\s*\([^()]*\))?\s*")
NEEDS_WINDOW = (
    f"The query has a range of its own, so it cannot be read slice by slice. Write {WINDOW_WORD} as its range, such as "
    f"sum(increase(requests_total[{WINDOW_WORD}]))."
)
NOT_A_COUNTER = (
    f"Only counters can be turned into events of a slice. Say counter: true, or write {WINDOW_WORD} into the query."
)


def events_query(query: str, *, is_counter: bool) -> str | None:
    """A query of the events in a slice; None where it cannot be derived without guessing.

    A query that holds `$window` is taken as it is; a counter, or the sum of one, becomes its increase.
    """
    if WINDOW_WORD in query:
        return query.strip()
    if not is_counter:
        return None
    plain = _PLAIN.fullmatch(query)
    if plain:
        return f"sum(increase({plain[1]}[{WINDOW_WORD}]))"
    summed = _SUM.fullmatch(query)
    if summed:
        after = f" {summed[3]}" if summed[3] else ""
        return f"{summed[1]}(increase({summed[2]}[{WINDOW_WORD}])){after}"
    return None


def threshold_queries(query: str, operator: str, value: Decimal) -> tuple[str, str]:
    """Readings in a slice, and those of them that meet a threshold: all of (q), and those where (q) op v.

    Where no reading met it the server knows no point, as if nobody had looked: a zero stands there, or an outage of
    everything would be missing.
    """
    readings = f"({query.strip()})"
    met = f"({readings} {OPERATORS[operator]} {value:f})"
    valid = f"count_over_time({readings}[{WINDOW_WORD}:])"
    return valid, f"count_over_time({met}[{WINDOW_WORD}:]) or 0 * {valid}"
