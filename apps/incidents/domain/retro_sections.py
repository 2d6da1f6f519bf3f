"""What a retro asks: five sections with their texts and the rows they hold. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from apps.incidents.domain.action_words import ActionKind
from apps.incidents.domain.retro_words import (
    FactorKind,
    FactorRole,
    RetroForm,
    RowKind,
    SafeguardPurpose,
    SafeguardState,
    SectionKey,
)

MOST_CHARACTERS = 50_000
LINE = 300


CHOICE_WORDS: Mapping[str, str] = {
    "code_change": "Code change",
    "schema_or_data": "Schema or data",
    "infrastructure": "Infrastructure",
    "deployment_process": "Deployment process",
    "config_drift": "Configuration drift",
    "dependency": "Dependency",
    "capacity": "Capacity",
    "external": "External service",
    "hidden_coupling": "Hidden coupling",
    "detection_gap": "Gap in detection",
    "runbook_gap": "Gap in a runbook",
    "tooling": "Tooling",
    "coordination": "Coordination",
    "time_pressure": "Time pressure",
    "accepted_risk": "Accepted risk",
    "unknown": "Unknown",
    "triggered": "Triggered it",
    "propagated": "Let it spread",
    "delayed_detection": "Delayed detection",
    "delayed_recovery": "Delayed recovery",
    "prevent": "Prevent",
    "detect": "Detect",
    "contain": "Contain",
    "recover": "Recover",
    "investigate": "Investigate",
    "absent": "Was not there",
    "present_failed": "Was there, did not hold",
    "worked": "Worked",
}


class Input(StrEnum):
    """How a field is written."""

    PARAGRAPH = "paragraph"
    LINE = "line"
    NUMBER = "number"
    CHOICE = "choice"
    DAY = "day"
    SERVICE = "service"
    TEAM = "team"
    METRIC = "metric"
    KNOWN_CAUSE = "known_cause"
    ACTION_ROW = "action_row"
    ADDRESS = "address"


@dataclass(frozen=True)
class Field:
    """One text of a section or row: its name, what it asks, and how it is written."""

    name: str
    label: str
    hint: str = ""
    input: Input = Input.PARAGRAPH
    choices: tuple[str, ...] = ()
    is_in_short: bool = True

    @property
    def limit(self) -> int:
        """The most characters; long texts share the limit of their section."""
        return MOST_CHARACTERS if self.input is Input.PARAGRAPH else LINE


@dataclass(frozen=True)
class Section:
    """One page of a retro."""

    key: SectionKey
    title: str
    fields: tuple[Field, ...]
    rows: tuple[RowKind, ...] = ()
    short: bool = True
    intro: str = ""

    @property
    def number(self) -> int:
        """Its place among the five."""
        return list(SectionKey).index(self.key) + 1

    def fields_in(self, form: RetroForm) -> tuple[Field, ...]:
        """The texts this form asks."""
        return tuple(one for one in self.fields if form is RetroForm.FULL or one.is_in_short)

    def rows_in(self, form: RetroForm) -> tuple[RowKind, ...]:
        """The rows this form asks: the short one knows no safeguards."""
        return tuple(kind for kind in self.rows if form is RetroForm.FULL or kind is not RowKind.SAFEGUARD)


def _number(name: str, label: str, what: str) -> tuple[Field, Field]:
    """A number, and the reason where it is not known."""
    return (
        Field(name, label, "Digits, such as 4,200. An honest estimate is better than none.", Input.NUMBER),
        Field(f"{name}_unknown", f"{what} not known, because", input=Input.LINE),
    )


SECTIONS: Mapping[SectionKey, Section] = {
    section.key: section
    for section in (
        Section(
            SectionKey.SUMMARY,
            "Summary and impact",
            (
                Field("what_happened", "What happened", "Three to six sentences that a newcomer understands."),
                *_number("users", "Users affected", "Users"),
                *_number("requests", "Requests that failed", "Requests"),
                *_number("contacts", "People who contacted us", "Contacts"),
            ),
            intro="What users or tenants felt, and how many of them.",
        ),
        Section(
            SectionKey.TIMELINE,
            "Timeline",
            (
                Field("how_known", "How did we know", "Which alert, person or customer told us first."),
                Field("why_not_sooner", "Why not sooner", "What the signals looked like before anybody was told."),
                Field("helped", "What helped"),
                Field("slowed", "What slowed us"),
            ),
            intro="When things happened, how we learned of them, what helped and what slowed us.",
        ),
        Section(
            SectionKey.FACTORS,
            "Factors and safeguards",
            (
                Field(
                    "conditions",
                    "The conditions around it (optional)",
                    "What everyday work looked like, and what made each step sensible then.",
                ),
            ),
            rows=(RowKind.FACTOR, RowKind.SAFEGUARD),
            intro="Why it could happen. Several things make an incident possible together: no box asks for one cause.",
        ),
        Section(
            SectionKey.LEARNED,
            "Learned",
            (
                Field("went_well", "What went well"),
                Field("lucky", "Where we were lucky"),
                Field("surprised", "What surprised us"),
            ),
            short=False,
            intro="What we know now that we did not know before.",
        ),
        Section(
            SectionKey.ACTIONS,
            "Actions",
            (Field("left", "What we leave, and why", "Ideas that were considered and are not worth their cost."),),
            rows=(RowKind.ACTION,),
            intro="What we change. Publishing opens each of these as an action of its team.",
        ),
    )
}

ROWS: Mapping[RowKind, tuple[Field, ...]] = {
    RowKind.FACTOR: (
        Field("sentence", "Factor", "One sentence on the system, such as: the retry loop had no limit.", Input.LINE),
        Field("kind", "Kind", input=Input.CHOICE, choices=tuple(FactorKind)),
        Field("role", "What it did", input=Input.CHOICE, choices=tuple(FactorRole)),
        Field("boundary_from", "Boundary, from service", input=Input.SERVICE),
        Field("boundary_to", "Boundary, to service", input=Input.SERVICE),
        Field("known_cause", "Known cause", input=Input.KNOWN_CAUSE),
    ),
    RowKind.SAFEGUARD: (
        Field("sentence", "Safeguard", "What stood, or could have stood, in the way.", Input.LINE),
        Field("kind", "Meant to", input=Input.CHOICE, choices=tuple(SafeguardPurpose)),
        Field("outcome", "How it held", input=Input.CHOICE, choices=tuple(SafeguardState)),
        Field("action", "The action that mends it", input=Input.ACTION_ROW),
        Field("accepted_because", "Or accepted, because", input=Input.LINE),
    ),
    RowKind.ACTION: (
        Field("text", "What changes", input=Input.LINE),
        Field("done_when", "Done when", "How somebody else can see that it is done.", Input.LINE),
        Field("kind", "Kind", input=Input.CHOICE, choices=tuple(ActionKind)),
        Field("team", "Team", input=Input.TEAM),
        Field("due_on", "Due", "A day such as 2026-08-31. Empty: the day the severity sets.", Input.DAY),
        Field("metric", "Metric it should move", "Its short name, such as change-failure-rate.", Input.METRIC),
        Field("known_cause", "Known cause it works on", input=Input.KNOWN_CAUSE),
        Field("link", "Link to the work", input=Input.ADDRESS),
    ),
}
ROW_WORDS: Mapping[RowKind, str] = {
    RowKind.FACTOR: "factor",
    RowKind.SAFEGUARD: "safeguard",
    RowKind.ACTION: "action",
}


def sections_of(form: RetroForm) -> list[Section]:
    """The pages of a form in order."""
    return [section for section in SECTIONS.values() if form is RetroForm.FULL or section.short]
