"""Whether the pages of a team can be counted on: the state of the feeds that report them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from apps.core.silence import heard_at_of, is_silent


class FeedState(StrEnum):
    """Whether pages are reported at all, and were heard lately."""

    LIVE = "live"
    STALE = "stale"
    NOT_CONNECTED = "not_connected"


@dataclass(frozen=True)
class Feed:
    """The state of a team's page feed, and the sign of life that decides it."""

    state: FeedState
    heard_at: datetime | None = None
    since: datetime | None = None


def feed_of(heard: Sequence[tuple[datetime, datetime]], as_of: datetime, silent_after: timedelta) -> Feed:
    """The feed of a team from (connected from, heard at) of the services that report pages to it."""
    heard_at = heard_at_of([at for _, at in heard], as_of)
    if heard_at is None:
        return Feed(FeedState.NOT_CONNECTED)
    state = FeedState.STALE if is_silent(heard_at, as_of, silent_after) else FeedState.LIVE
    return Feed(state, heard_at, min(since for since, _ in heard))
