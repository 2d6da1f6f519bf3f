"""The measurement engine: load, mark, link, span, place, sum. Functions from frame to frame, without Django.

Each key of a spec is read in exactly one of the six; none knows a fact source by name. Times are whole microseconds
since 1970 UTC, so that every sum is exact and no order of rows changes a bit.
"""

ENGINE_VERSION = 1
