"""Shapes of what people type about services."""

from typing import Any

from django import forms

from apps.core.form_fields import DAY_EXAMPLE, DayField
from apps.services.domain import Tier

REASON = "One sentence, shown beside the owners over time."


class HandOverForm(forms.Form):
    """To whom a service goes, from which day on, and why."""

    to = forms.ChoiceField(label="Team that takes it over")
    from_on = DayField(
        label="From which day on",
        help_text=f"Such as {DAY_EXAMPLE}: from its midnight on, facts count for the new team. It may lie in the past.",
    )
    reason = forms.CharField(
        label="Reason", max_length=300, help_text=REASON, error_messages={"required": "Say why it moves."}
    )

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = teams  # type: ignore[attr-defined]


class ServiceForm(forms.Form):
    """A new service and its first owner."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Enter a name."})
    slug = forms.SlugField(
        label="Short name", max_length=50, help_text="Tools send it, and it stays. Such as checkout-api.",
        error_messages={"required": "Enter a short name."},
    )  # fmt: skip
    owner = forms.ChoiceField(label="Team that owns it from the beginning")
    began_on = DayField(label="First day", help_text=f"Such as {DAY_EXAMPLE}. Facts of earlier days are refused.")
    tier = forms.ChoiceField(
        label="How much harm an outage does", choices=[(t.value, t.value.capitalize()) for t in Tier],
        initial=Tier.IMPORTANT.value,
    )  # fmt: skip
    description = forms.CharField(label="What it does", max_length=300, required=False)

    def __init__(self, *args: Any, teams: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = teams  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        """Small letters: tools write slugs in any case. The address of this page is taken."""
        slug = str(self.cleaned_data["slug"]).lower()
        if slug == "new":
            raise forms.ValidationError("This short name is the address of a page. Choose another one.")
        return slug
