"""Shapes of what people type about the life of a definition: it is deprecated, retired, moved, looked at."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django import forms

from apps.core import clock
from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.governance.domain import frame
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import LONGEST_REASON, Asked, Category
from apps.metrics.domain.lenses import Lens
from apps.metrics.domain.lifecycle import LONGEST_LOOK, NOTICE_DAYS, first_sunset, sunset_problem
from apps.metrics.drafting import KEPT
from apps.metrics.forms import CONTENT
from apps.metrics.operations import DEFINITION

# Where the places of a proposal's faults stand in the forms.
PLACES: Mapping[str, str] = MappingProxyType(
    {
        f"{CONTENT}/successor": "successor",
        f"{CONTENT}/sunset_on": "sunset_on",
        f"{CONTENT}/owner_team": "owner_team",
        f"{CONTENT}/lens": "lens",
        f"{CONTENT}/slug": "slug",
        "/date": "on",
    }
)
NOTHING = "Nothing replaces it"


class LifeForm(forms.Form):
    """Why, and from when; each form adds what it asks before."""

    op = Op.RETIRE
    why = "Why it is no longer needed, so that a stranger sees it; at least 40 characters before it is submitted."
    when = "Empty: as soon as everybody has signed."
    category = Category.CLEAN_UP

    def __init__(self, *args: Any, slug: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.slug = slug
        self.fields |= {
            "reason": ParagraphField(label="Reason", help_text=self.why, max_length=LONGEST_REASON, required=False),
            "on": DayField(label=frame.LABELS["on"], help_text=f"Such as {DAY_EXAMPLE}. {self.when}", required=False),
        }

    def content(self) -> dict[str, Any]:
        """The content of the proposal's item."""
        return {}

    def asked(self) -> Asked:
        """The ask that this form holds."""
        data = {**self.cleaned_data, "category": self.category, "at_once_reason": "", "restate_from": None}
        return frame.asked_of([Item(DEFINITION, self.op, self.slug, self.content())], data)


class DeprecateForm(LifeForm):
    """A definition is to leave: on which day, and what replaces it."""

    op = Op.DEPRECATE

    def __init__(self, *args: Any, names: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        first = first_sunset(clock.today())
        own = {
            "successor": forms.ChoiceField(
                label="What replaces it", choices=[("", NOTHING), *names], required=False,
                help_text="The metric that people look at instead. Tools are told it, too.",
            ),
            "sunset_on": DayField(
                label="Its last day",
                help_text=f"From then on it may be retired; at least {NOTICE_DAYS} days ahead, "
                f"so {first:%Y-%m-%d} or later.",
            ),
        }  # fmt: skip
        self.fields = {**own, **self.fields}

    def clean(self) -> dict[str, Any]:
        """People get four weeks, counted from the day on which it is to come into force."""
        data = super().clean() or {}
        last, since = data.get("sunset_on"), data.get("on") or clock.today()
        problem = sunset_problem(last, since) if isinstance(last, date) else ""
        if problem:
            self.add_error("sunset_on", problem)
        return data

    def content(self) -> dict[str, Any]:
        """What replaces it, and its last day."""
        return {
            "successor": self.cleaned_data["successor"] or None,
            "sunset_on": self.cleaned_data["sunset_on"].isoformat(),
        }


class RetireForm(LifeForm):
    """A deprecated definition is to go."""

    op = Op.RETIRE
    when = "A day on which a period begins. Empty: the first such day after its last day and all signatures."


class MoveForm(LifeForm):
    """A definition gets another owner, lens or short name; its rule stays word for word."""

    op = Op.CHANGE
    why = "Why it belongs there; at least 40 characters before it is submitted. It stays with the version."
    when = "A day on which a period begins. Empty: the first such day after all signatures."
    category = Category.IMPROVEMENT

    def __init__(
        self, *args: Any, document: Mapping[str, Any], teams: Iterable[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.document = document
        own: dict[str, forms.Field] = {
            "owner_team": forms.ChoiceField(
                label="Team that owns it", choices=list(teams), help_text="Both teams sign when it moves."
            ),
            "lens": forms.ChoiceField(label="Lens", choices=[(lens.value, lens.label) for lens in Lens]),
        }  # fmt: skip
        if self.slug not in KEPT:
            own["slug"] = forms.CharField(
                label="Short name", max_length=50, error_messages={"required": "Enter a short name."},
                help_text="Part of addresses; tools use it. The former one leads on to it and is never given away.",
            )  # fmt: skip
        self.fields = {**own, **self.fields}

    def content(self) -> dict[str, Any]:
        """The version as it stands, under its new identity."""
        rest = {key: self.document[key] for key in ("name", "spec", "contract")}
        slug = self.cleaned_data.get("slug", self.slug)
        renamed = {"slug": slug} if slug != self.slug else {}
        return {"lens": self.cleaned_data["lens"], "owner_team": self.cleaned_data["owner_team"], **renamed, **rest}


class ConfirmForm(forms.Form):
    """What somebody says who looked at a definition and keeps it."""

    text = ParagraphField(
        label="Why it stays", max_length=LONGEST_LOOK, rows=3,
        help_text="What it was good for since the last look, in a sentence or two. It stays on its page.",
    )  # fmt: skip
