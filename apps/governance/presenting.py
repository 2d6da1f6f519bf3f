"""A proposal prepared for its page: state, change, checks, who signs, what was said."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.joining import joined
from apps.core.templatetags.plumbline import instant_words
from apps.governance import policies
from apps.governance.checking import Case
from apps.governance.domain.checks import Finding, failed
from apps.governance.domain.kinds import Change, Op, kinds
from apps.governance.domain.origins import Origin
from apps.governance.domain.revisions import Asked
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal, ProposalItem
from apps.governance.reading import ProposalPage, allows, hats_of

HAT_WORDS = {"tech_lead": "TL", "engineering_manager": "EM", "product_manager": "PM"}
ORIGIN_WORDS = {
    Origin.PERSON: "a person", Origin.TOKEN: "a tool", Origin.PRODUCT: "Plumbline itself",
    Origin.REVIEW: "a quarterly review",
}  # fmt: skip
STATE_LOOKS: Mapping[str, tuple[str, str]] = {
    ProposalState.DRAFT: ("quiet", "unclear"),
    ProposalState.IN_REVIEW: ("note", "signature"),
    ProposalState.BLOCKED: ("bad", "not-met"),
    ProposalState.SCHEDULED: ("note", "plumb"),
    ProposalState.ACTIVATED: ("good", "tick"),
    ProposalState.REJECTED: ("quiet", "hatch"),
    ProposalState.WITHDRAWN: ("quiet", "hatch"),
    ProposalState.EXPIRED: ("quiet", "hatch"),
}


def state_tag(proposal: Proposal) -> dict[str, str]:
    """The state as a tag: icon and word."""
    tone, icon = STATE_LOOKS[proposal.state]
    return {"tone": tone, "icon": icon, "word": ProposalState(proposal.state).label}


def author_words(proposal: Proposal) -> str:
    """Who drafted it: a person by name, a tool, or the product."""
    if proposal.origin == Origin.PERSON and proposal.created_by is not None:
        return proposal.created_by.full_name
    return ORIGIN_WORDS[Origin(proposal.origin)]


def class_words(items: Iterable[ProposalItem]) -> str:
    """How much it changes."""
    rows = list(items)
    if not any(item.is_meaning for item in rows):
        return "changes words only"
    if all(item.op in (Op.DEPRECATE, Op.RETIRE) for item in rows):
        return "ends what is in force"
    return "keeps the rule" if all(map(_keeps_rule, rows)) else "changes what is computed"


def _keeps_rule(item: ProposalItem) -> bool:
    """True for a change whose rule reads the same on both sides: it changes whose it is, or what it is called."""
    before, after = item.shown.get("before"), item.shown.get("after")
    return bool(before and after and item.op == Op.CHANGE and before["sentence"] == after["sentence"])


def waits_words(case: Case) -> str:
    """What a proposal waits for, in one line for lists, from what is stored with it."""
    proposal = case.proposal
    state = ProposalState(proposal.state)
    if state is ProposalState.DRAFT:
        return "Its author submits it."
    if state is ProposalState.BLOCKED:
        return proposal.blocked_cause
    if state is ProposalState.SCHEDULED and proposal.effective_from:
        return f"Its date, {day_words(proposal.effective_from)}."
    if state is ProposalState.IN_REVIEW:
        return _review_words(case)
    if state is ProposalState.ACTIVATED:
        return f"In force {since_words(proposal)}."
    return ""


def _review_words(case: Case) -> str:
    """An answer to a request first, then the roles that have not signed."""
    if case.requests:
        return "An answer to a request for changes."
    roles = [" or ".join(ROLE_WORDS[role] for role in sorted(seat.need.roles)) for seat in case.consent.open_seats]
    if roles:
        return f"{joined(list(dict.fromkeys(roles)))} to sign.".capitalize()
    if not case.consent.is_by_two:
        return "A second person to agree."
    return "Its checks: open it to see which."


def since_words(proposal: Proposal) -> str:
    """From when what came into force holds."""
    return f"from {day_words(proposal.effective_from)}" if proposal.effective_from else "from the beginning"


def present_head(page: ProposalPage) -> dict[str, Any]:
    """State, class, author, owner, and what stands first on the page."""
    proposal, asked = page.proposal, page.case.asked
    return {
        "proposal": proposal,
        "state": state_tag(proposal),
        "author": author_words(proposal),
        "class": class_words(page.case.items),
        "revision": page.case.revision,
        "reason": asked.reason,
        "category": asked.category.label,
        "dates": date_lines(proposal, asked),
        "is_open": ProposalState(proposal.state).is_open,
        "is_draft": proposal.state == ProposalState.DRAFT,
        "notice": _notice(page),
        "rivals": [rival_notice(rival) for rival in page.rivals],
    }


def _notice(page: ProposalPage) -> dict[str, str]:
    """What became of it, or what blocks it."""
    proposal = page.proposal
    state = ProposalState(proposal.state)
    if state is ProposalState.BLOCKED:
        return {
            "tone": "bad",
            "title": "Blocked",
            "text": f"{proposal.blocked_cause} A revision brings it back into review.",
        }
    if state is ProposalState.SCHEDULED and proposal.effective_from:
        text = f"It comes into force on {day_words(proposal.effective_from)} if every check still holds then."
        return {"tone": "note", "title": "Agreed and scheduled", "text": text}
    if state is ProposalState.ACTIVATED:
        return {"tone": "good", "title": "", "text": f"Agreed. In force {since_words(proposal)}."}
    if state in (ProposalState.REJECTED, ProposalState.WITHDRAWN):
        reason = f" {proposal.decision}" if proposal.decision else ""
        return {"tone": "quiet", "title": state.label, "text": f"What was in force before stays.{reason}"}
    if state is ProposalState.EXPIRED:
        return {"tone": "quiet", "title": "Expired", "text": "Nobody moved it for 14 days. What was in force stays."}
    return {}


def rival_notice(rival: Proposal) -> dict[str, str]:
    """Another open change of the same object; the first in force wins."""
    url = reverse("governance:proposal", args=[rival.number])
    text = f"Open change: {rival}, {ProposalState(rival.state).label.lower()}. The first in force wins."
    return {"text": text, "url": url, "link_label": f"Open {rival}"}


def date_lines(proposal: Proposal, asked: Asked) -> list[dict[str, str]]:
    """Which dates were asked for, and which it has."""
    if asked.from_beginning:
        return [{"label": "In force", "text": "From the beginning: nothing preceded it."}]
    when = f"On {day_words(asked.on)}" if asked.on else "On the first day of a period after the last signature"
    lines = [{"label": "In force", "text": f"{when}."}]
    if asked.at_once_reason:
        lines = [{"label": "In force at once", "text": asked.at_once_reason}]
    if proposal.effective_from and proposal.state != ProposalState.BLOCKED:
        lines.append({"label": "Date", "text": day_words(proposal.effective_from)})
    if asked.restate_from:
        text = f"From {day_words(asked.restate_from)}; values published before stay as they were."
        lines.append({"label": "Past periods are read anew", "text": text})
    return lines


def present_checks(findings: Sequence[Finding]) -> dict[str, Any]:
    """Each check with its answer; what fails stands first."""
    ordered = [*failed(findings), *(finding for finding in findings if finding.ok)]
    return {
        "checks": [{"ok": finding.ok, "sentence": finding.sentence} for finding in ordered],
        "waiting": [finding.sentence for finding in failed(findings)],
    }


def present_acts(page: ProposalPage, by: Principal, changes: Sequence[Change]) -> dict[str, Any]:
    """What this reader may do now; what may never be done is absent, what cannot be done yet is a sentence."""
    case = page.case
    state = ProposalState(case.proposal.state)
    hats = hats_of(case, by, changes)
    stale = _not_yet(case) if hats else ""
    is_person, in_review = by.is_person, state is ProposalState.IN_REVIEW
    affected = (case.preview.result or {}).get("affected_team_ids", []) if in_review and case.preview else []
    edits = state in (ProposalState.DRAFT, ProposalState.IN_REVIEW, ProposalState.BLOCKED)
    holds_seat = in_review and any(by.user_id in seat.people for seat in case.seats)
    return {
        "hats": [] if stale else [{"role": hat, "words": hat_words(hat)} for hat in hats],
        "not_yet": f"Approve: not yet. {stale}" if stale else "",
        "is_author": is_person and in_review and by.user_id in case.authors,
        "can_comment": is_person,
        "can_request": in_review and is_person and allows(policies.require_may_request, by, changes, affected),
        "can_reject": in_review and is_person and allows(policies.require_can_reject, by, holds_seat),
        "can_submit": state is ProposalState.DRAFT and is_person and policies.can_submit(by, changes),
        "can_edit": edits and is_person and policies.can_draft(by, changes),
        "can_withdraw": state.is_open
        and is_person
        and allows(policies.require_can_withdraw, by, case.proposal, case.authors, changes),
        "edit_url": edit_url(case),
    }


def _not_yet(case: Case) -> str:
    """Why nobody signs the present revision now."""
    return " ".join(case.stale_bases) or (case.preview_problem if case.needs_preview else "")


def hat_words(role: str) -> str:
    """A role as it stands on a button."""
    return HAT_WORDS.get(role) or ROLE_WORDS.get(role, role)


def edit_url(case: Case) -> str:
    """Where a revision is written: the form of the kind where there is one thing of it, else the plain form."""
    item = case.items[0] if len(case.items) == 1 else None
    own = kinds.pages(item.kind).edit(item) if item is not None else ""
    return reverse(own or "governance:proposal-edit", args=[case.proposal.number])


def window_words(case: Case) -> str:
    """Until when affected teams may comment; empty when no window is open."""
    until = case.proposal.window_until
    if until is None or until <= clock.now() or case.proposal.state != ProposalState.IN_REVIEW:
        return ""
    local = until.astimezone(clock.reporting_zone())
    return f"Teams whose values move may ask for changes until {instant_words(local)}."
