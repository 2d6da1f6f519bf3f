"""A decision about a budget, with the day on which it is looked at again; and the closing of a trigger."""

from typing import Any

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.objectives.domain.deciding import LONGEST_REASON, LONGEST_SENTENCE, Deciding
from apps.objectives.domain.policy_words import Verb

VERB_HINTS = {
    Verb.CONTINUE: "Continue: the plan stays as it is, with open eyes.",
    Verb.ADJUST: "Adjust: what the policy asks for begins now.",
    Verb.INVESTIGATE: "Investigate: somebody finds out what burns, before more is decided.",
}


class DecisionForm(forms.Form):
    """What the people named by the rule decide."""

    verb = forms.ChoiceField(
        label="What do you decide?", widget=forms.RadioSelect,
        choices=[(verb.value, words) for verb, words in VERB_HINTS.items()],
        error_messages={"required": "Choose what you decide.", "invalid_choice": "Choose what you decide."},
    )  # fmt: skip
    sentence = ParagraphField(
        label="In a sentence", max_length=LONGEST_SENTENCE,
        help_text="What happens now, and what waits. People read it before a release.",
    )  # fmt: skip
    revisit_on = DayField(
        label="Look at it again on",
        help_text=f"Within three months, such as {DAY_EXAMPLE}. From then on it counts as undecided.",
    )  # fmt: skip

    def asked(self) -> Deciding:
        """The decision as it was typed."""
        data: dict[str, Any] = self.cleaned_data
        return Deciding(Verb(data["verb"]).value, data["sentence"], data["revisit_on"])


class CloseForm(forms.Form):
    """Why a trigger is closed; it may stay empty."""

    reason = ParagraphField(
        label="What changed", required=False, max_length=LONGEST_REASON, rows=2,
        help_text="One sentence for whoever meets the next one.",
    )  # fmt: skip
