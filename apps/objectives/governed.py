"""The governed kinds of objectives: SLIs, SLOs and budget policies change by proposals alone."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from apps.accounts.domain.responsibilities import RESPONSIBILITIES
from apps.core.calendar_words import day_words
from apps.governance.domain.consent import STEWARD
from apps.governance.domain.dates import DAY
from apps.governance.domain.kinds import Change, Grant, Item, Kind, Need, Op, Pages, Section, Shown, kinds
from apps.objectives.domain.agreed_words import LABELS, say_differences, say_indicator, say_policy, say_promise
from apps.objectives.domain.promises import warnings_of
from apps.objectives.drafting_indicators import IndicatorDraft, read_indicator_draft
from apps.objectives.drafting_objectives import ObjectiveDraft, find_others_on_flow, read_objective_draft
from apps.objectives.drafting_policies import PolicyDraft, RetirementDraft, read_policy_draft, read_retirement
from apps.objectives.edit_pages import name_edit_form
from apps.objectives.moving import moving_sections
from apps.objectives.operations import agreeing
from apps.objectives.queries import agreements, standing

INDICATOR, OBJECTIVE, POLICY = "sli", "slo", "budget_policy"
STAYS = "Triggers that are open keep the version they fired under, and so do decisions."
Draft = IndicatorDraft | ObjectiveDraft | PolicyDraft


def needs_of(change: Change) -> tuple[Need, ...]:
    """Who must sign by the responsibility matrix: the tech lead, of a critical flow the product manager too.

    Of what moves to another team the roles of both teams.
    """
    wanted = RESPONSIBILITIES[change.item.kind].signing(change.item.content)
    teams = [change.owner_team_id]
    draft = change.extra.get("draft")
    if isinstance(draft, IndicatorDraft | ObjectiveDraft | PolicyDraft) and draft.moved_from is not None:
        teams = [draft.moved_from.pk, draft.owner_team.pk]
    return tuple(Need(roles, None if roles == {STEWARD} else team) for team in teams for roles in wanted)


def parse_indicator(item: Item) -> Change:
    """An indicator's next version, or its end, beside what is in force."""
    if item.op is Op.RETIRE:
        return _leaving(item)
    draft = read_indicator_draft(item)
    current = draft.current
    before = agreements.spec_of(current) if current else None
    return _version(
        item, draft, draft.spec.name, say_indicator(draft.spec), draft.spec.computing_text,
        _before(draft, say_indicator(before), "spec", before.as_document()) if before else None,
    )  # fmt: skip


def parse_objective(item: Item) -> Change:
    """A promise, or its end, beside what is in force."""
    if item.op is Op.RETIRE:
        return _leaving(item)
    draft = read_objective_draft(item)
    current, spec = draft.current, draft.measure.spec
    before = agreements.promise_of(current) if current else None
    return _version(
        item, draft, draft.promise.name, say_promise(draft.promise, spec), draft.promise.computing_text,
        _before(draft, say_promise(before, spec), "promise", before.as_document()) if before else None,
    )  # fmt: skip


def parse_policy(item: Item) -> Change:
    """A budget policy, or its end, beside what is in force."""
    if item.op is Op.RETIRE:
        return _leaving(item)
    draft = read_policy_draft(item)
    current = draft.current
    before = agreements.policy_of(current) if current else None
    return _version(
        item, draft, draft.policy.name, say_policy(draft.policy), draft.policy.computing_text,
        _before(draft, say_policy(before), "policy", before.as_document()) if before else None,
    )  # fmt: skip


def _before(draft: Draft, says: str, name: str, document: Mapping[str, Any]) -> Shown:
    """What is in force as one side of a difference, with the team that owns it until then."""
    owner = draft.moved_from or draft.owner_team
    return Shown(says, {**draft.content, "owner_team": owner.slug, name: dict(document)})


def _version(item: Item, draft: Draft, name: str, says: str, computing: str, before: Shown | None) -> Change:
    """A version beside the one it follows; it holds from a local midnight to come, and never for what was before."""
    current: Any = draft.current
    wording = str({key: value for key, value in _document(draft).items() if key in LABELS})
    return Change(
        item=Item(item.kind, item.op, item.key, draft.content), base=current.number if current else 0,
        wording=wording, computing=computing, is_same_meaning=draft.is_same_meaning and draft.moved_from is None,
        owner_team_id=(draft.moved_from or draft.owner_team).pk, name=name, grains=(DAY,), holds_from_now=True,
        waits_for_midnight=draft.moved_from is not None,
        not_before=current.effective_from if current else None, before=before, after=Shown(says, draft.content),
        extra={"draft": draft},
    )  # fmt: skip


def _document(draft: Draft) -> dict[str, Any]:
    content: Mapping[str, Any] = draft.content
    found = next(content[key] for key in ("spec", "promise", "policy") if key in content)
    return dict(found)


def _leaving(item: Item) -> Change:
    draft = read_retirement(item)
    content = {"flow": draft.flow} if draft.flow else {}
    return Change(
        item=Item(item.kind, item.op, item.key, content), base=draft.number, wording="", computing="retired",
        is_same_meaning=False, owner_team_id=draft.row.owner_team_id, name=draft.name, grains=(DAY,),
        holds_from_now=True, before=Shown("It stands.", {"state": "in force"}),
        after=Shown(draft.text, {"state": "retired"}), extra={"draft": draft},
    )  # fmt: skip


