"""The four questions, before signers and on the page of governance, from what was stored; they stop nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.urls import reverse

from apps.core import clock
from apps.governance import queries
from apps.governance.checking import Case
from apps.governance.domain import questions
from apps.governance.domain.kinds import Op
from apps.governance.domain.origins import Origin
from apps.governance.domain.questions import Question
from apps.governance.domain.states import ProposalState
from apps.governance.domain.upstairs import upstairs
from apps.governance.models import ProposalItem
from apps.governance.queries import Previewed

DEFINITION, EXEMPTION = "metric_definition", "exemption"
NOTHING = Previewed([], [])
Roles = Sequence[tuple[int, int, datetime, datetime | None]]


def list_questions(case: Case, others: Sequence[ProposalItem]) -> list[str]:
    """What signers are asked; of a decided proposal the one question whose answer cannot change any more."""
    found = [goalpost_question(case)]
    if ProposalState(case.proposal.state).is_open:
        today = clock.today()
        for item in (item for item in case.items if item.is_meaning and item.op == Op.CHANGE):
            past = [o for o in others if (o.kind, o.key) == (item.kind, item.key) and _counts(o, today)]
            found.append(_named(case, item, questions.shifting(len(past) + 1)))
        found += [too_many_question(case, lambda: queries.count_active(DEFINITION)), *_creeps(case)]
    return [text for text in found if text]


def _counts(item: ProposalItem, today: date) -> bool:
    """A change of meaning that came into force in this or the previous quarter."""
    held = item.proposal.effective_from
    is_change = item.is_meaning and item.op == Op.CHANGE and item.proposal.state == ProposalState.ACTIVATED
    return is_change and held is not None and held >= questions.previous_quarter_start(today)


def _named(case: Case, item: ProposalItem, text: str) -> str:
    """With several items the question says which one it is about."""
    return f"{item.name}: {text}" if text and len(case.items) > 1 else text


def too_many_question(case: Case, count_active: Callable[[], int]) -> str:
    """Asked once for each kind that gains an object; definitions are what grows."""
    created = [item for item in case.items if item.kind == DEFINITION and item.op == Op.CREATE]
    if not created or case.proposal.origin == Origin.PRODUCT:
        return ""
    return questions.too_many(count_active() + len(created) - 1)


def _creeps(case: Case) -> list[str]:
    """Where the definitions it changes, or leaves facts out of, leave out much already."""
    slugs = {item.key for item in case.items if item.kind == DEFINITION and item.op == Op.CHANGE}
    for item in case.asked.items if any(item.kind == EXEMPTION for item in case.items) else ():
        named = item.content.get("definitions") if item.kind == EXEMPTION else None
        slugs |= {slug for slug in named or () if isinstance(slug, str)}
    return [f"{one.about}: {one.text}" for one in upstairs.list_creeps(slugs)] if slugs else []


def goalpost_question(case: Case) -> str:
    """Whether an author's team gains by it shortly before its quarterly review, read for one proposal."""
    if not _may_move_a_goalpost(case):
        return ""
    seen = queries.previewed([case.revision.pk]).get(case.revision.pk, NOTHING)
    return _goalpost(case, seen, queries.list_roles_held(case.authors, _gaining(seen))) if seen.improves else ""


def _may_move_a_goalpost(case: Case) -> bool:
    """Whether it came so shortly before the end of a quarter; a filed one was agreed on in the review itself."""
    day = _asked_on(case)
    near = (questions.quarter_end(day) - day).days <= questions.GOALPOST_DAYS
    return near and case.proposal.origin in (Origin.PERSON, Origin.TOKEN)


def _asked_on(case: Case) -> date:
    """The day it was submitted; of a draft today."""
    submitted_at = case.proposal.submitted_at
    return clock.local_day(submitted_at) if submitted_at else clock.today()


def _gaining(seen: Previewed) -> list[int]:
    return [row["team_id"] for row in seen.improves]


def _goalpost(case: Case, seen: Previewed, held: Roles) -> str:
    at, day = case.proposal.submitted_at or clock.now(), _asked_on(case)
    own = {team for person, team, since, until in held if person in case.authors and _holds(at, since, until)}
    for row in seen.improves:
        gain = abs(float(row["shift"])) if row["shift"] is not None else None
        text = questions.goalpost(
            submitted_on=day, review_on=questions.quarter_end(day), team=row["name"], gain=gain, turns_met=gain is None
        )
        if text and row["team_id"] in own:
            return text
    return ""


def _holds(at: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= at and (until is None or at < until)


def open_questions(
    cases: Iterable[Case], recent: Iterable[Case], seen: Mapping[int, Previewed], standing: Iterable[Question]
) -> list[Question]:
    """Questions about open proposals, then those that stand whoever proposes."""
    submitted = [case for case in cases if case.proposal.state != ProposalState.DRAFT]
    found = [*_goalposts(submitted, seen), *_shifts(submitted, recent), *_crowds(submitted)]
    return [*found, *standing]


def cases_to_preview(cases: Iterable[Case]) -> list[Case]:
    """Cases whose preview decides a question."""
    return [case for case in cases if case.proposal.state != ProposalState.DRAFT and _may_move_a_goalpost(case)]


def _goalposts(cases: Collection[Case], seen: Mapping[int, Previewed]) -> list[Question]:
    near = [case for case in cases_to_preview(cases) if seen.get(case.revision.pk, NOTHING).improves]
    if not near:
        return []
    people = {person for case in near for person in case.authors}
    held = queries.list_roles_held(people, {pk for case in near for pk in _gaining(seen[case.revision.pk])})
    return [_about(case, text) for case in near if (text := _goalpost(case, seen[case.revision.pk], held))]


def _shifts(cases: Iterable[Case], recent: Iterable[Case]) -> list[Question]:
    """Once an object, about its newest open proposal."""
    held = _changes_by_object(recent)
    found: dict[tuple[str, str], Question] = {}
    for case in cases:
        for item in (item for item in case.items if item.op == Op.CHANGE and item.is_meaning):
            text = questions.shifting(held.get((item.kind, item.key), 0) + 1)
            if text:
                found[item.kind, item.key] = _about(case, text, item.name)
    return list(found.values())


def _crowds(cases: Iterable[Case]) -> list[Question]:
    """How many are in force is counted once, and only where one more is asked for."""
    counted: list[int] = []

    def count() -> int:
        counted[:] = counted or [queries.count_active(DEFINITION)]
        return counted[0]

    return [_about(case, text) for case in cases if (text := too_many_question(case, count))]


def _about(case: Case, text: str, name: str = "") -> Question:
    names = name or ", ".join(dict.fromkeys(item.name for item in case.items if item.name))
    about = f"{case.proposal}, {names}" if names else str(case.proposal)
    return Question(about, text, reverse("governance:proposal", args=[case.proposal.number]))


def _changes_by_object(recent: Iterable[Case]) -> dict[tuple[str, str], int]:
    """How often each object changed its meaning in this and the previous quarter."""
    since = questions.previous_quarter_start(clock.today())
    counts: dict[tuple[str, str], int] = {}
    for case in recent:
        day = case.proposal.effective_from
        for item in case.items if day is not None and day >= since else ():
            if item.op == Op.CHANGE and item.is_meaning:
                counts[item.kind, item.key] = counts.get((item.kind, item.key), 0) + 1
    return counts
