"""Exemptions from budgets: what they take out or give back is judged anew, and figures with and without one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.core import clock
from apps.governance.models import Exemption
from apps.objectives.domain.counts import Tally
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.objective_words import ExemptionCategory
from apps.objectives.domain.sentences import state_text
from apps.objectives.domain.windows import Span
from apps.objectives.models import Objective
from apps.objectives.operations.evaluation_asking import ask_objectives
from apps.objectives.operations.judging import Judgement, exemptions_around, judge
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.exempting import agreed_of
from apps.objectives.queries.measuring import measure, question_of


def judge_again(objectives: Collection[str], since: datetime) -> None:
    """Make objectives due from the day on whose slices leave their budgets, or come back."""
    found = Objective.objects.filter(slug__in=list(objectives), retired_on=None).values_list("pk", flat=True)
    ask_objectives(dict.fromkeys(found, clock.local_day(min(since, clock.as_of()))), clock.now())


@dataclass(frozen=True)
class Corrected:
    """One objective judged now with an exemption and without it."""

    agreed: Agreed
    without_it: Judgement
    with_it: Judgement

    @property
    def left_out(self) -> Tally:
        """The units that it takes out of the window."""
        return _kept(self.without_it) - _kept(self.with_it)

    @property
    def changes_state(self) -> bool:
        """True where people would read another state."""
        return self.without_it.state is not self.with_it.state


def _kept(one: Judgement) -> Tally:
    return one.answer.total.main.kept if one.answer is not None else Tally()


def judgement_text(one: Judgement) -> str:
    """A state in a phrase, as pages say it."""
    if one.evaluation is None:
        return "No data: not connected"
    return state_text(one.promise, one.evaluation, clock.reporting_zone())


def compare(slugs: Sequence[str], span: ExemptSpan, *, at: datetime) -> list[Corrected]:
    """Each objective with and without one exemption, beside all others that stand; nothing is stored."""
    agreed = agreed_of(slugs)
    exempt = exemptions_around(agreed, at)
    found = []
    others = [[one for one in exempt[each.objective.pk] if one.number != span.number] for each in agreed]
    questions = [
        question_of(each, exempt=spans)
        for each, without in zip(agreed, others, strict=True)
        for spans in (without, [*without, span])
    ]
    answers = measure(questions)
    for index, (each, without) in enumerate(zip(agreed, others, strict=True)):
        plain, corrected = answers[2 * index], answers[2 * index + 1]
        found.append(
            Corrected(
                each, judge(each, each.promise, plain, without, at),
                judge(each, each.promise, corrected, [*without, span], at),
            )
        )  # fmt: skip
    return found


def compare_stored(row: Exemption) -> list[Corrected]:
    """The same for an exemption that was agreed on; nothing once it was withdrawn."""
    bounds = row.validity.bounds
    if bounds is None:
        return []
    span = ExemptSpan(row.number, Span(*bounds), ExemptionCategory(row.category), frozenset(row.keys))
    return compare(row.objectives, span, at=clock.as_of())
