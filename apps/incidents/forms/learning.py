"""Shapes of what people type around retros, known causes and the synthesis; drafts themselves are never refused."""

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.incidents.domain.action_drafts import LONGEST_TEXT, ActionDraft
from apps.incidents.domain.action_words import ActionKind, CauseStatus
from apps.incidents.domain.causes import CAUSE_WORDS
from apps.incidents.domain.retro_sections import CHOICE_WORDS
from apps.incidents.forms.conflicts import RememberingForm
from apps.incidents.models import KnownCause

LONGEST_REASON, LONGEST_TITLE, LONGEST_CAUSE = 500, 200, 2000


class ReasonForm(forms.Form):
    """Why something is done; it stays beside it."""

    reason = ParagraphField(label="Reason", max_length=LONGEST_REASON, rows=2)


class FacilitatorForm(forms.Form):
    """Who leads the conversation, by mail address; empty for nobody."""

    facilitator = forms.EmailField(
        label="Facilitator", required=False, help_text="Mail address of somebody who can sign in. Empty: nobody.",
        error_messages={"invalid": "Enter a mail address such as kim@example.org."},
    )  # fmt: skip


class PublishForm(forms.Form):
    """The draft that was read."""

    draft_sha256 = forms.CharField(min_length=64, max_length=64)


class CauseForm(forms.Form):
    """Something that makes incidents return."""

    title = forms.CharField(
        label="What makes incidents return", max_length=LONGEST_TITLE,
        help_text="A few words on the system, such as: the connection pool is smaller than the number of workers.",
        error_messages={"required": "Say in a few words what makes incidents return."},
    )  # fmt: skip
    text = ParagraphField(label="What is known of it", max_length=LONGEST_CAUSE, required=False, rows=4)
    team = forms.ChoiceField(label="Owner team", error_messages={"required": "Choose a team."})
    services = forms.MultipleChoiceField(
        label="Services", required=False, widget=forms.CheckboxSelectMultiple, help_text="Where it strikes.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, teams: Sequence[tuple[str, str]], services: Sequence[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["team"].choices = teams  # type: ignore[attr-defined]
        self.fields["services"].choices = services  # type: ignore[attr-defined]
        if not services:
            del self.fields["services"]


class CauseTextForm(RememberingForm):
    """What a cause says; its team stays."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    title = forms.CharField(
        label="What makes incidents return", max_length=LONGEST_TITLE,
        error_messages={"required": "Say in a few words what makes incidents return."},
    )  # fmt: skip
    text = ParagraphField(label="What is known of it", max_length=LONGEST_CAUSE, required=False, rows=4)


def cause_words(cause: KnownCause) -> dict[str, Any]:
    """A cause as its form shows it."""
    return {name: getattr(cause, name) for name in CauseTextForm.base_fields}


class StatusForm(forms.Form):
    """What is being done about a cause, and why."""

    status = forms.ChoiceField(label="It is", choices=[(s.value, words) for s, words in CAUSE_WORDS.items()])
    reason = ParagraphField(label="Reason", max_length=LONGEST_REASON, rows=2)

    def chosen(self) -> CauseStatus:
        """The state that was chosen."""
        return CauseStatus(self.cleaned_data["status"])


class PickForm(forms.Form):
    """An improvement: a line of the synthesis turned into an action."""

    line = forms.CharField(max_length=12, widget=forms.HiddenInput)
    text = forms.CharField(
        label="What changes", max_length=LONGEST_TEXT, error_messages={"required": "Say what changes."}
    )
    done_when = forms.CharField(
        label="Done when", max_length=LONGEST_TEXT, help_text="How somebody else sees that it is done.",
        error_messages={"required": "Say how somebody else sees that it is done."},
    )  # fmt: skip
    kind = forms.ChoiceField(label="Kind", choices=[(k.value, CHOICE_WORDS[k.value]) for k in ActionKind])
    team = forms.ChoiceField(label="Team", error_messages={"required": "Choose a team."})
    due_on = DayField(label="Due", help_text=f"A day such as {DAY_EXAMPLE}.")
    metric = forms.CharField(
        label="We will know by", max_length=60, required=False,
        help_text="Short name of the definition that should move, such as change-failure-rate.",
    )  # fmt: skip

    def __init__(self, *args: Any, teams: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["team"].choices = teams  # type: ignore[attr-defined]

    def draft(self) -> ActionDraft:
        """The action it becomes."""
        data = self.cleaned_data
        return ActionDraft(
            text=data["text"], kind=ActionKind(data["kind"]), done_when=data["done_when"], due_on=data["due_on"],
            metric_slug=data["metric"].strip(),
        )  # fmt: skip
