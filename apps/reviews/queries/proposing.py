"""What measurements say of decisions whose effect is to be looked at; one query for any number of them."""

from collections.abc import Iterable, Mapping

from apps.incidents.domain.action_words import ActionState
from apps.measurements import queries as measurements
from apps.measurements.domain.effects import Stage
from apps.measurements.models import ActionEffect
from apps.reviews.domain.follow_ups import UNMEASURED, Proposal, propose_undone
from apps.reviews.domain.follow_ups import propose as propose_measured
from apps.reviews.models import Decision


def propose(decisions: Iterable[Decision]) -> dict[int, Proposal]:
    """How each decision seems to have turned out, by the measured effect of its action."""
    rows = list(decisions)
    named = [row.action_id for row in rows if row.action_id is not None]
    effects = measurements.list_effects(named) if named else {}
    return {row.pk: _one(row, effects) for row in rows}


def _one(decision: Decision, effects: Mapping[int, ActionEffect]) -> Proposal:
    action = decision.action
    if action is None:
        return Proposal(None, UNMEASURED)
    if action.state in (ActionState.OPEN, ActionState.DROPPED):
        return propose_undone(is_dropped=action.state == ActionState.DROPPED)
    effect = effects.get(action.pk)
    if effect is None:
        return Proposal(None, UNMEASURED)
    return propose_measured(Stage(effect.stage), effect.result, decision.expected_direction)
