"""The statement of a budget policy's version: rules that were agreed on before the argument. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.accounts.domain.responsibilities import EM, PM, TL
from apps.core.faults import Faults
from apps.objectives.domain.documents import compact_json, day_in, decimal_text, share_in, text_in
from apps.objectives.domain.policy_words import Ask, RuleKey

ROLES = (TL, EM, PM)
LONGEST_TEXT = 1000
WORDING = ("name", "goals", "non_goals", "revisit_on")
KEYS = (*WORDING, "objectives", "rules")
RULE_KEYS = ("rule", "share", "asks", "signers")


@dataclass(frozen=True)
class Rule:
    """One rule: when it fires, what it asks for, who must sign the decision."""

    key: RuleKey
    asks: Ask
    signers: tuple[str, ...]
    share: Decimal | None = None

    def as_document(self) -> dict[str, Any]:
        """The JSON form."""
        found: dict[str, Any] = {"rule": str(self.key), "asks": str(self.asks), "signers": list(self.signers)}
        return found | ({"share": decimal_text(self.share)} if self.share is not None else {})


DEFAULT_RULES = (
    Rule(RuleKey.AT_RISK, Ask.SLOW_DOWN, (TL, PM)),
    Rule(RuleKey.EXHAUSTED, Ask.RELIABILITY_FIRST, (TL, EM, PM)),
    Rule(RuleKey.INCIDENT_SHARE, Ask.RETRO, (TL,), Decimal("0.20")),
)


@dataclass(frozen=True)
class Policy:
    """One immutable statement of a policy; no objectives: all of its team."""

    name: str
    goals: str
    non_goals: str
    revisit_on: date
    rules: tuple[Rule, ...]
    objectives: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """The JSON form with every default written out."""
        return {
            "name": self.name, "goals": self.goals, "non_goals": self.non_goals,
            "revisit_on": self.revisit_on.isoformat(), "objectives": list(self.objectives),
            "rules": [rule.as_document() for rule in self.rules],
        }  # fmt: skip

    @property
    def computing_text(self) -> str:
        """Canonical text of scope and rules."""
        return compact_json({key: value for key, value in self.as_document().items() if key not in WORDING})

    @property
    def canonical_text(self) -> str:
        """Canonical text of the whole statement."""
        return compact_json(self.as_document())

    def covers(self, slug: str) -> bool:
        """True for an objective that the policy speaks of."""
        return not self.objectives or slug in self.objectives

    def rule(self, key: RuleKey) -> Rule | None:
        """Its rule of that key, or None."""
        return next((rule for rule in self.rules if rule.key is key), None)


def read_policy(document: Any, faults: Faults) -> Policy | None:
    """Read a document; None after any fault, each at its JSON Pointer."""
    before = len(faults.found)
    if not faults.keys(document, "", known=KEYS, required=WORDING):
        return None
    revisit_on = day_in(document.get("revisit_on"), "/revisit_on", faults)
    rules = _rules(document, faults)
    slugs = [
        faults.text(slug, f"/objectives/{i}", longest=60) or ""
        for i, slug in enumerate(faults.list_of(document.get("objectives", []), "/objectives", longest=200))
    ]
    texts = {key: text_in(document, key, faults, longest=LONGEST_TEXT) for key in ("goals", "non_goals")}
    name = text_in(document, "name", faults, longest=120)
    if len(faults.found) > before or revisit_on is None:
        return None
    return Policy(name=name, **texts, revisit_on=revisit_on, rules=rules, objectives=tuple(sorted(set(slugs))))


def _rules(document: Mapping[str, Any], faults: Faults) -> tuple[Rule, ...]:
    if "rules" not in document:
        return DEFAULT_RULES
    listed = faults.list_of(document["rules"], "/rules", longest=len(RuleKey), shortest=1)
    found = [rule for i, item in enumerate(listed) if (rule := _rule(item, f"/rules/{i}", faults)) is not None]
    if len({rule.key for rule in found}) < len(found):
        faults.add("/rules", "repeated", "Name each rule once.")
    return tuple(sorted(found, key=lambda rule: list(RuleKey).index(rule.key)))


def _rule(item: Any, pointer: str, faults: Faults) -> Rule | None:
    if not faults.keys(item, pointer, known=RULE_KEYS, required=("rule", "asks", "signers")):
        return None
    key = faults.one_of(item.get("rule", ""), tuple(RuleKey), f"{pointer}/rule", "a rule")
    asks = faults.one_of(item.get("asks", ""), tuple(Ask), f"{pointer}/asks", "something a rule asks for")
    listed = faults.list_of(item.get("signers", []), f"{pointer}/signers", longest=len(ROLES), shortest=1)
    signers = [faults.one_of(role, ROLES, f"{pointer}/signers/{i}", "a role") for i, role in enumerate(listed)]
    share = _rule_share(item, key, pointer, faults)
    if key is None or asks is None or None in signers or not signers:
        return None
    return Rule(RuleKey(key), Ask(asks), tuple(role for role in ROLES if role in signers), share)


def _rule_share(item: Mapping[str, Any], key: str | None, pointer: str, faults: Faults) -> Decimal | None:
    given = item.get("share")
    if key == RuleKey.INCIDENT_SHARE:
        return share_in("0.20" if given is None else given, f"{pointer}/share", faults)
    if given is not None:
        faults.add(f"{pointer}/share", "not_applicable", "Only the rule of an incident's share has one.")
    return None
