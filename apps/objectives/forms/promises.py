"""An SLO in words."""

from typing import Any

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField
from apps.governance.domain.kinds import Op
from apps.objectives.domain.agreed_words import LABELS
from apps.objectives.domain.objective_words import DEFAULT_EXEMPTABLE, ExemptionCategory, Judge, Method
from apps.objectives.domain.promises import DEFAULT_DAYS
from apps.objectives.domain.windows import MOST_DAYS
from apps.objectives.forms.agreeing import (
    CONTENT,
    AgreementForm,
    Choices,
    Group,
    choice_field,
    links_field,
    text_field,
    word_field,
)

ROLLING = "rolling"
WINDOWS = [(ROLLING, "Rolling days"), ("week", "Calendar week"), ("month", "Calendar month"), ("quarter", "Quarter")]
METHODS = {
    Method.OCCURRENCES: "Every event counts the same", Method.TIME_SLICES: "Every slice of time counts the same",
}  # fmt: skip
JUDGES = {Judge.TOTAL: "The sum of all keys", Judge.EACH: "Each key by itself"}
PLAIN = ("name", "monday_decision", "rationale", "target", "method", "judge", "links")
NUMBERS = ("minimum_events", "stale_after_seconds", "alert_minimum_bad")
SHARES = ("slice_target", "share_target", "minimum_coverage", "at_risk_below")


class PromiseForm(AgreementForm):
    """What is promised, over which time, and how it is judged."""

    KIND, DOCUMENT, IDENTITY = "slo", "promise", ("indicator", "owner_team")
    STATEMENT = (*PLAIN, *NUMBERS, *SHARES)
    GROUPS = (
        Group("The promise", ("name", "target", "window", "rolling_days")),
        Group("What it is for", ("monday_decision", "rationale", "revisit_on")),
        Group("What may be left out", ("exemptable",)),
        Group("How it is counted", ("method", "slice_target", "judge", "share_target"), is_folded=True),
        Group(
            "When it is judged, and when people hear of it",
            ("minimum_events", "minimum_coverage", "stale_after_seconds", "at_risk_below", "alert_minimum_bad"),
            hint="Leave a field empty for its default.", is_folded=True,
        ),
        Group("Links", ("links",), is_folded=True),
    )  # fmt: skip

    name = word_field("name", longest=120)
    target = word_field("target", "As a share: 0.995 for 99.5 %. At most nine places.", longest=30)
    window = choice_field("window", WINDOWS, "The calendar follows the reporting zone.")
    rolling_days = forms.IntegerField(
        label="Days of a rolling window", required=False,
        help_text=f"1 to {MOST_DAYS}, each of 24 hours; {DEFAULT_DAYS} days are whole weeks.",
    )  # fmt: skip
    monday_decision = text_field(
        "monday_decision", "Who would do what differently on Monday? Nobody: do not measure it."
    )
    rationale = text_field("rationale", "Why users need this much, and no more.")
    revisit_on = DayField(label=LABELS["revisit_on"], help_text=f"Such as {DAY_EXAMPLE}.")
    exemptable = forms.MultipleChoiceField(
        label=LABELS["exemptable"], required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, one.label) for one in ExemptionCategory],
        help_text="By exemptions that are approved and end. Users do not read notices of maintenance, so it counts "
        "unless you choose it.",
    )  # fmt: skip
    method = choice_field("method", [(one.value, words) for one, words in METHODS.items()])
    slice_target = word_field(
        "slice_target", "With slices of time: the share of good events in a good slice, such as 0.99.",
        required=False, longest=30,
    )  # fmt: skip
    judge = choice_field("judge", [(one.value, words) for one, words in JUDGES.items()])
    share_target = word_field(
        "share_target", "With each key by itself: the share of keys that keep it, such as 0.95.", required=False,
        longest=30,
    )  # fmt: skip
    minimum_events = forms.IntegerField(
        label=LABELS["minimum_events"], required=False, min_value=1,
        help_text="Default: so many that one failure does not break the promise.",
    )  # fmt: skip
    minimum_coverage = word_field("minimum_coverage", "Default 0.25.", required=False, longest=30)
    stale_after_seconds = forms.IntegerField(
        label="Stale after, in seconds", required=False, min_value=60,
        help_text="Default: six slices, at least 15 minutes.",
    )  # fmt: skip
    at_risk_below = word_field(
        "at_risk_below", "The share of the budget that is left. Default 0.25.", required=False, longest=30
    )
    alert_minimum_bad = forms.IntegerField(
        label=LABELS["alert_minimum_bad"], required=False, min_value=1,
        help_text="Default 2: one failed request at night is no alert.",
    )  # fmt: skip
    links = links_field()

    def __init__(self, *args: Any, op: Op, indicators: Choices = (), owners: Choices = (), **kwargs: Any) -> None:
        identity = {
            "indicator": forms.ChoiceField(
                label="SLI", choices=list(indicators), help_text="It stays; another SLI is another SLO.",
                error_messages={"required": "Choose what it is measured by. Propose an SLI first where there is none."},
            ),
            "owner_team": forms.ChoiceField(
                label="Team that owns it", choices=[("", "The owner of the SLI"), *owners], required=False
            ),
        }  # fmt: skip
        super().__init__(*args, op=op, identity=identity, **kwargs)

    def clean(self) -> dict[str, Any]:
        """A rolling window has its days."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("window") == ROLLING and "rolling_days" in data and data["rolling_days"] is None:
            self.add_error("rolling_days", f"Say how many days, such as {DEFAULT_DAYS}.")
        return data

    def document(self) -> dict[str, Any]:
        """The promise; defaults are left to the rule."""
        data = self.cleaned_data
        is_rolling = data["window"] == ROLLING
        window = {"rolling_days": data["rolling_days"]} if is_rolling else {"calendar": data["window"]}
        return {
            **super().document(), "revisit_on": data["revisit_on"].isoformat(), "window": window,
            "exemptable": data["exemptable"],
        }  # fmt: skip

    def places(self) -> dict[str, str]:
        """Days of a window stand in a field of their own."""
        return {f"{CONTENT}/promise/window/rolling_days": "rolling_days", **super().places()}


def promise_initial(content: dict[str, Any]) -> dict[str, Any]:
    """An SLO as the form begins with it."""
    promise = content.get("promise", {})
    window = promise.get("window", {"rolling_days": DEFAULT_DAYS})
    identity = {name: content.get(name, "") for name in PromiseForm.IDENTITY}
    known = {
        "exemptable": [str(one) for one in DEFAULT_EXEMPTABLE], **promise,
        "window": window.get("calendar", ROLLING), "rolling_days": window.get("rolling_days", ""),
        "links": "\n".join(promise.get("links", ())),
    }  # fmt: skip
    return {**identity, **known}
