"""What people are told about budgets: alerts that open, rules that fire, decisions that wait. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from apps.notifications.domain.kinds import NoticeKind, Wish, kinds
from apps.objectives.domain.burning import long_words
from apps.objectives.domain.objective_words import AlertKind
from apps.objectives.domain.policy_words import Ask, RuleKey

BURNING = kinds.register(NoticeKind("burn_alert", "A budget of your team burns fast", Wish.IMMEDIATE))
FIRED = kinds.register(NoticeKind("budget_trigger", "A rule of a budget policy asks for a decision", Wish.IMMEDIATE))
SIGNATURE = kinds.register(NoticeKind("budget_signature", "A decision about a budget waits for you", Wish.IMMEDIATE))
MOST_NAMED = 5
FIRED_WORDS = {
    RuleKey.AT_RISK: "The budget is at risk.",
    RuleKey.EXHAUSTED: "The budget is exhausted.",
    RuleKey.INCIDENT_SHARE: "One incident took a large part of the budget.",
}


def about_key(slug: str) -> str:
    """The thread of an objective."""
    return f"objective:{slug}"


def page_of(slug: str) -> str:
    """The address of an objective's page."""
    return f"/objectives/{slug}/"


def burning_words(kind: AlertKind, share_text: str, long: timedelta, keys: Sequence[str]) -> str:
    """What an opening alert says: how fast it goes, and which keys burn."""
    asks = "Look at it now." if kind is AlertKind.PAGE else "Look at it soon."
    return f"At this pace {share_text} of the budget goes in {long_words(long)}. {asks}{keys_words(keys)}"


def joined_words(keys: Sequence[str]) -> str:
    """What is told when more keys burn."""
    return f"More of it burns.{keys_words(keys)}"


def keys_words(keys: Sequence[str]) -> str:
    """The keys that burn, the first few by name; nothing where only the sum does."""
    named = [key for key in keys if key]
    if not named:
        return ""
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f" It burns for {', '.join(named[:MOST_NAMED])}{more}."


def fired_words(rule: RuleKey, ask: Ask) -> str:
    """What the signers of a rule are told when it fires."""
    return f"{FIRED_WORDS[rule]} The agreed policy says: {ask.sentence} Record what you decide."


def reason_words(team: str) -> str:
    """Why this person is told."""
    return f"you work in {team}, which owns it"


def signer_words(role: str, team: str) -> str:
    """Why a signer is told."""
    return f"as {role} of {team} you sign it"
