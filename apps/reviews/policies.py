"""Who may open, edit and sign target reviews: people only."""

from collections.abc import Sequence

from apps.accounts.domain import ROLE_WORDS, OrganisationRole, Principal, TeamRole
from apps.accounts.domain.responsibilities import AGREEMENTS, RESPONSIBILITIES, SIGNS
from apps.core.problems import Absent, Conflict, Forbidden
from apps.metrics.models import MetricDefinition
from apps.reviews.domain.seats import Seat, Signed, SignProblem, sign_problem
from apps.reviews.models import Decision, Review, TargetReview

# Who leads a weekly meeting; who takes part in it stands in the matrix: every role with a letter for its cadence.
LEADERS = (TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER)
PARTICIPANTS = tuple(role for role in TeamRole if role.value in AGREEMENTS["review-cadence"].letters)
LEAD_WORDS = "The team's tech lead or engineering manager opens and closes its weekly review."
ANSWER_WORDS = "Whoever works in the team answers: its members, tech lead, engineering and product managers."


def can_generate(by: Principal) -> bool:
    """The scheduled task, or a metrics steward."""
    return by.kind == "system" or (by.is_person and by.holds(OrganisationRole.STEWARD))


def require_can_generate(by: Principal) -> None:
    """Raise `Forbidden` naming the role that may."""
    if not can_generate(by):
        raise Forbidden("role_missing", "Reviews are generated on their day; a metrics steward may do it by hand.")


def can_take_part(by: Principal, seats: Sequence[Seat]) -> bool:
    """Whoever fills one of the three seats opens and edits the review."""
    return by.is_person and any(by.user_id in seat.people for seat in seats)


def can_edit(by: Principal, review: TargetReview, seats: Sequence[Seat]) -> bool:
    """Whoever fills a seat, and the team's product manager."""
    return can_take_part(by, seats) or (by.is_person and by.holds_in(review.team_id, TeamRole.PRODUCT_MANAGER))


def can_lead(by: Principal, review: Review) -> bool:
    """The tech lead or the engineering manager opens and closes the weekly review of a team."""
    return by.is_person and by.holds_in(review.team_id, *LEADERS)


def can_answer(by: Principal, review: Review | Decision) -> bool:
    """Whoever works in the team answers what stands on its agenda, and says how its decisions turned out."""
    return by.is_person and by.holds_in(review.team_id, *PARTICIPANTS)


def require_can_lead(by: Principal, review: Review) -> None:
    """Raise unless the person leads the team's weekly review."""
    require_person_who_reads(by, review)
    if not can_lead(by, review):
        raise Forbidden("role_missing", LEAD_WORDS)


def require_can_answer(by: Principal, review: Review) -> None:
    """Raise unless the person works in the team."""
    require_person_who_reads(by, review)
    if not can_answer(by, review):
        raise Forbidden("role_missing", ANSWER_WORDS)


def require_can_follow_up(by: Principal, decision: Decision) -> None:
    """Raise unless the person works in the team that decided."""
    require_person_who_reads(by, decision)
    if not can_answer(by, decision):
        raise Forbidden("role_missing", ANSWER_WORDS)


def require_person_who_reads(by: Principal, review: TargetReview | Review | Decision) -> None:
    """Raise `Absent` for outsiders and `Forbidden` for tools."""
    if not by.sees_team(review.team_id):
        raise Absent("not_found", "Nothing is here for you.")
    if not by.is_person:
        raise Forbidden("needs_a_person", "A person does this in the portal; a tool cannot.")


def require_can_open(by: Principal, review: TargetReview, seats: Sequence[Seat]) -> None:
    """Raise unless the person fills a seat."""
    require_person_who_reads(by, review)
    if not can_take_part(by, seats):
        raise Forbidden("role_missing", "The tech lead, engineering manager or the group's leader opens it.")


def require_can_edit(by: Principal, review: TargetReview, seats: Sequence[Seat]) -> None:
    """Raise unless the person fills a seat or is the team's product manager."""
    require_person_who_reads(by, review)
    if not can_edit(by, review, seats):
        words = "The tech lead, engineering manager, product manager or the group's leader edits these targets."
        raise Forbidden("role_missing", words)


def require_seat(by: Principal, review: TargetReview, seats: Sequence[Seat]) -> None:
    """Raise unless the person fills one of the seats that sign."""
    require_person_who_reads(by, review)
    if not can_take_part(by, seats):
        words = "The tech lead, engineering manager and leadership sign here; a metrics steward where nobody does."
        raise Forbidden("role_missing", words)


def signable_seats(by: Principal, seats: Sequence[Seat], signed: Sequence[Signed]) -> list[Seat]:
    """Seats for which this person may sign now."""
    if not by.is_person or by.user_id is None:
        return []
    return [seat for seat in seats if sign_problem(seat, by.user_id, signed) is None]


def require_can_sign(by: Principal, review: TargetReview, seat: Seat, signed: Sequence[Signed]) -> None:
    """Raise unless the person fills the seat and nobody, nor they for another role, has signed."""
    require_person_who_reads(by, review)
    problem = sign_problem(seat, by.user_id or 0, signed)
    role = ROLE_WORDS[seat.role]
    if problem is SignProblem.ROLE_MISSING:
        raise Forbidden("role_missing", f"The {role} signs here; when nobody holds the role, a metrics steward.")
    if problem is SignProblem.ALREADY_SIGNED:
        sentence = f"This content is signed by you or for the {role} already: three roles, three people."
        raise Conflict("already_signed", sentence)


def can_answer_ornament(by: Principal, definition: MetricDefinition) -> bool:
    """Whoever must sign a change of the definition: by the matrix roles of its owner, or a metrics steward."""
    letters = RESPONSIBILITIES["metric_definition"].letters_for({"lens": definition.lens})
    roles = [TeamRole(role) for role, letter in letters.items() if letter in SIGNS and role in set(TeamRole)]
    return by.is_person and (by.holds(OrganisationRole.STEWARD) or by.holds_in(definition.owner_team_id, *roles))


def require_can_answer_ornament(by: Principal, definition: MetricDefinition) -> None:
    """Raise `Forbidden` naming who may."""
    if not by.is_person:
        raise Forbidden("needs_a_person", "A person does this in the portal; a tool cannot.")
    if not can_answer_ornament(by, definition):
        who = "Whoever leads or shares this definition in the responsibility matrix, or a metrics steward,"
        raise Forbidden("role_missing", f"{who} says whether it stays.")
