"""Shapes of what people type about actions."""

from typing import Any

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.incidents.domain.action_drafts import LONGEST_TEXT, ActionDraft, EvidenceDraft
from apps.incidents.domain.action_states import EVIDENCE_WORDS, KIND_WORDS
from apps.incidents.domain.action_words import ActionKind

LONGEST_REASON = 500
NOBODY = ("", "Nobody in particular")
SUBJECT_HINT = "Such as team:checkout or service:checkout-api. Empty: the team that owns the action."


def _metric() -> forms.CharField:
    hint = (
        "Short name of a definition, such as change-failure-rate. Its values before and after are shown side by side."
    )
    return forms.CharField(label="Metric it should move", max_length=60, required=False, help_text=hint)


def _subject() -> forms.CharField:
    return forms.CharField(label="Read for", max_length=80, required=False, help_text=SUBJECT_HINT)


def _link() -> forms.URLField:
    return forms.URLField(
        label="Link to the work", max_length=500, required=False, assume_scheme="https",
        help_text="An issue or a board, as in https://issues.example.org/42.",
    )  # fmt: skip


class _ChoosesSomebody(forms.Form):
    """Base of the forms that let one member of a team be chosen."""

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = [NOBODY, *people]  # type: ignore[attr-defined]

    def assignee_id(self) -> int | None:
        """The chosen person."""
        chosen = self.cleaned_data["assignee"]
        return int(chosen) if chosen else None


class ActionForm(_ChoosesSomebody):
    """What a team commits to, and how somebody else sees that it is done."""

    team = forms.ChoiceField(label="Team")
    text = ParagraphField(label="What changes", rows=2, max_length=LONGEST_TEXT)
    done_when = ParagraphField(
        label="Done when", rows=2, max_length=LONGEST_TEXT, help_text="How somebody else can see that it is done."
    )
    kind = forms.ChoiceField(label="What it is for", choices=[(k.value, words) for k, words in KIND_WORDS.items()])
    due_on = DayField(label="Due", help_text=f"A day such as {DAY_EXAMPLE}. This first day stays, whatever comes.")
    assignee = forms.ChoiceField(
        label="Who does it", required=False,
        help_text="Gets the reminders beside the team, and is shown to the team alone. The team stays accountable.",
    )  # fmt: skip
    metric_slug, metric_subject = _metric(), _subject()
    known_cause = forms.CharField(
        label="Known cause it works on", max_length=20, required=False, help_text="Its number, such as C-3."
    )
    external_url = _link()

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = teams  # type: ignore[attr-defined]

    def draft(self) -> ActionDraft:
        """The commitment as the operation takes it."""
        data = self.cleaned_data
        named = {name: data[name] for name in ("text", "done_when", "metric_slug", "metric_subject", "external_url")}
        return ActionDraft(
            kind=ActionKind(data["kind"]), due_on=data["due_on"], assignee_id=self.assignee_id(), **named
        )


class LinksForm(_ChoosesSomebody):
    """Who does it, what it should move, where the work is."""

    assignee = forms.ChoiceField(label="Who does it", required=False, help_text="Shown to the team alone.")
    metric_slug, metric_subject, external_url = _metric(), _subject(), _link()


class NewDateForm(forms.Form):
    """Another due day, and why."""

    due_on = DayField(label="New date", help_text=f"A day such as {DAY_EXAMPLE}.")
    reason = ParagraphField(
        label="Reason", max_length=LONGEST_REASON, help_text="What changed since the last date. It stays on the page."
    )


class DropForm(forms.Form):
    """Why an action is not worth doing any more."""

    reason = ParagraphField(
        label="Reason", max_length=LONGEST_REASON, help_text="What makes it not worth doing any more. It stays."
    )


class ConfirmForm(forms.Form):
    """Nothing to type: the page says what happens."""


class EvidenceForm(forms.Form):
    """What shows that an action is done."""

    kind = forms.ChoiceField(label="What shows it", choices=[(k.value, words) for k, words in EVIDENCE_WORDS.items()])
    url = forms.URLField(label="Address", max_length=500, required=False, assume_scheme="https")
    service = forms.CharField(
        label="Service of the deployment", max_length=50, required=False, help_text="Short name, such as checkout-api."
    )
    fact_key = forms.CharField(
        label="Key of the deployment", max_length=200, required=False,
        help_text="As it was reported, such as v2.31; the service's page lists the newest.",
    )  # fmt: skip
    note = forms.CharField(
        label="Note", max_length=LONGEST_REASON, required=False, help_text="Where to look, if needed."
    )

    def evidence(self, service_id: int | None) -> EvidenceDraft:
        """The evidence as the operations take it."""
        data = self.cleaned_data
        texts = {name: data[name] for name in ("url", "fact_key", "note")}
        return EvidenceDraft(kind=data["kind"], service_id=service_id, **texts)


class FinishForm(EvidenceForm):
    """The same where nothing has to be shown yet."""

    kind = forms.ChoiceField(
        label="What shows it", required=False,
        choices=[("", "Nothing to show yet"), *((k.value, words) for k, words in EVIDENCE_WORDS.items())],
    )  # fmt: skip

    field_order = ("kind", "url", "service", "fact_key", "note")


EVIDENCE_PLACES = {
    "/evidence/kind": "kind", "/evidence/url": "url", "/evidence/fact_key": "fact_key", "/assignee": "assignee",
}  # fmt: skip
