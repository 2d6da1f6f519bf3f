"""Writes of a weekly meeting: answers to items, deferrals, and how decisions turned out. Rows are only added."""

from dataclasses import replace
from datetime import date

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Invalid, Outdated, invalid
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.models import Action
from apps.incidents.operations.action_opening import open_from_review
from apps.metrics import queries as metrics
from apps.reviews import policies, queries
from apps.reviews.domain.answers import Answering, Expected, Outcome, Verb, answer_problems, follow_up_day
from apps.reviews.domain.documents import decision_number
from apps.reviews.domain.follow_ups import again_on, deferral_problem, outcome_problem
from apps.reviews.domain.weekly import Rule, WeeklyAct
from apps.reviews.models import Decision, Deferral, FollowUp, Review, ReviewItem
from apps.reviews.operations.weekly import require_step
from apps.reviews.queries import documents, proposing
from apps.scorecards.domain.content import canonical_text, sha256_of
from apps.teams import queries as teams
from apps.teams.models import Team

REFUSED = "Some fields need attention."
DECIDED_THERE = "It is decided on the trigger's own page, where its roles sign. This item is answered by that."
OUTCOME_FIRST = "Say first how the decision turned out; only what hurt needs a new one."


@transaction.atomic
def answer_item(
    *, item: ReviewItem, verb: Verb, text: str = "", action: ActionDraft | Action | None = None,
    action_team: str = "", question: str = "", follow_up_on: date | None = None, expected: Expected | None = None,
    revision: int | None = None, by: Principal,
) -> Decision:  # fmt: skip
    """Decide about an item. An action is opened with the decision, or one that stands is named.

    `revision` is the one that was read: whoever answers second hears of the first answer, and nothing is lost.
    """
    review = _begin(item.review, by)
    item = queries.get_locked_item(item.pk)
    _require_unseen(item, revision, text)
    follows = _require_answerable(item)
    asked = Answering(verb, text.strip(), action is not None, question.strip(), follow_up_on, expected)
    _require_complete(asked, is_anew=follows is not None)
    opened = _action(action, action_team, review, expected, by) if verb is Verb.ADJUST else None
    decision = _decision(item, review, asked, opened, follows, by=by)
    with writing(Decision):
        decision.save()
    _record(decision, by)
    return decision


def _begin(review: Review, by: Principal) -> Review:
    """The locked review, if the person may answer and it is open."""
    policies.require_can_answer(by, review)
    review = queries.lock_weekly(review.pk)
    require_step(review, WeeklyAct.ANSWER)
    return review


def _require_unseen(item: ReviewItem, revision: int | None, text: str) -> None:
    """Raise `Outdated` with both texts where somebody else answered meanwhile."""
    document = documents.item_document(item)
    if revision is None or revision == document["revision"]:
        return
    answer = document["answer"] or {}
    theirs = " ".join(filter(None, (str(answer.get("verb", "")).capitalize(), answer.get("text", ""))))
    raise Outdated("review_changed", "Somebody answered this item meanwhile. Read theirs, then decide again.", [
        FieldProblem("/theirs", "theirs", theirs or "Put off to the next review."),
        FieldProblem("/text", "yours", text),
    ])  # fmt: skip


def _require_answerable(item: ReviewItem) -> Decision | None:
    """The decision that hurt, where this item asks for the one that follows it."""
    if item.rule == Rule.BUDGET_TRIGGER:
        raise Conflict("state_forbids", DECIDED_THERE)
    if item.rule != Rule.DECISION_DUE:
        return None
    number = decision_number(item.subject)
    outcome = queries.newest_outcomes([number]).get(number)
    if outcome is None or outcome.outcome != Outcome.HURT:
        raise Conflict("state_forbids", OUTCOME_FIRST)
    return queries.lock_decision(number)


def _require_complete(asked: Answering, *, is_anew: bool) -> None:
    problems, expected = answer_problems(asked, clock.today(), is_anew=is_anew), asked.expected
    if expected is not None and not metrics.versions_by_slug([expected.definition]):
        words = "Write the short name of a definition, as in change-failure-rate."
        problems.append(FieldProblem("/expected/definition", "unknown_value", words))
    if problems:
        raise Invalid("validation_failed", REFUSED, problems)


def _action(
    asked: ActionDraft | Action | None, team: str, review: Review, expected: Expected | None, by: Principal
) -> Action | None:
    """The action of an adjustment: one that stands, or a new one, which is measured by what the decision expects."""
    if not isinstance(asked, ActionDraft):
        return asked
    if expected is not None and not asked.metric_slug:
        asked = replace(asked, metric_slug=expected.definition)
    try:
        owner = _team(team) if team else review.team
        return open_from_review(draft=asked, team=owner, review_key=f"weekly-{review.pk}", by=by)
    except Invalid as refusal:
        errors = [FieldProblem(f"/action{one.pointer}", one.code, one.detail) for one in refusal.errors]
        raise Invalid(refusal.code, refusal.sentence, errors) from None


