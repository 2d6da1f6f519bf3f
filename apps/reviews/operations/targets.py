"""Writes of target reviews: generating, opening, editing drafts, signing; the third signature closes."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.periods import Grain, Period, parse_period
from apps.core.problems import Conflict, FieldProblem, Invalid, Outdated
from apps.governance import operations as governance
from apps.governance.domain.acts import Given
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.metrics import queries as metrics
from apps.metrics.domain.targets import content_of, key_of
from apps.metrics.operations import TARGET
from apps.reviews import drafting, policies, queries
from apps.reviews.domain import content as contents
from apps.reviews.domain import ornaments
from apps.reviews.domain.content import Choice
from apps.reviews.domain.seats import Seat, SeatRole, open_roles
from apps.reviews.domain.states import PROBLEM_SENTENCES, TRANSITIONS, Act, ReviewState, act_problem
from apps.reviews.models import AgendaItem, ReviewSignature, TargetReview
from apps.reviews.reading import read_review
from apps.scorecards import queries as scorecards
from apps.scorecards.domain.content import canonical_text, sha256_of
from apps.teams.models import Team


@transaction.atomic
def generate_review(*, team: Team, quarter: Period, by: Principal) -> TargetReview:
    """Make the review of a quarter from its frozen card; until it is opened, asking again reads late facts."""
    policies.require_can_generate(by)
    team = scorecards.lock_team(team.pk)
    standing = queries.find_review(team, quarter.key)
    if standing is not None:
        standing = queries.lock_review(standing.pk)  # somebody may be opening it
        if act_problem(ReviewState(standing.state), Act.REFRESH):
            return standing
    card = scorecards.find_card(team, quarter)
    if quarter.grain is not Grain.QUARTER or card is None:
        raise Conflict("state_forbids", f"The card of {quarter.key} is not frozen yet; the review is made from it.")
    review = standing or TargetReview(team=team, quarter=quarter.key, card=card, generated_at=clock.now())
    if _read_again(review, quarter) or standing is None:
        review.save()
        audit.record("review.generated", subject=review, by=by, data=_facts(review))
    return review


def _read_again(review: TargetReview, quarter: Period) -> bool:
    """Read the content from what is stored now; answers whether it differs."""
    content = read_review(review.card, quarter)
    before, after = review.content_sha256, sha256_of(content)
    review.content, review.content_sha256 = content, after
    return before != after


def _facts(review: TargetReview) -> dict[str, Any]:
    return {"team": review.team_id, "quarter": review.quarter, "content_sha256": review.content_sha256}


@transaction.atomic
def open_review(*, review: TargetReview, by: Principal) -> TargetReview:
    """Begin the discussion: late facts are read a last time, then the content changes only by people."""
    policies.require_can_open(by, review, queries.get_seats(review.team))
    review = queries.lock_review(review.pk)
    _require_state(review, Act.OPEN)
    _read_again(review, parse_period(review.quarter))
    review.state, review.opened_at, review.opened_by_id = TRANSITIONS[Act.OPEN].to, clock.now(), by.user_id
    review.save()
    governance.open_quarter(team=review.team, quarter=review.quarter)
    audit.record("review.opened", subject=review, by=by, data=_facts(review))
    return review


def _require_state(review: TargetReview, act: Act) -> None:
    problem = act_problem(ReviewState(review.state), act)
    if problem:
        raise Conflict(problem, PROBLEM_SENTENCES[problem])


def _require_content(review: TargetReview, content_sha256: str) -> None:
    if review.content_sha256 != content_sha256:
        raise Outdated("review_changed", "Somebody edited this review meanwhile. Read the newest content first.")


@transaction.atomic
def edit_draft(
    *, review: TargetReview, definition: str, choice: Choice, value: Decimal | None = None, reason: str = "",
    heroic_reason: str = "", content_sha256: str, by: Principal,
) -> TargetReview:  # fmt: skip
    """Accept, edit or drop one drafted target; `value` is in stored units. Any edit voids the signatures."""
    policies.require_can_edit(by, review, queries.get_seats(review.team))
    review = queries.lock_review(review.pk)
    _require_state(review, Act.EDIT)
    _require_content(review, content_sha256)
    row = contents.find_row(review.content, definition)
    if row is None:
        raise Invalid("validation_failed", "Nothing is drafted for this definition.", [
            FieldProblem("/definition", "unknown_value", "Choose a definition of section F that has a draft."),
        ])  # fmt: skip
    new = drafting.answer(row, choice, value=value, reason=reason.strip(), heroic_reason=heroic_reason.strip())
    review.content = contents.replace_row(review.content, new)
    review.content_sha256 = sha256_of(review.content)
    review.save(update_fields=["content", "content_sha256"])
    data = {**_facts(review), "definition": definition, "choice": str(choice)}
    audit.record("review.edited", subject=review, by=by, data=data)
    return review


@transaction.atomic
def sign_review(*, review: TargetReview, role: SeatRole, content_sha256: str, by: Principal) -> TargetReview:
    """Agree to the present content for one of the three roles; the third signature closes the review."""
    policies.require_person_who_reads(by, review)
    review = queries.lock_review(review.pk)
    _require_state(review, Act.SIGN)
    seat, signed = _seat(review, role), queries.list_signed(review)
    policies.require_can_sign(by, review, seat, signed)
    _require_content(review, content_sha256)
    _require_answers(review)
    signature = ReviewSignature(
        review=review, role=role, content_sha256=content_sha256, signed_at=clock.now(), signed_by_id=by.user_id or 0
    )
    with writing(ReviewSignature):
        signature.save()
    audit.record("review.signed", subject=review, by=by, data={**_facts(review), "role": str(role)})
    if not open_roles(queries.list_signed(review)):
        _close(review, by)
    return review


def _seat(review: TargetReview, role: SeatRole) -> Seat:
    return next(seat for seat in queries.get_seats(review.team) if seat.role == role)


def _require_answers(review: TargetReview) -> None:
    items = contents.open_items(review.content)
    if items:
        raise Conflict("items_open", "Some drafted targets have no answer yet.", items)


def _close(review: TargetReview, by: Principal) -> None:
    """Targets, snapshot and audit in one transaction; `review` is locked."""
    quarter = drafting.judged_quarter()
    items = _target_items(review, quarter)
    _write_agenda(review, [item.content["definition"] for item in items])
    _file_targets(review, items, by)
    snapshot = contents.snapshot_of(
        review.content, _signature_texts(review), content_sha256=review.content_sha256, targets_quarter=quarter
    )
    review.snapshot_text, review.snapshot_sha256 = canonical_text(snapshot), sha256_of(snapshot)
    review.state, review.closed_at, review.closed_by_id = TRANSITIONS[Act.CLOSE].to, clock.now(), by.user_id
    review.save()
    governance.close_quarter(team=review.team, quarter=review.quarter)
    audit.record("review.closed", subject=review, by=by, data={
        **_facts(review), "snapshot_sha256": review.snapshot_sha256, "targets_quarter": quarter,
    })  # fmt: skip


def _signature_texts(review: TargetReview) -> list[dict[str, str]]:
    """Who signed for which role and when, as the snapshot keeps it."""
    return [
        {"role": ROLE_WORDS[row.role], "who": row.signed_by.full_name, "at": row.signed_at.isoformat()}
        for row in queries.list_signatures(review)
    ]


def _target_items(review: TargetReview, quarter: str) -> tuple[Item, ...]:
    """All targets that differ from what is agreed."""
    rows = contents.agreed_rows(review.content)
    return tuple(item for row in rows if (item := _target_item(review, row, quarter)) is not None)


def _write_agenda(review: TargetReview, changed: Collection[str]) -> None:
    """What stood on the agenda and what was decided about it, so that metrics that decide nothing are found."""
    answers = {row["definition"]: row for row in review.content["next"]}
    ids = queries.definition_ids(row["definition"] for row in review.content["rows"] if row["definition"])
    with writing(AgendaItem):
        AgendaItem.objects.bulk_create([
            AgendaItem(
                review=review, definition_id=pk, answer=answers.get(slug, {}).get("answer", ""),
                is_cited=slug in answers and ornaments.is_cited(answers[slug], differs=slug in changed),
            )
            for slug, pk in sorted(ids.items())
        ])  # fmt: skip


def _file_targets(review: TargetReview, items: tuple[Item, ...], by: Principal) -> None:
    """One proposal with all of them; the review's signatures are its signatures."""
    if not items:
        return
    reason = f"Agreed in the target review of {review.quarter}, where actual and target stood side by side."
    signatures = [
        Given(role=row.role, person=row.signed_by_id, at=row.signed_at) for row in queries.list_signatures(review)
    ]
    governance.file_agreed(asked=Asked(items, reason, Category.IMPROVEMENT), signatures=signatures, by=by)


def _target_item(review: TargetReview, row: Any, quarter: str) -> Item | None:
    """A target as agreed, or None where exactly this is agreed already."""
    standing = metrics.list_targets([review.team_id], quarter).get((review.team_id, row["definition"]))
    if standing and (standing.comparison, standing.value) == (row["comparison"], Decimal(row["value"])):
        return None
    content = content_of(
        team=review.team.slug, definition=metrics.get_named(row["definition"]).slug, quarter=quarter,
        comparison=row["comparison"], value=row["value"], baseline=drafting.baseline_of(row),
        reason=row["reason"] or f"Agreed in the target review of {review.quarter}.",
        heroic_reason=row["heroic_reason"], review=review.quarter,
    )  # fmt: skip
    return Item(TARGET, Op.CHANGE if standing else Op.CREATE, key_of(content), content)
