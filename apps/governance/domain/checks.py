"""What a proposal waits for: one list of checks behind the button, the API and the timer. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from apps.governance.domain.consent import Consent


class Check(StrEnum):
    """What has to hold before a proposal comes into force."""

    STILL_PARSES = "still_parses"
    BASE_CURRENT = "base_current"
    OWNER_EXISTS = "owner_exists"
    PREVIEW_FRESH = "preview_fresh"
    DATE_VALID = "date_valid"
    NO_QUARTER_UNDER_REVIEW = "no_quarter_under_review"
    NO_CHANGES_ASKED = "no_changes_asked"
    WINDOW_OVER = "window_over"
    SIGNERS_HOLD_ROLES = "signers_hold_roles"
    ROLES_SIGNED = "roles_signed"
    TWO_PEOPLE = "two_people"


@dataclass(frozen=True)
class Finding:
    """One check with its answer and a sentence."""

    check: Check
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Facts:
    """Everything the checks look at, read under the lock."""

    problems: tuple[str, ...]
    stale_bases: tuple[str, ...]
    lost_owners: tuple[str, ...]
    needs_preview: bool
    preview_problem: str
    date_problem: str
    quarters_under_review: tuple[str, ...]
    requests: tuple[str, ...]
    window_until: datetime | None
    lost_signers: tuple[str, ...]
    open_seats: tuple[str, ...]
    consent: Consent
    is_product: bool
    now: datetime


def run_checks(facts: Facts, *, is_scheduled: bool) -> list[Finding]:
    """Every check in the order of the page; once scheduled, the preview has said what it had to say."""
    return [
        _none(Check.STILL_PARSES, facts.problems, "It still reads without fault."),
        _none(Check.BASE_CURRENT, facts.stale_bases, "It builds on what is in force."),
        _none(Check.OWNER_EXISTS, facts.lost_owners, "The owning teams are there."),
        *([] if is_scheduled else [_preview(facts)]),
        _one(Check.DATE_VALID, facts.date_problem, "The date is a boundary that can be kept."),
        _none(Check.NO_QUARTER_UNDER_REVIEW, facts.quarters_under_review, "It restates no quarter under review."),
        _none(Check.NO_CHANGES_ASKED, facts.requests, "Nobody asks for changes."),
        _window(facts),
        _none(Check.SIGNERS_HOLD_ROLES, facts.lost_signers, "Everybody who signed still holds the role."),
        _none(Check.ROLES_SIGNED, facts.open_seats, "Every role has signed."),
        _two_people(facts),
    ]


def _none(check: Check, faults: Sequence[str], fine: str) -> Finding:
    return Finding(check, not faults, " ".join(faults) or fine)


def _one(check: Check, fault: str, fine: str) -> Finding:
    return Finding(check, not fault, fault or fine)


def _preview(facts: Facts) -> Finding:
    if not facts.needs_preview:
        return Finding(Check.PREVIEW_FRESH, ok=True, sentence="A change of words needs no preview.")
    return _one(Check.PREVIEW_FRESH, facts.preview_problem, "The preview is of this text and of what is in force.")


def _window(facts: Facts) -> Finding:
    waits = facts.window_until is not None and facts.window_until > facts.now
    if not waits or facts.window_until is None:
        return Finding(Check.WINDOW_OVER, ok=True, sentence="No comment window is open.")
    words = f"Affected teams may comment until {facts.window_until:%-d %B %Y, %H:%M} UTC."
    return Finding(Check.WINDOW_OVER, ok=False, sentence=words)


def _two_people(facts: Facts) -> Finding:
    agreed = facts.consent.is_by_two
    words = "A second person agreed." if agreed else "A second person has to agree; no author approves."
    return Finding(Check.TWO_PEOPLE, ok=agreed, sentence=words)


def failed(findings: Iterable[Finding]) -> list[Finding]:
    """The checks that do not hold."""
    return [finding for finding in findings if not finding.ok]


def waits_for(findings: Iterable[Finding]) -> str:
    """What is missing, in one line for lists; empty when nothing is."""
    return " ".join(finding.sentence for finding in failed(findings))


def working_days_after(start: date, days: int) -> date:
    """The day that lies some working days (Monday to Friday) after a day."""
    day = start.toordinal()
    left = days
    while left:
        day += 1
        if date.fromordinal(day).weekday() < 5:
            left -= 1
    return date.fromordinal(day)
