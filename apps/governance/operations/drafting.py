"""Writing down a change, and writing it anew."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from apps.accounts.domain import Principal, PrincipalKind
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Invalid, ProblemError
from apps.governance import policies, queries
from apps.governance.checking import Case, kinds_needs, sentences_of
from apps.governance.domain import revisions
from apps.governance.domain.dates import at_once_problem, date_problem, past_problem
from apps.governance.domain.kinds import Change, ChangeClass, Item, Op, kinds, reading
from apps.governance.domain.origins import Origin
from apps.governance.domain.revisions import Asked
from apps.governance.domain.states import IDLE, Event, ProposalState
from apps.governance.models import Proposal, ProposalItem, ProposalRevision
from apps.governance.operations.announcing import note_acted, settle_moved
from apps.governance.operations.moving import facts_of, move, proceed, require_current, require_event
from apps.governance.operations.previewing import add_preview
from apps.governance.operations.signatures import sign_by_submitting
from apps.services.models import FactClock

NUMBERS = "proposals"  # the counter under whose lock proposals get their numbers


@transaction.atomic
def draft_proposal(*, asked: Asked, by: Principal) -> Proposal:
    """Write down a change to be agreed on; its preview is computed at once."""
    changes = read_changes(asked, is_draft=True)
    policies.require_can_draft(by, changes)
    proposal = _new_proposal(asked, changes, by)
    _write_revision(proposal, asked, changes, by)
    audit.record("proposal.drafted", subject=proposal, by=by, data=facts_of(proposal))
    return proposal


def check_asked(*, asked: Asked, by: Principal) -> list[Change]:
    """What a draft would say, item by item, or its refusal; nothing is kept."""
    changes = read_changes(asked, is_draft=True)
    policies.require_can_draft(by, changes)
    return changes


@transaction.atomic
def revise_proposal(*, proposal: Proposal, asked: Asked, sha256: str, by: Principal) -> Proposal:
    """Change what a proposal says; every signature is void, and all of it is read again on what is in force."""
    proposal = queries.lock_proposal(proposal.pk)
    is_draft = proposal.state == ProposalState.DRAFT
    require_event(proposal, Event.EDIT if is_draft else Event.REVISE)
    changes = read_changes(asked, is_draft=is_draft)
    policies.require_can_draft(by, changes)
    require_current(proposal, sha256)
    kinds.hold(changes)
    if revisions.sha256_of(revisions.text_of(asked)) == proposal.revision_sha256 and not Case.of(proposal).stale_bases:
        raise Conflict("already_current", "The proposal says exactly this.")
    if not is_draft:
        move(proposal, Event.REVISE)
        proposal.blocked_cause = ""
        proposal.effective_from = proposal.governs_from = None
    proposal.window_until = None
    revision = _write_revision(proposal, asked, changes, by)
    if not is_draft:
        sign_by_submitting(Case(proposal, revision), by)
        proposal.submitted_at = clock.now()
    audit.record("proposal.revised", subject=proposal, by=by, data=facts_of(proposal))
    note_acted(proposal, by)
    settle_moved(proposal)
    return proceed(proposal, by)


def read_changes(asked: Asked, *, is_draft: bool) -> list[Change]:
    """Every item beside what is in force; raises `Invalid` with all faults of all items."""
    known = {kind.key: kind.ops for kind in kinds}
    _refuse_edits(asked)
    problems = revisions.find_problems(asked, known, is_draft=is_draft)
    changes: list[Change] = []
    for index, item in enumerate(asked.items):
        if item.kind in known and item.op in known[item.kind]:
            try:
                with reading(asked.items):
                    changes.append(_read_in_time(item))
            except Invalid as refusal:
                problems += [_placed(index, problem) for problem in refusal.errors or [_whole(refusal)]]
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)
    _refuse_dates(asked, tuple(changes))
    return changes


def _refuse_edits(asked: Asked) -> None:
    """Raise `Conflict` for an edit of what holds as it was agreed on until it ends."""
    only_ended = {kind.key for kind in kinds if Op.END in kind.ops and Op.CHANGE not in kind.ops}
    edited = [item.key for item in asked.items if item.op is Op.CHANGE and item.kind in only_ended and item.key]
    if edited:
        raise Conflict("only_ended", f"{', '.join(edited)} holds as it was agreed on; it is ended, never edited.")


def _refuse_dates(asked: Asked, changes: tuple[Change, ...]) -> None:
    """Raise `Invalid` for a date that cannot be kept, at its place and with the next that can."""
    today = clock.today()
    ahead = date_problem(replace(asked, restate_from=None), changes, today) or past_problem(asked, changes, today)
    at_once = at_once_problem(asked, changes)
    found = (("/date", ahead), ("/restate_from", date_problem(asked, changes, today)), ("/at_once_reason", at_once))
    for pointer, fault in found:
        if fault:
            raise Invalid("not_a_boundary", fault, [FieldProblem(pointer, "not_a_boundary", fault)])


def _read_in_time(item: Item) -> Change:
    """An item beside what is in force, asked for before it is too late; later only its signatures are missing."""
    change, kind = queries.read_change(item), kinds.get(item.kind)
    late = kind.late(change, clock.as_of()) if kind else ()
    if late:
        placed = [FieldProblem(f"/content{one.pointer}", one.code, one.detail) for one in late]
        raise Invalid("asked_too_late", "This is asked for too late.", placed)
    return change


def _placed(index: int, problem: FieldProblem) -> FieldProblem:
    return FieldProblem(f"/items/{index}{problem.pointer}", problem.code, problem.detail)


def _whole(refusal: ProblemError) -> FieldProblem:
    return FieldProblem("", refusal.code, refusal.sentence)


def _new_proposal(asked: Asked, changes: Sequence[Change], by: Principal) -> Proposal:
    owners = {change.owner_team_id for change in changes}
    now = clock.now()
    return Proposal(
        number=FactClock.advance(NUMBERS), origin=_origin(by), title=_title(changes), created_at=now, moved_at=now,
        created_by_id=by.user_id, created_key=by.key, due_at=now + IDLE, done_at=now,
        owner_team_id=owners.pop() if len(owners) == 1 else None,
        is_private=any(change.is_private for change in changes),
        revision_number=0, revision_sha256=revisions.sha256_of(revisions.text_of(asked)),
    )  # fmt: skip


def _origin(by: Principal) -> Origin:
    places = {PrincipalKind.PERSON: Origin.PERSON, PrincipalKind.TOKEN: Origin.TOKEN}
    return places.get(by.kind, Origin.PRODUCT)


def _title(changes: Sequence[Change]) -> str:
    first = " ".join(sentences_of(changes[:1])) or changes[0].name
    more = f" And {len(changes) - 1} more." if len(changes) > 1 else ""
    room = 300 - len(more)
    return (first if len(first) <= room else f"{first[: room - 1]}…") + more


def _write_revision(proposal: Proposal, asked: Asked, changes: Sequence[Change], by: Principal) -> ProposalRevision:
    """The next revision with its items and, where values may move, its preview."""
    text = revisions.text_of(asked)
    if len(text.encode()) > revisions.LONGEST_TEXT:
        raise Invalid("too_large", "A proposal has at most 1 MiB of text.")
    proposal.revision_number += 1
    proposal.revision_sha256, proposal.title = revisions.sha256_of(text), _title(changes)
    proposal.save()
    revision = ProposalRevision(
        proposal=proposal, number=proposal.revision_number, text=text, sha256=proposal.revision_sha256,
        made_at=clock.now(), made_by_id=by.user_id, made_key=by.key,
    )  # fmt: skip
    with writing(ProposalRevision):
        revision.save()
    proposal.items.all().delete()
    restates = asked.restate_from is not None
    ProposalItem.objects.bulk_create(_item_row(proposal, change, restates=restates) for change in changes)
    add_preview(Case(proposal, revision))
    return revision


def _item_row(proposal: Proposal, change: Change, *, restates: bool) -> ProposalItem:
    """An item as it reads now, beside what is in force now."""
    sides = {"before": change.before, "after": change.after}
    return ProposalItem(
        proposal=proposal, kind=change.item.kind, op=change.item.op.value, key=change.item.key,
        base_number=change.base, name=change.name[:200], owner_team_id=change.owner_team_id,
        is_meaning=restates or change.change_class is ChangeClass.MEANING,
        needs=[{"roles": sorted(need.roles), "team": need.team_id} for need in kinds_needs(change)],
        shown={side: shown and {"sentence": shown.sentence, "document": shown.document}
               for side, shown in sides.items()},
    )  # fmt: skip
