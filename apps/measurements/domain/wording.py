"""The words of verdicts, in one table: codes for the API, words for pages, templates for sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from apps.core.numbers import JOINT, format_count, format_n
from apps.measurements.domain.readings import Reading, Reason, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANCE = 0.01


class Code(StrEnum):
    """The verdict itself; `no_trend` says that this kind of value is shown as points without any trend rule."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    CHANGED = "changed"
    NO_SIGNAL = "no_signal"
    TARGET_MET = "target_met"
    TARGET_NOT_MET = "target_not_met"
    TARGET_UNCLEAR = "target_unclear"
    NOT_JUDGED = "not_judged"
    NO_DATA = "no_data"
    NO_TREND = "no_trend"


WORDS: Mapping[str, str] = {
    Code.IMPROVED: "Improved",
    Code.WORSENED: "Worsened",
    Code.CHANGED: "Changed",
    Code.NO_SIGNAL: "No signal",
    Code.TARGET_MET: "Met",
    Code.TARGET_NOT_MET: "Not met",
    Code.TARGET_UNCLEAR: "Cannot tell yet",
    Code.NOT_JUDGED: "Not judged",
    Code.NO_DATA: "No data",
    Code.NO_TREND: "",
}
REASONS: Mapping[str, str] = {
    Reason.TOO_FEW: "too few",
    Reason.NEW_DEFINITION: "new definition",
    Reason.PAUSED: "paused",
    Reason.RUNNING: "running",
    Reason.STALE: "stale",
    Reason.NOT_CONNECTED: "not connected",
    Reason.NO_EVENTS: "no events",
}
# Every sentence a verdict can say. The names in braces are the keys of `Verdict.params`.
TEMPLATES: Mapping[str, str] = {
    "no_trend": "",
    "reason": "{word}: {reason_word}",
    "reason_with_detail": "{word}: {reason_word}, {detail}",
    "no_events_in": "{word}: {reason_word} in {detail}",
    "paused_on": "{word}: {reason_word} {detail}",
    "running_named": "{word}: {detail} is {reason_word}",
    "too_few": "{word}: {reason_word} ({n} of {needed})",
    "too_few_weeks": "{word}: {reason_word}, a value in {n} of the last {weeks} weeks",
    "too_few_before": "{word}: {reason_word} before to compare with",
    "too_few_before_of": "{word}: {reason_word} before to compare with ({n} of {needed})",
    "still_open": "{word}: {reason_word}, what is still open may take longer",
    "shares": f"{{word}}: {{before}} to {{now}}, {{low}} to {{high}}{JOINT}points",
    "shares_clustered": f"{{word}}: {{before}} to {{now}}, {{low}} to {{high}}{JOINT}points; bad weeks cluster",
    "ratio": "{word}: {before} to {now}, {low} to {high}",
    "ratio_per": "{word}: {before} to {now} per {per}, {low} to {high}",
    "counts": "{word}: {before} in {weeks_before} weeks to {now} in {weeks_now}, {low} to {high}",
    "counts_none": "{word}: none in {weeks_before} weeks before, none in {weeks_now} now",
    "inside_range": "{word}: inside normal range {range}",
    "above_range": "{word}: {now} is above normal range {range} since {since}",
    "below_range": "{word}: {now} is below normal range {range} since {since}",
    "run_above": "{word}: {run} in a row above {centre} since {since}",
    "run_below": "{word}: {run} in a row below {centre} since {since}",
    "target_at_most": "{word}: {now}, target at most {target}",
    "target_at_least": "{word}: {now}, target at least {target}",
    "target_inside": "{word}: {target} lies inside {range}",
    "target_inside_clustered": "{word}: {target} lies inside {range}; bad weeks cluster",
    "target_no_interval": f"{{word}}: {{now}} has no interval (n{JOINT}={JOINT}{{n}}), target {{target}}",
    "target_open": "{word}: {now} so far, target {target}",
}
# What stands in place of a verdict, in this order. A pause explains emptiness; a missing source explains nothing.
_MISSING = {
    Status.NOT_CONNECTED: (Code.NO_DATA, Reason.NOT_CONNECTED),
    Status.SOURCE_SILENT: (Code.NO_DATA, Reason.STALE),
}
_UNFIT = {
    Status.PARTIAL: (Code.NOT_JUDGED, Reason.RUNNING),
    Status.ZERO: (Code.NO_DATA, Reason.NO_EVENTS),
    Status.TOO_FEW: (Code.NOT_JUDGED, Reason.TOO_FEW),
    Status.NOT_ESTIMABLE: (Code.NOT_JUDGED, Reason.TOO_FEW),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of a movement or a target: code, generated sentence, what it is made of, the rule used."""

    code: Code
    sentence: str
    params: Mapping[str, Any] = field(hash=False)
    rule: str
    reason: Reason | None = None

    @property
    def word(self) -> str:
        """The verdict's word on pages."""
        return WORDS[self.code]


def say(code: Code, template: str, *, rule: str, reason: Reason | None = None, **params: Any) -> Verdict:
    """A verdict whose sentence is built from a named template; with the params it can be said in another language."""
    words = {"word": WORDS[code], "reason_word": REASONS[reason] if reason else ""}
    sentence = TEMPLATES[template].format(**words, **params)
    return Verdict(code, sentence, {"template": template, **params}, rule, reason)


def stand_in(reading: Reading) -> Verdict | None:
    """What is said in place of any verdict on this reading, or None when it can be judged."""
    if reading.status in _MISSING:
        return _instead(*_MISSING[reading.status], reading)
    if reading.reason is not None:
        return _instead(Code.NOT_JUDGED, reading.reason, reading)
    if reading.status in _UNFIT:
        return _instead(*_UNFIT[reading.status], reading)
    return None


def not_judged(reason: Reason, template: str = "reason", **params: Any) -> Verdict:
    """A verdict that withholds judgement, with its reason."""
    return say(Code.NOT_JUDGED, template, rule="status", reason=reason, **params)


def no_trend() -> Verdict:
    """The verdict on values that are shown as points only."""
    return say(Code.NO_TREND, "no_trend", rule="none")


def count_words(reading: Reading, facts: str, linked_facts: str = "") -> str:
    """How much stands behind a value: `n = 390 changes in 34 deployments`."""
    words = f"{format_n(reading.n)} {facts}"
    if reading.clusters is None or not linked_facts:
        return words
    return f"{words} in {format_count(reading.clusters)} {linked_facts}"


def line_of_expectation(judged: int, moved: int | None = None) -> str:
    """What chance alone would do where many trends stand together: `about 4 of these 360 are chance`."""
    by_chance = int(judged * CHANCE + 0.5) if judged * CHANCE >= 1 else 0
    share = f"about {by_chance}" if by_chance else "fewer than 1"
    if moved is not None:
        return f"{moved} of {judged} moved; {share} of these {judged} would by chance"
    return f"{share} of these {judged} {'are' if by_chance > 1 else 'is'} chance"


def _instead(code: Code, reason: Reason, reading: Reading) -> Verdict:
    if reason is Reason.TOO_FEW and reading.needed:
        return say(code, "too_few", rule="status", reason=reason, n=reading.n, needed=reading.needed)
    if not reading.detail:
        return say(code, "reason", rule="status", reason=reason)
    template = "reason_with_detail"
    if reason is Reason.RUNNING:
        template = "running_named"
    elif reason is Reason.NO_EVENTS:
        template = "no_events_in"
    elif reason is Reason.PAUSED and reading.detail[0].isdigit():
        template = "paused_on"
    return say(code, template, rule="status", reason=reason, detail=reading.detail)
