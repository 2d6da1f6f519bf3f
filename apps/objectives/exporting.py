"""Objectives in force as files for other tools: an OpenSLO list, and rules for Prometheus."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings

from apps.core import clock
from apps.core.problems import Absent, Conflict
from apps.objectives.domain.evaluating import frame_of, tiers_for
from apps.objectives.domain.indicator_words import KINDS
from apps.objectives.domain.openslo_writing import Exported, NotExportable, write_openslo
from apps.objectives.domain.prometheus_rules import NoRules, write_rules
from apps.objectives.domain.samples import EPOCH
from apps.objectives.queries import agreements, standing
from apps.objectives.queries.agreements import Agreed


def agreed_on(slug: str) -> Agreed:
    """An objective as it is agreed on today; raises `Absent` for one that is not in force."""
    found = agreements.list_agreed([standing.get_objective(slug).pk], clock.today())
    if not found:
        raise Absent("not_found", "Nothing is here for you.")
    return found[0]


def openslo_of(agreed: Sequence[Agreed]) -> str:
    """Objectives with their indicators as OpenSLO v1; raises `Conflict` naming what the standard cannot say."""
    found = [
        Exported(one.objective.slug, one.indicator.slug, one.indicator.service.slug, one.spec, one.promise)
        for one in agreed
    ]
    try:
        return write_openslo(found, zone_name=clock.reporting_zone().key)
    except NotExportable as refusal:
        raise Conflict("not_exportable", str(refusal)) from refusal


def rules_of(agreed: Agreed) -> str:
    """Rules for Prometheus of an objective whose indicator is pulled; raises `Conflict` saying why there are none."""
    promise, seconds = agreed.promise, agreed.spec.slice_seconds
    frame = frame_of(promise, _newest_slice(clock.as_of(), seconds), seconds, clock.reporting_zone())
    tiers = tiers_for(promise, frame, is_cause=KINDS[agreed.spec.kind].is_cause)
    url = f"{settings.PORTAL_URL}/objectives/{agreed.objective.slug}/"
    try:
        return write_rules(agreed.objective.slug, agreed.spec, promise, tiers, url=url)
    except NoRules as refusal:
        raise Conflict("no_rules", str(refusal)) from refusal


def _newest_slice(at: datetime, seconds: int) -> datetime:
    """The start of the newest whole slice: a calendar window has the length of its period."""
    length = timedelta(seconds=seconds)
    return EPOCH.astimezone(UTC) + ((at - EPOCH) // length - 1) * length
