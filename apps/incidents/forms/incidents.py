"""Shapes of what people type about incidents; times are those of the reporting zone, or carry an offset."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core import clock
from apps.core.form_fields import ParagraphField
from apps.incidents.domain.incident_words import (
    DetectedBy,
    IncidentKind,
    LinkedFact,
    LinkKind,
    MilestoneKind,
    ServiceRole,
)
from apps.incidents.domain.statements import MILESTONE_WORDS, Moment
from apps.incidents.forms.conflicts import RememberingForm
from apps.incidents.models import LONGEST_ENTRY, LONGEST_REASON, LONGEST_TITLE, Incident, TimelineEntry
from apps.incidents.operations.reporting import Touched
from apps.incidents.presenting_incidents import EXCLUSION_WORDS, KIND_WORDS, WITNESS_WORDS

K = MilestoneKind
EXAMPLE = "2026-08-24 10:17"
NO_LEVEL = ("", "Not yet known")
NO_SERVICE = ("", "Choose a service")
LINK_WORDS = {
    LinkKind.CAUSED_BY: "It caused the incident",
    LinkKind.MITIGATED_BY: "It ended the hurt",
    LinkKind.FIXED_BY: "It fixed what was broken",
}


class InstantField(forms.Field):
    """A time such as `2026-08-24 10:17` on the clocks of the reporting zone; an offset may follow it."""

    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "off", "inputmode": "text"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> Any:
        """The instant; a time that the zone's clocks skip is refused, of one they show twice the first holds."""
        text = str(value or "").strip()[:40]
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text.upper().replace(" T", "T"))
        except ValueError:
            raise ValidationError(f"Enter a time such as {EXAMPLE}.") from None
        local = found if found.tzinfo else found.replace(tzinfo=clock.reporting_zone())
        try:
            instant = local.astimezone(UTC)
        except OverflowError:
            raise ValidationError(f"Enter a time such as {EXAMPLE}.") from None
        if found.tzinfo is None and instant.astimezone(clock.reporting_zone()).replace(tzinfo=None) != found:
            raise ValidationError("The clocks skip this time on that day. Enter the time after the change.")
        return instant

    def prepare_value(self, value: Any) -> Any:
        """An instant as the zone's clocks show it, with seconds where it has some."""
        if not isinstance(value, datetime):
            return value
        local = value.astimezone(clock.reporting_zone())
        return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def _instant(label: str, *, required: bool = True, hint: str = "") -> InstantField:
    return InstantField(label=label, required=required, help_text=hint or f"Such as {EXAMPLE}.")


def _reason(hint: str, *, required: bool = True) -> ParagraphField:
    return ParagraphField(label="Reason", rows=2, max_length=LONGEST_REASON, help_text=hint, required=required)


