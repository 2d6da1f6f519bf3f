"""Reads under the lock everything that decides whether a proposal may go on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from apps.accounts.domain import ROLE_WORDS, Principal
from apps.core import clock
from apps.core.periods import Grain, periods_between
from apps.core.problems import Forbidden, ProblemError
from apps.governance import policies, queries
from apps.governance.domain import consent, dates
from apps.governance.domain.checks import Facts, Finding, run_checks
from apps.governance.domain.consent import Consent, Holders, Mark, Seat
from apps.governance.domain.kinds import Change, ChangeClass, Need, kinds, reading
from apps.governance.domain.origins import Origin
from apps.governance.domain.revisions import Asked
from apps.governance.domain.states import ProposalState
from apps.governance.models import Comment, PreviewRun, Proposal, ProposalItem, ProposalRevision, Signature

FRESH_FOR = timedelta(days=7)
NOT_DISMISSED = (
    "Whoever asked signs or contributes here. A new revision answers it, or they take it back; a steward dismisses "
    "requests of other teams."
)
STEWARD_ALONE = (Need(frozenset({consent.STEWARD}), None),)


@dataclass
class Case:
    """A proposal as it stands, with its revision; what follows from them is read once."""

    proposal: Proposal
    revision: ProposalRevision

    @classmethod
    def of(cls, proposal: Proposal) -> "Case":
        """The case of a proposal and its present revision."""
        return cls(proposal, queries.get_revision(proposal))

    @cached_property
    def asked(self) -> Asked:
        """What the revision asks for."""
        return queries.asked_of(self.revision)

    @cached_property
    def _read(self) -> tuple[tuple[Change, ...], tuple[str, ...]]:
        found, problems = [], []
        for item in self.asked.items:
            try:
                with reading(self.asked.items):
                    found.append(queries.read_change(item))
            except ProblemError as problem:
                problems.append(f"{item.key or item.kind}: {problem}")
        return tuple(found), tuple(problems)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Its items beside what is in force; those that read no more are left out and told as problems."""
        return self._read[0]

    @property
    def problems(self) -> tuple[str, ...]:
        """Why items do not read any more."""
        return self._read[1]

    @property
    def change_class(self) -> ChangeClass:
        """`wording` only if every item is."""
        if self.asked.restate_from is not None or self.problems:
            return ChangeClass.MEANING
        plain = all(change.change_class is ChangeClass.WORDING for change in self.changes)
        return ChangeClass.WORDING if plain and self.changes else ChangeClass.MEANING

    @property
    def is_filed(self) -> bool:
        """True where a review has collected and counted the signatures before the proposal was filed."""
        return self.proposal.origin == Origin.REVIEW

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Signatures that are needed; the product's own kit needs a steward's alone."""
        if self.proposal.origin == Origin.PRODUCT:
            return STEWARD_ALONE
        if self.is_filed:
            return ()
        every = [need for change in self.changes for need in kinds_needs(change)]
        return consent.needs_of_class(every, self.change_class)

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """Teams whose roles matter here: those that sign and those that own."""
        teams = {need.team_id for need in self.needs} | {change.owner_team_id for change in self.changes}
        return frozenset(pk for pk in teams if pk is not None)

    @cached_property
    def holders(self) -> Holders:
        """Who holds which role now, without what an author gave since the proposal began."""
        return queries.holders_at(clock.now(), self.team_ids, but=self.given)

    @property
    def given(self) -> queries.Given:
        """The roles that do not count here."""
        return queries.Given(self.authors, self.proposal.created_at)

    @cached_property
    def items(self) -> list[ProposalItem]:
        """Its items as they read when the revision was written."""
        return list(self.proposal.items.all())

    @cached_property
    def requests(self) -> list[Comment]:
        """Requests for changes that still stand."""
        return queries.list_open_requests(self.proposal)

    @cached_property
    def signatures(self) -> list[Signature]:
        """Signatures of the present revision."""
        return list(queries.list_signatures(self.revision))

    @cached_property
    def authors(self) -> frozenset[int]:
        """Everybody who wrote any revision."""
        return queries.authors_of(self.proposal)

    @cached_property
    def seats(self) -> list[Seat]:
        """Who may give each needed signature."""
        return consent.seats_for(self.needs, self.holders, self.authors, self.revision.made_by_id)

    @cached_property
    def consent(self) -> Consent:
        """What the signatures amount to."""
        marks = [mark for signature in self.signatures if (mark := self._mark(signature)) is not None]
        least = 2 if self.proposal.origin == Origin.TOKEN or self.is_filed else 1
        return consent.count(self.seats, marks, self.holders, least_approvers=least)

    def _mark(self, signature: Signature) -> Mark | None:
        """A signature that counts, or None where its person has left or lost the role."""
        still_counts = signature.signed_by.is_active and self.holds(signature.signed_by_id, signature.role)
        if not still_counts and not self.is_filed:
            return None
        is_author = signature.signed_by_id in self.authors
        return Mark(signature.signed_by_id, signature.role, is_author)

    def holds(self, person: int, role: str) -> bool:
        """True when a person holds a role where it matters here, and no author gave it meanwhile."""
        places = (*self.team_ids, None)
        if not self.team_ids and queries.holds_somewhere(person, role, clock.now(), but=self.given):
            return True  # what no team owns may be seconded by those of any team
        return any(person in self.holders.of(role, pk) | self.holders.of_group(role, pk) for pk in places)

    def is_own(self, request: Comment, changes: Iterable[Change]) -> bool:
        """True when somebody asked who signs here or contributes in the owning team: no steward overrules them."""
        person = request.written_by_id
        if any(person in seat.people for seat in self.seats):
            return True
        return bool(self.team_ids) and any(self.holds(person, role) for role in policies.roles_heard(changes))

    def require_can_dismiss(self, request: Comment, changes: Sequence[Change], by: Principal) -> None:
        """Raise unless this person may free the proposal from a request of another team."""
        policies.require_can_dismiss(by, self.authors)
        if not self.holds(by.user_id or 0, consent.STEWARD):
            raise Forbidden("role_missing", "An author of this made you a steward; another steward dismisses it.")
        if self.is_own(request, changes):
            raise Forbidden("role_missing", NOT_DISMISSED)

    @cached_property
    def preview(self) -> PreviewRun | None:
        """The newest preview of the revision."""
        return queries.newest_preview(self.revision)

    @property
    def needs_preview(self) -> bool:
        """Whatever may move values is looked at first; of the product's first kit nothing was in force before."""
        return self.change_class is ChangeClass.MEANING and self.proposal.origin != Origin.PRODUCT and not self.is_filed

    @property
    def base_numbers(self) -> dict[str, int]:
        """Numbers of what is in force now, by object."""
        return {f"{change.item.kind} {change.item.key}": change.base for change in self.changes}

    @property
    def preview_problem(self) -> str:
        """Why the preview says nothing yet or no more; empty while it is fresh."""
        run = self.preview
        if run is None or run.finished_at is None:
            return "The preview is being computed."
        if run.base_numbers != self.base_numbers:
            return "The preview was computed on what was in force before. It is computed again."
        if run.engine_version != kinds.engine_version:
            return "The preview was computed by an older engine. It is computed again."
        if run.finished_at < clock.as_of() - FRESH_FOR:
            return "The preview is more than 7 days old. It is computed again."
        return ""

    def findings(self) -> list[Finding]:
        """All checks as they stand."""
        scheduled = self.proposal.state == ProposalState.SCHEDULED
        return run_checks(self._facts(), is_scheduled=scheduled)

    def _facts(self) -> Facts:
        scheduled = self.proposal.state == ProposalState.SCHEDULED
        return Facts(
            problems=self.problems,
            stale_bases=self.stale_bases,
            lost_owners=self._lost_owners(),
            needs_preview=self.needs_preview,
            preview_problem=self.preview_problem,
            date_problem="" if scheduled else dates.date_problem(self.asked, self.changes, clock.today()),
            quarters_under_review=self.restated_reviews,
            requests=tuple(f"Changes are asked for: {request.text}" for request in self.requests),
            window_until=self.proposal.window_until,
            lost_signers=self._lost_signers(),
            open_seats=tuple(seat_sentence(seat) for seat in self.consent.open_seats),
            consent=self.consent,
            is_product=self.proposal.origin == Origin.PRODUCT,
            now=clock.now(),
        )

    @cached_property
    def stale_bases(self) -> tuple[str, ...]:
        """What moved on since the revision was written."""
        stored = {(item.kind, item.key): item.base_number for item in self.items}
        return tuple(
            f"{change.name} is at version {change.base} by now; this builds on "
            f"{stored.get((change.item.kind, change.item.key), 0) or 'none'}. Revise it."
            for change in self.changes
            if stored.get((change.item.kind, change.item.key), change.base) != change.base
        )

    def _lost_owners(self) -> tuple[str, ...]:
        wanted = {change.owner_team_id for change in self.changes if change.owner_team_id is not None}
        own = self.proposal.owner_team
        teams = [own] if own is not None and wanted == {own.pk} else queries.list_teams_by_name(wanted)
        gone = [team for team in teams if team.closed_on is not None]
        return tuple(f"{team.name} is closed; the definition needs another owner." for team in gone)

    @cached_property
    def restated_reviews(self) -> tuple[str, ...]:
        """Quarters under review that it would restate."""
        since = self.asked.restate_from
        if since is None or since >= clock.today():
            return ()
        quarters = {period.key for period in periods_between(since, clock.today(), Grain.QUARTER)}
        open_ones = queries.quarters_under_review()
        touched = sorted({quarter for keys in open_ones.values() for quarter in keys if quarter in quarters})
        return tuple(
            f"{quarter} is under review and cannot be restated until its reviews close." for quarter in touched
        )

    def _lost_signers(self) -> tuple[str, ...]:
        return tuple(
            f"Whoever signed as {ROLE_WORDS[signature.role]} does not hold the role any more."
            for signature in self.signatures
            if self._mark(signature) is None
        )


def kinds_needs(change: Change) -> Iterable[Need]:
    """What the kind of a change asks for."""
    kind = kinds.get(change.item.kind)
    return kind.needs(change) if kind else ()


def seat_sentence(seat: Seat) -> str:
    """Which signature is missing, in words."""
    roles = " or ".join(ROLE_WORDS[role] for role in sorted(seat.need.roles))
    return f"Waits for the {roles}{_instead(seat)}."


def _instead(seat: Seat) -> str:
    if not seat.is_vacant:
        return ""
    return f" (nobody else holds the role, so the {'group' if seat.filled_by == 'group' else 'metrics steward'} signs)"


def sentences_of(changes: Sequence[Change]) -> list[str]:
    """Each change in plain words, by its kind."""
    found = ((kinds.get(change.item.kind), change) for change in changes)
    return [kind.sentence(change) for kind, change in found if kind is not None]
