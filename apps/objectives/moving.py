"""What a move to another team means, for those who sign it: who signs from then on, and what stays where it was."""

from collections.abc import Iterator
from typing import Any

from apps.core import clock
from apps.governance.domain.kinds import Section
from apps.objectives.drafting_indicators import IndicatorDraft
from apps.objectives.drafting_objectives import ObjectiveDraft
from apps.objectives.drafting_policies import PolicyDraft
from apps.objectives.models import Objective
from apps.objectives.queries import agreements, standing
from apps.teams.models import Team

KEPT = "What was kept until then stays with {former}: results, alerts, triggers, and what was decided."
SIGNS = "From its date on {owner} proposes its versions and signs them."


def moving_sections(draft: Any) -> list[Section]:
    """What a move means; nothing where a draft stays with its team."""
    former: Team | None = getattr(draft, "moved_from", None)
    if former is None:
        return []
    said = [SIGNS.format(owner=draft.owner_team.name), *_words(draft, former)]
    return [Section(f"What moves from {former.name} to {draft.owner_team.name}", tuple(said))]


def _words(draft: Any, former: Team) -> Iterator[str]:
    owner: Team = draft.owner_team
    if isinstance(draft, IndicatorDraft):
        yield "Facts stay with the team that owned the service on their day. SLOs on it move by items of their own."
        return
    if isinstance(draft, PolicyDraft):
        slugs = draft.policy.objectives or standing.slugs_of_team(owner.pk)
        yield f"From then on it speaks of SLOs of {owner.name}: {', '.join(slugs) if slugs else 'none today'}."
        return
    if isinstance(draft, ObjectiveDraft):
        yield KEPT.format(former=former.name)
        yield f"A trigger that is open is decided by {owner.name} from then on."
        yield from _policy_words(draft.slug, former, owner)


def _policy_words(slug: str, former: Team, owner: Team) -> Iterator[str]:
    """Which policies speak of an objective until then, and from then on."""
    asked = [Objective(pk=team.pk, slug=slug, owner_team=team) for team in (former, owner)]
    found = agreements.policies_for(asked, clock.today())
    for team, when in ((former, "Until then"), (owner, "From then on, as policies stand today,")):
        names = [one.name for one in found[team.pk]]
        says = f"its budget follows {', '.join(names)}" if names else f"no policy of {team.name} speaks of it"
        yield f"{when} {says}."