def say_version(change: Change) -> str:
    """What a proposal does with an SLI, an SLO or a policy, in a sentence."""
    draft = change.extra["draft"]
    if isinstance(draft, RetirementDraft):
        return f"{change.name} is retired. {draft.text}"
    after = change.after.sentence if change.after else ""
    if draft.current is None:
        return f"{change.name}: {after}"
    before = dict(change.before.document) if change.before else {}
    old = next(before[key] for key in ("spec", "promise", "policy") if key in before)
    name, moves = draft.current.name, _say_move(draft)
    if moves and old == _document(draft):
        return f"{name} {moves}; all else stays."
    differs = say_differences(old, _document(draft))
    return f"{name}, version {draft.number}: {differs}{f'; it {moves}' if moves else ''}."


def _say_move(draft: Draft) -> str:
    """Where something moves; empty where it stays."""
    return f"moves from {draft.moved_from.name} to {draft.owner_team.name}" if draft.moved_from else ""


def preview_indicator(change: Change) -> list[Section]:
    """What stands on the indicator, and what a change of the measurement does to it."""
    draft = change.extra["draft"]
    row: Any = draft.row if isinstance(draft, RetirementDraft) else draft.current.indicator if draft.current else None
    stands = [one.slug for one in standing.list_promised_by(row)] if row else []
    said = [f"SLOs on it: {', '.join(stands)}." if stands else "No SLO stands on it."]
    if isinstance(draft, IndicatorDraft) and draft.current and not draft.is_same_meaning:
        said.append(
            "The measurement changes: windows of these SLOs do not reach behind its date, and read "
            "“Not judged: new definition” until they hold enough."
        )
    return [Section(f"What stands on {change.name}", tuple(said)), *moving_sections(draft)]


def preview_objective(change: Change) -> list[Section]:
    """What signers should know, and what a change of the promise leaves as it was."""
    draft = change.extra["draft"]
    if isinstance(draft, RetirementDraft):
        return [Section(f"What becomes of {change.name}", (draft.text, "Open triggers stay until people close them."))]
    said = warnings_of(draft.promise, others_on_flow=find_others_on_flow(draft))
    said.append(f"It is looked at again on {day_words(draft.promise.revisit_on)}.")
    if draft.current is not None and not draft.is_same_meaning:
        said.append("It judges the whole window from its date on. Evaluations and open triggers stay as they are.")
    return [Section(f"What signers should know of {change.name}", tuple(said)), *moving_sections(draft)]


def preview_policy(change: Change) -> list[Section]:
    """Of which objectives the policy speaks, and what stays as it was."""
    draft = change.extra["draft"]
    if isinstance(draft, RetirementDraft):
        return [Section(f"What becomes of {change.name}", ("From its date on it fires nothing.", STAYS))]
    slugs = draft.policy.objectives or standing.slugs_of_team(draft.owner_team.pk)
    covered = f"It speaks of {', '.join(slugs)}." if slugs else "Its team has no SLO yet; it speaks of those to come."
    low = standing.low_among(slugs)
    fires = (f"Low today: {', '.join(low)}. Where a rule is new to one that still is, it fires once.",) if low else ()
    return [Section(f"What {change.name} speaks of", (covered, *fires, STAYS)), *moving_sections(draft)]


def _apply(write: Callable[..., Any], retire: Callable[..., Any]) -> Callable[[Change, Grant], str]:
    def apply(change: Change, grant: Grant) -> str:
        return str((retire if change.item.op is Op.RETIRE else write)(change, grant))

    return apply


def _labels(key: str) -> Iterator[tuple[str, str]]:
    for name, words in LABELS.items():
        yield f"{key}, {name.replace('_', ' ')}", words


_OPS = frozenset({Op.CREATE, Op.CHANGE, Op.RETIRE})
kinds.register(
    Kind(
        INDICATOR, "SLI", _OPS, parse_indicator, say_version, needs_of, preview_indicator,
        _apply(agreeing.write_indicator_version, agreeing.retire_indicator), labels=dict(_labels("spec")),
    )
)  # fmt: skip
kinds.register(
    Kind(
        OBJECTIVE, "SLO", _OPS, parse_objective, say_version, needs_of, preview_objective,
        _apply(agreeing.write_objective_version, agreeing.retire_objective), labels=dict(_labels("promise")),
    )
)  # fmt: skip
kinds.register(
    Kind(
        POLICY, "Budget policy", _OPS, parse_policy, say_version, needs_of, preview_policy,
        _apply(agreeing.write_policy_version, agreeing.retire_policy), labels=dict(_labels("policy")),
    )
)  # fmt: skip
_OBJECTS = {
    INDICATOR: ("indicator", "indicator"), OBJECTIVE: ("objective", "objective"), POLICY: ("policy", "policy-versions"),
}  # fmt: skip
for key, (name, page) in _OBJECTS.items():
    kinds.set_pages(key, Pages(of_object=f"objectives:{page}", new=f"objectives:{name}-propose", edit=name_edit_form))
