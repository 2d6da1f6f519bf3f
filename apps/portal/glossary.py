"""The glossary of the portal, gathered from the domains of the apps."""

from apps.delivery.domain import WORDS as DELIVERY
from apps.measurements.domain.glossary import WORDS as MEASUREMENTS
from apps.metrics.domain.glossary import WORDS as METRICS
from apps.objectives.domain.questions import WORDS as OBJECTIVES
from apps.portal.domain import WORDS as PORTAL
from apps.services.domain import WORDS as SERVICES
from apps.teams.domain import WORDS as TEAMS


def list_words() -> list[dict[str, str]]:
    """Every word with its meaning, by name."""
    together = {**TEAMS, **SERVICES, **DELIVERY, **METRICS, **MEASUREMENTS, **OBJECTIVES, **PORTAL}
    return [{"word": word, "meaning": together[word]} for word in sorted(together, key=str.casefold)]
