"""When a rule of a budget policy fires, what holds as a decision, the way out, and what a release should know. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from types import MappingProxyType

from apps.objectives.domain.budget_policies import Rule
from apps.objectives.domain.objective_words import BudgetState
from apps.objectives.domain.policy_words import Advice, Ask, RuleKey, TriggerStanding, Verb

MET_FOR = timedelta(hours=24)
ONE_IS_MUCH = Fraction(1, 20)
LEAST_BAD_WHERE_ONE_IS_MUCH = 2
NOT_YET = "It is met, but not for 24 h yet. It can be closed once {hours} more are measured."


RULES_OF_STATES = MappingProxyType({BudgetState.AT_RISK: RuleKey.AT_RISK, BudgetState.EXHAUSTED: RuleKey.EXHAUSTED})


def rule_fired(before: BudgetState | None, now: BudgetState, *, is_new: bool = False) -> RuleKey | None:
    """The rule of a change between judged states; `before` is the last judged one, and silence between is no change.

    `is_new`: the policy that speaks of it did not when it was judged last; then what is low already fires, too.
    """
    return RULES_OF_STATES.get(now) if now is not before or is_new else None


def incident_spent(bad_inside: int, allowed: Fraction) -> Fraction | None:
    """The share of the budget that failures inside an incident's span took; None without a budget."""
    return bad_inside / allowed if allowed else None


def incident_fires(rule: Rule, bad_inside: int, allowed: Fraction) -> bool:
    """An incident took at least the rule's share; where one failure is more than 5 % of it, one is not enough."""
    spent = incident_spent(bad_inside, allowed)
    if spent is None or rule.share is None or spent < Fraction(rule.share):
        return False
    return 1 / allowed <= ONE_IS_MUCH or bad_inside >= LEAST_BAD_WHERE_ONE_IS_MUCH


@dataclass(frozen=True)
class Signed:
    """One signature under a decision."""

    person: int
    role: str
    # The role is vacant; whoever stands in may do so for several, and for one beside a role of their own.
    stands_in: bool = False


def roles_missing(rule: Rule, signed: Iterable[Signed]) -> tuple[str, ...]:
    """Roles that have not signed; one person signs one role of their own, whatever else they hold."""
    people: set[int] = set()
    roles: set[str] = set()
    for one in signed:
        if one.stands_in or one.person not in people:
            people |= set() if one.stands_in else {one.person}
            roles.add(one.role)
    return tuple(role for role in rule.signers if role not in roles)


@dataclass(frozen=True)
class Decided:
    """A decision as far as its trigger is concerned; a later one supersedes."""

    verb: Verb
    revisit_on: date
    signed: tuple[Signed, ...]

    def holds(self, rule: Rule) -> bool:
        """Every role of the rule has signed, each another person."""
        return not roles_missing(rule, self.signed)


def standing_decision(rule: Rule, decisions: Sequence[Decided]) -> Decided | None:
    """The newest decision that holds; `decisions` are oldest first, and one not yet signed supersedes nothing."""
    return next((one for one in reversed(decisions) if one.holds(rule)), None)


def stand(rule: Rule, decisions: Sequence[Decided], today: date, *, is_closed: bool) -> TriggerStanding:
    """Where a trigger stands today."""
    if is_closed:
        return TriggerStanding.CLOSED
    holding = standing_decision(rule, decisions)
    if holding is None:
        return TriggerStanding.WAITS_FOR_SIGNATURES if decisions else TriggerStanding.UNDECIDED
    return TriggerStanding.TO_REVISIT if holding.revisit_on < today else TriggerStanding.DECIDED


def heads_the_review(standing: TriggerStanding) -> bool:
    """It stands first among what a team does next: nobody decided, not everybody signed, or the date has passed."""
    return standing not in (TriggerStanding.DECIDED, TriggerStanding.CLOSED)


@dataclass(frozen=True)
class Measured:
    """One look at the promise of an open trigger: whether it is met, and where the counts of this look end.

    `before` is where those of the look before ended.
    """

    is_met: bool | None
    end: datetime
    before: datetime | None
    stale_after: timedelta


def met_since(standing: datetime | None, look: Measured | None, fired_at: datetime) -> datetime | None:
    """Since when a promise is met, in time that was measured; what is not judged ends the stretch.

    So does a stretch without a look that silence would have made stale: nobody can say that it was met meanwhile.
    """
    if look is None or not look.is_met:
        return None
    is_broken = look.before is None or look.end - look.before > look.stale_after
    return max(look.end, fired_at) if standing is None or is_broken else standing


def hours_to_exit(met_from: datetime | None, measured_until: datetime | None) -> Fraction | None:
    """Hours until a person may close it: met for 24 h that were measured; None while it is not met, or not known."""
    if met_from is None or measured_until is None:
        return None
    left = max(timedelta(0), MET_FOR - (measured_until - met_from))
    return Fraction(left // timedelta(microseconds=1), 3_600_000_000)


def advise(rule: Rule, decisions: Sequence[Decided], today: date) -> Advice:
    """What one open trigger says to a release."""
    standing = stand(rule, decisions, today, is_closed=False)
    holding = standing_decision(rule, decisions)
    if standing is not TriggerStanding.DECIDED or holding is None:
        return Advice.UNDECIDED
    if holding.verb is Verb.CONTINUE or rule.asks is Ask.RETRO:
        return Advice.OPEN
    return Advice.FROZEN if rule.asks is Ask.RELIABILITY_FIRST else Advice.CAREFUL


def strictest(found: Iterable[Advice]) -> Advice:
    """Of several the strictest; open where nothing stands."""
    return max(found, key=lambda advice: advice.rank, default=Advice.OPEN)
