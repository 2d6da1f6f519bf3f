"""Four stages of being on call, asked of 90 days (of actions: 13 weeks): how far a team has come, what next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from apps.core.numbers import format_value, number_style
from apps.incidents.domain.page_feeds import Feed, FeedState
from apps.incidents.domain.page_words import MaturityMeasure
from apps.incidents.domain.pages import Load

DAYS = 90
STAGES = (
    MaturityMeasure.ACKNOWLEDGEMENT, MaturityMeasure.ACTIONABLE, MaturityMeasure.REPEATS,
    MaturityMeasure.FOLLOW_THROUGH,
)  # fmt: skip
STAGE_WORDS = MappingProxyType(
    {
        MaturityMeasure.ACKNOWLEDGEMENT: ("Responds", "response time"),
        MaturityMeasure.ACTIONABLE: ("Quiet", "paging quality"),
        MaturityMeasure.REPEATS: ("Learns", "repeat incidents"),
        MaturityMeasure.FOLLOW_THROUGH: ("Follows through", "action completion"),
    }
)
PERCENT = 100


class Standing(StrEnum):
    """How a measure stands; only the first passes."""

    PASSES = "passes"
    MISSES = "misses"
    NOT_JUDGED = "not_judged"
    NO_DATA = "no_data"


@dataclass(frozen=True)
class MeasureRead:
    """One measure with what it was read from; `sentence` names value, n and what is asked, or why nothing is said."""

    measure: MaturityMeasure
    standing: Standing
    sentence: str
    n: int | None = None

    @property
    def passes(self) -> bool:
        """Not judged and no data are not yet."""
        return self.standing is Standing.PASSES


@dataclass(frozen=True)
class Maturity:
    """The stage of a team, 0 to 4, and its four measures in order."""

    measures: tuple[MeasureRead, ...]

    @property
    def stage(self) -> int:
        """The highest k whose measures 1 to k pass."""
        for place, read in enumerate(self.measures):
            if not read.passes:
                return place
        return len(self.measures)

    @property
    def next_measure(self) -> MeasureRead | None:
        """The first measure that does not pass; None at the last stage."""
        return next((read for read in self.measures if not read.passes), None)


def read_acknowledgement(load: Load, feed: Feed, target: timedelta | None) -> MeasureRead:
    """Stage 1: nine in ten urgent pages are taken up within the team's own target."""
    measure = MaturityMeasure.ACKNOWLEDGEMENT
    if silent := _from_feed(measure, load, feed):
        return silent
    if target is None:
        return MeasureRead(measure, Standing.NOT_JUDGED, "no acknowledgement target is agreed on", load.pages)
    p90 = load.acknowledged_p90
    if p90 is None:
        return MeasureRead(measure, Standing.NOT_JUDGED, "too few: no page was taken up by a person", 0)
    limit = target.total_seconds()
    value = format_value(Fraction(p90 / timedelta(microseconds=1)) / 1_000_000, "seconds", against=limit)
    sentence = f"nine in ten taken up within {value}, agreed {format_value(limit, 'seconds')}"
    return MeasureRead(measure, _passes(p90 <= target), sentence, len(load.waits))


def read_actionable(load: Load, feed: Feed, percent: int) -> MeasureRead:
    """Stage 2: most labelled pages needed somebody to act, and enough of them are labelled."""
    measure = MaturityMeasure.ACTIONABLE
    if silent := _from_feed(measure, load, feed):
        return silent
    if load.actionable is None:
        sentence = f"too few: {load.labelled} of {load.pages} pages have a label"
        return MeasureRead(measure, Standing.NOT_JUDGED, sentence, load.labelled)
    return _share(measure, load.actionable, percent, f"of {load.labelled} labelled pages were acted on", load.labelled)


def read_repeats(repeats: Mapping[int | None, tuple[int, int]] | None, most: int) -> MeasureRead:
    """Stage 3: no cause comes back after an action on it was done.

    `repeats` are the incidents that did, and all of them, by level; None where no incidents are reported. They are told
    by level: one count of all would reward hiding small ones.
    """
    measure = MaturityMeasure.REPEATS
    if repeats is None:
        return MeasureRead(measure, Standing.NO_DATA, "not connected: no incidents are reported")
    count = sum(came_back for came_back, _ in repeats.values())
    levels = sorted(repeats, key=lambda level: (level is None, level or 0))
    told = "; ".join(_of_level(level, *repeats[level]) for level in levels) or "no incident"
    sentence = f"{told} came back after an action was done, at most {most} asked for"
    return MeasureRead(measure, _passes(count <= most), sentence, sum(every for _, every in repeats.values()))


def _of_level(level: int | None, came_back: int, every: int) -> str:
    return f"severity {'not known' if level is None else level}: {came_back} of {every}"


def read_follow_through(value: Fraction | None, n: int, why: str, percent: int) -> MeasureRead:
    """Stage 4: actions are done on time; without a value `why` begins with a state's word and names the reason."""
    measure = MaturityMeasure.FOLLOW_THROUGH
    if value is None:
        standing = Standing.NO_DATA if why.startswith("No data") else Standing.NOT_JUDGED
        return MeasureRead(measure, standing, why.partition(":")[2].strip() or why, n)
    words = f"of {n} {'action was' if n == 1 else 'actions were'} done on time in the last 13 full weeks"
    return _share(measure, value, percent, words, n)


def maturity_of(measures: Sequence[MeasureRead]) -> Maturity:
    """The stages from the four measures, in the order of the stages."""
    by_measure = {read.measure: read for read in measures}
    return Maturity(tuple(by_measure[measure] for measure in STAGES))


def _from_feed(measure: MaturityMeasure, load: Load, feed: Feed) -> MeasureRead | None:
    """What the feed alone decides: silence is no quiet, and a live feed without one urgent page is."""
    if feed.state is FeedState.NOT_CONNECTED:
        return MeasureRead(measure, Standing.NO_DATA, "not connected: no tool reports pages")
    if feed.state is FeedState.STALE:
        heard = f"{feed.heard_at:%-d %b %Y}" if feed.heard_at else "never"
        return MeasureRead(measure, Standing.NO_DATA, f"stale, pages last heard of on {heard}")
    if not load.pages:
        return MeasureRead(measure, Standing.PASSES, "no urgent page, and the feed is alive", 0)
    return None


def _share(measure: MaturityMeasure, value: Fraction, percent: int, words: str, n: int) -> MeasureRead:
    limit = Fraction(percent, PERCENT)
    style = number_style([value, limit], "share")
    sentence = f"{style.text(value, against=limit)} {words}, at least {style.text(limit)} asked for"
    return MeasureRead(measure, _passes(value >= limit), sentence, n)


def _passes(truth: bool) -> Standing:
    return Standing.PASSES if truth else Standing.MISSES
