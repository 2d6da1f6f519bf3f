"""Fields that forms of several apps share: days and paragraphs."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

DAY_EXAMPLE = "2026-08-31"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


class DayField(forms.DateField):
    """A day such as `2026-08-31`, typed as text, in the years that are read here."""

    def __init__(self, **options: Any) -> None:
        wrong = {"invalid": f"Enter a day that exists, such as {DAY_EXAMPLE}.", "required": "Enter a day."}
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(input_formats=["%Y-%m-%d"], error_messages=wrong, widget=widget, localize=False, **options)

    def validate(self, value: Any) -> None:
        """A day of a far year would leave the calendar as soon as a zone is applied."""
        super().validate(value)
        if value and not FIRST_DAY <= value <= LAST_DAY:
            raise ValidationError(f"Enter a day between {FIRST_DAY.year} and {LAST_DAY.year}.")

    def prepare_value(self, value: Any) -> Any:
        """A day as it is typed, in every language."""
        return value.isoformat() if hasattr(value, "isoformat") else value


class ParagraphField(forms.CharField):
    """A text of several lines; line ends are line feeds."""

    def __init__(self, *, label: str, rows: int = 3, **options: Any) -> None:
        wrong = {"required": f"{label}: write something here."}
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), error_messages=wrong, label=label, **options)

    def to_python(self, value: Any) -> str:
        """The text with line feeds only, whatever the browser sends."""
        return str(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
