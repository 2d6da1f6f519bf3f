"""What the demonstration promises is agreed on by its own people, and asked for in every state."""

from collections import Counter
from datetime import date

import pytest

from apps.core import clock
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from apps.objectives.models import BudgetPolicy, Indicator, Objective
from apps.portal.demo import cast, openings, promises
from apps.portal.demo.asks_of_promises import ASKS_OF_PROMISES
from apps.portal.demo.cast import Cast, local
from apps.portal.demo.proposals import _move

pytestmark = pytest.mark.django_db


def play() -> Cast:
    """The organisation, its promises, and every ask about them, in order."""
    players = Cast()
    acts = [(local(promises.AGREED_ON.replace(year=2023)), cast.found_organisation), *promises.acts()]
    acts += [(at, do) for at, do in openings.acts() if getattr(do, "args", (None,))[0] in (None, *ASKS_OF_PROMISES)]
    acts += [(local(day), _move) for day in MOVES]
    for at, do in sorted(acts, key=lambda act: act[0]):
        with clock.playing(at):
            do(players)
    return players


MOVES = tuple(date(2026, 8, day) for day in (10, 14, 17, 24))


def test_promises__are_in_force_and_asked_about_in_every_state() -> None:
    play()
    assert (Indicator.objects.count(), Objective.objects.count(), BudgetPolicy.objects.count()) == (5, 5, 5)
    shown = Counter(Proposal.objects.values_list("items__kind", "state"))
    for kind in ("sli", "slo", "budget_policy"):
        assert {state for (found, state) in shown if found == kind} == set(ProposalState), kind
