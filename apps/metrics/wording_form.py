"""The form that speaks words: what people change of a definition, with the raw spec for those who need it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from apps.core.fact_sources import sources
from apps.core.form_fields import DAY_EXAMPLE, DayField, ParagraphField
from apps.governance.domain import frame
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import LONGEST_AT_ONCE, LONGEST_REASON, Asked
from apps.metrics.domain import wording
from apps.metrics.domain.contracts import KEYS, LABELS, MOST_PROMPTS, TEXTS, Movement
from apps.metrics.domain.sentences import DIRECTION_WORDS
from apps.metrics.domain.units import AMOUNTS
from apps.metrics.domain.wording import FIELD_LABELS, KEPT, Row
from apps.metrics.forms import CONTENT, HINTS, LONGEST_SPEC, SLUG_HINT, PromptsField, SpecField

UNIT_WORDS = {
    "seconds": "length of time", "share": "share", "count": "count", "quotient": "quotient", "per_week": "a week",
    "per_day": "a day",
}  # fmt: skip
CLOCK_KEYS = ("from", "to", "clock")
# Where the places of a proposal's faults stand in the form.
PLACES = {
    **{f"{CONTENT}/contract/{key}": key for key in KEYS},
    f"{CONTENT}/spec/value/from": "from", f"{CONTENT}/spec/value/to": "to", f"{CONTENT}/spec/of/clock": "clock",
    f"{CONTENT}/spec/min_n": "min_n", f"{CONTENT}/spec/settle_days": "settle_days",
    f"{CONTENT}/spec/direction": "direction", f"{CONTENT}/spec/unit": "unit",
    f"{CONTENT}/spec/window": "grains", f"{CONTENT}/spec": "spec", f"{CONTENT}/name": "name", "/date": "on",
}  # fmt: skip


class WordingForm(forms.Form):
    """A next version in words, begun from a document {name, spec, contract}."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Enter a name."})

    def __init__(self, *args: Any, content: dict[str, Any], **options: Any) -> None:
        self.content, self.document = content, content["spec"]
        initial = {**initial_of(content), **(options.pop("initial", None) or {})}
        super().__init__(*args, **{**options, "initial": initial})
        self.fields |= dict(self._clocks())
        self.fields |= dict(self._rows("count", self.counted, with_reason=False))
        self.fields |= dict(self._rows("leave", self.left_out, with_reason=True))
        self.fields |= self._judging() | _contract_fields() | _frame_fields()
        self.fields["spec"] = SpecField(
            label="Spec as JSON", max_length=LONGEST_SPEC, required=False,
            widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "autocapitalize": "none"}),
            help_text="Once you edit it, it is used as it stands, and the fields about the rule are not read.",
        )  # fmt: skip

    @property
    def counted(self) -> list[Row]:
        """Conditions of the facts that count, with room for more."""
        return wording.rows_of(wording.counted(self.document)["where"])

    @property
    def left_out(self) -> list[Row]:
        """Conditions of the facts that are left out, with room for more."""
        return wording.excluded_rows(self.document)

    def _clocks(self) -> Iterator[tuple[str, forms.Field]]:
        """Which clock a duration begins and ends with, and which decides the period."""
        offered = wording.instants(self.document, sources)
        places = {"from": "value, from", "to": "value, to", "clock": "of, clock"}
        values = clock_values(self.document)
        for key in (key for key in CLOCK_KEYS if key in values):
            yield (
                key,
                forms.ChoiceField(label=FIELD_LABELS[places[key]], choices=self._with_present(values[key], offered)),
            )

    def _with_present(self, value: str, offered: list[wording.Choice]) -> list[wording.Choice]:
        """What can be chosen, and what it says now where that is something else."""
        if value in dict(offered):
            return offered
        words = "As it is: more than one instant" if value == KEPT else wording.say_instant(value, self.document)
        return [(value, words), *offered]

    def _rows(self, stem: str, rows: Sequence[Row], *, with_reason: bool) -> Iterator[tuple[str, forms.Field]]:
        """Fields of each condition there is, and of one more."""
        names = [("", "no condition"), *wording.conditions(self.document, sources)]
        for number, row in enumerate([*rows, *[Row("", "in", "")] * wording.MORE_ROWS], start=1):
            named = [*names, *([(row.path, row.path)] if row.path not in dict(names) else [])]
            yield (
                f"{stem}_{number}_path",
                forms.ChoiceField(label=f"Field {number}", choices=named, required=False, initial=row.path),
            )
            yield f"{stem}_{number}_op", forms.ChoiceField(
                label=f"How field {number} compares", choices=list(wording.COMPARISONS.items()), required=False,
                initial=row.op,
            )  # fmt: skip
            yield (
                f"{stem}_{number}_value",
                forms.CharField(
                    label=f"With what field {number} compares", max_length=300, required=False, initial=row.value
                ),
            )
            if with_reason:
                yield f"{stem}_{number}_reason", forms.CharField(
                    label=f"Why facts of field {number} are left out", max_length=300, required=False,
                    initial=row.reason,
                )  # fmt: skip

    def _judging(self) -> dict[str, forms.Field]:
        """How often it is read, and how it is judged."""
        units = dict.fromkeys([self.document["unit"], *AMOUNTS, "share"])
        return {
            "grains": forms.MultipleChoiceField(
                label=FIELD_LABELS["window, grains"], choices=[(grain, grain) for grain in wording.GRAINS],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": "Choose at least one kind of period."},
            ),
            "min_n": forms.IntegerField(
                label=FIELD_LABELS["min n"], min_value=1, max_value=1000,
                help_text="With fewer a value reads: too few to judge.",
            ),
            "settle_days": forms.IntegerField(
                label=FIELD_LABELS["settle days"], min_value=0, max_value=90,
                help_text="Late facts count until then.",
            ),
            "direction": forms.ChoiceField(
                label=FIELD_LABELS["direction"], choices=[(str(key), words) for key, words in DIRECTION_WORDS.items()]
            ),
            "unit": forms.ChoiceField(
                label=FIELD_LABELS["unit"], choices=[(unit, UNIT_WORDS.get(unit, unit)) for unit in units]
            ),
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Each condition that was begun is whole."""
        data = super().clean() or {}
        for stem in ("count", "leave"):
            for number in self.numbers(stem):
                self._check_row(f"{stem}_{number}", data)
        return data

    def _check_row(self, stem: str, data: dict[str, Any]) -> None:
        begun = data.get(f"{stem}_path")
        if begun and not str(data.get(f"{stem}_value", "")).strip():
            self.add_error(f"{stem}_value", "Say what it compares with, such as production, or set.")
        if begun and f"{stem}_reason" in self.fields and not str(data.get(f"{stem}_reason", "")).strip():
            self.add_error(f"{stem}_reason", "Say why these facts are left out; it is shown beside them.")

    @property
    def contract_names(self) -> list[str]:
        """Names of the fields that hold the contract."""
        return [name for name in self.fields if name in KEYS]

    def numbers(self, stem: str) -> list[int]:
        """Numbers of the rows of conditions, the empty one included."""
        count = len(self.counted if stem == "count" else self.left_out) + wording.MORE_ROWS
        return list(range(1, count + 1))

    def spec(self) -> dict[str, Any]:
        """The spec: as edited by hand, else as the words say."""
        edited = self.cleaned_data["spec"]
        if edited and edited != self.document:
            return dict(edited)
        data = self.cleaned_data
        said = {key: data[key] for key in ("min_n", "settle_days", "direction", "unit", "grains")}
        said |= {key: data[key] for key in CLOCK_KEYS if key in data}
        return wording.reworded(self.document, {**said, "where": self._said("count"), "exclude": self._said("leave")})

    def _said(self, stem: str) -> list[Row]:
        data = self.cleaned_data
        numbers = [number for number in self.numbers(stem) if data.get(f"{stem}_{number}_path")]
        return [
            Row(
                data[f"{stem}_{n}_path"], data[f"{stem}_{n}_op"], data[f"{stem}_{n}_value"],
                data.get(f"{stem}_{n}_reason", "").strip(),
            )
            for n in numbers
        ]  # fmt: skip

    def asked(self, op: Op, slug: str, *, from_beginning: bool = False) -> Asked:
        """The ask that this form holds."""
        data = self.cleaned_data
        identity: dict[str, Any] = {key: self.content[key] for key in ("lens", "owner_team") if key in self.content}
        contract: dict[str, Any] = {key: data[key] for key in KEYS}
        content: dict[str, Any] = {**identity, "name": data["name"], "spec": self.spec(), "contract": contract}
        begins = from_beginning and data["on"] is None and data["restate_from"] is None
        return frame.asked_of([Item("metric_definition", op, slug, content)], data, from_beginning=begins)


def clock_values(document: dict[str, Any]) -> dict[str, str]:
    """The instants of a spec as form values, by the key they stand under."""
    value = document.get("value")
    span = value if isinstance(value, dict) and "from" in value else {}
    found = {key: wording.instant_of(span[key]) for key in ("from", "to") if key in span}
    return {**found, "clock": wording.instant_of(wording.counted(document)["clock"])}


def initial_of(content: dict[str, Any]) -> dict[str, Any]:
    """A version as the form begins with it."""
    document, contract = content["spec"], content["contract"]
    prompts = [f"{one['movement']}: {' '.join(one['text'].split())}" for one in contract.get("prompts", ())]
    return {
        "name": content["name"],
        **clock_values(document),
        **{key: document[key] for key in ("min_n", "settle_days", "direction", "unit")},
        "grains": document["window"]["grains"],
        **{key: contract.get(key, "") for key in (*TEXTS, "pair")},
        "prompts": "\n".join(prompts),
        "spec": json.dumps(document, indent=2, ensure_ascii=False),
    }


def _contract_fields() -> dict[str, forms.Field]:
    texts: dict[str, forms.Field] = {
        key: ParagraphField(label=LABELS[key], help_text=HINTS[key], rows=2) for key in LABELS if key in TEXTS
    }
    return {
        **texts,
        "pair": forms.CharField(
            label=LABELS["pair"], max_length=50, help_text=f"{SLUG_HINT} The metric that shows its cost.",
            error_messages={"required": "Enter a short name."},
        ),
        "prompts": PromptsField(
            label=LABELS["prompts"],
            help_text=f"1 to {MOST_PROMPTS} lines, each a movement ({', '.join(Movement)}), a colon and a question.",
        ),
    }  # fmt: skip


def _frame_fields() -> dict[str, forms.Field]:
    """Why, and from when."""
    labels, hints = frame.LABELS, frame.HINTS
    return {
        "reason": ParagraphField(
            label=labels["reason"], help_text=hints["reason"], max_length=LONGEST_REASON, required=False
        ),
        "category": forms.ChoiceField(
            label=labels["category"], choices=frame.CATEGORY_CHOICES, initial="improvement"
        ),
        "on": DayField(label=labels["on"], help_text=f"{hints['on']} Such as {DAY_EXAMPLE}.", required=False),
        "at_once_reason": forms.CharField(
            label=labels["at_once_reason"], help_text=hints["at_once_reason"], max_length=LONGEST_AT_ONCE,
            required=False,
        ),
        "restate_from": DayField(label=labels["restate_from"], help_text=hints["restate_from"], required=False),
    }  # fmt: skip
