"""The closed lists of objectives: methods, windows, states, exemption categories, why a budget was evaluated. Pure."""

from enum import StrEnum


class Method(StrEnum):
    """What one unit of the budget is: an event, or a slice of time."""

    OCCURRENCES = "occurrences"
    TIME_SLICES = "time_slices"


class WindowKind(StrEnum):
    """A window that moves with the newest slice, or one of the calendar."""

    ROLLING = "rolling"
    CALENDAR = "calendar"


class Judge(StrEnum):
    """Whether the sum of all keys is judged, or the share of keys that keep the promise each."""

    TOTAL = "total"
    EACH = "each"


class BudgetState(StrEnum):
    """Where a budget stands; the first that applies, in this order."""

    NO_DATA = "no_data"
    STALE = "stale"
    INSUFFICIENT = "insufficient"
    EXHAUSTED = "exhausted"
    AT_RISK = "at_risk"
    OK = "ok"

    @property
    def is_judged(self) -> bool:
        """The counts say something about the promise; where not, nothing is green and nothing is closed."""
        return self in (BudgetState.EXHAUSTED, BudgetState.AT_RISK, BudgetState.OK)

    @property
    def label(self) -> str:
        """The word on pages."""
        return STATE_LABELS[self]

    @property
    def rank(self) -> int:
        """The order in which keys are listed: what asks for somebody first."""
        return _RANKS.index(self)


STATE_LABELS = {
    BudgetState.NO_DATA: "No data",
    BudgetState.STALE: "No data",
    BudgetState.INSUFFICIENT: "Not judged",
    BudgetState.EXHAUSTED: "Exhausted",
    BudgetState.AT_RISK: "At risk",
    BudgetState.OK: "Within",
}
_RANKS = (
    BudgetState.EXHAUSTED, BudgetState.AT_RISK, BudgetState.STALE, BudgetState.NO_DATA, BudgetState.INSUFFICIENT,
    BudgetState.OK,
)  # fmt: skip


class StateReason(StrEnum):
    """Why a state holds, where its name alone does not say it."""

    NOT_CONNECTED = "not_connected"
    NO_EVENTS = "no_events"
    SILENT = "silent"
    TOO_FEW_EVENTS = "too_few_events"
    LOW_COVERAGE = "low_coverage"
    UNUSABLE = "unusable"
    NEW_DEFINITION = "new_definition"
    SLICES_GONE = "slices_gone"
    NO_KEY_JUDGED = "no_key_judged"
    MISSED = "missed"
    KEYS_MISSED = "keys_missed"
    KEY_AT_RISK = "key_at_risk"
    LITTLE_LEFT = "little_left"
    ALERT_OPEN = "alert_open"
    PACE = "pace"
    WITHIN = "within"


class ExemptionCategory(StrEnum):
    """Why slices may be left out of a budget."""

    MAINTENANCE = "maintenance"
    TEST_TRAFFIC = "test_traffic"
    MEASUREMENT_FAULT = "measurement_fault"
    OUTSIDE_AGREEMENT = "outside_agreement"

    @property
    def label(self) -> str:
        """The words on pages."""
        return self.value.replace("_", " ").capitalize()


# Users do not read notices of maintenance, so it counts unless the promise says otherwise.
DEFAULT_EXEMPTABLE = (ExemptionCategory.MEASUREMENT_FAULT, ExemptionCategory.TEST_TRAFFIC)


class EvaluationCause(StrEnum):
    """Why a result was stored for good."""

    MIDNIGHT = "midnight"
    STATE_CHANGE = "state_change"
    TRIGGER = "trigger"
    REVIEW = "review"
    EXEMPTION = "exemption"


class AlertKind(StrEnum):
    """What an alert asks for: somebody now, or somebody soon."""

    PAGE = "page"
    TICKET = "ticket"
