"""Shapes of what people type into the portal."""

import re
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.domain import Scope
from apps.annotations.domain import AnnotationKind
from apps.core import clock
from apps.integrations.domain.csv_columns import CsvKind
from apps.teams.domain import MAX_AGREEMENT_REASON, MAX_AGREEMENT_TEXT, MAX_LINKS, MAX_TOKEN_DAYS

THEMES = [("auto", "As the system"), ("light", "Light"), ("dark", "Dark")]
SCOPE_WORDS = {Scope.READ: "Read values and definitions", Scope.PUSH: "Push facts", Scope.PROPOSE: "Propose changes"}
KIND_WORDS = {
    AnnotationKind.LAUNCH: "Launch", AnnotationKind.MIGRATION: "Migration", AnnotationKind.PROCESS: "Process",
    AnnotationKind.STAFFING: "Staffing", AnnotationKind.OUTAGE: "Outage", AnnotationKind.OTHER: "Other",
}  # fmt: skip
_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})\s*([+-]\d{2}:\d{2})?")


class ThemeForm(forms.Form):
    """Light, dark, or as the system says."""

    theme = forms.ChoiceField(choices=THEMES)


class KeysForm(forms.Form):
    """Whether single keys do something in this browser."""

    keys = forms.ChoiceField(choices=[("on", "On"), ("off", "Off")])


class LocalInstantField(forms.CharField):
    """A minute in the reporting zone, `2026-08-24 09:40`; refuses a skipped one, asks which of a doubled one."""

    def clean(self, value: Any) -> datetime | None:
        """The instant in UTC, or None when nothing was typed and nothing is required."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        match = _LOCAL.fullmatch(text)
        if not match:
            raise ValidationError("Enter a day and a time such as 2026-08-24 09:40.")
        day, minute, offset = match.groups()
        try:
            wall = datetime.fromisoformat(f"{day}T{minute}")
            return _with_offset(wall, offset) if offset else _in_zone(wall)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Enter a day and a time that exist, such as 2026-08-24 09:40.") from error


def _with_offset(wall: datetime, offset: str) -> datetime:
    return datetime.fromisoformat(f"{wall.isoformat()}{offset}").astimezone(UTC)


def _in_zone(wall: datetime) -> datetime:
    """The one instant at which clocks of the reporting zone showed this."""
    zone = clock.reporting_zone()
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    when = f"{wall:%H:%M} on {wall.day} {wall:%B %Y} in {zone.key}"
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise ValidationError(f"{when} did not exist: clocks went forward. Choose another minute.")
    offsets = " or ".join(f"{wall:%Y-%m-%d %H:%M}{_offset(moment)}" for moment in (first, second))
    raise ValidationError(f"{when} came twice. Say which: {offsets}.")


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


class TokenForm(forms.Form):
    """What a new token is for, and how long it lives."""

    name = forms.CharField(label="Tool that will use it", max_length=120, help_text="For example: CI of checkout-api.")
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        choices=[(scope.value, words) for scope, words in SCOPE_WORDS.items()],
        error_messages={"required": "Choose at least one."},
    )
    days = forms.IntegerField(
        label="Days until it expires", min_value=1, max_value=MAX_TOKEN_DAYS, initial=90,
        help_text=f"1 to {MAX_TOKEN_DAYS}. A tool with an expired token is refused.",
    )  # fmt: skip


class AnnotationForm(forms.Form):
    """A mark for charts: what happened, where and when."""

    kind = forms.ChoiceField(label="What sort of event", choices=[(k.value, w) for k, w in KIND_WORDS.items()])
    subject = forms.ChoiceField(label="Where it belongs", help_text="Charts of this team or service show the mark.")
    text = forms.CharField(
        label="What happened", max_length=300, help_text="One sentence about the system, not about a person.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    starts_at = LocalInstantField(label="When it began")
    ends_at = LocalInstantField(label="When it ended", required=False, help_text="Leave empty for a single moment.")
    link = forms.URLField(label="Link", required=False, assume_scheme="https")

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = places  # type: ignore[attr-defined]
        hint = f"A day and a time in {clock.reporting_zone().key}, for example 2026-08-24 09:40."
        self.fields["starts_at"].help_text = hint

    def clean(self) -> dict[str, Any]:
        """An event ends after it begins."""
        data: dict[str, Any] = super().clean() or {}
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", "Enter a time after the beginning.")
        return data


class RetractForm(forms.Form):
    """Why a mark leaves the charts."""

    reason = forms.CharField(label="Reason", max_length=300, help_text="One sentence, kept with the mark.")


class ImportForm(forms.Form):
    """A CSV file of one fact source, for the services of one team or of all."""

    kind = forms.ChoiceField(label="What the rows are", choices=[(k.value, k.value.capitalize()) for k in CsvKind])
    place = forms.ChoiceField(label="Whose services they tell of", help_text="Rows of other services are refused.")
    file = forms.FileField(
        label="CSV file",
        help_text="UTF-8 with a header row. The file is checked first; you read the report before rows are stored.",
    )
    channel = forms.SlugField(
        label="Channel", max_length=40, initial="csv",
        help_text="Names the sender. A row replaces an earlier one of the same channel and key.",
    )  # fmt: skip

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]


class ApplyForm(forms.Form):
    """Up to when the checked file is complete."""

    complete_until = LocalInstantField(label="Complete up to", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = "Nothing is missing before this time, even where nothing happened."
        self.fields["complete_until"].help_text = f"{hint} In {clock.reporting_zone().key}, such as 2026-08-24 09:40."


class EventFilterForm(forms.Form):
    """Events of one subject, one act, one actor; each by its key as the chain writes it."""

    subject = forms.CharField(label="About", required=False, max_length=200)
    action = forms.CharField(label="Act", required=False, max_length=80)
    actor = forms.CharField(label="Who (key)", required=False, max_length=60)


class TeamChoiceForm(forms.Form):
    """One team, or none."""

    team = forms.ChoiceField(label="Team", required=False)

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [("", "No team"), *teams]  # type: ignore[attr-defined]


class AgreementForm(forms.Form):
    """What a team agrees on, with links, the day of the next look, and why."""

    text = forms.CharField(
        label="What is agreed on", max_length=MAX_AGREEMENT_TEXT, widget=forms.Textarea(attrs={"rows": 8})
    )
    links = forms.CharField(
        label="Links", required=False, help_text=f"One address a line, at most {MAX_LINKS}.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    review_by = forms.DateField(
        label="Look at it again by", help_text="A day within twelve months, such as 2027-03-01."
    )
    reason = forms.CharField(
        label="Reason", max_length=MAX_AGREEMENT_REASON, help_text="Why now, and what it answers.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def clean_links(self) -> list[str]:
        """The lines that are not empty."""
        return [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
