"""Put promises to their counts: one judgement for each objective, from a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.core import clock
from apps.objectives.domain.budgets import Budget, budget_of
from apps.objectives.domain.evaluating import Evaluation, evaluate
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.objective_words import BudgetState, StateReason
from apps.objectives.domain.promises import Promise
from apps.objectives.domain.reading import MAIN, Read
from apps.objectives.domain.result_documents import Document, result_document
from apps.objectives.domain.samples import KEPT
from apps.objectives.domain.states import Judged
from apps.objectives.domain.windows import DAY, Span
from apps.objectives.models import ObjectiveVersion
from apps.objectives.operations.keeping_days import keep_days
from apps.objectives.queries import agreements
from apps.objectives.queries.agreements import Agreed
from apps.objectives.queries.measuring import Answer, frame, question_of, read

NOT_CONNECTED = Judged(BudgetState.NO_DATA, StateReason.NOT_CONNECTED)
Exempt = Mapping[int, Sequence[ExemptSpan]]
# An objective and one of its versions.
Place = tuple[int, int]


@dataclass(frozen=True)
class Judgement:
    """One promise put to the counts at an instant; without an answer nothing has ever come."""

    agreed: Agreed
    promise: Promise
    as_of: datetime
    exempt: Sequence[ExemptSpan]
    answer: Answer | None = None
    evaluation: Evaluation | None = None

    @property
    def judged(self) -> Judged:
        """The state and why it holds."""
        return NOT_CONNECTED if self.evaluation is None else self.evaluation.judged

    @property
    def state(self) -> BudgetState:
        """Where it stands."""
        return self.judged.state

    @property
    def is_met(self) -> bool | None:
        """Whether the promise is kept; None where that is not judged."""
        return self.state is not BudgetState.EXHAUSTED if self.state.is_judged else None

    @property
    def exempted(self) -> list[ExemptSpan]:
        """Exemptions that take something out of the window."""
        if self.evaluation is None:
            return []
        span = self.evaluation.frame.span
        return [one for one in self.exempt if one.span.meets(span)]

    def raw_budget(self, of: Read) -> Budget:
        """The budget before exemptions."""
        to_come = self.evaluation.frame.to_come if self.evaluation else 0
        raw = of.units[MAIN].raw
        return budget_of(self.promise.target, raw, self.promise.method, self.promise.window.kind, to_come)

    def document(self, *, was: BudgetState | None = None) -> Document | None:
        """The whole result; None where nothing has ever come."""
        if self.evaluation is None or self.answer is None:
            return None
        return result_document(
            self.promise, self.evaluation, self.raw_budget(self.answer.total), clock.reporting_zone(),
            newest_end=self.answer.framed.newest_end, exempt=self.exempted, was=was,
        )  # fmt: skip


def exemptions_around(agreed: Iterable[Agreed], at: datetime) -> Exempt:
    """What is left out of these objectives as far back as slices reach; one query."""
    return agreements.exempt_spans([one.objective for one in agreed], Span(at - KEPT, at + DAY))


def measure_now(
    agreed: Mapping[int, Agreed], versions: Mapping[Place, ObjectiveVersion], exempt: Exempt,
    changed: Mapping[int, date | None], *, before: datetime | None = None, on_days: bool = False,
) -> dict[Place, Answer]:  # fmt: skip
    """What each version measures, after its days were brought up to date; those without any slice are absent.

    `changed` names, by objective, the earliest day whose counts changed.
    """
    places = list(versions)
    questions = [
        question_of(
            agreed[objective], exempt=exempt[objective], promise=agreements.promise_of(versions[objective, version]),
            version_id=version, before=before, on_days=on_days,
        )
        for objective, version in places
    ]  # fmt: skip
    framed = {place: one for place, one in zip(places, frame(questions), strict=True) if one is not None}
    keep_days(list(framed.values()), {version: changed.get(objective) for objective, version in framed})
    return dict(zip(framed, read(list(framed.values())), strict=True))


def judge(
    agreed: Agreed, promise: Promise, answer: Answer | None, exempt: Sequence[ExemptSpan], as_of: datetime,
    open_keys: frozenset[str] = frozenset(),
) -> Judgement:  # fmt: skip
    """The judgement of one promise; `open_keys` are those with an open burn alert, the empty key is the sum."""
    if answer is None:
        return Judgement(agreed, promise, as_of, exempt)
    evaluation = evaluate(
        promise, answer.framed.frame, answer.total.measured,
        {key: one.measured for key, one in answer.keys.items()},
        newest_end=answer.framed.newest_end, as_of=as_of, open_keys=open_keys,
    )  # fmt: skip
    return Judgement(agreed, promise, as_of, exempt, answer, evaluation)


def stale_at(one: Judgement) -> datetime | None:
    """When it will be stale if nothing more comes; None where it is, or nothing ever came."""
    if one.answer is None:
        return None
    return one.answer.framed.newest_end + one.promise.stale_after + timedelta(microseconds=1)
