"""Shapes of what people type when they adopt definitions."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.core.problems import Unreadable
from apps.core.strict_json import read_json
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import LEAST_REASON, LONGEST_AT_ONCE, LONGEST_REASON, Asked, Category
from apps.metrics.domain.contracts import KEYS, LABELS, MOST_PROMPTS, TEXTS, Movement
from apps.metrics.domain.lenses import Lens
from apps.metrics.domain.starter import StarterVersion
from apps.metrics.drafting import TAKEN
from apps.metrics.models import DefinitionVersion

HINTS = {
    "purpose": "What the number shows.",
    "decision": "Who decides what when it moves.",
    "pitfall": "How it misleads, or is bent.",
    "data_source": "Where its facts come from.",
    "cadence": "When it is looked at.",
    "escalation": "What happens when nothing helps.",
}
LONGEST_SPEC = 100_000
SLUG_HINT = "Short name such as deployment-rework-rate."
# Where the places of a proposal's faults stand in the form.
CONTENT = "/items/0/content"
PLACES = {
    **{f"{CONTENT}/contract/{key}": key for key in KEYS}, f"{CONTENT}/spec": "spec", f"{CONTENT}/name": "name",
    f"{CONTENT}/owner_team": "owner", f"{CONTENT}/lens": "lens", "/items/0/key": "slug", "/date": "effective_from",
}  # fmt: skip


class SpecField(forms.CharField):
    """A spec as JSON text."""

    def clean(self, value: Any) -> Any:
        """The document; whether it is a spec is for the operation to say."""
        text = super().clean(value)
        try:
            return read_json(text.encode())
        except Unreadable as problem:
            raise ValidationError(problem.sentence) from problem


class PromptsField(ParagraphField):
    """One prompt a line, `movement: question`."""

    def clean(self, value: Any) -> list[dict[str, str]]:
        """Prompts in their order; whether a movement exists is for the operation to say."""
        lines = [line for line in super().clean(value).split("\n") if line.strip()]
        parts = [line.partition(":") for line in lines]
        return [{"movement": movement.strip(), "text": text.strip()} for movement, _, text in parts]


class ReasonField(ParagraphField):
    """A reason long enough to be read later."""

    def __init__(self, *, help_text: str) -> None:
        super().__init__(label="Reason", help_text=help_text, max_length=LONGEST_REASON)

    def validate(self, value: str) -> None:
        """A reason that is there has to say something."""
        super().validate(value)
        length = len(value.strip())
        if length < LEAST_REASON:
            raise ValidationError(f"{length} characters are too few; write at least {LEAST_REASON}.")


class AdoptForm(forms.Form):
    """Which team owns the starter definitions, and why they are agreed on."""

    owner = forms.ChoiceField(label="Team that owns them", help_text="It proposes their next versions.")
    reason = ReasonField(help_text=f"At least {LEAST_REASON} characters; it stands with each version.")

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """A whole version: name, spec, contract, reason and the day from which it holds."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Enter a name."})
    spec = SpecField(
        label="Spec as JSON", max_length=LONGEST_SPEC, error_messages={"required": "Write a spec."},
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "autocapitalize": "none"}),
        help_text="What is computed follows from it alone. Check says the rule as a sentence.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in (key for key in LABELS if key in TEXTS):
            self.fields[key] = ParagraphField(label=LABELS[key], help_text=HINTS[key], rows=2)
        self.fields["pair"] = forms.CharField(
            label=LABELS["pair"], max_length=50, help_text=f"{SLUG_HINT} The metric that shows its cost.",
            error_messages={"required": "Enter a short name."},
        )  # fmt: skip
        self.fields["prompts"] = PromptsField(
            label=LABELS["prompts"],
            help_text=f"1 to {MOST_PROMPTS} lines, each a movement ({', '.join(Movement)}), a colon and a question.",
        )
        self.fields["category"] = forms.ChoiceField(
            label="Kind of reason", choices=[(one.value, one.label) for one in Category],
            initial=Category.IMPROVEMENT.value,
        )  # fmt: skip
        self.fields["reason"] = ReasonField(
            help_text=f"Why this is better than what holds now; at least {LEAST_REASON} characters."
        )
        self.fields |= _date_fields()

    def asked(self, op: Op, slug: str, **identity: str) -> Asked:
        """The ask that this form holds."""
        data = self.cleaned_data
        content = {"name": data["name"], "spec": data["spec"], "contract": {key: data[key] for key in KEYS}}
        return Asked(
            (Item("metric_definition", op, slug, identity | content),), data["reason"], Category(data["category"]),
            on=data["effective_from"], at_once_reason=data["at_once_reason"], restate_from=data["restate_from"],
            from_beginning=op is Op.CREATE and data["effective_from"] is None and data["restate_from"] is None,
        )  # fmt: skip


def _date_fields() -> dict[str, forms.Field]:
    """From when it holds, and for which periods."""
    return {
        "effective_from": DayField(
            label="In force from", required=False,
            help_text=f"Such as {DAY_EXAMPLE}: a day on which a period begins. Empty: the next one after all signed.",
        ),
        "restate_from": DayField(
            label="Restate periods from", required=False,
            help_text="A day in the past on which a period began. Empty: earlier periods stay as they were read.",
        ),
        "at_once_reason": forms.CharField(
            label="In force at once, because", required=False, max_length=LONGEST_AT_ONCE,
            help_text="Only where it cannot wait for the next period. It is shown on charts.",
        ),
    }  # fmt: skip


class DefinitionForm(VersionForm):
    """The first version of a new definition, with the definition's identity."""

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = {
            "slug": forms.CharField(
                label="Short name", max_length=50, help_text="It stays, and tools use it. Such as review-wait.",
                error_messages={"required": "Enter a short name."},
            ),
            "lens": forms.ChoiceField(label="Lens", choices=[(lens.value, lens.value.capitalize()) for lens in Lens]),
            "owner": forms.ChoiceField(label="Team that owns it", choices=owners),
        }  # fmt: skip
        self.fields = {**first, **self.fields}
        self.fields["effective_from"].help_text = "Leave it empty to hold from the beginning."
        self.fields["category"].initial = Category.NEW_NEED.value

    def clean_slug(self) -> str:
        """Not the address of a page."""
        slug = str(self.cleaned_data["slug"])
        if slug in TAKEN:
            raise ValidationError("This short name is the address of a page. Choose another one.")
        return slug


def words_of(version: DefinitionVersion) -> dict[str, Any]:
    """A version as the form shows it, to be changed into the next one."""
    texts = {key: version.contract.get(key, "") for key in (*TEXTS, "pair")}
    prompts = [f"{one['movement']}: {' '.join(one['text'].split())}" for one in version.contract.get("prompts", ())]
    spec = json.dumps(json.loads(version.spec_text), indent=2, ensure_ascii=False)
    return {"name": version.name, "spec": spec, **texts, "prompts": "\n".join(prompts)}


def words_of_shipped(version: StarterVersion) -> dict[str, Any]:
    """A shipped version as the form shows it, with the reason it is proposed for."""
    texts = {key: version.contract.get(key, "") for key in (*TEXTS, "pair")}
    prompts = [f"{one['movement']}: {one['text']}" for one in version.contract["prompts"]]
    spec = json.dumps(version.spec, indent=2, ensure_ascii=False)
    return {"name": version.name, "spec": spec, **texts, "prompts": "\n".join(prompts), "reason": version.reason}
