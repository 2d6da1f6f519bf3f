"""Reads of target reviews, their signatures and seats."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.domain import OrganisationRole, Principal, TeamRole
from apps.accounts.models import RoleGrant
from apps.core import clock
from apps.core.problems import Absent
from apps.metrics.models import MetricDefinition
from apps.reviews.domain.seats import Holders, Seat, Signed, seats_of
from apps.reviews.domain.weekly import ReviewKind
from apps.reviews.models import ReviewDue, ReviewSignature, TargetReview
from apps.reviews.ornaments import Seen, list_seen
from apps.scorecards.models import Scorecard
from apps.teams.models import Membership, Team


def list_reviews(principal: Principal) -> QuerySet[TargetReview]:
    """Reviews the principal may read, newest quarter first, then by team name."""
    reviews = TargetReview.objects.visible_to(principal).select_related("team", "card")
    return _with_signatures(reviews).order_by("-quarter", "team__name", "pk")


def _with_signatures(reviews: QuerySet[TargetReview]) -> QuerySet[TargetReview]:
    signatures = ReviewSignature.objects.select_related("signed_by").order_by("pk")
    return reviews.prefetch_related(Prefetch("signatures", signatures))


def get_review(pk: int, *, by: Principal) -> TargetReview:
    """A review by its primary key; raises `Absent`."""
    review = list_reviews(by).filter(pk=pk).first()
    if review is None:
        raise Absent("not_found", "Nothing is here for you.")
    return review


def find_review(team: Team, quarter: str) -> TargetReview | None:
    """The team's review of a quarter; None while there is none."""
    return TargetReview.objects.select_related("team", "card").filter(team=team, quarter=quarter).first()


def lock_review(pk: int) -> TargetReview:
    """The review, locked until the transaction ends: states and signatures follow each other."""
    return TargetReview.objects.select_related("team", "card").select_for_update(of=("self",)).get(pk=pk)


def list_still_open(team: Team, quarter: str) -> list[str]:
    """Quarters before this one whose review is not closed: their targets hold on."""
    reviews = TargetReview.objects.standing().filter(team=team, quarter__lt=quarter)
    return list(reviews.order_by("quarter").values_list("quarter", flat=True))


def list_signed(review: TargetReview) -> list[Signed]:
    """Signatures that count: those of the present content."""
    rows = ReviewSignature.objects.filter(review=review, content_sha256=review.content_sha256)
    return [Signed(role, user_id) for role, user_id in rows.order_by("pk").values_list("role", "signed_by_id")]


def list_signatures(review: TargetReview) -> list[ReviewSignature]:
    """Rows of signatures of the present content, in order, with their people."""
    standing = [row for row in review.signatures.all() if row.content_sha256 == review.content_sha256]
    return sorted(standing, key=lambda row: row.pk)


def get_seats(team: Team, at: datetime | None = None) -> list[Seat]:
    """The three seats of a team's review with the people who may sign at an instant; two queries."""
    at = at or clock.now()
    group_id = team.group_id if team.group_id is not None else 0
    rows = Membership.objects.standing(at).filter(Q(team=team) | Q(group_id=group_id), user__is_active=True)
    placed: list[tuple[str, int | None, int]] = list(rows.values_list("role", "team__id", "user_id"))
    grants = RoleGrant.objects.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at, user__is_active=True)
    granted = list(grants.values_list("role", "user_id"))
    return seats_of(Holders(
        team=_people_by_role((role, user) for role, team_id, user in placed if team_id is not None),
        group=_people_by_role((role, user) for role, team_id, user in placed if team_id is None),
        leadership=[user for role, user in granted if role == OrganisationRole.LEADERSHIP],
        stewards=[user for role, user in granted if role == OrganisationRole.STEWARD],
    ))  # fmt: skip


def _people_by_role(pairs: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {role: set() for role in TeamRole}
    for role, user in pairs:
        found[role].add(user)
    return found


def shown_content(review: TargetReview) -> Mapping[str, Any]:
    """What the review shows: its snapshot once it is closed, else its present content."""
    shown: Mapping[str, Any] = snapshot(review)["content"] if review.snapshot_text else review.content
    return shown


def snapshot(review: TargetReview) -> dict[str, Any]:
    """The stored snapshot of a closed review; raises `Absent` while it is open."""
    if not review.snapshot_text:
        raise Absent("not_found", "This review is not closed yet; its snapshot is written at closing.")
    found: dict[str, Any] = json.loads(review.snapshot_text)
    return found


def list_cards_without_duty() -> list[tuple[int, str]]:
    """(team, quarter) of frozen quarterly cards for which no review was asked yet, oldest first."""
    asked = set(ReviewDue.objects.filter(kind=ReviewKind.QUARTERLY.value).values_list("team_id", "period"))
    cards = Scorecard.objects.filter(grain="quarter").order_by("end_on", "team_id")
    return [pair for pair in cards.values_list("team_id", "period").distinct() if pair not in asked]


def get_seen(slug: str) -> Seen:
    """A definition with its use in two quarters; raises `Absent`."""
    found = list_seen([slug])
    if not found:
        raise Absent("not_found", "Nothing is here for you.")
    return found[0]


def definition_ids(slugs: Iterable[str]) -> dict[str, int]:
    """Primary keys of some definitions by short name."""
    return dict(MetricDefinition.objects.filter(slug__in=list(slugs)).values_list("slug", "pk"))
