"""What comes round by the calendar: computing, freezing cards, generating and holding target reviews."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from apps.accounts.domain import Scope, TeamRole
from apps.core.due import DueRow
from apps.core.work import run_now
from apps.measurements import operations as measurements
from apps.measurements.models import ClosedPeriod, RecomputeRequest
from apps.metrics import queries as metrics
from apps.portal.demo.cast import Cast
from apps.reviews import operations as reviews
from apps.reviews import queries as review_queries
from apps.reviews.domain.content import Answer, Choice
from apps.reviews.domain.seats import SeatRole
from apps.reviews.domain.states import ReviewState
from apps.reviews.models import Review, ReviewDue, TargetReview
from apps.scorecards.models import CardDue, Scorecard
from apps.teams import operations as teams

ROLES = {
    SeatRole.TECH_LEAD: TeamRole.TECH_LEAD,
    SeatRole.ENGINEERING_MANAGER: TeamRole.ENGINEERING_MANAGER,
    SeatRole.LEADERSHIP: TeamRole.LEADERSHIP,
}
ALL_SEATS = tuple(SeatRole)


@dataclass(frozen=True)
class Meeting:
    """A target review held by a team: what is answered other than accepted, and who signs."""

    team: str
    quarter: str
    on: date
    signers: tuple[SeatRole, ...] = ALL_SEATS
    choices: Mapping[str, Choice] = field(default_factory=dict)
    is_answered: bool = True


FIRST_SIGNS = (SeatRole.TECH_LEAD,)
MEETINGS = (
    Meeting("commerce", "2026-Q1", date(2026, 4, 14)),
    Meeting("publishing", "2026-Q1", date(2026, 4, 15)),
    Meeting("documentation", "2026-Q1", date(2026, 4, 16)),
    Meeting("runtime", "2026-Q1", date(2026, 4, 20)),
    Meeting("observability", "2026-Q1", date(2026, 4, 21)),
    Meeting("security", "2026-Q1", date(2026, 4, 23), signers=FIRST_SIGNS),
    Meeting("documentation", "2026-Q2", date(2026, 7, 14)),
    Meeting("runtime", "2026-Q2", date(2026, 7, 15)),
    Meeting("observability", "2026-Q2", date(2026, 7, 16)),
    Meeting("commerce", "2026-Q2", date(2026, 7, 20), signers=(), is_answered=False),
)


class StoryStuck(RuntimeError):
    """A duty of the story could not be worked."""


def compute_all(_cast: Cast, tell: Callable[[str], None]) -> str:
    """Compute every cell from the facts that are stored."""
    outcome = measurements.rebuild(progress=tell)
    # From here on the closing of periods is followed, whatever facts come.
    work("measurements.ask_closed_periods", ClosedPeriod)
    return f"{outcome.written:,} measurements of {outcome.versions} definition versions computed"


def compute_news(_cast: Cast) -> str:
    """Compute after a large import: one rebuild answers every request and every period that closed since."""
    asked = RecomputeRequest.objects.filter(done_at=None).count()
    measurements.ask_closed_periods()
    measurements.rebuild()
    work("measurements.ask_closed_periods", ClosedPeriod)
    work("measurements.recompute_cells", RecomputeRequest)
    return f"{asked:,} recompute requests answered by a rebuild"


def compute_rest(_cast: Cast) -> str:
    """Answer what was asked for since the last rebuild, piece by piece."""
    asked = RecomputeRequest.objects.filter(done_at=None).count()
    work("measurements.recompute_cells", RecomputeRequest)
    return f"{asked:,} recompute requests answered"


def work(duty: str, table: type[DueRow]) -> None:
    """Run a scheduled task; its table must be empty of duties that were tried in vain."""
    run_now(duty)
    stuck = table._default_manager.filter(done_at=None, attempts__gt=0).first()
    if stuck is not None:
        raise StoryStuck(f"{duty}: {stuck} is not done: {stuck.last_error}")


def freeze_and_generate(_cast: Cast) -> str:
    """Freeze the cards that are due and generate the reviews that follow from them, by the scheduled tasks."""
    before = Scorecard.objects.count(), TargetReview.objects.count(), Review.objects.count()
    work("scorecards.freeze_due_cards", CardDue)
    work("reviews.generate_due_reviews", ReviewDue)
    cards, made = Scorecard.objects.count() - before[0], TargetReview.objects.count() - before[1]
    weekly = Review.objects.count() - before[2]
    return f"{cards} scorecards frozen, {made} target reviews and {weekly} weekly reviews generated"


def hold_review(cast: Cast, meeting: Meeting) -> str:
    """Open a review, answer its drafts and sign it; three signatures close it and set its targets."""
    review = review_queries.find_review(cast.teams[meeting.team], meeting.quarter)
    if review is None:
        raise StoryStuck(f"{meeting.team} has no target review of {meeting.quarter}.")
    manager = cast.holder(meeting.team, TeamRole.ENGINEERING_MANAGER)
    review = reviews.open_review(review=review, by=manager)
    if meeting.is_answered:
        review = _answer(review, meeting, cast)
    for seat in meeting.signers:
        review = reviews.sign_review(
            review=review, role=seat, content_sha256=review.content_sha256, by=cast.holder(meeting.team, ROLES[seat])
        )
    return f"{cast.teams[meeting.team].name}, review of {meeting.quarter}: {ReviewState(review.state).label.lower()}"


def _answer(review: TargetReview, meeting: Meeting, cast: Cast) -> TargetReview:
    """Answer each draft; a target inside the noise is accepted together with a practice."""
    manager = cast.holder(meeting.team, TeamRole.ENGINEERING_MANAGER)
    for row in review.content["next"]:
        if row["answer"] == Answer.OPEN:
            review = reviews.edit_draft(
                review=review, definition=row["definition"],
                choice=meeting.choices.get(row["definition"], Choice.ACCEPT), reason=_reason(row),
                content_sha256=review.content_sha256, by=manager,
            )  # fmt: skip
    return review


def _reason(row: Mapping[str, object]) -> str:
    if row["near_noise"]:
        return "Near to chance alone, so we also agree on a practice: each weekly review asks what waits longest."
    return "A step from our own last quarter that the release path can carry."


def keep_frequency(cast: Cast) -> str:
    """The steward says why a metric stays that stood on every agenda and was cited by no decision."""
    reason = "No target is set on it, as that breeds tiny releases; it says whether a lead time is read over enough."
    frequency = metrics.get_definition("deployment-frequency")
    kept = reviews.keep_definition(definition=frequency, reason=reason, by=cast.steward)
    return f"deployment frequency stays for a reason, asked again from {kept.asks_again_on:%-d %B %Y} on"


def make_token(cast: Cast) -> None:
    """The engineering manager of Commerce makes a key for the release pipeline; its secret is kept to be shown once."""
    manager = cast.holder("commerce", TeamRole.ENGINEERING_MANAGER)
    scopes = frozenset({Scope.PUSH, Scope.READ})
    _, cast.secret = teams.create_token(
        name="Release pipeline", team=cast.teams["commerce"], scopes=scopes, days=365, by=manager
    )
