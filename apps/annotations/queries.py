"""Reads of chart marks."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from apps.annotations.models import Annotation
from apps.core.timelines import Asked, Line


def list_annotations() -> QuerySet[Annotation]:
    """All marks with their places, newest start first; those taken back are included."""
    return Annotation.objects.select_related("team", "service").order_by("-starts_at", "pk")


def list_marks(
    start: datetime, end: datetime, *, team_ids: Iterable[int] = (), service_ids: Iterable[int] = ()
) -> QuerySet[Annotation]:
    """Standing marks that touch `[start, end)`: organisation-wide ones and those of the teams and services named."""
    everywhere = Q(team=None, service=None)
    here = everywhere | Q(team_id__in=list(team_ids)) | Q(service_id__in=list(service_ids))
    rows = Annotation.objects.annotate(last_at=Coalesce(F("ends_at"), F("starts_at")))
    touching = rows.filter(here, retracted_at=None, starts_at__lt=end, last_at__gte=start)
    return touching.select_related("team", "service").order_by("starts_at", "pk")


def lock_annotation(pk: int) -> Annotation:
    """The mark, locked until the transaction ends."""
    return Annotation.objects.select_for_update(of=("self",)).select_related("team", "service").get(pk=pk)


def lines_of_marks(asked: Asked) -> Iterator[Line]:
    """Standing marks of some services and their team as lines of a timeline, the newest ones where they are many."""
    teams = () if asked.team_id is None else (asked.team_id,)
    marks = list_marks(asked.start, asked.end, team_ids=teams, service_ids=asked.service_ids)
    for mark in marks.order_by("-starts_at", "pk")[: asked.most]:
        yield Line(
            "annotations", "Annotations", mark.service_id, str(mark.public_id), mark.starts_at, mark.text, mark.ends_at
        )