def _team(slug: str) -> Team:
    found = teams.list_teams().filter(slug=slug.strip()).first()
    if found is None:
        raise invalid("/team", "unknown_team", "Name a team by its short name, as in checkout.")
    return found


def _decision(
    item: ReviewItem, review: Review, asked: Answering, action: Action | None = None, follows: Decision | None = None,
    *, by: Principal,
) -> Decision:  # fmt: skip
    """The row of an answer, with its evidence as it was shown."""
    evidence = documents.evidence_of(item, review)
    due_on = action.due_on if action else None
    expected = asked.expected if asked.verb is Verb.ADJUST else None
    return Decision(
        team=review.team, item=item, number=len(item.decisions.all()) + 1, verb=asked.verb.value, rule=item.rule,
        subject=item.subject, text=asked.text, question=asked.question if asked.verb is Verb.INVESTIGATE else "",
        evidence_text=canonical_text(evidence), evidence_sha256=sha256_of(evidence), action=action,
        expected_definition=expected.definition if expected else "",
        expected_direction=expected.direction.value if expected else "",
        expected_by=expected.by_on if expected else None, follow_up_on=follow_up_day(asked, due_on),
        follows=follows, decided_at=clock.now(), decided_by_id=by.user_id or 0,
    )  # fmt: skip


def _record(decision: Decision, by: Principal) -> None:
    audit.record("review_decision.written", subject=decision, by=by, data={
        "team": decision.team_id, "verb": str(decision.verb), "subject": decision.subject,
        "evidence_sha256": decision.evidence_sha256, "action": str(decision.action) if decision.action else "",
    })  # fmt: skip


@transaction.atomic
def continue_quiet(*, review: Review, by: Principal) -> int:
    """One press: go on with every service that nothing asks about and nobody answered; answers how many."""
    review = _begin(review, by)
    asked = Answering(Verb.CONTINUE)
    quiet = [item for item in documents.list_items(review) if item.rule == Rule.SERVICE and not _is_answered(item)]
    with writing(Decision):
        Decision.objects.bulk_create([_decision(item, review, asked, by=by) for item in quiet])
    if quiet:
        data = {"team": review.team_id, "period": review.period, "count": len(quiet)}
        audit.record("weekly_review.continued", subject=review, by=by, data=data)
    return len(quiet)


def _is_answered(item: ReviewItem) -> bool:
    return bool(item.decisions.all() or item.deferrals.all())


@transaction.atomic
def defer_item(*, item: ReviewItem, reason: str = "", revision: int | None = None, by: Principal) -> Deferral:
    """Put an item off to the next review: at most twice in a row, the second time with a reason."""
    review = _begin(item.review, by)
    item = queries.get_locked_item(item.pk)
    _require_unseen(item, revision, reason)
    if _is_answered(item):
        raise Conflict("state_forbids", "This item is answered already. A decision about it supersedes the answer.")
    problem = deferral_problem(item.deferrals_used, reason)
    if problem is not None:
        raise problem
    deferral = Deferral(item=item, reason=reason.strip(), deferred_at=clock.now(), deferred_by_id=by.user_id or 0)
    with writing(Deferral):
        deferral.save()
    data = {"team": review.team_id, "subject": item.subject, "times": item.deferrals_used + 1}
    audit.record("review_item.deferred", subject=item, by=by, data=data)
    return deferral


@transaction.atomic
def confirm_outcome(*, decision: Decision, outcome: Outcome, sentence: str, by: Principal) -> FollowUp:
    """Say in a sentence how a decision turned out, beside what was measured; what is not settled comes back."""
    policies.require_can_follow_up(by, decision)
    decision = queries.lock_decision(decision.pk)
    before = queries.newest_outcomes([decision.pk]).get(decision.pk)
    refusal = outcome_problem(decision.follow_up_on, Outcome(before.outcome) if before else None, sentence)
    if refusal is not None:
        raise refusal
    proposal = proposing.propose([decision])[decision.pk]
    verdict = proposal.document
    row = FollowUp(
        decision=decision, outcome=outcome.value, sentence=sentence.strip(), verdict_text=canonical_text(verdict),
        verdict_sha256=sha256_of(verdict), asks_again_on=again_on(outcome, clock.today(), proposal.reads_on),
        confirmed_at=clock.now(), confirmed_by_id=by.user_id or 0,
    )  # fmt: skip
    with writing(FollowUp):
        row.save()
    data = {"team": decision.team_id, "outcome": str(outcome), "verdict_sha256": row.verdict_sha256}
    audit.record("review_decision.followed_up", subject=decision, by=by, data=data)
    return row
