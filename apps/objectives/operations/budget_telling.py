"""Tell people what happens to the budgets they answer for, in the transaction in which it happens."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from apps.accounts.domain import ROLE_WORDS, SYSTEM, Principal
from apps.core import clock
from apps.notifications import operations as notifications
from apps.notifications.domain.notices import About, Notice
from apps.objectives.domain import budget_notices as words
from apps.objectives.domain.burning import PATTERN
from apps.objectives.domain.evaluating import tiers_for
from apps.objectives.domain.objective_words import AlertKind
from apps.objectives.domain.printing import spent_share_text
from apps.objectives.models import BudgetDecision, BurnAlert, PolicyTrigger
from apps.objectives.operations.alerting import AlertChanges
from apps.objectives.operations.judging import Judgement
from apps.objectives.queries.signers import people_to_sign, rule_of, workers_of

SHARES: Mapping[str, Fraction] = {rule.key.value: rule.share for rule in PATTERN}


def about(slug: str, name: str) -> About:
    """An objective as notices name it."""
    return About(words.about_key(slug), name, words.page_of(slug))


def tell_burning(changes: AlertChanges, judgements: Mapping[int, Judgement], at: datetime) -> None:
    """One notice for each opening of a tier, with its keys; and for keys that join, until somebody looks after it."""
    told = [(alert, _opened_words(alert, judgements), "opened") for alert in changes.opened]
    told += [
        (alert, words.joined_words(keys), f"joined {at:%Y-%m-%dT%H:%M}")
        for alert, keys in changes.joined if alert.acknowledged_at is None
    ]  # fmt: skip
    if not told:
        return
    people = workers_of({alert.objective.owner_team_id for alert, _, _ in told}, clock.now())
    notices: list[Notice] = []
    for alert, text, of in told:
        agreed = judgements[alert.objective_id].agreed
        thing, team = about(agreed.objective.slug, agreed.promise.name), agreed.objective.owner_team
        reason, occasion = words.reason_words(team.name), f"{alert.pk} {of}"
        notices += [
            Notice(person, words.BURNING.key, thing, text, reason, occasion) for person in people.get(team.pk, ())
        ]
    notifications.notify(notices=notices, by=SYSTEM)


def _opened_words(alert: BurnAlert, judgements: Mapping[int, Judgement]) -> str:
    one = judgements[alert.objective_id]
    share = spent_share_text(SHARES[alert.tier])
    framed = one.answer.framed if one.answer else None
    tiers = tiers_for(one.promise, framed.frame, is_cause=framed.question.is_cause).present if framed else ()
    long = next(tier.long for tier in tiers if tier.key.value == alert.tier)
    return words.burning_words(AlertKind(alert.kind), share, long, alert.keys)


def tell_fired(triggers: Sequence[PolicyTrigger]) -> None:
    """Ask those who sign a rule's decision, each with the role in which they are asked."""
    notices: list[Notice] = []
    rules = [(one, rule) for one in triggers if (rule := rule_of(one)) is not None]
    signers = people_to_sign([(one.objective.owner_team_id, rule.signers) for one, rule in rules], clock.now())
    for (trigger, rule), asked in zip(rules, signers, strict=True):
        text = words.fired_words(rule.key, rule.asks)
        notices += _to_signers(trigger, asked, words.FIRED.key, text, str(trigger))
    notifications.notify(notices=notices, by=SYSTEM)


def tell_waiting(decision: BudgetDecision, asked: Mapping[int, str], by: Principal) -> None:
    """Ask those whose signature a decision still needs."""
    text = f"Decided: {decision.verb}. {decision.sentence} It needs your signature."
    occasion = f"{decision.trigger} {decision.number}"
    notices = _to_signers(decision.trigger, asked, words.SIGNATURE.key, text, occasion)
    notifications.notify(notices=notices, by=by)


def _to_signers(
    trigger: PolicyTrigger, asked: Mapping[int, str], kind: str, text: str, occasion: str
) -> list[Notice]:  # fmt: skip
    thing, team = about(trigger.objective.slug, trigger.version.name), trigger.objective.owner_team.name
    return [
        Notice(person, kind, thing, text, words.signer_words(ROLE_WORDS[role], team), occasion)
        for person, role in asked.items()
    ]


def settle_told(trigger: PolicyTrigger, still: Collection[int] = ()) -> None:
    """What was asked for about a trigger is done: it leaves the inboxes of those who need it no more.

    Another trigger of the same SLO still asks.
    """
    thread = words.about_key(trigger.objective.slug)
    for kind in (words.FIRED.key, words.SIGNATURE.key):
        notifications.settle(about=thread, kind=kind, still=list(still), occasion=str(trigger))
