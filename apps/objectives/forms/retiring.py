"""Why an SLI, an SLO or a budget policy leaves, and from when on."""

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.governance.domain.revisions import LEAST_REASON, LONGEST_REASON


class RetireForm(forms.Form):
    """A reason that is read later, and a day."""

    reason = ParagraphField(
        label="Reason", min_length=LEAST_REASON, max_length=LONGEST_REASON,
        help_text=f"At least {LEAST_REASON} characters: what people do without it from then on.",
    )  # fmt: skip
    on = DayField(
        label="From", required=False,
        help_text=f"Such as {DAY_EXAMPLE}. Empty: the first local midnight after the last signature.",
    )  # fmt: skip
