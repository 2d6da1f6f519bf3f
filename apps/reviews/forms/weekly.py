"""Shapes of what a team writes down in its weekly review: adjustments, questions, deferrals, outcomes."""

from datetime import timedelta
from typing import Any

from django import forms

from apps.core import clock
from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.incidents.domain.action_drafts import LONGEST_TEXT as LONGEST_ACTION
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.domain.action_words import ActionKind
from apps.reviews.domain.answers import INVESTIGATE_WITHIN, LONGEST_TEXT, Direction, Expected, Outcome, Verb

NEW = "new"
NEW_ACTION = (NEW, "A new one, written below")
NOTHING_EXPECTED = ("", "Nothing that is measured")
FOLLOW_UP_AFTER = timedelta(days=28)
DUE_AFTER = timedelta(days=14)
# Where the refusals of the operation stand in the form.
PLACES = {
    "/action/text": "change", "/action/done_when": "done_when", "/action/due_on": "due_on", "/action": "change",
    "/expected/definition": "definition", "/expected/direction": "direction", "/expected/by_on": "follow_up_on",
}  # fmt: skip
DIRECTIONS = [(Direction.LOWER.value, "Lower"), (Direction.HIGHER.value, "Higher")]
OUTCOMES = [
    (Outcome.HELPED.value, "Helped"),
    (Outcome.NO_CHANGE.value, "No detectable change"),
    (Outcome.HURT.value, "Hurt: the next thing to do is to decide anew"),
    (Outcome.TOO_EARLY.value, "Too early to say: it comes back"),
    (Outcome.NOT_DONE.value, "Not done: it comes back"),
]


class ItemForm(forms.Form):
    """What somebody read before they wrote, and what they write."""

    verb = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class AdjustForm(ItemForm):
    """What changes, the action that does it, and what should move."""

    text = ParagraphField(
        label="What changes", rows=2, max_length=LONGEST_TEXT, help_text="One sentence. It stands in the minutes."
    )
    action = forms.ChoiceField(
        label="The action that does it", help_text="A new one needs the next three fields; one that is open has them."
    )
    change = ParagraphField(label="What somebody does", rows=2, required=False, max_length=LONGEST_ACTION)
    done_when = ParagraphField(
        label="Done when", rows=2, required=False, max_length=LONGEST_ACTION,
        help_text="How somebody else can see that it is done.",
    )  # fmt: skip
    due_on = DayField(label="Due", required=False, help_text="The first due day stays, whatever comes.")
    definition = forms.ChoiceField(
        label="What should move", required=False,
        help_text="Read before and after, so that a later review can say whether it helped.",
    )  # fmt: skip
    direction = forms.ChoiceField(label="Which way it should move", choices=DIRECTIONS)
    follow_up_on = DayField(
        label="Look at it again on",
        help_text=f"A day such as {DAY_EXAMPLE}. Then it stands among the last decisions, with what was measured.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        initial: dict[str, Any],
        actions: list[tuple[str, str]],
        definitions: list[tuple[str, str]],
    ) -> None:
        today = clock.today()
        start = {"action": NEW, "due_on": today + DUE_AFTER, "follow_up_on": today + FOLLOW_UP_AFTER}
        super().__init__(data, initial={**start, **initial})
        self.fields["action"].choices = [NEW_ACTION, *actions]  # type: ignore[attr-defined]
        self.fields["definition"].choices = [NOTHING_EXPECTED, *definitions]  # type: ignore[attr-defined]

    def action_id(self) -> int | None:
        """The open action that was chosen; None for a new one."""
        chosen = self.cleaned_data["action"]
        return None if chosen == NEW else int(chosen)

    def asked(self) -> dict[str, Any]:
        """What the operation takes, but an action that is open already."""
        named = {name: self.cleaned_data[name] for name in ("text", "follow_up_on", "revision")}
        action = None if self.action_id() else self._draft()
        return {"verb": Verb.ADJUST, "action": action, "expected": self._expected(), **named}

    def _draft(self) -> ActionDraft:
        """The new action as it was typed."""
        data = self.cleaned_data
        return ActionDraft(
            text=data["change"], kind=ActionKind.PREVENT, done_when=data["done_when"], due_on=data["due_on"]
        )

    def _expected(self) -> Expected | None:
        """What should move, where something measured is named."""
        data = self.cleaned_data
        if not data["definition"]:
            return None
        return Expected(data["definition"], Direction(data["direction"]), data["follow_up_on"])


class InvestigateForm(ItemForm):
    """The open question, and until when somebody finds out."""

    question = ParagraphField(label="The question", rows=2, max_length=LONGEST_TEXT)
    text = ParagraphField(
        label="How somebody finds out", rows=2, required=False, max_length=LONGEST_TEXT,
        help_text="Who looks where, in a sentence.",
    )  # fmt: skip
    follow_up_on = DayField(
        label="Answered by", help_text=f"Within {INVESTIGATE_WITHIN.days} days. On this day it comes back."
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any]) -> None:
        start = {"follow_up_on": clock.today() + DUE_AFTER}
        super().__init__(data, initial={**start, **initial})

    def asked(self) -> dict[str, Any]:
        """What the operation takes."""
        return {**self.cleaned_data, "verb": Verb.INVESTIGATE}


class ContinueForm(ItemForm):
    """Nothing has to be written; a sentence may be."""

    text = ParagraphField(label="In a sentence", rows=2, required=False, max_length=LONGEST_TEXT)

    def asked(self) -> dict[str, Any]:
        """What the operation takes."""
        return {**self.cleaned_data, "verb": Verb.CONTINUE}


class DeferForm(ItemForm):
    """Why it waits for the next review."""

    reason = ParagraphField(
        label="Reason", rows=2, max_length=LONGEST_TEXT, help_text="What it waits for. It stands in the minutes."
    )

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason

    def asked(self) -> dict[str, Any]:
        """What the operation takes."""
        return {"reason": self.cleaned_data["reason"], "revision": self.cleaned_data["revision"]}


class OutcomeForm(forms.Form):
    """How a decision turned out, in a sentence."""

    outcome = forms.ChoiceField(
        label="What came of it?", widget=forms.RadioSelect, choices=OUTCOMES,
        error_messages={"required": "Choose what came of it.", "invalid_choice": "Choose what came of it."},
    )  # fmt: skip
    sentence = ParagraphField(
        label="In a sentence", rows=2, max_length=LONGEST_TEXT, help_text="What you saw, and where."
    )
