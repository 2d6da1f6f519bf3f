"""Many teams at no cost: copies of one team with its service, facts, newest values, card, review and the rest."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

from django.db import models

from apps.accounts.models import User
from apps.annotations.models import Annotation
from apps.core.fact_sources import sources
from apps.integrations.models import ImportRun
from apps.measurements.models import MetricValue
from apps.metrics.models import Target
from apps.reviews.models import Decision, Review, TargetReview
from apps.scorecards.models import CellNote, Scorecard
from apps.services.models import FactConnection, Ownership, Service
from apps.teams.models import ApiToken, Membership, Team

BATCH = 500
# Lists and overviews show a team's newest values; only the team that is looked at needs its past.
SHOWN_SINCE = date(2026, 8, 10)
Change = Callable[[Any, int], dict[str, Any]]


def grow(model: Team, service: Service, *, to: int) -> None:
    """Add copies of a team and its service until there are so many teams."""
    count = to - Team.objects.count()
    names = [f"{number:03d}" for number in range(to - count, to)]
    teams = [Team(**_like(model, slug=f"team-{n}", name=f"Team {n}")) for n in names]
    owned = [Service(**_like(service, slug=f"service-{n}", name=f"Service {n}")) for n in names]
    people = [User(email=f"person-{n}@example.org", full_name=f"Person {n}", password="") for n in names]
    for made in (teams, owned, people):
        type(made[0])._base_manager.bulk_create(made)
    _copy_of_service(service, owned, teams)
    _copy_of_team(model, teams, people)


def _like(row: models.Model, **changed: Any) -> dict[str, Any]:
    """The row's values without its key, some of them changed."""
    kept = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    return {**kept, **changed}


def _copies(rows: Iterable[Any], count: int, change: Change) -> list[Any]:
    """Stored copies of rows, `count` of each, changed by the number of the copy."""
    found = list(rows)
    made = [type(row)(**_like(row, **change(row, n))) for row in found for n in range(count)]
    if made:
        type(made[0])._base_manager.bulk_create(made, batch_size=BATCH)
    return made


def _copy_of_service(service: Service, owned: list[Service], teams: list[Team]) -> None:
    count = len(owned)
    _copies(Ownership.objects.filter(service=service), count, lambda _, n: {
        "service_id": owned[n].pk, "team_id": teams[n].pk,
    })  # fmt: skip
    for rows in (FactConnection.objects, *(source.model._base_manager for source in sources)):
        _copies(rows.filter(service=service), count, lambda _, n: {"service_id": owned[n].pk})
    _copies(_newest_values("service", service.pk), count, lambda _, n: {"subject_id": owned[n].pk})


def _newest_values(kind: str, pk: int) -> models.QuerySet[MetricValue]:
    return MetricValue.objects.filter(subject_kind=kind, subject_id=pk, end_on__gte=SHOWN_SINCE)


def _copy_of_team(team: Team, teams: list[Team], people: list[User]) -> None:
    count = len(teams)
    own = {"team_id": team.pk}
    _copies(_newest_values("team", team.pk), count, lambda _, n: {"subject_id": teams[n].pk})
    _copies(Membership.objects.filter(**own)[:1], count, lambda _, n: {
        "team_id": teams[n].pk, "user_id": people[n].pk,
    })  # fmt: skip
    for rows in (Target.objects.filter(**own), ImportRun.objects.filter(**own)):
        _copies(rows, count, lambda _, n: {"team_id": teams[n].pk})
    _copies(ApiToken.objects.filter(**own)[:1], count, lambda _, n: {
        "team_id": teams[n].pk, "digest": f"copy-{teams[n].pk}",
    })  # fmt: skip
    _copies(Annotation.objects.filter(**own), count, lambda _, n: {
        "team_id": teams[n].pk, "public_id": f"00000000-0000-4000-8000-{teams[n].pk:012d}",
    })  # fmt: skip
    _copy_of_cards(team, teams)


def _copy_of_cards(team: Team, teams: list[Team]) -> None:
    """Cards with cells and notes, and the reviews made from them."""
    card = Scorecard.objects.get(team=team)
    cards = _copies([card], len(teams), lambda _, n: {"team_id": teams[n].pk, "team_name": teams[n].name})
    for cell in card.cells.all():
        cells = _copies([cell], len(teams), lambda _, n: {"card_id": cards[n].pk})
        keys = [copy.pk for copy in cells]
        _copies(CellNote.objects.filter(cell=cell), len(teams), partial(_note_on, keys))
    _copies(TargetReview.objects.filter(team=team), len(teams), lambda _, n: {
        "team_id": teams[n].pk, "card_id": cards[n].pk,
    })  # fmt: skip
    _copy_of_meetings(team, teams)


def _copy_of_meetings(team: Team, teams: list[Team]) -> None:
    """Weekly reviews with what was decided in them."""
    reviews = _copies(Review.objects.filter(team=team), len(teams), lambda _, n: {"team_id": teams[n].pk})
    for decision in Decision.objects.filter(team=team).select_related("item"):
        items = _copies([decision.item], len(teams), lambda _, n: {"review_id": reviews[n].pk})
        change = partial(_decided_about, items, teams)
        _copies([decision], len(teams), change)


def _decided_about(items: list[Any], teams: list[Team], _: Any, n: int) -> dict[str, Any]:
    return {"item_id": items[n].pk, "team_id": teams[n].pk}


def _note_on(cells: list[int], _: Any, n: int) -> dict[str, Any]:
    return {"cell_id": cells[n]}
