"""What a release of a service should know: the strictest of what its objectives' open triggers say."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.core import clock
from apps.core.problems import Absent
from apps.objectives.domain.budget_triggers import strictest
from apps.objectives.domain.policy_words import Advice
from apps.objectives.queries.fired_rules import Fired
from apps.objectives.queries.team_budgets import TeamBudget, list_budgets
from apps.services.models import Service

MOST_NAMED = 5
# Silence is no leave: what no budget says is said.
NO_PROMISE = "No SLO of {service} is in force: no budget speaks for or against a release."
NOT_JUDGED = "No budget stands against a release of {service}, but not every budget is judged now: {names}."

WORDS = {
    Advice.OPEN: "Nothing stands against a release of {service}.",
    Advice.CAREFUL: "Release {service} with care: {asks}",
    Advice.UNDECIDED: "A budget of {service} waits for a decision: ask its team before a release.",
    Advice.FROZEN: "Hold releases of {service}: {asks}",
}


@dataclass(frozen=True)
class ReleaseAdvice:
    """The advice, its sentence, and the triggers behind it, the strictest first."""

    service: str
    advice: Advice
    sentence: str
    fired: tuple[Fired, ...]


def advice_for(slug: str) -> ReleaseAdvice:
    """The advice for a service; raises `Absent`. Nothing is blocked by it. Two queries."""
    service = Service.objects.filter(slug=slug).first()
    if service is None:
        raise Absent("not_found", "Nothing is here for you.")
    return advise_on(service, list_budgets({"indicator__service": service.pk}, clock.today()))


def advise_on(service: Service, budgets: Sequence[TeamBudget]) -> ReleaseAdvice:
    """The advice that follows from the open triggers of a service's objectives, and which of them are not judged."""
    today = clock.today()
    fired = [one for budget in budgets for one in budget.fired]
    ordered = sorted(fired, key=lambda one: (-one.advice(today).rank, one.from_at))
    advice = strictest(one.advice(today) for one in fired)
    asks = ordered[0].asks_words if ordered else ""
    unjudged = [one.promise.name for one in budgets if not one.is_judged]
    words = _open_words(len(budgets), unjudged) if advice is Advice.OPEN else WORDS[advice]
    said = words.format(service=service.name, asks=asks, names=_named(unjudged))
    return ReleaseAdvice(service.slug, advice, said, tuple(ordered))


def _open_words(promised: int, unjudged: Sequence[str]) -> str:
    if not promised:
        return NO_PROMISE
    return NOT_JUDGED if unjudged else WORDS[Advice.OPEN]


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
