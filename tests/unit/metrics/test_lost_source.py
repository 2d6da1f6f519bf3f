"""A scheduled version whose facts are no longer there is blocked with the cause, and the version in force stays."""

import pytest

from apps.core import clock
from apps.core.fact_sources import sources
from apps.core.problems import Conflict, Invalid
from apps.governance.checking import Case
from apps.governance.domain.checks import waits_for
from apps.governance.tasks import move_proposals
from apps.metrics import queries
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, CHANGE_FAILURE_RATE_WITHIN_30_DAYS
from apps.metrics.models import DefinitionVersion
from tests.agreeing import draft, sign_all, starter_item, submit
from tests.unit.metrics.test_adopt_version import ON_MONDAY

pytestmark = pytest.mark.sql
SLUG = CHANGE_FAILURE_RATE.slug


@pytest.fixture
def item(adopt, organisation):
    """The next version of a definition in force."""
    adopt()
    return starter_item(CHANGE_FAILURE_RATE_WITHIN_30_DAYS, organisation.checkout)


def lose_deployments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app that told of deployments is gone."""
    kept = {source.key: source for source in sources if source.key != "deployments"}
    monkeypatch.setattr(sources, "_sources", kept)


def test_lost_source__blocks_on_the_date_and_leaves_what_holds(item, ana, monkeypatch):
    proposal = sign_all(submit(draft(item, author=ana), ana))
    assert proposal.state == "scheduled"
    lose_deployments(monkeypatch)
    with clock.playing(ON_MONDAY):
        move_proposals()
        move_proposals()
    proposal.refresh_from_db()
    assert (proposal.state, DefinitionVersion.objects.count()) == ("blocked", 1)
    assert proposal.blocked_cause.startswith(f"{SLUG}: ")
    assert queries.list_versions(queries.get_definition(SLUG))[0].number == 1


def test_lost_source__is_not_submitted_and_not_drafted(item, ana, monkeypatch):
    waiting = draft(item, author=ana)
    lose_deployments(monkeypatch)
    assert f"{SLUG}: " in waits_for(Case.of(waiting).findings())
    with pytest.raises((Invalid, Conflict)):
        submit(waiting, ana)
    with pytest.raises(Invalid):
        draft(item, author=ana)
    waiting.refresh_from_db()
    assert (waiting.state, DefinitionVersion.objects.count()) == ("draft", 1)
