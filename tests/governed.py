"""A plain governed kind, so that the path of change is tested without any app above it, and people who walk it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.accounts.domain import SYSTEM, Principal, TeamRole
from apps.core import clock
from apps.governance import operations
from apps.governance.domain.kinds import Change, Grant, Item, Kind, Need, Op, Section, Shown, kinds, require_grant
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.governance.tasks import run_previews
from apps.teams import operations as teams
from tests.personas import Organisation, principal_of

RULE = "metric_definition"
# The same pretended rules under a kind that has no form of its own.
PLAIN = "target"


@dataclass
class Rules:
    """What a pretended app holds: texts by key with their numbers, and what was granted."""

    owner_team_id: int | None
    texts: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    granted: list[Grant] = field(default_factory=list)
    affected: frozenset[int] = frozenset()
    improves: frozenset[int] = frozenset()
    teams: list[dict[str, Any]] = field(default_factory=list)

    def parse(self, item: Item) -> Change:
        number, wording, computing = self.texts.get(item.key, (0, "", ""))
        new = str(item.content.get("computing", computing))
        return Change(
            item=item, base=number, wording=str(item.content.get("wording", wording)), computing=new,
            is_same_meaning=new == computing and number > 0, owner_team_id=self.owner_team_id, name=item.key,
            grains=("week", "month"),
            before=Shown(f"Median hours {wording} to production.", {"wording": wording}) if number else None,
            after=Shown(f"Median hours {item.content.get('wording', wording)} to production.", dict(item.content)),
        )  # fmt: skip

    def apply(self, change: Change, grant: Grant) -> str:
        require_grant(grant)
        self.granted.append(grant)
        self.texts[change.item.key] = (change.base + 1, change.wording, change.computing)
        return f"{change.item.key} v{change.base + 1}"

    def preview(self, _change: Change) -> list[Section]:
        teams = tuple(self.teams)
        said = () if teams else ("No value changes in 26 weeks.",)
        return [Section("Values", said, teams, affected_team_ids=self.affected, improves_team_ids=self.improves)]


def needs(change: Change) -> tuple[Need, ...]:
    """Tech lead, engineering manager and steward."""
    team = change.owner_team_id
    own = tuple(Need(frozenset({role}), team) for role in ("tech_lead", "engineering_manager"))
    return (*own, Need(frozenset({"steward"}), None))


@pytest.fixture
def rules(organisation, monkeypatch: pytest.MonkeyPatch) -> Rules:
    """The pretended app, registered as the kind of metric definitions."""
    made = Rules(organisation.checkout.pk)
    monkeypatch.setattr(kinds, "_kinds", {})
    monkeypatch.setattr(kinds, "_sections", {})
    monkeypatch.setattr(kinds, "_pages", {})
    for key in (RULE, PLAIN):
        kinds.register(
            Kind(
                key, "Rule", frozenset(Op), made.parse, lambda change: f"{change.name}: {change.wording}.", needs,
                made.preview, made.apply,
            )
        )  # fmt: skip
    return made


MONDAY = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
REASON = "The old clock began before anybody could act on the change."


def asked(
    computing: str = "b", *, wording: str = "from merge", reason: str = REASON, kind: str = RULE, **more: Any
) -> Asked:
    """A change of the lead time by the pretended kind."""
    content = {"wording": wording, "computing": computing}
    return Asked((Item(kind, Op.CHANGE, "lead-time", content),), reason, Category.IMPROVEMENT, **more)


@dataclass
class Path:
    """Walks a proposal along its path as people of the organisation, on one Monday."""

    organisation: Organisation

    def by(self, name: str) -> Principal:
        """The principal of a person."""
        return principal_of(self.organisation.people[name], clock.now())

    def drafted(self, by: str = "ana", **more: Any) -> Proposal:
        """A draft whose preview is computed."""
        proposal = operations.draft_proposal(asked=asked(**more), by=self.by(by))
        run_previews()
        proposal.refresh_from_db()
        return proposal

    def submitted(self, by: str = "ana", **more: Any) -> Proposal:
        """A proposal in review."""
        proposal = self.drafted(by, **more)
        return operations.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=self.by(by))

    def signed(self, *names: str, **more: Any) -> Proposal:
        """A proposal that these people have approved."""
        proposal = self.submitted(**more)
        for name in names:
            proposal = operations.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=self.by(name))
        return proposal


def lead_of_other_team(organisation: Organisation, name: str = "eli") -> None:
    """This person leads Harbour, which owns nothing of the proposals here."""
    person, since = organisation.people[name], MONDAY - timedelta(days=30)
    teams.add_member(user=person, team=organisation.harbour, role=TeamRole.TECH_LEAD, from_at=since, by=SYSTEM)


@pytest.fixture
def path(organisation: Organisation, rules: Rules) -> Iterator[Path]:
    """The lead time is in force as version 1; it is Monday."""
    rules.texts["lead-time"] = (1, "from first commit", "a")
    with clock.playing(MONDAY):
        yield Path(organisation)
