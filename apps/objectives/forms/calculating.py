"""The calculator: a promise and counts in, a result out; nothing is stored."""

from typing import Any

from django import forms

from apps.objectives.domain.windows import MOST_DAYS

LARGEST = 10**12


def _whole(label: str, hint: str = "", *, initial: int | None = None) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=hint, min_value=0, max_value=LARGEST, required=initial is None, initial=initial,
        error_messages={"required": f"{label}: enter a whole number.", "invalid": f"{label}: enter a whole number."},
    )  # fmt: skip


class CalculatorForm(forms.Form):
    """A target, a rolling window, and the counts that came in it."""

    target = forms.CharField(
        label="Target", help_text="As a share: 0.997 for 99.7 %.", max_length=30,
        error_messages={"required": "Enter a target, such as 0.997."},
    )  # fmt: skip
    days = forms.IntegerField(
        label="Rolling window, in days", min_value=1, max_value=MOST_DAYS,
        error_messages={"required": "Enter how many days, such as 28."},
    )  # fmt: skip
    counted = _whole("Valid events in the window")
    bad = _whole("Failed ones among them")
    recent_bad = _whole("Failed in the recent hours", "Of the last day, for windows of about a month.", initial=0)
    recent_counted = _whole("Valid in the recent hours", initial=0)

    def clean(self) -> dict[str, Any]:
        """No more failed than there was."""
        data: dict[str, Any] = super().clean() or {}
        for bad, of in (("bad", "counted"), ("recent_bad", "recent_counted")):
            if (data.get(bad) or 0) > (data.get(of) or 0) and not self.errors.get(bad):
                self.add_error(bad, "More failed than there were valid events.")
        return data

    def document(self) -> dict[str, Any]:
        """The promise as a document."""
        return {
            "name": "This promise", "monday_decision": "-", "rationale": "-", "revisit_on": "2999-01-01",
            "target": self.cleaned_data["target"].strip(), "window": {"rolling_days": self.cleaned_data["days"]},
        }  # fmt: skip
