"""What stands between a draft and its publication, each as a sentence with its place: the only validation. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from apps.core.joining import joined
from apps.incidents.domain.action_drafts import ActionDraft, DueRule, draft_problems
from apps.incidents.domain.action_words import ActionKind
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.retro_drafts import Draft, DraftRow, read_count
from apps.incidents.domain.retro_words import (
    FactorKind,
    FactorRole,
    RetroForm,
    RowKind,
    SafeguardPurpose,
    SafeguardState,
    SectionKey,
)


class Check(StrEnum):
    """What can be missing."""

    SUMMARY_EMPTY = "summary_empty"
    IMPACT_UNSTATED = "impact_unstated"
    MILESTONE_MISSING = "milestone_missing"
    NO_TRIGGER = "no_trigger"
    SAFEGUARD_UNANSWERED = "safeguard_unanswered"
    ACTION_INCOMPLETE = "action_incomplete"
    NO_MONITORED_ACTION = "no_monitored_action"
    FACILITATOR_MISSING = "facilitator_missing"


@dataclass(frozen=True)
class Finding:
    """One unmet check: what to do, and where. `section` is empty for what stands on the task list itself."""

    code: Check
    sentence: str
    section: str
    anchor: str


@dataclass(frozen=True)
class Around:
    """What a draft is held against: its incident, the policy's level, and the teams that are there."""

    # The milestones whose time is known or declared unknowable.
    settled_milestones: Collection[str] = frozenset()
    living_teams: Collection[str] = frozenset()
    needs_monitored_action: bool = False
    needs_other_facilitator: bool = False
    has_other_facilitator: bool = False
    # The policy gives every action a due day, unless the incident has no severity.
    has_default_due_day: bool = True
    # Rows of actions that are open already, by key: a published retro keeps them.
    opened: Collection[str] = frozenset()
    known_causes: Collection[str] = frozenset()
    # By team: its present day and the latest due day that the severity allows it.
    due_rules: Mapping[str, DueRule] = field(default_factory=dict)


IMPACTS: Mapping[str, str] = {
    "users": "how many users were affected",
    "requests": "how many requests failed",
    "contacts": "how many people contacted us",
}
NEEDED_MILESTONES: Mapping[str, str] = {
    MilestoneKind.IMPACT_STARTED.value: "impact started",
    MilestoneKind.DETECTED.value: "detected",
    MilestoneKind.MITIGATED.value: "mitigated",
    MilestoneKind.RESOLVED.value: "resolved",
}
LOST = frozenset({SafeguardState.ABSENT.value, SafeguardState.PRESENT_FAILED.value})


def anchor_of(row: DraftRow, name: str = "") -> str:
    """The id of a row on its page, or of one of its fields."""
    return f"row-{row.key}-{name}" if name else f"row-{row.key}"


def check(draft: Draft, around: Around) -> list[Finding]:
    """Every unmet check in the order of the pages; empty: it can be published."""
    return [
        *_summary(draft),
        *_milestones(around),
        *_trigger(draft),
        *(_safeguards(draft) if draft.form is RetroForm.FULL else ()),
        *_actions(draft, around),
        *_monitored(draft, around),
        *_facilitator(around),
    ]


def _summary(draft: Draft) -> Iterator[Finding]:
    if not draft.text(SectionKey.SUMMARY, "what_happened"):
        words = "Say what happened, in a few sentences that a newcomer understands."
        yield Finding(Check.SUMMARY_EMPTY, words, SectionKey.SUMMARY, "id_what_happened")
    for name, what in IMPACTS.items():
        has_number = read_count(draft.text(SectionKey.SUMMARY, name)) is not None
        if not has_number and not draft.text(SectionKey.SUMMARY, f"{name}_unknown"):
            words = f"Say {what}, as a number, or why it is not known."
            yield Finding(Check.IMPACT_UNSTATED, words, SectionKey.SUMMARY, f"id_{name}")


def _milestones(around: Around) -> Iterator[Finding]:
    for kind, what in NEEDED_MILESTONES.items():
        if kind not in around.settled_milestones:
            words = f"Enter when it was {what}, or state that this cannot be known."
            if kind == MilestoneKind.IMPACT_STARTED.value:
                words = "Enter when the impact started, or state that this cannot be known."
            yield Finding(Check.MILESTONE_MISSING, words, SectionKey.TIMELINE, f"milestone-{kind}")


def _trigger(draft: Draft) -> Iterator[Finding]:
    if not any(_is_trigger(row) for row in draft.rows_of(RowKind.FACTOR)):
        words = "Name at least one factor that triggered it, with its kind and a sentence."
        yield Finding(Check.NO_TRIGGER, words, SectionKey.FACTORS, "factors")


