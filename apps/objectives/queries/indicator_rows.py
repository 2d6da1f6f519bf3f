"""Reads of indicators and slices for lists over REST."""

from django.db.models import Prefetch, QuerySet

from apps.core.problems import Absent
from apps.objectives.models import Indicator, IndicatorVersion, Objective, Sample


def list_indicators() -> QuerySet[Indicator]:
    """All indicators by short name, with their versions and the duty of reading each."""
    versions = Prefetch("versions", IndicatorVersion.objects.order_by("number"))
    rows = Indicator.objects.select_related("service", "flow", "owner_team", "read")
    return rows.prefetch_related(versions).order_by("slug")


def list_versions(indicator: Indicator) -> QuerySet[IndicatorVersion]:
    """The versions of an indicator, newest first."""
    return IndicatorVersion.objects.filter(indicator=indicator).order_by("-number")


def list_samples(slug: str) -> QuerySet[Sample]:
    """Slices of all keys of an objective's indicator; raises `Absent`."""
    indicator_id = Objective.objects.filter(slug=slug).values_list("indicator_id", flat=True).first()
    if indicator_id is None:
        raise Absent("not_found", "Nothing is here for you.")
    rows = Sample.objects.filter(series__indicator=indicator_id)
    return rows.select_related("series", "first_batch", "last_batch")
