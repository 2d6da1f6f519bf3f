"""An SLI in words."""

from typing import Any

from django import forms

from apps.governance.domain.kinds import Op
from apps.objectives.domain.agreed_words import LABELS, slice_words
from apps.objectives.domain.indicator_specs import LONGEST_QUERY, WINDOW_WORD
from apps.objectives.domain.indicator_words import (
    DEFAULT_SLICE_SECONDS,
    KINDS,
    SLICE_SECONDS,
    Dimension,
    MeasuredAt,
    SampleSource,
)
from apps.objectives.forms.agreeing import (
    AgreementForm,
    Choices,
    Group,
    LinesField,
    choice_field,
    links_field,
    text_field,
    word_field,
)

KIND_CHOICES = [(kind.value, rules.label) for kind, rules in KINDS.items()]
DIMENSIONS = {Dimension.NONE: "Not divided: one sum", Dimension.TENANT: "By tenant", Dimension.SEGMENT: "By segment"}
SOURCES = {
    SampleSource.PUSH: "Pushed by REST or CSV", SampleSource.PULL: "Pulled from a Prometheus-compatible server",
    SampleSource.TICKETS: "Read from tickets, each hour",
}  # fmt: skip
PULLED = ("monitoring_source", "valid_query", "good_query", "bad_query", "dimension_label", "absent_bad_is_zero")
PLAIN = (
    "name", "kind", "hurts", "blind_spot", "valid", "good", "measured_at", "limit", "dimension", "source",
    "ticket_kinds", "links",
)  # fmt: skip


class IndicatorForm(AgreementForm):
    """What counts, what of it is good, where it is seen, and how the counts come."""

    KIND, DOCUMENT, IDENTITY = "sli", "spec", ("service", "flow", "owner_team")
    STATEMENT = PLAIN
    GROUPS = (
        Group("What is measured", ("name", "kind", "hurts", "blind_spot", "valid", "good", "limit")),
        Group("Where, and how it is cut", ("measured_at", "slice_seconds", "dimension")),
        Group("How the counts come", ("source", "ticket_kinds")),
        Group(
            "Queries of a pull", PULLED, is_folded=True,
            hint=f"Queries go out as written; {WINDOW_WORD} becomes the length of a slice. Nothing is pulled before "
            "somebody tried it.",
        ),
        Group("Links", ("links",), is_folded=True),
    )  # fmt: skip

    name = word_field("name", longest=120)
    kind = choice_field("kind", KIND_CHOICES)
    hurts = text_field("hurts", "Users, buyers, teams: who notices, and how.")
    blind_spot = text_field("blind_spot", "Whom this measurement does not see.")
    valid = word_field("valid", "Such as requests. Empty: the words of the kind.", required=False, longest=500)
    good = word_field(
        "good", "Such as answered without fault. Empty: the words of the kind.", required=False, longest=500
    )
    limit = word_field(
        "limit", "Latency in ms, freshness and support in seconds, saturation as a level; else empty.",
        required=False, longest=30,
    )  # fmt: skip
    measured_at = choice_field("measured_at", [(one.value, one.value.capitalize()) for one in MeasuredAt])
    slice_seconds = choice_field("slice_seconds", [(str(one), slice_words(one)) for one in SLICE_SECONDS])
    dimension = choice_field("dimension", [(one.value, words) for one, words in DIMENSIONS.items()])
    source = choice_field("source", [(one.value, words) for one, words in SOURCES.items()])
    ticket_kinds = LinesField(
        label=LABELS["ticket_kinds"], required=False, rows=2, max_length=2000,
        help_text="Only where counts come from tickets: one kind a line; empty: all of them.",
    )  # fmt: skip
    monitoring_source = forms.ChoiceField(label=LABELS["monitoring_source"], required=False)
    valid_query = text_field("valid_query", required=False)
    good_query = text_field("good_query", "This, or the query of bad events.", required=False)
    bad_query = text_field("bad_query", required=False)
    dimension_label = word_field("dimension_label", "With keys: the label of the series.", required=False, longest=120)
    absent_bad_is_zero = forms.BooleanField(
        label="An absent bad series means that nothing failed", required=False,
        help_text="Leave it off unless the source drops series without failures: a renamed metric must not look good.",
    )  # fmt: skip
    links = links_field()

    def __init__(
        self, *args: Any, op: Op, places: Choices = (), flows: Choices = (), owners: Choices = (),
        servers: Choices = (), **kwargs: Any,
    ) -> None:  # fmt: skip
        identity = {
            "service": forms.ChoiceField(label="Service", choices=list(places)),
            "flow": forms.ChoiceField(
                label="Critical flow", choices=[("", "No flow"), *flows], required=False,
                help_text="Where it promises a journey of users: the product manager then signs, too.",
            ),
            "owner_team": forms.ChoiceField(
                label="Team that owns it", choices=[("", "The owner of the service"), *owners], required=False
            ),
        }  # fmt: skip
        super().__init__(*args, op=op, identity=identity, **kwargs)
        self.fields["monitoring_source"].choices = [("", "No server"), *servers]  # type: ignore[attr-defined]
        for name in ("valid_query", "good_query", "bad_query"):
            self.fields[name].max_length = LONGEST_QUERY  # type: ignore[attr-defined]

    def document(self) -> dict[str, Any]:
        """The statement; queries only where it is pulled."""
        data = self.cleaned_data
        found = super().document() | {"slice_seconds": int(data["slice_seconds"])}
        pulled = self.filled(*PULLED[:-1])
        if data["absent_bad_is_zero"]:
            pulled["absent_bad_is_zero"] = True
        return {**found, **pulled}


def indicator_initial(content: dict[str, Any]) -> dict[str, Any]:
    """An SLI as the form begins with it."""
    spec = content.get("spec", {})
    lines = {name: "\n".join(spec.get(name, ())) for name in ("ticket_kinds", "links")}
    identity = {name: content.get(name, "") for name in IndicatorForm.IDENTITY}
    return {"slice_seconds": DEFAULT_SLICE_SECONDS, **identity, **spec, **lines}
