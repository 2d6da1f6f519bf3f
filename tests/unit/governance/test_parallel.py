"""Many people at the same moment, on PostgreSQL: one version, one event, and an answer for everybody else."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from apps.accounts.domain import OrganisationRole, Principal
from apps.accounts.models import RoleGrant
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import ProblemError
from apps.governance import operations
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.domain.states import ProposalState
from apps.governance.models import Proposal
from tests.governed import RULE, Rules
from tests.personas import Organisation, make_person, principal_of

PEOPLE, AT_ONCE = 100, 20
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def stewards() -> list[Principal]:
    """As many people who may sign as there are at the door."""
    people = [make_person(f"steward{number}") for number in range(PEOPLE)]
    for person in people:
        RoleGrant.objects.create(user=person, role=OrganisationRole.STEWARD, from_at=SINCE)
    return [principal_of(person, clock.now()) for person in people]


def wording(text: str) -> Asked:
    """Other words for what is computed alike: one other person is enough, and it holds at once."""
    item = Item(RULE, Op.CHANGE, "lead-time", {"wording": text, "computing": "a"})
    return Asked((item,), "The words did not say where the clock begins.", Category.IMPROVEMENT)


def all_at_once(act: Callable[[Any], Any], of: Iterable[Any]) -> Counter[str]:
    """How each call ended: `done`, or the code of its refusal."""

    def one(it: Any) -> str:
        try:
            act(it)
        except ProblemError as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, of))


@pytest.fixture
def house(rules: Rules, organisation: Organisation) -> Organisation:
    """A team with one definition in force."""
    rules.texts["lead-time"] = (1, "words", "a")
    return organisation


def test_sign__by_a_hundred_people_at_once(house: Organisation, rules: Rules) -> None:
    ana, signers = principal_of(house.people["ana"], clock.now()), stewards()
    proposal = operations.draft_proposal(asked=wording("from the merge"), by=ana)
    sha = proposal.revision_sha256
    operations.submit_proposal(proposal=proposal, sha256=sha, by=ana)
    ended = all_at_once(lambda by: operations.sign_proposal(proposal=proposal, sha256=sha, by=by), signers)
    assert ended == {"done": 1, "already_decided": PEOPLE - 1}
    assert len(rules.granted) == 1
    assert rules.texts["lead-time"][0] == 2
    assert AuditEvent.objects.filter(action="proposal.activated").count() == 1


def test_draft__by_a_hundred_people_at_once_gives_each_a_number(house: Organisation) -> None:
    ended = all_at_once(lambda by: operations.draft_proposal(asked=wording(by.key), by=by), stewards())
    assert ended == {"done": PEOPLE}
    assert set(Proposal.objects.values_list("number", flat=True)) == set(range(1, PEOPLE + 1))


def test_sign__of_two_changes_of_one_object_at_once(house: Organisation, rules: Rules) -> None:
    ana, signers = principal_of(house.people["ana"], clock.now()), stewards()[:AT_ONCE]
    drafted = [operations.draft_proposal(asked=wording(f"words {n}"), by=ana) for n in range(AT_ONCE)]
    for proposal in drafted:
        operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=ana)

    def sign(pair: tuple[Proposal, Principal]) -> None:
        operations.sign_proposal(proposal=pair[0], sha256=pair[0].revision_sha256, by=pair[1])

    all_at_once(sign, zip(drafted, signers, strict=True))
    states = Counter(Proposal.objects.values_list("state", flat=True))
    assert states[ProposalState.ACTIVATED] == len(rules.granted)
    assert rules.texts["lead-time"][0] == 1 + len(rules.granted)
