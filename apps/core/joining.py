"""Words one after the other, as a sentence says them. Pure."""

from collections.abc import Collection


def joined(words: Collection[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    *before, end = words or [""]
    return f"{', '.join(before)} {last} {end}" if before else end
