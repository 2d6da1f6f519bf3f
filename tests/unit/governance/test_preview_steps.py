"""A preview says which change it computes, it is of the revision it was asked for, and it grows stale."""

from datetime import timedelta

import pytest

from apps.accounts.domain import Principal
from apps.core import clock
from apps.core.problems import Conflict
from apps.governance import operations
from apps.governance.checking import Case
from apps.governance.domain.kinds import Change, Item, Op, Section, kinds
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import PreviewRun, Proposal
from apps.governance.tasks import run_previews
from tests.governed import MONDAY, Path, path
from tests.personas import Organisation, principal_of
from tests.unit.governance.conftest import RULE, Rules

__all__ = ["path"]
REASON = "The old clock began before anybody could act on the change."


@pytest.fixture
def ana(organisation: Organisation) -> Principal:
    return principal_of(organisation.people["ana"], clock.now())


def asked(*keys: str, computing: str = "b") -> Asked:
    """A change of several rules."""
    items = tuple(Item(RULE, Op.CHANGE, key, {"computing": computing}) for key in keys)
    return Asked(items, REASON, Category.IMPROVEMENT)


@pytest.fixture
def seen(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is computed, each with the step that people read meanwhile."""
    found: list[tuple[str, str]] = []

    def preview(change: Change) -> list[Section]:
        found.append((change.computing, PreviewRun.objects.latest("pk").step))
        return []

    for key in ("lead-time", "recovery"):
        rules.texts[key] = (1, "as it was", "a")
    monkeypatch.setattr(kinds, "_sections", {})
    kinds.add_preview(RULE, preview)
    return found


def test_preview__says_which_change_it_computes(seen: list[tuple[str, str]], ana: Principal) -> None:
    operations.draft_proposal(asked=asked("lead-time", "recovery"), by=ana)
    run_previews()
    assert seen == [
        ("b", "Computing lead-time before and after (1 of 2)"),
        ("b", "Computing recovery before and after (2 of 2)"),
    ]
    assert PreviewRun.objects.get().step == ""


def test_preview__is_of_the_revision_it_was_asked_for(seen: list[tuple[str, str]], ana: Principal) -> None:
    proposal: Proposal = operations.draft_proposal(asked=asked("lead-time"), by=ana)
    old = PreviewRun.objects.get()
    operations.revise_proposal(
        proposal=proposal, asked=asked("lead-time", computing="c"), sha256=proposal.revision_sha256, by=ana
    )
    operations.compute_preview(old)
    assert [computing for computing, _ in seen] == ["b"]


def test_preview__is_fresh_for_seven_days_and_for_its_engine(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = path.submitted()
    with clock.playing(MONDAY + timedelta(days=7)):
        assert Case.of(proposal).preview_problem == ""
        with monkeypatch.context() as other:
            other.setattr(kinds, "engine_version", "another")
            assert "older engine" in Case.of(proposal).preview_problem
    with clock.playing(MONDAY + timedelta(days=7, microseconds=1)):
        assert "more than 7 days old" in Case.of(proposal).preview_problem
        with pytest.raises(Conflict) as refused:
            operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=path.by("cy"))
        assert refused.value.code == "preview_stale"


def test_preview__of_an_older_base_is_stale(path: Path, rules: Rules) -> None:
    proposal = path.submitted()
    rules.texts["lead-time"] = (2, "from review", "z")
    assert "on what was in force before" in Case.of(proposal).preview_problem