class ReportForm(forms.Form):
    """What went wrong, where, and what is known so far; everything but the first two can be said later."""

    title = forms.CharField(
        label="What users notice", max_length=LONGEST_TITLE, help_text="One sentence, such as: Payments are refused."
    )
    origin = forms.ChoiceField(label="Service it began in", help_text="The team that owns it owns the incident.")
    touched = forms.MultipleChoiceField(
        label="Further services it touches", required=False, widget=forms.CheckboxSelectMultiple
    )
    severity = forms.ChoiceField(label="Severity", required=False, help_text="The worst level decides the retro.")
    detected_by = forms.ChoiceField(
        label="Who or what noticed it first", choices=[(d.value, words) for d, words in WITNESS_WORDS.items()],
        initial=DetectedBy.UNKNOWN.value,
    )  # fmt: skip
    detected_at = _instant("Detected", required=False, hint=f"Empty: now. Such as {EXAMPLE}.")
    impact_started = _instant(
        "Impact started", required=False, hint="When users began to feel it. Empty: taken as equal to the detection, ≈."
    )
    resolved_at = _instant("Resolved", required=False, hint="Only if it is over already.")
    kind = forms.ChoiceField(label="What sort", choices=[(k.value, words) for k, words in KIND_WORDS.items()])
    summary = ParagraphField(label="What is known", required=False, max_length=LONGEST_ENTRY)
    restricted = forms.BooleanField(
        label="Security: only the owner team and I may know of it", required=False,
        help_text="More people and teams can be listed on its page.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, services: list[tuple[str, str]], levels: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["origin"].choices = [NO_SERVICE, *services]  # type: ignore[attr-defined]
        self.fields["touched"].choices = services  # type: ignore[attr-defined]
        self.fields["severity"].choices = [NO_LEVEL, *levels]  # type: ignore[attr-defined]

    def asked(self, now: datetime) -> dict[str, Any]:
        """The report as the operation takes it."""
        data = self.cleaned_data
        known = {K.IMPACT_STARTED: data["impact_started"], K.RESOLVED: data["resolved_at"]}
        moments = [Moment(kind, at) for kind, at in known.items() if at is not None]
        moments.append(Moment(K.DETECTED, data["detected_at"] or self._detected(now)))
        touched = [Touched(slug) for slug in data["touched"] if slug != data["origin"]]
        return {
            "title": data["title"], "summary": data["summary"], "kind": IncidentKind(data["kind"]),
            "services": [Touched(data["origin"], ServiceRole.ORIGIN), *touched], "milestones": moments,
            "detected_by": DetectedBy(data["detected_by"]),
            "severity": int(data["severity"]) if data["severity"] else None,
        }  # fmt: skip

    def _detected(self, now: datetime) -> datetime:
        """Now; of what is over already, when it ended at the latest."""
        ended: datetime | None = self.cleaned_data["resolved_at"]
        return min(now, ended) if ended else now


class EditForm(RememberingForm):
    """What an incident is called."""

    title = forms.CharField(label="What users notice", max_length=LONGEST_TITLE)
    summary = ParagraphField(label="What is known", required=False, max_length=LONGEST_ENTRY)
    kind = forms.ChoiceField(label="What sort", choices=[(k.value, words) for k, words in KIND_WORDS.items()])
    detected_by = forms.ChoiceField(
        label="Who or what noticed it first", choices=[(d.value, words) for d, words in WITNESS_WORDS.items()]
    )
    external_url = forms.URLField(label="Link", required=False, max_length=500, assume_scheme="https")
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class MilestoneForm(forms.Form):
    """When a moment was, or that it cannot be known; what was said before stays readable."""

    at = _instant("When", required=False)
    unknowable = forms.BooleanField(label="This cannot be known", required=False)
    reason = _reason("Needed where another time was said before, or where it cannot be known.", required=False)

    def clean(self) -> dict[str, Any]:
        """A time, or that there is none."""
        data = super().clean() or {}
        if not self.errors and bool(data.get("at")) == bool(data.get("unknowable")):
            self.add_error("at", f"Enter a time such as {EXAMPLE}, or say that it cannot be known.")
        return data


class ReopenForm(forms.Form):
    """From when on it hurts again."""

    at = _instant("Reopened")
    reason = _reason("What showed that it was not over.", required=False)


class SeverityForm(forms.Form):
    """Which level holds from when on."""

    level = forms.ChoiceField(label="Severity")
    at = _instant("From", required=False, hint=f"Empty: now. Such as {EXAMPLE}.")
    reason = _reason("What changed.", required=False)

    def __init__(self, *args: Any, levels: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = levels  # type: ignore[attr-defined]


class ExcludeForm(forms.Form):
    """Why an incident does not count."""

    exclusion = forms.ChoiceField(
        label="Why it does not count", choices=[(e.value, words) for e, words in EXCLUSION_WORDS.items()]
    )
    duplicate_of = forms.CharField(
        label="It repeats", required=False, max_length=12, help_text="Of a duplicate, the other incident, such as I-12."
    )
    reason = _reason("It stands on the incident's page.")

    def clean_duplicate_of(self) -> int | None:
        """The number of the other incident."""
        text = self.cleaned_data["duplicate_of"].strip().upper().removeprefix("I-")
        if text and not (text.isascii() and text.isdecimal()):
            raise ValidationError("Enter the number of an incident, such as I-12.")
        return int(text) if text else None


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = _reason("It stays readable.")


class LinkForm(forms.Form):
    """A deployment or a change, and what it had to do with the incident."""

    kind = forms.ChoiceField(label="What it did", choices=[(k.value, words) for k, words in LINK_WORDS.items()])
    fact = forms.ChoiceField(
        label="What it is", choices=[(LinkedFact.DEPLOYMENTS, "A deployment"), (LinkedFact.CHANGES, "A change")]
    )
    service = forms.ChoiceField(label="Service")
    key = forms.CharField(label="Key", max_length=200, help_text="As it was reported, such as v2.31.")

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services  # type: ignore[attr-defined]


class LineForm(RememberingForm):
    """A line of the story."""

    at = _instant("When")
    ended_at = _instant("Until", required=False)
    text = ParagraphField(
        label="What happened", rows=3, max_length=LONGEST_ENTRY,
        help_text="Roles, not names: a responder restarted the queue.",
    )  # fmt: skip
    evidence_url = forms.URLField(label="Evidence", required=False, max_length=500, assume_scheme="https")
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)


class ServiceForm(forms.Form):
    """A service it touched, or began in."""

    service = forms.ChoiceField(label="Service")
    role = forms.ChoiceField(
        label="Part", choices=[(ServiceRole.AFFECTED, "Touched"), (ServiceRole.ORIGIN, "It began here")]
    )
    flow = forms.CharField(label="Flow", max_length=60, required=False)
    tenant = forms.CharField(label="Tenant", max_length=60, required=False)

    def __init__(self, *args: Any, services: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services  # type: ignore[attr-defined]


class AccessForm(forms.Form):
    """A team, or a person by the mail address they sign in with."""

    team = forms.ChoiceField(label="Team", required=False)
    email = forms.EmailField(label="Person", required=False, help_text="The address they sign in with.")

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [("", "No team"), *teams]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        if not self.errors and bool(data.get("team")) == bool(data.get("email")):
            self.add_error("team", "Choose a team, or name a person.")
        return data


class RedactForm(forms.Form):
    """The text that must not stand anywhere."""

    secret = forms.CharField(
        label="Text to take out", max_length=500, widget=forms.PasswordInput,
        help_text="Exactly as it stands in the texts; at least four characters. It is not kept.",
    )  # fmt: skip


class PolicyForm(forms.Form):
    """The levels of severity, one line each."""

    levels = ParagraphField(label="Levels", rows=8, max_length=4000)
    from_at = _instant("From", required=False, hint=f"Empty: now. Such as {EXAMPLE}.")
    reason = _reason("It stays with the policy.")


def milestone_name(kind: str) -> str:
    """A moment as pages call it."""
    return MILESTONE_WORDS[MilestoneKind(kind)]


def edit_words(incident: Incident) -> dict[str, Any]:
    """An incident as its form shows it."""
    return {name: getattr(incident, name) for name in EditForm.base_fields}


def line_words(entry: TimelineEntry) -> dict[str, Any]:
    """A line of the story as its form shows it."""
    return {name: getattr(entry, name) for name in LineForm.base_fields}
