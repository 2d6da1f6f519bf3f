"""Shapes of what people answer in a target review."""

from typing import Any

from django import forms

from apps.accounts.domain import ROLE_WORDS
from apps.core.form_fields import ParagraphField
from apps.reviews.domain.content import LONGEST_REASON, Choice, read_value
from apps.reviews.domain.seats import SeatRole

HASH_LENGTH = 64
ROLES = [(role.value, ROLE_WORDS[role].capitalize()) for role in SeatRole]


class AnswerForm(forms.Form):
    """Accept, edit or drop one drafted target; the value is typed in the printed unit of its row."""

    definition = forms.CharField(max_length=50, widget=forms.HiddenInput)
    content_sha256 = forms.CharField(min_length=HASH_LENGTH, max_length=HASH_LENGTH, widget=forms.HiddenInput)
    choice = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in Choice])
    value = forms.CharField(max_length=30, required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
    heroic_reason = forms.CharField(max_length=LONGEST_REASON, required=False)

    def answer(self, size: str) -> dict[str, Any]:
        """The input of `edit_draft`, the value in stored units."""
        data = self.cleaned_data
        return {
            "definition": data["definition"],
            "choice": Choice(data["choice"]),
            "value": read_value(data["value"], size),
            "reason": data["reason"],
            "heroic_reason": data["heroic_reason"],
            "content_sha256": data["content_sha256"],
        }


class SignForm(forms.Form):
    """Agreement to the content that was read."""

    role = forms.ChoiceField(choices=ROLES)
    content_sha256 = forms.CharField(min_length=HASH_LENGTH, max_length=HASH_LENGTH)


class KeepForm(forms.Form):
    """Why a definition stays although no decision cites it."""

    reason = ParagraphField(
        label="Reason to keep it", max_length=LONGEST_REASON,
        help_text="Which decision it is for, or what would be missed without it. It stands in the audit chain.",
    )  # fmt: skip
