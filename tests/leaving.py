"""A definition that nothing depends on, and its way out: deprecated on a Wednesday, retired once its notice is over."""

from datetime import UTC, date, datetime
from typing import Any

from apps.accounts.models import User
from apps.core import clock
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Category
from apps.governance.models import Proposal
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE
from apps.metrics.models import MetricDefinition
from apps.teams.models import Team
from tests.agreeing import agree, starter_item

LEAVING = "hotfix-share"
WEDNESDAY = datetime(2026, 7, 8, 12, tzinfo=UTC)
SUNSET = date(2026, 8, 5)
# The Monday after the last day, on which a period begins.
GONE = date(2026, 8, 10)
AFTER = datetime(2026, 8, 6, 12, tzinfo=UTC)
REASON = "Nobody has decided anything by it for two quarters, and another metric says more."


def define(owner: Team, author: User, slug: str = LEAVING, **changes: Any) -> MetricDefinition:
    """A definition of that slug with the spec of the failure rate, in force from the beginning."""
    pair = {**CHANGE_FAILURE_RATE.contract, "pair": "deployment-frequency"}
    parts = {"slug": slug, "name": "Share of hotfixes", "contract": pair} | changes
    agree(starter_item(CHANGE_FAILURE_RATE, owner, **parts), author=author, from_beginning=True)
    return MetricDefinition.objects.get(slug=slug)


def deprecation(slug: str = LEAVING, *, successor: str | None = None, sunset_on: date | str = SUNSET) -> Item:
    """A deprecation as an item."""
    return Item("metric_definition", Op.DEPRECATE, slug, {"successor": successor, "sunset_on": str(sunset_on)})


def retirement(slug: str = LEAVING) -> Item:
    """A retirement as an item."""
    return Item("metric_definition", Op.RETIRE, slug, {})


def deprecate(author: User, slug: str = LEAVING, **content: Any) -> MetricDefinition:
    """Deprecate a definition along the whole path."""
    agree(deprecation(slug, **content), author=author, reason=REASON, category=Category.CLEAN_UP)
    return MetricDefinition.objects.get(slug=slug)


def retire(author: User, slug: str = LEAVING, at: datetime = AFTER) -> Proposal:
    """Retire a definition along the whole path; it leaves on the Monday after."""
    with clock.playing(at):
        return agree(retirement(slug), author=author, reason=REASON, category=Category.CLEAN_UP)
