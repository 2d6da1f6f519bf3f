"""What a release of a service should know: the strictest of what its objectives' open triggers say."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.core import clock
from apps.core.problems import Absent
from apps.objectives.domain.budget_triggers import strictest
from apps.objectives.domain.policy_words import Advice
from apps.objectives.models import PolicyTrigger
from apps.objectives.queries.agreements import standing_objectives
from apps.objectives.queries.fired_rules import Fired, list_fired
from apps.services.models import Service

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
    objectives = standing_objectives(clock.today()).filter(indicator__service=service)
    return advise_on(service, list_fired(PolicyTrigger.objects.filter(objective__in=objectives, closed_at=None)))


def advise_on(service: Service, fired: Sequence[Fired]) -> ReleaseAdvice:
    """The advice that follows from the open triggers of a service's objectives."""
    today = clock.today()
    ordered = sorted(fired, key=lambda one: (-one.advice(today).rank, one.from_at))
    advice = strictest(one.advice(today) for one in fired)
    asks = ordered[0].rule.asks.sentence if ordered else ""
    return ReleaseAdvice(service.slug, advice, WORDS[advice].format(service=service.name, asks=asks), tuple(ordered))
