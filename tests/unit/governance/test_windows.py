"""The comment window of affected teams: five working days in which they can read what would move."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock
from apps.governance import operations
from apps.governance.domain.checks import working_days_after
from apps.governance.domain.states import ProposalState
from apps.governance.tasks import move_proposals, run_previews
from tests.governed import MONDAY, Path, Rules, asked, path, rules

__all__ = ["path", "rules"]
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


@pytest.fixture
def touching(path: Path, rules: Rules) -> Path:
    """What is proposed moves Harbour, too."""
    rules.affected = frozenset({path.organisation.harbour.pk})
    return path


def test_working_days__pass_over_weekends() -> None:
    monday = MONDAY.date()
    assert [working_days_after(monday + timedelta(days=n), 5).isoformat() for n in (0, 4, 5, 6)] == [
        "2026-05-11", "2026-05-15", "2026-05-15", "2026-05-15",
    ]  # fmt: skip


def test_window__of_a_draft_begins_when_others_can_read_it(touching: Path) -> None:
    draft = touching.drafted()
    with clock.playing(MONDAY + timedelta(days=14)):
        operations.ask_preview(proposal=draft)
        run_previews()
        draft.refresh_from_db()
        proposal = operations.submit_proposal(proposal=draft, sha256=draft.revision_sha256, by=touching.by("ana"))
        for name in ("cy", "gus"):
            proposal = operations.sign_proposal(
                proposal=proposal, sha256=proposal.revision_sha256, by=touching.by(name)
            )
    assert (proposal.state, proposal.window_until) == (
        ProposalState.IN_REVIEW, datetime(2026, 5, 24, 22, tzinfo=UTC)
    )  # fmt: skip
    with clock.playing(datetime(2026, 5, 24, 22, tzinfo=UTC)):
        move_proposals()
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SCHEDULED


def test_window__begins_anew_with_each_revision(touching: Path) -> None:
    proposal = touching.submitted()
    with clock.playing(MONDAY + timedelta(days=3)):
        operations.revise_proposal(
            proposal=proposal, asked=asked("c"), sha256=proposal.revision_sha256, by=touching.by("ana")
        )
        run_previews()
    proposal.refresh_from_db()
    assert proposal.window_until == datetime(2026, 5, 13, 22, tzinfo=UTC)


def test_window__that_a_draft_no_longer_needs_is_gone(touching: Path, rules: Rules) -> None:
    draft = touching.drafted()
    assert draft.window_until is not None
    rules.affected = frozenset()
    operations.revise_proposal(proposal=draft, asked=asked("c"), sha256=draft.revision_sha256, by=touching.by("ana"))
    run_previews()
    draft.refresh_from_db()
    assert draft.window_until is None


def test_window__of_words_alone_there_is_none(touching: Path) -> None:
    assert touching.submitted(computing="a", wording="from the first commit").window_until is None
