"""What an action says before it is opened, and whether it can be. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.core.problems import FieldProblem
from apps.incidents.domain.action_dates import date_problem
from apps.incidents.domain.action_words import ActionKind

LONGEST_TEXT = 500
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SUBJECT = re.compile(r"(?:team|service|group):[a-z0-9]+(?:-[a-z0-9]+)*|organisation:all")


@dataclass(frozen=True)
class ActionDraft:
    """What somebody commits to. Without a `due_on` the days of the incident's severity say it.

    `metric_subject` is written as in `team:checkout`; without one the owner team is meant.
    """

    text: str
    kind: ActionKind
    done_when: str = ""
    due_on: date | None = None
    assignee_id: int | None = None
    metric_slug: str = ""
    metric_subject: str = ""
    external_url: str = ""


@dataclass(frozen=True)
class DueRule:
    """The day that a severity sets, the level it comes from, and the team's present day."""

    today: date
    latest: date | None = None
    level: int | None = None
    days: int | None = None


def draft_problems(draft: ActionDraft, rule: DueRule, *, is_team_alive: bool = True) -> list[FieldProblem]:
    """Everything that is missing or wrong, each at its place."""
    return [FieldProblem(f"/{place}", code, words) for place, code, words in _problems(draft, rule, is_team_alive)]


def _problems(draft: ActionDraft, rule: DueRule, is_team_alive: bool) -> Iterator[tuple[str, str, str]]:
    if not draft.text.strip():
        yield "text", "required", "Say what changes."
    if not draft.done_when.strip():
        yield "done_when", "required", "Say how somebody else sees that it is done."
    if not is_team_alive:
        yield "team", "state_forbids", "This team is closed. Name one that is not."
    yield from _due_problems(draft, rule)
    yield from metric_problems(draft.metric_slug, draft.metric_subject)


def _due_problems(draft: ActionDraft, rule: DueRule) -> Iterator[tuple[str, str, str]]:
    day = draft.due_on or rule.latest
    if day is None:
        yield "due_on", "required", "Enter a due day: no severity sets one."
    elif draft.due_on is None:
        return
    elif problem := date_problem(draft.due_on, rule.today):
        yield "due_on", "out_of_range", problem
    elif rule.latest is not None and draft.due_on > rule.latest:
        words = (
            f"Severity {rule.level} asks for it within {rule.days} days: enter a day until "
            f"{rule.latest:%-d %B %Y}. A later one is set afterwards, with a reason."
        )
        yield "due_on", "out_of_range", words


def metric_problems(slug: str, subject: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a metric to move and the subject it is read for."""
    if slug and not SLUG.fullmatch(slug):
        yield "metric_slug", "unknown_value", "Write the short name of a definition, as in change-failure-rate."
    if subject and not slug:
        yield "metric_subject", "out_of_range", "Name the definition too, or leave the subject out."
    if subject and not SUBJECT.fullmatch(subject):
        yield "metric_subject", "unknown_value", "Write the subject as in team:checkout or service:checkout-api."


@dataclass(frozen=True)
class EvidenceDraft:
    """What shows that an action is done: an address, a deployment, or a note of where to look."""

    kind: str
    url: str = ""
    service_id: int | None = None
    fact_key: str = ""
    note: str = ""

    def as_fields(self) -> Mapping[str, Any]:
        """The columns of its row."""
        return {
            "kind": self.kind, "url": self.url, "service_id": self.service_id, "fact_key": self.fact_key,
            "note": self.note,
        }  # fmt: skip


def evidence_problems(draft: EvidenceDraft, *, is_known: bool) -> list[FieldProblem]:
    """A deployment names service and key of one that was reported, anything else an address or a note."""
    is_deployment = draft.kind == "deployment"
    if is_deployment and not (draft.service_id and draft.fact_key):
        words = "Name the service and the key of the deployment."
        return [FieldProblem("/evidence/fact_key", "required", words)]
    if is_deployment and not is_known:
        words = "No deployment of this service was reported under this key."
        return [FieldProblem("/evidence/fact_key", "unknown_value", words)]
    if not is_deployment and not (draft.url or draft.note.strip()):
        return [FieldProblem("/evidence/url", "required", "Give an address, or say in a note where it is seen.")]
    return []
