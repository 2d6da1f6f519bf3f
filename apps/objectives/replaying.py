"""A promise, or a policy, replayed over the past as far as counts and kept results reach: what its preview says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core import clock
from apps.core.calendar_words import short_day
from apps.core.periods import Grain, last_complete
from apps.governance.domain.kinds import Section
from apps.objectives.domain.budget_policies import Policy
from apps.objectives.domain.evaluating import Evaluation, evaluate
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.indicator_words import KINDS
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.policy_words import RuleKey
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.sentences import state_text
from apps.objectives.domain.windows import Span
from apps.objectives.drafting_objectives import ObjectiveDraft
from apps.objectives.models import Indicator, Objective
from apps.objectives.queries import agreements, results
from apps.objectives.queries.measuring import Answer, Question, measure

WEEKS = 26
MOST_SHOWN = 6
FIRED_BY = {RuleKey.AT_RISK: BudgetState.AT_RISK, RuleKey.EXHAUSTED: BudgetState.EXHAUSTED}


@dataclass(frozen=True)
class Week:
    """How a promise stood at an instant, under the version in force (None: there is none) and as it is proposed."""

    at: datetime
    before: Evaluation | None
    after: Evaluation | None

    @property
    def differs(self) -> bool:
        """True where people would have read another state."""
        return self.before is not None and _state(self.before) is not _state(self.after)


def _state(one: Evaluation | None) -> BudgetState:
    return one.judged.state if one is not None else BudgetState.NO_DATA


def _is_met(one: Evaluation | None) -> bool:
    return _state(one) in (BudgetState.OK, BudgetState.AT_RISK)


def replay_promise(draft: ObjectiveDraft) -> list[Section]:
    """The promise now and at the end of past weeks, under the version in force and as it is proposed."""
    title = f"What {draft.promise.name} would have read"
    indicator = draft.measure.indicator
    weeks = list(_weeks(draft, indicator)) if indicator is not None else []
    if not any(one.after for one in weeks):
        return [Section(title, ("No counts have come yet, so nothing can be replayed.",))]
    moved = any(one.differs for one in weeks)
    gained = sum(_is_met(one.after) - _is_met(one.before) for one in weeks) if draft.current else 0
    owner = frozenset({draft.owner_team.pk})
    return [
        Section(
            title, tuple(_promise_words(draft, weeks)), affected_team_ids=owner if moved else frozenset(),
            improves_team_ids=owner if gained > 0 else frozenset(),
        )
    ]  # fmt: skip


def _weeks(draft: ObjectiveDraft, indicator: Indicator) -> Iterator[Week]:
    """The present first, then the ends of past weeks, newest first; a constant number of queries."""
    instants = [clock.as_of(), *_week_ends()]
    promises = [agreements.promise_of(draft.current)] if draft.current else []
    promises.append(draft.promise)
    exempt = _exempt(draft.current.objective if draft.current else None)
    asked = [_question(draft, indicator, promise, at, exempt) for at in instants for promise in promises]
    answers = iter(measure(asked))
    for at in instants:
        found = [_evaluation(promise, next(answers), at) for promise in promises]
        yield Week(at, found[0] if len(found) == 2 else None, found[-1])


def _week_ends() -> Iterator[datetime]:
    zone = clock.reporting_zone()
    newest = last_complete(clock.as_of(), Grain.WEEK, zone)
    for number in range(WEEKS):
        yield newest.previous(number).ends_at(zone)


def _exempt(objective: Objective | None) -> tuple[ExemptSpan, ...]:
    if objective is None:
        return ()
    now = clock.as_of()
    span = Span(now - timedelta(weeks=2 * WEEKS), now)
    return tuple(agreements.exempt_spans([objective], span)[objective.pk])


def _question(
    draft: ObjectiveDraft, indicator: Indicator, promise: Promise, at: datetime, exempt: tuple[ExemptSpan, ...]
) -> Question:
    spec = draft.measure.spec
    return Question(
        promise, indicator.pk, spec.slice_seconds, spec.dimension, KINDS[spec.kind].is_cause,
        agreements.readable_from(indicator.versions.all()), exempt, before=at,
    )  # fmt: skip


def _evaluation(promise: Promise, answer: Answer | None, at: datetime) -> Evaluation | None:
    if answer is None:
        return None
    keys = {key: one.measured for key, one in answer.keys.items()}
    newest = answer.framed.newest_end
    return evaluate(promise, answer.framed.frame, answer.total.measured, keys, newest_end=newest, as_of=at)


def _promise_words(draft: ObjectiveDraft, weeks: Sequence[Week]) -> Iterator[str]:
    zone, (now, *past) = clock.reporting_zone(), weeks
    if now.before is not None and draft.current is not None:
        before = state_text(agreements.promise_of(draft.current), now.before, zone)
        yield f"Now, under version {draft.current.number}: {before}."
    if now.after is not None:
        yield f"Now, as proposed: {state_text(draft.promise, now.after, zone)}."
    judged = [one for one in past if _state(one.after).is_judged]
    if not judged:
        yield "No past week can be judged: the counts do not reach that far."
        return
    met = sum(_is_met(one.after) for one in judged)
    yield f"At the ends of {len(judged)} past weeks it would have been met {met} times{_met_before(draft, judged)}."
    flips = [one for one in judged if one.differs]
    shown = ", ".join(_flip(one) for one in flips[:MOST_SHOWN])
    if flips:
        yield f"Read otherwise: {shown}{f' and {len(flips) - MOST_SHOWN} more' if len(flips) > MOST_SHOWN else ''}."
    elif draft.current is not None:
        yield "No past week reads otherwise."


def _met_before(draft: ObjectiveDraft, judged: Sequence[Week]) -> str:
    if draft.current is None:
        return ""
    return f"; under version {draft.current.number}, {sum(_is_met(one.before) for one in judged)} times"


def _flip(one: Week) -> str:
    day = short_day(clock.local_day(one.at - timedelta(microseconds=1)))
    return f"week to {day} {_state(one.after).label} instead of {_state(one.before).label}"


def replay_policy(policy: Policy, objectives: Iterable[Objective]) -> list[Section]:
    """How often its rules would have fired for each objective, by the results that were kept."""
    since = clock.as_of() - timedelta(weeks=WEEKS)
    covered = [one for one in objectives if policy.covers(one.slug)]
    turns = results.count_turns([one.pk for one in covered], since)
    said = [words for one in covered if (words := _fired(policy, one.slug, turns.get(one.pk, {})))]
    none = f"No budget it speaks of turned At risk or Exhausted in {WEEKS} weeks, as far as results were kept."
    return [Section(f"How often {policy.name} would have fired", tuple(said) or (none,))]


def _fired(policy: Policy, slug: str, turns: dict[BudgetState, int]) -> str:
    parts = [
        f"{state.label} {count} times ({rule.asks.sentence.split(':')[0].lower().rstrip('.')})"
        for key, state in FIRED_BY.items()
        if (rule := policy.rule(key)) is not None and (count := turns.get(state, 0))
    ]
    return f"{slug}: {', '.join(parts)} in {WEEKS} weeks." if parts else ""
