"""Who leads, who shares, who must not carry it alone: one matrix for the page and for enforcement. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

TL, EM, PM = "tech_lead", "engineering_manager", "product_manager"
MEMBER, STEWARD, LEADERSHIP = "member", "steward", "leadership"
IMPACT, FLOW = "impact", "flow"


class Letter(StrEnum):
    """What a role does for an agreement."""

    LEADS = "L"
    SHARES = "S"
    AGREES = "A"
    CONTRIBUTES = "C"
    TOLD = "I"


LETTER_WORDS: Mapping[Letter, str] = MappingProxyType(
    {
        Letter.LEADS: "Leads: it must sign.",
        Letter.SHARES: "Shares: neither without this role nor by it alone.",
        Letter.AGREES: "Agrees: it must sign.",
        Letter.CONTRIBUTES: "Contributes: it drafts, comments and may be the second person.",
        Letter.TOLD: "Is told.",
    }
)
SIGNS = frozenset({Letter.LEADS, Letter.SHARES, Letter.AGREES})
WRITES = frozenset({Letter.LEADS, Letter.SHARES})


@dataclass(frozen=True)
class Row:
    """One governed kind: the letter of each role; `either` names roles of which one signature is enough."""

    kind: str
    label: str
    letters: Mapping[str, Letter]
    # Where the object's lens is impact, the measurable KPIs of a product, other roles share.
    impact_letters: Mapping[str, Letter] | None = None
    # Where the object is a promise about a critical flow of users, their product manager agrees.
    flow_letters: Mapping[str, Letter] | None = None
    either: frozenset[str] = frozenset()
    members_submit: bool = False
    note: str = ""

    def letters_for(self, content: Mapping[str, Any]) -> Mapping[str, Letter]:
        """The letters that hold for an object with this content."""
        if self.impact_letters is not None and content.get("lens") == IMPACT:
            return self.impact_letters
        if self.flow_letters is not None and content.get("flow"):
            return self.flow_letters
        return self.letters

    def signing(self, content: Mapping[str, Any]) -> list[frozenset[str]]:
        """The signatures needed, each as the roles of which one gives it."""
        roles = [role for role, letter in self.letters_for(content).items() if letter in SIGNS]
        single = [frozenset({role}) for role in roles if role not in self.either]
        return ([self.either] if self.either else []) + single


L, S, A, C, I = Letter  # noqa: E741 - the letters of the printed matrix
_PROMISED = {TL: L, EM: C, PM: C, STEWARD: C, MEMBER: C}
_PROMISED_TO_USERS = {**_PROMISED, PM: A}
_ROWS = (
    Row(
        "metric_definition", "Metric definition", {TL: S, EM: S, PM: C, STEWARD: A, MEMBER: C},
        impact_letters={TL: S, EM: C, PM: S, STEWARD: A, MEMBER: C},
        note="In the lens impact the product manager shares it and the engineering manager contributes.",
    ),
    Row("target", "Target", {TL: S, EM: S, PM: C}, note="In a quarterly review leadership agrees, too."),
    Row("scorecard_template", "Scorecard template", {TL: C, EM: C, PM: C, STEWARD: L, LEADERSHIP: A}),
    Row(
        "exemption", "Exemption", {TL: S, EM: S, PM: C, STEWARD: A, MEMBER: C}, either=frozenset({TL, EM}),
        members_submit=True, note="The tech lead or the engineering manager signs, and a steward.",
    ),
    Row("freeze_window", "Freeze window", {TL: C, EM: S, PM: S, LEADERSHIP: I}),
    Row("sli", "SLI", _PROMISED, flow_letters=_PROMISED_TO_USERS),
    Row(
        "slo", "SLO", _PROMISED, flow_letters=_PROMISED_TO_USERS,
        note="Of a critical flow the product manager agrees, too.",
    ),
    Row(
        "budget_policy", "Budget policy", {TL: S, EM: S, PM: S, LEADERSHIP: I},
        note="Agreed on by all three before the argument.",
    ),
)  # fmt: skip
RESPONSIBILITIES: Mapping[str, Row] = MappingProxyType({row.kind: row for row in _ROWS})


@dataclass(frozen=True)
class PrintedRow:
    """A row of the governed kinds as pages and API print it; a kind whose letters depend on lens or flow has two."""

    key: str
    label: str
    letters: Mapping[str, Letter]
    note: str


def printed_rows() -> list[PrintedRow]:
    """The first table: every governed kind with the letters that enforcement reads."""
    found = []
    for row in RESPONSIBILITIES.values():
        found.append(PrintedRow(row.kind, row.label, row.letters, row.note))
        if row.impact_letters is not None:
            found.append(PrintedRow(f"{row.kind}:{IMPACT}", f"{row.label} in the lens impact", row.impact_letters, ""))
        if row.flow_letters is not None:
            found.append(PrintedRow(f"{row.kind}:{FLOW}", f"{row.label} of a critical flow", row.flow_letters, ""))
    return found


@dataclass(frozen=True)
class DatedRow:
    """What is agreed on by a dated row and a reason, without a proposal: the letters of its roles."""

    key: str
    label: str
    letters: Mapping[str, Letter]
    note: str = ""
    is_working_agreement: bool = False

    @property
    def writers(self) -> tuple[str, ...]:
        """Roles that write such a row: those that lead or share it."""
        return tuple(role for role, letter in self.letters.items() if letter in WRITES)


DATED: tuple[DatedRow, ...] = (
    DatedRow(
        "service-ownership",
        "Service ownership",
        {TL: C, EM: L, PM: I, STEWARD: L},
        "The manager of the giving team leads; a steward for a first owner or a dissolved team.",
    ),
    DatedRow(
        "severity-policy", "Severity policy, label rules, on-call stage thresholds", {TL: C, EM: C, PM: I, STEWARD: L}
    ),
    DatedRow("kit-adoption", "Kit adoption, a chart's new baseline", {TL: S, EM: S, PM: C, LEADERSHIP: I}),
    DatedRow("rota-guardrails", "Rota and on-call guardrails", {TL: C, EM: L, PM: I, MEMBER: C}),
    DatedRow(
        "alerting",
        "Alerting philosophy, minimum instrumentation, incident hygiene",
        {TL: L, EM: C, PM: I, MEMBER: C},
        is_working_agreement=True,
    ),
    DatedRow(
        "review-cadence",
        "Cadence of objective reviews and of resulting actions",
        {TL: L, EM: C, PM: C, MEMBER: C},
        is_working_agreement=True,
    ),
    DatedRow(
        "reliability-features",
        "Reliability against features",
        {TL: S, EM: S, PM: S, LEADERSHIP: I},
        is_working_agreement=True,
    ),
    DatedRow(
        "tooling",
        "Investment in tooling",
        {TL: S, EM: S, PM: I},
        "A platform team's tech lead is told.",
        is_working_agreement=True,
    ),
    DatedRow(
        "communication",
        "External communication, roadmap, product narrative",
        {TL: C, EM: C, PM: L, LEADERSHIP: I},
        is_working_agreement=True,
    ),
    DatedRow(
        "across-organisations",
        "Agreements across organisations",
        {TL: C, EM: L, PM: L},
        "The other side's managers are told.",
        is_working_agreement=True,
    ),
)
AGREEMENTS: Mapping[str, DatedRow] = MappingProxyType({row.key: row for row in DATED if row.is_working_agreement})
