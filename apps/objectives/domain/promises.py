"""The statement of an objective's version: the promise, its defaults, and what is refused. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.core.faults import Faults, said
from apps.core.periods import Grain
from apps.objectives.domain.budgets import least_events
from apps.objectives.domain.burning import LEAST_BAD
from apps.objectives.domain.documents import compact_json, day_in, decimal_text, share_in, text_in
from apps.objectives.domain.objective_words import DEFAULT_EXEMPTABLE, ExemptionCategory, Judge, Method, WindowKind
from apps.objectives.domain.windows import CALENDAR, MOST_DAYS, Window, calendar, rolling

LONGEST_TEXT = 1000
STALE_SLICES, LEAST_STALE = 6, timedelta(minutes=15)
AT_RISK_BELOW, MINIMUM_COVERAGE = Decimal("0.25"), Decimal("0.25")
DEFAULT_DAYS = 28
LARGEST_MINIMUM = 10**9
WORDING = ("name", "monday_decision", "rationale", "revisit_on", "links")
KEYS = (
    *WORDING, "target", "window", "method", "slice_target", "judge", "share_target", "minimum_events",
    "minimum_coverage", "stale_after_seconds", "at_risk_below", "alert_minimum_bad", "exemptable",
)  # fmt: skip
REQUIRED = ("name", "monday_decision", "rationale", "revisit_on", "target")


@dataclass(frozen=True)
class Promise:
    """One immutable statement of what is promised; `computing_text` is the part whose change is one of meaning."""

    name: str
    monday_decision: str
    rationale: str
    revisit_on: date
    target: Decimal
    window: Window
    method: Method
    slice_target: Decimal | None
    judge: Judge
    share_target: Decimal | None
    minimum_events: int
    minimum_coverage: Decimal
    stale_after: timedelta
    at_risk_below: Decimal
    alert_minimum_bad: int
    exemptable: tuple[ExemptionCategory, ...]
    links: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """The JSON document with every default written out; decimals are text."""
        document: dict[str, Any] = {
            "name": self.name, "monday_decision": self.monday_decision, "rationale": self.rationale,
            "revisit_on": self.revisit_on.isoformat(), "links": list(self.links),
            "target": decimal_text(self.target), "window": window_document(self.window),
            "method": str(self.method), "judge": str(self.judge), "minimum_events": self.minimum_events,
            "minimum_coverage": decimal_text(self.minimum_coverage),
            "stale_after_seconds": int(self.stale_after.total_seconds()),
            "at_risk_below": decimal_text(self.at_risk_below), "alert_minimum_bad": self.alert_minimum_bad,
            "exemptable": sorted(map(str, self.exemptable)),
        }  # fmt: skip
        if self.slice_target is not None:
            document["slice_target"] = decimal_text(self.slice_target)
        if self.share_target is not None:
            document["share_target"] = decimal_text(self.share_target)
        return document

    @property
    def computing_text(self) -> str:
        """Canonical text of the target and all below it."""
        return compact_json({key: value for key, value in self.as_document().items() if key not in WORDING})

    @property
    def canonical_text(self) -> str:
        """Canonical text of the whole statement."""
        return compact_json(self.as_document())


def window_document(window: Window) -> dict[str, Any]:
    """`{"rolling_days": 28}` or `{"calendar": "month"}`."""
    if window.grain is None:
        return {"rolling_days": window.days}
    return {"calendar": str(window.grain)}


def read_promise(document: Any, faults: Faults, *, slice_seconds: int) -> Promise | None:
    """Read a document; None after any fault, each at its JSON Pointer. `slice_seconds` is that of the indicator."""
    before = len(faults.found)
    if not faults.keys(document, "", known=KEYS, required=REQUIRED):
        return None
    promise = _Reader(document, faults, slice_seconds).promise()
    return promise if len(faults.found) == before else None


@dataclass
class _Reader:
    """Reads one document; each method reads one matter."""

    document: dict[str, Any]
    faults: Faults
    slice_seconds: int

    def promise(self) -> Promise | None:
        """The promise; None where what others depend on could not be read."""
        target = self._share("target")
        window = self._window()
        method = Method(self._one("method", Method, Method.OCCURRENCES))
        judge = Judge(self._one("judge", Judge, Judge.TOTAL))
        slice_target = self._only_with("slice_target", method is Method.TIME_SLICES, "method time_slices")
        share_target = self._only_with("share_target", judge is Judge.EACH, "judge each")
        revisit_on = day_in(self.document.get("revisit_on"), "/revisit_on", self.faults)
        texts = {key: text_in(self.document, key, self.faults, longest=LONGEST_TEXT) for key in WORDING[1:3]}
        if target is None or window is None or revisit_on is None:
            return None
        return Promise(
            name=text_in(self.document, "name", self.faults, longest=120), **texts, revisit_on=revisit_on,
            target=target, window=window, method=method, slice_target=slice_target, judge=judge,
            share_target=share_target,
            minimum_events=self._whole("minimum_events", least_events(target), LARGEST_MINIMUM),
            minimum_coverage=self._share("minimum_coverage", MINIMUM_COVERAGE) or MINIMUM_COVERAGE,
            stale_after=self._stale_after(), at_risk_below=self._at_risk_below(),
            alert_minimum_bad=self._whole("alert_minimum_bad", LEAST_BAD[method], LARGEST_MINIMUM),
            exemptable=self._exemptable(), links=self._links(),
        )  # fmt: skip

    def _share(self, key: str, default: Decimal | None = None) -> Decimal | None:
        if key not in self.document and default is not None:
            return default
        return share_in(self.document[key], f"/{key}", self.faults) if key in self.document else None

    def _one(self, key: str, words: Any, default: str) -> str:
        found = self.faults.one_of(self.document.get(key, default), tuple(words), f"/{key}", f"a {key}")
        return found or default

    def _whole(self, key: str, default: int, most: int) -> int:
        found = self.faults.whole(self.document.get(key, default), f"/{key}", least=1, most=most)
        return default if found is None else found

    def _only_with(self, key: str, applies: bool, words: str) -> Decimal | None:
        given = self.document.get(key)
        if applies and given is None:
            self.faults.add(f"/{key}", "required", f"With {words} say the {key.replace('_', ' ')}, such as 0.95.")
        elif not applies and given is not None:
            self.faults.add(f"/{key}", "not_applicable", f"It goes with {words} only; leave it out.")
        elif applies:
            return share_in(given, f"/{key}", self.faults)
        return None

    def _window(self) -> Window | None:
        given = self.document.get("window", {"rolling_days": DEFAULT_DAYS})
        if not self.faults.keys(given, "/window", known=("rolling_days", "calendar")):
            return None
        if len(given) != 1 or not given.keys() <= {"rolling_days", "calendar"}:
            self.faults.add("/window", "required", "Name rolling_days or calendar, and only one of them.")
            return None
        if "calendar" in given:
            grain = self.faults.one_of(given["calendar"], CALENDAR, "/window/calendar", "a calendar window")
            return calendar(Grain(grain)) if grain else None
        days = given["rolling_days"]
        if not self.faults.is_a(days, int, "/window/rolling_days"):
            return None
        if not 1 <= days <= MOST_DAYS:
            words = f"A rolling window lasts 1 to {MOST_DAYS} days; {said(days)} does not. 28 days are whole weeks."
            self.faults.add("/window/rolling_days", "out_of_range", words)
            return None
        return rolling(days)

    def _stale_after(self) -> timedelta:
        default = int(max(LEAST_STALE, STALE_SLICES * timedelta(seconds=self.slice_seconds)).total_seconds())
        seconds = self.document.get("stale_after_seconds", default)
        found = self.faults.whole(seconds, "/stale_after_seconds", least=self.slice_seconds, most=MOST_DAYS * 86400)
        return timedelta(seconds=default if found is None else found)

    def _at_risk_below(self) -> Decimal:
        given = self.document.get("at_risk_below", str(AT_RISK_BELOW))
        found = share_in(given, "/at_risk_below", self.faults, may_be_zero=True)
        return AT_RISK_BELOW if found is None else found

    def _exemptable(self) -> tuple[ExemptionCategory, ...]:
        given = self.document.get("exemptable", [str(one) for one in DEFAULT_EXEMPTABLE])
        found = [
            self.faults.one_of(item, tuple(ExemptionCategory), f"/exemptable/{i}", "a category of exemptions")
            for i, item in enumerate(self.faults.list_of(given, "/exemptable", longest=len(ExemptionCategory)))
        ]
        return tuple(sorted({ExemptionCategory(one) for one in found if one}))

    def _links(self) -> tuple[str, ...]:
        given = self.faults.list_of(self.document.get("links", []), "/links", longest=10)
        found = [self.faults.text(item, f"/links/{i}", longest=500) for i, item in enumerate(given)]
        return tuple(text for text in found if text)


def warnings_of(promise: Promise, *, others_on_flow: int = 0) -> list[str]:
    """What signers should know before they sign; none of it stops them."""
    found = []
    if promise.target == 1:
        found.append("A target of 100 % leaves no budget: every failure breaks it, and no burn rate can be said.")
    if others_on_flow >= 2:
        found.append(f"This flow has {others_on_flow} objectives already. Which of them would it replace?")
    if promise.window.kind is WindowKind.ROLLING and promise.window.days % 7:
        found.append("The window holds no whole weeks, so quiet weekends move the number. 28 days would not.")
    return found
