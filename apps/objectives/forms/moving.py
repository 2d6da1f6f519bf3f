"""Which SLIs, SLOs and policies move to which team, why, and from when."""

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.governance.domain.revisions import LEAST_REASON, LONGEST_REASON

Choices = Sequence[tuple[str, str]]


class MoveForm(forms.Form):
    """What moves together: one proposal, signed by the roles of both teams."""

    what = forms.MultipleChoiceField(
        label="What moves", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose what moves."},
        help_text="A policy that names SLOs moves together with them.",
    )  # fmt: skip
    to = forms.ChoiceField(
        label="To which team", error_messages={"required": "Choose the team."},
        help_text="The roles of both teams sign. From its date on that team proposes, signs and decides.",
    )  # fmt: skip
    reason = ParagraphField(
        label="Reason", min_length=LEAST_REASON, max_length=LONGEST_REASON,
        help_text=f"At least {LEAST_REASON} characters: why it belongs there. It stays with the versions.",
    )  # fmt: skip
    on = DayField(
        label="From", required=False,
        help_text=f"Such as {DAY_EXAMPLE}. Empty: the first local midnight after the last signature.",
    )  # fmt: skip

    def __init__(self, *args: Any, movable: Choices, teams: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = list(movable)  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", "Choose"), *teams]  # type: ignore[attr-defined]
