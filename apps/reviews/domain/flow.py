"""What flow says of a service: which movements are signals, and how much each asks for a decision. Pure."""

from collections.abc import Mapping

from apps.measurements.domain.wording import Code
from apps.reviews.domain.prompts import Movement
from apps.reviews.domain.weekly import Press, Rule

LEAD_TIME, FREQUENCY = "change-lead-time", "deployment-frequency"
RULES: Mapping[str, Rule] = {FREQUENCY: Rule.DEPLOYMENT_FREQUENCY, LEAD_TIME: Rule.LEAD_TIME}
LEAD_TIME_MOVEMENTS = {Code.IMPROVED: Movement.LEAD_TIME_IMPROVED, Code.WORSENED: Movement.LEAD_TIME_WORSE}
SIGNALS = frozenset({Code.IMPROVED, Code.WORSENED, Code.CHANGED})
JUDGED = SIGNALS | {Code.NO_SIGNAL}


def press_of(code: Code) -> Press:
    """How much a signal asks for a decision."""
    return Press.WORSENED if code is Code.WORSENED else Press.REST


def movement_of(slug: str, codes: Mapping[str, Code]) -> Movement | None:
    """The movement of one definition of a service, beside what its other definition says; None asks nothing."""
    code = codes.get(slug)
    if slug == LEAD_TIME:
        return LEAD_TIME_MOVEMENTS.get(code) if code else None
    if code is Code.IMPROVED and codes.get(LEAD_TIME) is not Code.IMPROVED:
        return Movement.FREQUENCY_ROSE_ALONE
    return Movement.FREQUENCY_FELL if code is Code.WORSENED else None
