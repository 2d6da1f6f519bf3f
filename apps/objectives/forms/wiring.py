"""Shapes of what people say about servers, readings and samples that wait."""

from typing import Any

from django import forms

from apps.objectives.domain.samples import KEPT

ASSIGN, IGNORE = "assign", "ignore"


class SourceForm(forms.Form):
    """A server that counts are pulled from."""

    name = forms.CharField(label="Name", max_length=120)
    slug = forms.SlugField(label="Short name", max_length=60, help_text="What indicators name it by; it stays.")
    base_url = forms.URLField(
        label="Address", max_length=300, assume_scheme="https",
        help_text="What stands before /api/v1/query_range. The operator lists its host in OUTBOUND_ALLOWED_HOSTS.",
    )  # fmt: skip
    token_variable = forms.CharField(
        label="Variable of the token", max_length=80, required=False,
        help_text="Name of the environment variable that holds a bearer token, such as MONITORING_TOKEN_MAIN. "
        "The token itself stands nowhere here.",
    )  # fmt: skip
    is_active = forms.BooleanField(label="Ask it", required=False, initial=True)
    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["slug"]


class StartForm(forms.Form):
    """From when on an indicator is read."""

    days = forms.IntegerField(
        label="Days to begin before today", min_value=0, max_value=KEPT.days, initial=28,
        help_text="As far back as the server keeps its data; slices are kept here for 100 days.",
    )  # fmt: skip
    proof = forms.CharField(max_length=300, widget=forms.HiddenInput)


class HeldForm(forms.Form):
    """What becomes of samples that wait under one name."""

    act = forms.ChoiceField(
        label="What becomes of them", choices=[(ASSIGN, "Assign them to an SLI"), (IGNORE, "Ignore them")],
        widget=forms.RadioSelect, initial=ASSIGN,
    )  # fmt: skip
    indicator = forms.ChoiceField(label="SLI", required=False)
    key = forms.CharField(
        label="Key", max_length=200, required=False, help_text="Tenant or segment; as it was sent unless named."
    )
    reason = forms.CharField(label="Why they are ignored", max_length=300, required=False)

    def __init__(self, *args: Any, indicators: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [("", "Choose"), *indicators]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An SLI to assign to, or a reason to ignore."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("act") == ASSIGN and not data.get("indicator"):
            self.add_error("indicator", "Choose the SLI they belong to.")
        if data.get("act") == IGNORE and not data.get("reason"):
            self.add_error("reason", "Say why they are of no use.")
        return data
