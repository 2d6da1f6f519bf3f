"""Triggers with their decisions and signatures as plain rows, each reading in one query."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from apps.accounts.domain import Principal
from apps.core.problems import Absent
from apps.objectives.domain.budget_policies import Rule
from apps.objectives.domain.budget_triggers import (
    Decided,
    Signed,
    advise,
    heads_the_review,
    roles_missing,
    stand,
    standing_decision,
)
from apps.objectives.domain.policy_words import Advice, Ask, RuleKey, TriggerStanding, Verb
from apps.objectives.models import BudgetPolicyVersion, PolicyTrigger
from apps.objectives.queries.agreements import find_rule
from apps.objectives.queries.incident_spans import hidden_incidents
from apps.objectives.queries.owning import with_team_then

TRIGGER = (
    "pk", "objective_id", "objective__slug", "objective__owner_team_id", "objective__owner_team__slug",
    "objective__owner_team__name", "team_then", "team_then_name", "rule", "incident", "from_at", "met_since",
    "closed_at", "closed_by__full_name", "closed_reason", "evaluation_id", "version__number", "version__name",
    "policy_version_id", "policy_version__number", "policy_version__name", "policy_version__policy__slug",
    "policy_version__policy_text",
)  # fmt: skip
DECISION = ("pk", "number", "verb", "sentence", "revisit_on", "written_at", "written_by__full_name")
SIGNATURE = ("role", "stands_in", "signed_at", "signed_by_id", "signed_by__full_name")
# What was agreed to happen, the strictest first.
STRICTEST = (Ask.RELIABILITY_FIRST, Ask.SLOW_DOWN, Ask.RETRO)
UNREADABLE = "The text of {name}, version {number}, cannot be read here: what was agreed, and who signs, is not known."
COLUMNS = (
    *TRIGGER, *(f"decisions__{name}" for name in DECISION), *(f"decisions__signatures__{name}" for name in SIGNATURE),
)  # fmt: skip


@dataclass(frozen=True)
class SignedRow:
    """One signature: the role, and who gave it."""

    role: str
    stands_in: bool
    signed_at: datetime
    person: int
    who: str


def _signed(one: SignedRow) -> Signed:
    return Signed(one.person, one.role, one.stands_in)


@dataclass
class DecisionRow:
    """One decision with its signatures, in the order in which they were given."""

    pk: int
    number: int
    verb: Verb
    sentence: str
    revisit_on: date
    written_at: datetime
    who: str
    signatures: list[SignedRow] = field(default_factory=list)

    @property
    def decided(self) -> Decided:
        """As the rules take it."""
        return Decided(self.verb, self.revisit_on, tuple(map(_signed, self.signatures)))


@dataclass
class Fired:
    """One firing of a rule, with everything that people decided about it."""

    pk: int
    objective_id: int
    slug: str
    team_id: int
    key: RuleKey
    # None: the text of the policy's version under which it fired reads no more; then nobody can decide.
    rule: Rule | None
    incident: str
    from_at: datetime
    met_since: datetime | None
    closed_at: datetime | None
    closed_by: str
    closed_reason: str
    evaluation_id: int
    version_number: int
    version_name: str
    policy_number: int
    policy_name: str
    policy_slug: str
    decisions: list[DecisionRow] = field(default_factory=list)
    # The team that owned the objective when it fired, and the one that owns it now: that one decides.
    team: str = ""
    team_name: str = ""
    owner: str = ""
    owner_name: str = ""

    def __str__(self) -> str:
        return f"T-{self.pk}"

    @property
    def has_moved(self) -> bool:
        """The objective belongs to another team by now."""
        return self.team != self.owner

    @property
    def is_open(self) -> bool:
        """Nobody closed it."""
        return self.closed_at is None

    @property
    def asks(self) -> Ask | None:
        """What was agreed to happen."""
        return self.rule.asks if self.rule else None

    @property
    def signers(self) -> tuple[str, ...]:
        """The roles that sign a decision; none where that cannot be read."""
        return self.rule.signers if self.rule else ()

    @property
    def asks_words(self) -> str:
        """What was agreed to happen, in a sentence; or that it cannot be read."""
        unread = UNREADABLE.format(name=self.policy_name, number=self.policy_number)
        return self.rule.asks.sentence if self.rule else unread

    @property
    def decided(self) -> list[Decided]:
        """Its decisions as the rules take them, oldest first."""
        return [one.decided for one in self.decisions]

    def standing(self, today: date) -> TriggerStanding:
        """Where it stands; undecided for as long as nobody can read who decides."""
        if self.rule is None:
            return TriggerStanding.UNDECIDED if self.is_open else TriggerStanding.CLOSED
        return stand(self.rule, self.decided, today, is_closed=not self.is_open)

    def needs_decision(self, today: date) -> bool:
        """Somebody has to decide, to sign, or to look again."""
        return heads_the_review(self.standing(today))

    def advice(self, today: date) -> Advice:
        """What it says to a release while it is open."""
        return advise(self.rule, self.decided, today) if self.rule else Advice.UNDECIDED

    @property
    def holding(self) -> DecisionRow | None:
        """The newest decision that every role signed."""
        held = standing_decision(self.rule, self.decided) if self.rule else None
        return next((one for one in reversed(self.decisions) if held is not None and one.decided == held), None)

    @property
    def newest(self) -> DecisionRow | None:
        """The newest decision, signed by all or not."""
        return self.decisions[-1] if self.decisions else None

    def missing(self, decision: DecisionRow) -> tuple[str, ...]:
        """Roles that have not signed a decision."""
        return roles_missing(self.rule, decision.decided.signed) if self.rule else ()


def list_fired(rows: QuerySet[PolicyTrigger]) -> list[Fired]:
    """Triggers with their decisions, newest first; one query."""
    ordered = with_team_then(rows, objective="objective", at="from_at").order_by(
        "-from_at", "-pk", "decisions__number", "decisions__signatures__pk"
    )
    return fold(dict(zip(COLUMNS, values, strict=True)) for values in ordered.values_list(*COLUMNS))


def fold(rows: Iterable[Mapping[str, Any]]) -> list[Fired]:
    """Rows of `COLUMNS`, one for each signature, as triggers; decisions and signatures in the order of the rows."""
    found: dict[int, Fired] = {}
    for row in rows:
        if row["pk"] not in found:
            found[row["pk"]] = _fired(row)
        if row["decisions__pk"] is not None:
            _add_decision(found[row["pk"]], row)
    return list(found.values())


def _fired(row: Mapping[str, Any]) -> Fired:
    key = RuleKey(row["rule"])
    version = BudgetPolicyVersion(pk=row["policy_version_id"], policy_text=row["policy_version__policy_text"])
    return Fired(
        row["pk"], row["objective_id"], row["objective__slug"], row["objective__owner_team_id"], key,
        find_rule(version, key), row["incident"], row["from_at"], row["met_since"], row["closed_at"],
        row["closed_by__full_name"] or "", row["closed_reason"], row["evaluation_id"], row["version__number"],
        row["version__name"], row["policy_version__number"], row["policy_version__name"],
        row["policy_version__policy__slug"], team=row["team_then"], team_name=row["team_then_name"],
        owner=row["objective__owner_team__slug"], owner_name=row["objective__owner_team__name"],
    )  # fmt: skip


def _add_decision(fired: Fired, row: Mapping[str, Any]) -> None:
    if not fired.decisions or fired.decisions[-1].pk != row["decisions__pk"]:
        given = {name: row[f"decisions__{name}"] for name in DECISION}
        who, verb = given.pop("written_by__full_name"), Verb(given.pop("verb"))
        fired.decisions.append(DecisionRow(**given, verb=verb, who=who))
    if row["decisions__signatures__role"] is not None:
        given = {name: row[f"decisions__signatures__{name}"] for name in SIGNATURE}
        signed = SignedRow(
            given["role"], given["stands_in"], given["signed_at"], given["signed_by_id"], given["signed_by__full_name"]
        )
        fired.decisions[-1].signatures.append(signed)


def as_seen(fired: Sequence[Fired], by: Principal) -> list[Fired]:
    """Triggers without the incidents that a reader may not know of; one query where any names one."""
    hidden = hidden_incidents({one.incident for one in fired if one.incident}, by)
    return [replace(one, incident="") if one.incident in hidden else one for one in fired]


def get_fired(pk: int, by: Principal) -> Fired:
    """A trigger with its decisions, as a reader sees it; raises `Absent`."""
    found = as_seen(list_fired(PolicyTrigger.objects.filter(pk=pk)), by)
    if not found:
        raise Absent("not_found", "Nothing is here for you.")
    return found[0]


def list_named(pks: Collection[int]) -> list[Fired]:
    """These triggers with their decisions, newest first; one query."""
    return list_fired(PolicyTrigger.objects.filter(pk__in=list(pks)))


def open_by_objective(objective_ids: Iterable[int]) -> dict[int, list[Fired]]:
    """Open triggers of objectives, by objective; one query."""
    found: dict[int, list[Fired]] = {}
    for one in list_fired(PolicyTrigger.objects.filter(objective__in=list(objective_ids), closed_at=None)):
        found.setdefault(one.objective_id, []).append(one)
    return found


def pressing_first(fired: Iterable[Fired], today: date) -> list[Fired]:
    """Open triggers, those that ask for somebody first, of these the strictest rule, then the oldest."""
    return sorted((one for one in fired if one.is_open), key=lambda one: press_of(one, today))


def press_of(fired: Fired, today: date) -> tuple[bool, int, datetime]:
    """How much a trigger asks for somebody; the least comes first."""
    strictness = STRICTEST.index(fired.asks) if fired.asks else 0  # what cannot be read may be the strictest
    return not fired.needs_decision(today), strictness, fired.from_at
