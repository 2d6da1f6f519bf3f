"""What a change of objectives would move, as its proposal's preview says it: from the counts that are kept."""

from collections.abc import Iterator

from apps.core import clock
from apps.governance.domain.kinds import Change, Op, Section
from apps.objectives.domain.exempting import ExemptSpan
from apps.objectives.domain.objective_words import ExemptionCategory
from apps.objectives.domain.windows import Span
from apps.objectives.drafting_objectives import ObjectiveDraft
from apps.objectives.drafting_policies import PolicyDraft
from apps.objectives.operations.exempting import Corrected, compare, judgement_text
from apps.objectives.queries import standing
from apps.objectives.replaying import replay_policy, replay_promise

NO_COUNTS = "No counts have come yet, so nothing moves."


def preview_exemption(change: Change) -> list[Section]:
    """Each budget as it stands and with these slices left out; the raw figure stays beside the corrected one."""
    draft = change.extra.get("draft")
    if change.item.op is not Op.CREATE or draft is None or not draft.objectives:
        return []
    span = ExemptSpan(
        0, Span(draft.starts_at, draft.expires_at), ExemptionCategory(draft.category), frozenset(draft.keys)
    )
    found = compare(list(draft.objectives), span, at=clock.as_of())
    moved = frozenset(one.agreed.objective.owner_team_id for one in found if one.changes_state)
    said = tuple(sentence for one in found for sentence in corrected_words(one))
    return [Section("Budgets with and without these slices", said, affected_team_ids=moved)]


def corrected_words(one: Corrected) -> Iterator[str]:
    """What an exemption does to one budget, in sentences."""
    name, out = one.agreed.version.name, one.left_out
    if one.with_it.evaluation is None:
        yield f"{name}: {NO_COUNTS}"
        return
    noun = "events" if one.agreed.promise.method.value == "occurrences" else "slices"
    yield f"{name}: {max(out.bad, 0):,} bad of {out.counted:,} {noun} leave the window."
    if out.bad < 0:
        yield f"More bad {noun} of the sum without what leaves it: {-out.bad:,}."
    yield f"Without it: {judgement_text(one.without_it)}. With it: {judgement_text(one.with_it)}."


def preview_promise(change: Change) -> list[Section]:
    """A promise replayed over the past; nothing where it is to leave."""
    draft = change.extra.get("draft")
    return replay_promise(draft) if isinstance(draft, ObjectiveDraft) else []


def preview_policy(change: Change) -> list[Section]:
    """How often the rules of a policy would have fired; nothing where it is to leave."""
    draft = change.extra.get("draft")
    if not isinstance(draft, PolicyDraft):
        return []
    team = standing.list_objectives().filter(owner_team=draft.owner_team, retired_on=None)
    return replay_policy(draft.policy, team)
