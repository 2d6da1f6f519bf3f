"""Shapes of what people say about pages, alert rules, their hours on call, and the stages of maturity."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core.form_fields import DayField, ParagraphField
from apps.incidents.domain.page_words import LABEL_WORDS, SIGNAL_WORDS

LABELS = [(label.value, words) for label, words in LABEL_WORDS.items()]
BLANK_ONLY, EVERY = "blank", "all"
REACHES = [(BLANK_ONLY, "Its pages of this week that have no label"), (EVERY, "All its pages of this week")]
SECONDS_A_MINUTE = 60
_WALL = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)


class WallTimeField(forms.CharField):
    """A time of day such as `08:00`, as minutes after midnight; a day ends at `24:00`."""

    def clean(self, value: Any) -> int:
        """The minutes."""
        match = _WALL.fullmatch(str(super().clean(value)).strip())
        minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else -1
        if not 0 <= minutes <= 24 * 60:
            raise ValidationError("Enter a time such as 08:00.")
        return minutes

    def prepare_value(self, value: Any) -> Any:
        """Minutes as they are typed."""
        return f"{value // 60:02d}:{value % 60:02d}" if isinstance(value, int) else value


class RuleLabelForm(forms.Form):
    """One label for what a rule paged in a week."""

    prefix = "whole"  # beside the form of single labels
    rule = forms.ChoiceField(label="Rule")
    label = forms.ChoiceField(label="Label", choices=LABELS)
    reach = forms.ChoiceField(label="Which pages", choices=REACHES, widget=forms.RadioSelect, initial=BLANK_ONLY)

    def __init__(self, *args: Any, rules: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = rules  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """What a rule watches and where its runbook is."""

    signal = forms.ChoiceField(
        label="What it watches", choices=[(signal.value, words) for signal, words in SIGNAL_WORDS.items()],
        widget=forms.RadioSelect,
    )  # fmt: skip
    runbook_url = forms.URLField(
        label="Runbook", max_length=500, required=False, assume_scheme="https",
        help_text="What whoever is called reads first: an address beginning with https.",
    )  # fmt: skip
    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class ProfileForm(forms.Form):
    """How a team is on call from a day on."""

    from_on = DayField(label="Holds from", help_text="A day of the team's own zone, such as 2026-09-01.")
    zone = forms.CharField(
        label="Time zone", max_length=60, help_text="By its name, such as Europe/Madrid. Nights are those of this zone."
    )
    starts = WallTimeField(label="Working day begins", max_length=5, help_text="Monday to Friday, such as 08:00.")
    ends = WallTimeField(label="Working day ends", max_length=5, help_text="Such as 18:00.")
    acknowledgement_minutes = forms.IntegerField(
        label="Acknowledgement target in minutes", min_value=1, max_value=24 * 60,
        help_text="Nine in ten urgent pages are taken up by a person within it.",
    )  # fmt: skip
    cover = forms.CharField(
        label="Cover", max_length=200, required=False, help_text="When somebody is on call, such as all day and night."
    )
    escalation = ParagraphField(
        label="Escalation", max_length=500, required=False, rows=2, help_text="Who is called next, by role or team."
    )
    reason = ParagraphField(label="Reason", max_length=500, rows=2, help_text="Why these hours hold from then on.")

    def said(self) -> dict[str, Any]:
        """The input of `write_profile`."""
        data = self.cleaned_data
        return {
            "from_on": data["from_on"],
            "zone": data["zone"],
            "starts_minute": data["starts"],
            "ends_minute": data["ends"],
            "acknowledgement_seconds": data["acknowledgement_minutes"] * SECONDS_A_MINUTE,
            "cover": data["cover"],
            "escalation": data["escalation"],
            "reason": data["reason"],
        }


class ThresholdsForm(forms.Form):
    """What the stages of on-call maturity ask for, from a day on."""

    from_on = DayField(label="Holds from")
    actionable_percent = forms.IntegerField(
        label="Quiet: actionable pages, at least, in %", min_value=0, max_value=100
    )  # fmt: skip
    most_after_done = forms.IntegerField(
        label="Learns: incidents that came back after an action was done, at most", min_value=0, max_value=100
    )
    on_time_percent = forms.IntegerField(
        label="Follows through: actions done on time, at least, in %", min_value=0, max_value=100
    )
    reason = ParagraphField(label="Reason", max_length=500, rows=2, help_text="It stands beside the thresholds.")
