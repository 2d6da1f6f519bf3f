"""Reads which definitions are often looked at and decide nothing, and which wait for a yearly look; one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.governance.domain.questions import Question
from apps.governance.domain.upstairs import Standing
from apps.metrics.models import MetricDefinition
from apps.metrics.queries import list_staying, say_due_looks
from apps.reviews import policies
from apps.reviews.domain.ornaments import Use, is_ornament, quarters_looked_at, say_ornament, weeks_from
from apps.reviews.models import AgendaItem, DefinitionOpening, KeptDefinition


@dataclass(frozen=True)
class Seen:
    """A definition with its use in two quarters; `is_asked` where somebody should say whether it stays."""

    definition: MetricDefinition
    name: str
    use: Use
    is_kept: bool

    @property
    def is_asked(self) -> bool:
        """Nobody kept it for the time being, and it decides nothing."""
        return not self.is_kept and is_ornament(self.use)


def list_standing(by: Principal) -> Standing:
    """The question about each ornament with the answers this person may give, and the yearly looks; one query."""
    rows = _with_use(list_staying())
    seen = sorted((_seen(row) for row in rows), key=lambda one: (one.name, one.definition.slug))
    return Standing([_question(one, by) for one in seen if one.is_asked], say_due_looks(rows, by))


def _question(seen: Seen, by: Principal) -> Question:
    slug = seen.definition.slug
    answers = (("Retire it, take it off the card, or keep it", reverse("reviews:ornament", args=[slug])),)
    may = policies.can_answer_ornament(by, seen.definition)
    return Question(seen.name, say_ornament(seen.use), reverse("portal:metric", args=[slug]), answers if may else ())


def list_seen(slugs: Iterable[str]) -> list[Seen]:
    """Some definitions that stay, by name, with their use in this and the previous quarter; one query."""
    rows = _with_use(list_staying().filter(slug__in=list(slugs)))
    return [_seen(row) for row in rows.order_by("name", "slug")]


def _seen(row: Any) -> Seen:
    return Seen(row, row.name or row.slug, Use(row.agendas, row.cited, row.weeks), bool(row.kept))


def _with_use(rows: QuerySet[Any]) -> QuerySet[Any]:
    today = clock.today()
    first = quarters_looked_at(today)
    items = AgendaItem.objects.filter(
        definition=OuterRef("pk"), review__closed_at__gte=first.starts_at(clock.reporting_zone())
    )
    opened = DefinitionOpening.objects.filter(definition=OuterRef("pk"), week__in=weeks_from(first.first_on, today))
    kept = KeptDefinition.objects.filter(definition=OuterRef("pk"), asks_again_on__gt=today)
    found: QuerySet[Any] = rows.annotate(
        agendas=_number(items), cited=_number(items.filter(is_cited=True)), weeks=_number(opened),
        kept=_number(kept),
    )  # fmt: skip
    return found


def _number(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are, as a part of another query."""
    counted = rows.order_by().values("definition").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0, output_field=IntegerField())


def present_seen(seen: Seen) -> dict[str, Any]:
    """The question with its counts, and where the two answers are given that are proposals."""
    slug, use = seen.definition.slug, seen.use
    return {
        "question": say_ornament(use) if seen.is_asked else "",
        "is_kept": seen.is_kept,
        "counts": [
            ("Agendas of closed reviews", f"{use.agendas}"),
            ("Decisions that cite it", f"{use.cited}"),
            ("Weeks in which it was opened", f"{use.weeks}"),
        ],
        "retire_url": reverse("metrics:definition-deprecate", args=[slug]),
        "card_url": reverse("scorecards:template-list"),
    }
