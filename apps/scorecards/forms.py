"""Shapes of what people type beside a card."""

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.governance.domain.revisions import LEAST_REASON
from apps.scorecards.operations import LONGEST_NOTE


class NoteForm(forms.Form):
    """A team's words beside a cell."""

    text = forms.CharField(
        label="Note", required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"Whoever sees this cell sees the note. At most {LONGEST_NOTE} characters.",
    )  # fmt: skip


class TemplateForm(forms.Form):
    """Why a template is agreed on, and from which day cards are made by it."""

    effective_from = DayField(
        label="In force from",
        help_text=f"Such as {DAY_EXAMPLE}. Cards due on that day or later are made by it.",
    )
    reason = ParagraphField(
        label="Reason", help_text=f"At least {LEAST_REASON} characters; it stands with the template."
    )
