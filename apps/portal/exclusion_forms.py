"""Shapes of what people type to ask for an exemption or to plan a freeze."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core import clock
from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.core.problems import Unreadable
from apps.core.strict_json import read_json
from apps.governance.domain.exemptions import (
    LONGEST,
    LONGEST_BACK,
    MOST_DEFINITIONS,
    MOST_OBJECTIVES,
    ExemptionKind,
)
from apps.governance.domain.freezes import LONGEST_NAME, MOST_DAYS
from apps.governance.domain.revisions import LEAST_REASON, LONGEST_REASON
from apps.objectives.domain.exempting import LONGEST as LONGEST_FROM_BUDGET
from apps.objectives.domain.objective_words import ExemptionCategory
from apps.portal.forms import LocalInstantField

# Where a fault of the operation belongs among the fields.
EXEMPTION_PLACES = {
    "/items/0/content/team": "place", "/items/0/content/service": "place", "/items/0/content/kind": "kind",
    "/items/0/content/definitions": "definitions", "/items/0/content/facts": "facts",
    "/items/0/content/slice": "slice", "/items/0/content/starts_at": "starts_on",
    "/items/0/content/expires_at": "last_on", "/reason": "reason",
}  # fmt: skip
# What an address may fill in, such as that of a budget that asks for reliability first.
FREEZE_FILLED = ("name", "starts_on", "last_on", "reason")
FREEZE_PLACES = {
    "/items/0/content/name": "name", "/items/0/content/team": "place", "/items/0/content/starts_on": "starts_on",
    "/items/0/content/last_on": "last_on", "/reason": "reason",
}  # fmt: skip
BUDGET_PLACES = {
    "/items/0/content/objectives": "objectives", "/items/0/content/keys": "keys",
    "/items/0/content/category": "category", "/items/0/content/starts_at": "starts_at",
    "/items/0/content/expires_at": "expires_at", "/reason": "reason",
}  # fmt: skip
WHY = f"At least {LEAST_REASON} characters. It stands on every page that shows a value without these facts."
WHY_BUDGET = f"At least {LEAST_REASON} characters. It stands beside the budget with both figures."
ONE_FACT = "source service key"


class EndForm(forms.Form):
    """Why something ends before its time."""

    reason = ParagraphField(label="Reason", min_length=LEAST_REASON, max_length=LONGEST_REASON, rows=3)


class ExemptionForm(forms.Form):
    """What is left out or not judged, for whom, from when to when, and why."""

    place = forms.ChoiceField(label="For", help_text="A team, or one of its services alone.")
    kind = forms.ChoiceField(
        label="What it does",
        choices=[(kind.value, kind.label) for kind in ExemptionKind if kind is not ExemptionKind.EXCLUDE_SLICES],
        help_text="Left out: facts leave the value on both sides. Paused: values stay and are not judged.",
    )
    definitions = forms.MultipleChoiceField(
        label="Definitions",
        widget=forms.CheckboxSelectMultiple,
        help_text=f"1 to {MOST_DEFINITIONS}.",
        error_messages={"required": "Choose at least one."},
    )
    starts_on = DayField(
        label="From",
        help_text=f"Such as {DAY_EXAMPLE}; at most {LONGEST_BACK.days} days back.",
    )
    last_on = DayField(label="Last day", help_text=f"At most {LONGEST.days} days in all; it can be renewed once.")
    facts = ParagraphField(
        label="Single facts", required=False, rows=2, max_length=8_000,
        help_text=f"One a line as {ONE_FACT}, such as deployments checkout-api v41. Empty: all facts of these days.",
    )  # fmt: skip
    slice = ParagraphField(
        label="Facts with a property", required=False, rows=2, max_length=4_000,
        help_text='As JSON, such as {"facts": "deployments", "where": [["labels", "has", "mirror"]]}.',
    )  # fmt: skip
    reason = ParagraphField(label="Reason", help_text=WHY, min_length=LEAST_REASON, max_length=LONGEST_REASON)

    def __init__(
        self, data: Any, *, places: Sequence[tuple[str, str]], definitions: Mapping[str, str], place: str = ""
    ) -> None:
        super().__init__(data, initial={"place": place})
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["definitions"].choices = list(definitions.items())  # type: ignore[attr-defined]

    def clean_facts(self) -> list[dict[str, str]]:
        """Single facts, one a line."""
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["facts"].splitlines())):
            parts = line.split(maxsplit=2)
            if len(parts) != 3:
                raise ValidationError(f"Write each line as {ONE_FACT}.")
            found.append(dict(zip(ONE_FACT.split(), parts, strict=True)))
        return found

    def clean_slice(self) -> dict[str, Any]:
        """The slice, as the API takes it."""
        text = self.cleaned_data["slice"].strip()
        if not text:
            return {}
        try:
            document = read_json(text.encode())
        except Unreadable as problem:
            raise ValidationError(problem.sentence) from problem
        if not isinstance(document, dict):
            raise ValidationError("This is an object with facts and where.")
        return document

    def content(self) -> dict[str, Any]:
        """The exemption as a proposal states it."""
        data = self.cleaned_data
        kind, _, slug = data["place"].partition(":")
        more = {name: data[name] for name in ("facts", "slice") if data[name]}
        return {
            "kind": data["kind"], kind: slug, "definitions": data["definitions"],
            "starts_at": data["starts_on"].isoformat(),
            "expires_at": (data["last_on"] + timedelta(days=1)).isoformat(), **more,
        }  # fmt: skip


class BudgetForm(forms.Form):
    """Slices that leave the budgets of SLOs, from when to when, and why."""

    objectives = forms.MultipleChoiceField(
        label="SLOs", widget=forms.CheckboxSelectMultiple, help_text=f"1 to {MOST_OBJECTIVES} of one team.",
        error_messages={"required": "Choose at least one."},
    )  # fmt: skip
    category = forms.ChoiceField(
        label="What for", choices=[(one.value, one.label) for one in ExemptionCategory],
        help_text="Each SLO says which of these it allows.",
    )  # fmt: skip
    starts_at = LocalInstantField(label="From")
    expires_at = LocalInstantField(label="Until")
    keys = ParagraphField(
        label="Keys", required=False, rows=2, max_length=4_000,
        help_text="Tenants or segments, one a line. Empty: all of them.",
    )  # fmt: skip
    reason = ParagraphField(label="Reason", help_text=WHY_BUDGET, min_length=LEAST_REASON, max_length=LONGEST_REASON)

    def __init__(self, data: Any, *, objectives: Sequence[tuple[str, str]], chosen: str = "") -> None:
        super().__init__(data, initial={"objectives": [chosen], "category": "measurement_fault"})
        self.fields["objectives"].choices = list(objectives)  # type: ignore[attr-defined]
        hint = f"A day and a time in {clock.reporting_zone().key}, such as 2026-08-24 09:40."
        self.fields["starts_at"].help_text = f"{hint} Not before the current window begins."
        self.fields["expires_at"].help_text = f"{hint} At most {LONGEST_FROM_BUDGET.days} days later."

    def content(self) -> dict[str, Any]:
        """The exemption as a proposal states it."""
        data = self.cleaned_data
        keys = [line.strip() for line in data["keys"].splitlines() if line.strip()]
        return {
            "kind": ExemptionKind.EXCLUDE_SLICES.value, "objectives": data["objectives"],
            "category": data["category"], "starts_at": data["starts_at"].isoformat(),
            "expires_at": data["expires_at"].isoformat(), **({"keys": keys} if keys else {}),
        }  # fmt: skip


class FreezeForm(forms.Form):
    """A planned pause of delivery."""

    place = forms.ChoiceField(label="For")
    name = forms.CharField(label="Name", max_length=LONGEST_NAME, help_text="Such as launch freeze.")
    starts_on = DayField(label="First day", help_text=f"Such as {DAY_EXAMPLE}; asked for at latest 7 days after it.")
    last_on = DayField(label="Last day", help_text=f"At most {MOST_DAYS} days in all.")
    reason = ParagraphField(
        label="Reason", help_text=f"At least {LEAST_REASON} characters.", min_length=LEAST_REASON,
        max_length=LONGEST_REASON,
    )  # fmt: skip

    def __init__(
        self, data: Any, *, places: Sequence[tuple[str, str]], place: str = "", filled: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, initial={"place": place, **(filled or {})})
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]

    def content(self) -> dict[str, Any]:
        """The freeze as a proposal states it."""
        data = self.cleaned_data
        slug = data["place"].partition(":")[2]
        team = {"team": slug} if data["place"].startswith("team:") else {}
        days = {name: data[name].isoformat() for name in ("starts_on", "last_on")}
        return {"name": data["name"].strip(), **team, **days}
