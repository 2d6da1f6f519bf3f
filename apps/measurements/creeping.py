"""Rules that leave much out: where more than a tenth of a team's facts of the last closed quarter is not counted."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from apps.core import clock
from apps.core.periods import Grain, Period, period_on
from apps.governance.domain import questions
from apps.governance.domain.questions import Question
from apps.measurements.domain.subjects import WHOLE, SubjectKind
from apps.measurements.models import MetricValue
from apps.metrics import queries as metrics
from apps.metrics.models import DefinitionVersion
from apps.teams.models import Team


def list_creeps(slugs: Collection[str] | None = None) -> list[Question]:
    """The question for each definition and team, of some definitions or (None) of all, from stored values; one query.

    A tenth is of all facts that the definition speaks of: counted, left out, and without a partner.
    """
    quarter = period_on(clock.today(), Grain.QUARTER).previous(1)
    rows = _left_out_in(quarter)
    if slugs is not None:
        rows = rows.filter(version__definition__slug__in=list(slugs))
    return [_question(row, quarter) for row in rows.order_by("governing_name", "team_name")]


def _left_out_in(quarter: Period) -> QuerySet[Any]:
    """Teams' cells of a quarter, each under the version that governs it, of whose facts much is left out."""
    in_force = Q(governs_from=None) | Q(governs_from__lte=quarter.deciding_on)
    versions = DefinitionVersion.objects.filter(in_force, definition=OuterRef("version__definition")).order_by(
        "-number"
    )
    teams = Team.objects.filter(pk=OuterRef("subject_id"))
    found: QuerySet[Any] = MetricValue.objects.filter(
        subject_kind=SubjectKind.TEAM.value, subject_id__in=Team.objects.values("pk"), part=WHOLE,
        grain=quarter.grain.value, end_on=quarter.end_on, left_out__gt=0,
        version__number=Subquery(versions.values("meaning_number")[:1]),
    )  # fmt: skip
    rows: QuerySet[Any] = found.select_related("version__definition").annotate(
        total=F("n") + F("left_out") + F("unattributed"),
        governing_name=Subquery(versions.values("name")[:1]),
        team_name=Subquery(teams.values("name")[:1]),
        team_slug=Subquery(teams.values("slug")[:1]),
    )  # fmt: skip
    return rows.filter(total__lt=F("left_out") * int(1 / questions.MOST_LEFT_OUT))


def _question(row: Any, quarter: Period) -> Question:
    slug, facts = row.version.definition.slug, metrics.spec_of(row.version).of[0].facts
    text = questions.exclusion_creep(
        team=row.team_name, facts=facts.replace("_", " "), left_out=row.left_out, total=row.total
    )
    url = reverse("portal:metric-evidence", args=[slug, f"team:{row.team_slug}", quarter.key])
    return Question(f"{row.governing_name}, {quarter.key}", text, url)