def _is_trigger(row: DraftRow) -> bool:
    has_kind = row.values.get("kind") in set(FactorKind)
    return has_kind and row.values.get("role") == FactorRole.TRIGGERED and bool(_said(row, "sentence"))


def _safeguards(draft: Draft) -> Iterator[Finding]:
    actions = {row.key for row in draft.rows_of(RowKind.ACTION)}
    for number, row in enumerate(draft.rows_of(RowKind.SAFEGUARD), 1):
        name = f"Safeguard {number}"
        has_kind, state = row.values.get("kind") in set(SafeguardPurpose), row.values.get("outcome", "")
        if not has_kind or state not in set(SafeguardState):
            words = f"{name}: say what it is meant to do and how it held."
            yield Finding(Check.SAFEGUARD_UNANSWERED, words, SectionKey.FACTORS, anchor_of(row, "kind"))
        elif state in LOST and _said(row, "action") not in actions and not _said(row, "accepted_because"):
            words = f"{name} did not hold: name the action that mends it, or why this is accepted."
            yield Finding(Check.SAFEGUARD_UNANSWERED, words, SectionKey.FACTORS, anchor_of(row, "action"))


def _actions(draft: Draft, around: Around) -> Iterator[Finding]:
    for number, row in enumerate(draft.rows_of(RowKind.ACTION), 1):
        lacks = [] if row.key in around.opened else list(_lacks(row, around))
        if lacks:
            words = f"Action {number} lacks {joined([what for _, what in lacks])}."
            yield Finding(Check.ACTION_INCOMPLETE, words, SectionKey.ACTIONS, anchor_of(row, lacks[0][0]))
        elif row.key not in around.opened:
            yield from _refusals(number, row, around)


def _refusals(number: int, row: DraftRow, around: Around) -> Iterator[Finding]:
    """What opening the action would refuse, said before."""
    cause = _said(row, "known_cause")
    if cause and cause not in around.known_causes:
        words = f"Action {number}: there is no known cause of that number."
        yield Finding(Check.ACTION_INCOMPLETE, words, SectionKey.ACTIONS, anchor_of(row, "known_cause"))
    rule = around.due_rules.get(_said(row, "team"))
    for problem in draft_problems(as_action(row), rule) if rule else ():
        name = FIELD_NAMES.get(problem.pointer, problem.pointer.strip("/"))
        words = f"Action {number}: {problem.detail}"
        yield Finding(Check.ACTION_INCOMPLETE, words, SectionKey.ACTIONS, anchor_of(row, name))


FIELD_NAMES = {"/metric_slug": "metric"}


def as_action(row: DraftRow) -> ActionDraft:
    """A complete row as the action it becomes."""
    return ActionDraft(
        text=_said(row, "text"), kind=ActionKind(_said(row, "kind")), done_when=_said(row, "done_when"),
        due_on=read_day(_said(row, "due_on")), metric_slug=_said(row, "metric"), external_url=_said(row, "link"),
    )  # fmt: skip


def _lacks(row: DraftRow, around: Around) -> Iterator[tuple[str, str]]:
    if not _said(row, "text"):
        yield "text", "what changes"
    if not _said(row, "done_when"):
        yield "done_when", "how somebody sees that it is done"
    if row.values.get("kind") not in set(ActionKind):
        yield "kind", "its kind"
    if _said(row, "team") not in around.living_teams:
        yield "team", "a team that exists today"
    if read_day(_said(row, "due_on")) is None and not (around.has_default_due_day and not _said(row, "due_on")):
        yield "due_on", "a due day such as 2026-08-31"


def _monitored(draft: Draft, around: Around) -> Iterator[Finding]:
    rows = draft.rows_of(RowKind.ACTION)
    if around.needs_monitored_action and not any(_said(row, "metric") or _said(row, "known_cause") for row in rows):
        words = "At this severity one action names the metric it should move, or the known cause it works on."
        anchor = anchor_of(rows[0], "metric") if rows else "actions"
        yield Finding(Check.NO_MONITORED_ACTION, words, SectionKey.ACTIONS, anchor)


def _facilitator(around: Around) -> Iterator[Finding]:
    if around.needs_other_facilitator and not around.has_other_facilitator:
        words = "At this severity somebody from another team facilitates. Name them."
        yield Finding(Check.FACILITATOR_MISSING, words, "", "id_facilitator")


def _said(row: DraftRow, name: str) -> str:
    return row.values.get(name, "").strip()


def read_day(text: str) -> date | None:
    """A day as it is typed, such as `2026-08-31`; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
