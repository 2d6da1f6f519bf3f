"""Shapes of what people type about proposals."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.core.problems import Unreadable
from apps.core.strict_json import read_json
from apps.governance.domain import frame
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import LONGEST_TEXT, Asked
from apps.governance.domain.states import ProposalState

LONGEST_COMMENT = 2000
HASH_LENGTH = 64


class HashForm(forms.Form):
    """An act on the revision that was read."""

    sha256 = forms.CharField(min_length=HASH_LENGTH, max_length=HASH_LENGTH)
    role = forms.CharField(max_length=20, required=False)


class TextForm(forms.Form):
    """A text that stays with the proposal."""

    text = ParagraphField(label="Text", max_length=LONGEST_COMMENT, rows=3)


class WithdrawForm(forms.Form):
    """Why a proposal is taken back, if somebody wants to say it."""

    text = ParagraphField(label="Reason", max_length=LONGEST_COMMENT, required=False, rows=2)


class ItemsField(forms.CharField):
    """The items of a proposal as JSON text."""

    def clean(self, value: Any) -> tuple[Item, ...]:
        """The items; whether a kind can read them is for the operation to say."""
        text = super().clean(value)
        try:
            document = read_json(text.encode())
        except Unreadable as problem:
            raise ValidationError(problem.sentence) from problem
        return tuple(_read_items(document))


def _read_items(document: Any) -> Iterable[Item]:
    rows = document if isinstance(document, list) else [document]
    for row in rows:
        known = isinstance(row, dict) and set(row) == {"kind", "op", "key", "content"}
        if not known or row["op"] not in set(Op) or not isinstance(row["content"], dict):
            offered = ", ".join(Op)
            raise ValidationError(f"Each item has kind, op (one of {offered}), key and content, an object.")
        yield Item(str(row["kind"]), Op(row["op"]), str(row["key"]), row["content"])


class ProposalForm(forms.Form):
    """A whole proposal: items as JSON, the reason and the dates."""

    items = ItemsField(
        label="Items as JSON", max_length=LONGEST_TEXT, error_messages={"required": "Write at least one item."},
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "autocapitalize": "none"}),
        help_text="A list; each item has kind, op, key and content. Check says each as a sentence.",
    )  # fmt: skip
    reason = ParagraphField(label=frame.LABELS["reason"], help_text=frame.HINTS["reason"], required=False)
    category = forms.ChoiceField(label=frame.LABELS["category"], choices=frame.CATEGORY_CHOICES)
    on = DayField(label=frame.LABELS["on"], help_text=f"{frame.HINTS['on']} Such as {DAY_EXAMPLE}.", required=False)
    at_once_reason = ParagraphField(
        label=frame.LABELS["at_once_reason"], help_text=frame.HINTS["at_once_reason"], required=False, rows=2
    )
    restate_from = DayField(
        label=frame.LABELS["restate_from"], help_text=f"{frame.HINTS['restate_from']} Such as {DAY_EXAMPLE}.",
        required=False,
    )  # fmt: skip

    def asked(self) -> Asked:
        """What the author asks for."""
        return frame.asked_of(self.cleaned_data["items"], self.cleaned_data)


def words_of(asked: Asked) -> dict[str, Any]:
    """A revision as the form shows it, to be changed into the next one."""
    items = json.dumps([item.as_dict() for item in asked.items], indent=2, ensure_ascii=False)
    return {"items": items, **frame.initial_of(asked)}


class ListFilter(forms.Form):
    """Which proposals a list shows."""

    state = forms.ChoiceField(
        required=False, choices=[("", "All states"), *((state.value, state.label) for state in ProposalState)]
    )
    kind = forms.ChoiceField(required=False)
    team = forms.ChoiceField(required=False)

    def __init__(
        self, *args: Any, kinds: Iterable[tuple[str, str]], teams: Iterable[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", "All kinds"), *kinds]  # type: ignore[attr-defined]
        self.fields["team"].choices = [("", "All teams"), *teams]  # type: ignore[attr-defined]
