"""Everything the product ships to begin with, by matter: each is adopted as a whole, when its facts arrive. Pure."""

from dataclasses import dataclass

from apps.metrics.domain.starter import STARTER, StarterVersion
from apps.metrics.domain.starter_follow_up import FOLLOW_UP_STARTER
from apps.metrics.domain.starter_incidents import INCIDENT_STARTER, WITH_INCIDENTS
from apps.metrics.domain.starter_learning import LEARNING_STARTER
from apps.metrics.domain.starter_oncall import ONCALL_STARTER


@dataclass(frozen=True)
class Catalogue:
    """Starter definitions of one matter, with the sentence that introduces them."""

    key: str
    label: str
    intro: str
    versions: tuple[StarterVersion, ...]


DELIVERY = Catalogue("delivery", "Delivery", "Five definitions that delivery facts carry.", STARTER)
ON_CALL = Catalogue(
    "on-call", "On-call and support", "What being on call and giving support cost, from pages and tickets.",
    ONCALL_STARTER,
)  # fmt: skip
INCIDENTS = Catalogue(
    "incidents", "Incidents", "What hurt users, how soon it was noticed, and how long it took until it was over.",
    INCIDENT_STARTER,
)  # fmt: skip
FOLLOW_UP = Catalogue(
    "follow-up", "Actions", "Whether promises are kept by their first day, verified, and fix what they should.",
    FOLLOW_UP_STARTER,
)  # fmt: skip
LEARNING = Catalogue(
    "learning", "Learning", "Whether retros are written in time, and whether known causes return.", LEARNING_STARTER,
)  # fmt: skip
CATALOGUES = (DELIVERY, INCIDENTS, LEARNING, FOLLOW_UP, ON_CALL)
EVERY_STARTER = tuple(version for catalogue in CATALOGUES for version in catalogue.versions)
# Versions that are shipped to be proposed once their facts arrive, by the slug of their definition.
NEXT_VERSIONS = {version.slug: version for version in WITH_INCIDENTS}
