"""The governed kinds of metrics: definitions and targets change by proposals alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.accounts.domain.responsibilities import RESPONSIBILITIES
from apps.core import clock
from apps.core.calendar_words import day_words, period_words
from apps.core.joining import joined
from apps.core.numbers import format_value, number_style
from apps.core.problems import FieldProblem
from apps.governance.domain.consent import LEADERSHIP, STEWARD
from apps.governance.domain.kinds import Change, Grant, Item, Kind, Need, Op, Pages, Section, Shown, kinds
from apps.metrics import operations, queries
from apps.metrics.domain.canonical import compact_json
from apps.metrics.domain.contracts import KEYS, LABELS
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.spec import Spec
from apps.metrics.domain.wording import FIELD_LABELS
from apps.metrics.drafting import VersionDraft, read_version
from apps.metrics.edit_pages import name_edit_form
from apps.metrics.life_drafting import (
    DeprecationDraft,
    RetirementDraft,
    late_deprecation,
    read_deprecation,
    read_retirement,
)
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.metrics.target_drafting import TargetDraft, read_target

DEPENDS = "What depends on {}"
MOST_DECIMALS = 4


def needs_of(change: Change) -> tuple[Need, ...]:
    """Who must sign by the responsibility matrix; a target of a quarterly review is agreed to by leadership, too."""
    content, owner = change.item.content, change.owner_team_id
    wanted = RESPONSIBILITIES[change.item.kind].signing(content)
    found = [Need(roles, None if roles == {STEWARD} else owner) for roles in wanted]
    if content.get("review"):
        found.append(Need(frozenset({LEADERSHIP}), owner))
    return tuple(found)


def needs_of_definition(change: Change) -> tuple[Need, ...]:
    """Who must sign; where a definition moves, those of the team and lens it leaves and of those it comes to."""
    draft = change.extra.get("draft")
    standing = draft.definition if isinstance(draft, VersionDraft) and draft.moves else None
    if standing is None or draft is None:
        return needs_of(change)
    places = ((standing.lens, standing.owner_team_id), (draft.lens, draft.owner_team.pk))
    return tuple(dict.fromkeys(need for lens, owner in places for need in _needs_at(lens, owner)))


def _needs_at(lens: str, owner: int) -> Iterator[Need]:
    for roles in RESPONSIBILITIES[operations.DEFINITION].signing({"lens": lens}):
        yield Need(roles, None if roles == {STEWARD} else owner)


def parse_definition(item: Item) -> Change:
    """A definition's next version, or its end, beside what is in force."""
    if item.op is Op.DEPRECATE:
        return _leaving(item, read_deprecation(item))
    if item.op is Op.RETIRE:
        return _leaving(item, read_retirement(item))
    return _parse_version(item)


def _leaving(item: Item, draft: DeprecationDraft | RetirementDraft) -> Change:
    """A definition that is to leave; it is retired from the start of a period on, not before its last day."""
    current, definition = draft.current, draft.definition
    is_retirement = isinstance(draft, RetirementDraft)
    document = _life_document(definition)
    after = {**document, "state": "retired"} if is_retirement else {**document, **_announced(draft)}
    return Change(
        item=Item(item.kind, item.op, item.key, {**item.content, "lens": definition.lens}), base=current.number,
        wording="", computing=compact_json(dict(item.content)), is_same_meaning=False,
        owner_team_id=definition.owner_team_id, name=current.name,
        grains=tuple(queries.spec_of(current).window.grains) if is_retirement else (),
        not_before=definition.sunset_on if is_retirement else None,
        before=Shown(_stands(definition), document), after=Shown(draft.text, after), extra={"draft": draft},
    )  # fmt: skip


def _stands(definition: MetricDefinition) -> str:
    """Where its life stands, in a sentence."""
    if definition.sunset_on is None:
        return "It stays."
    return f"It leaves on {day_words(definition.sunset_on)}."


def _life_document(definition: MetricDefinition) -> dict[str, Any]:
    return {
        "state": definition.lifecycle,
        "replaced_by": definition.replaced_by.slug if definition.replaced_by else "none",
        "last_day": definition.sunset_on.isoformat() if definition.sunset_on else "none",
    }


def _announced(draft: DeprecationDraft | RetirementDraft) -> dict[str, Any]:
    if isinstance(draft, RetirementDraft):
        return {}
    successor = draft.successor.slug if draft.successor else "none"
    return {"state": "deprecated", "replaced_by": successor, "last_day": draft.sunset_on.isoformat()}


def _parse_version(item: Item) -> Change:
    """A version beside the one it follows."""
    draft = read_version(item)
    current = draft.current
    return Change(
        item=Item(item.kind, item.op, item.key, draft.content), base=current.number if current else 0,
        wording=draft.wording, computing=draft.computing,
        is_same_meaning=draft.is_same_meaning and not draft.moves,
        owner_team_id=(draft.definition.owner_team_id if draft.definition else draft.owner_team.pk), name=draft.name,
        grains=tuple(draft.spec.window.grains), not_before=current.effective_from if current else None,
        before=_shown(current, with_slug=bool(draft.new_slug)) if current else None,
        after=Shown(say_spec(draft.spec), draft.content), extra={"draft": draft},
    )  # fmt: skip


def _shown(version: DefinitionVersion, *, with_slug: bool = False) -> Shown:
    """A version in force as one side of a difference; its short name only where that becomes another one."""
    draft = VersionDraft(
        version.definition.slug, version.definition.lens, version.definition.owner_team, version.name,
        queries.spec_of(version), version.contract, None, version.definition.slug if with_slug else "",
    )  # fmt: skip
    return Shown(say_spec(draft.spec), draft.content)


def say_definition(change: Change) -> str:
    """What a proposal does with a definition, in a sentence."""
    draft = change.extra["draft"]
    if not isinstance(draft, VersionDraft):
        words = "is retired" if isinstance(draft, RetirementDraft) else "is deprecated"
        return f"{change.name} {words}. {draft.text}"
    if draft.current is None:
        return f"{draft.name} is defined: {say_spec(draft.spec)}"
    return f"{draft.current.name}, version {draft.number}: {joined(list(_parts(draft, draft.current)))}."


def _parts(draft: VersionDraft, current: DefinitionVersion) -> Iterator[str]:
    """The parts that differ, the rule first."""
    before = queries.spec_of(current)
    yield from draft.move_parts
    if not draft.is_same_meaning:
        yield f"the rule changes{_news(say_spec(before), say_spec(draft.spec))}"
    if draft.name != current.name:
        yield f"the name becomes {draft.name}"
    texts = [LABELS[key] for key in KEYS if draft.contract.get(key) != current.contract.get(key)]
    if texts:
        yield f"other words for {joined(texts)}"
    if _reasons(draft.spec) != _reasons(before) and draft.is_same_meaning:
        yield "other words for why facts are left out"


def _news(before: str, after: str) -> str:
    """The first sentence of a rule that was not in the one before, in brackets; nothing where none is new."""
    known = before.split(". ")
    new = [sentence.rstrip(".") for sentence in after.split(". ") if sentence not in known]
    return f" (“{new[0]}”)" if new else ""


def _reasons(spec: Spec) -> list[str]:
    return [exclusion.reason for exclusion in spec.exclude]


def preview_definition(change: Change) -> list[Section]:
    """What stands on the version that is in force, and what no longer shows once it leaves."""
    draft = change.extra["draft"]
    if not isinstance(draft, VersionDraft):
        uses = queries.list_uses(draft.definition)
        return [_depends(change.name, uses, "Nothing depends on it."), *_stops(change.name, draft)]
    if draft.definition is None:
        return [Section(DEPENDS.format(draft.name), ("Nothing depends on it yet.",))]
    return [
        _depends(draft.name, queries.list_uses(draft.definition), "No running target and no pair depends on it."),
        *_becomes(draft),
    ]


def _depends(name: str, uses: Sequence[str], none: str) -> Section:
    return Section(DEPENDS.format(name), tuple(uses) or (none,))


def _stops(name: str, draft: DeprecationDraft | RetirementDraft) -> Iterator[Section]:
    """What people will no longer find, and what they will."""
    stays = "Its pages, its versions and every value until then stay, and can be read and verified."
    if isinstance(draft, RetirementDraft):
        gone = "No week, month or quarter that ends after its date is computed; charts end there."
        yield Section(f"What stops showing of {name}", (gone, stays))
        return
    last = day_words(draft.sunset_on)
    until = f"Until {last} it is computed, judged and shown as before, with a note that it leaves."
    targets = f"No target on it is agreed on for a quarter that ends after {last}."
    later = "From that day on it may be retired, once nothing depends on it; then no further value is computed."
    yield Section(f"What stops showing of {name}", (until, targets, later, stays))


def _becomes(draft: VersionDraft) -> Iterator[Section]:
    """What a move means for those who use the definition."""
    if not draft.moves:
        return
    said = [f"{part[:1].upper()}{part[1:]}." for part in draft.move_parts]
    if draft.new_slug:
        said.append("Addresses with the former short name lead on to the new one; it is never given to anything else.")
    if draft.definition is not None and draft.definition.owner_team_id != draft.owner_team.pk:
        said.append("Both teams sign; from its date on the new owner proposes its versions and confirms it each year.")
    if draft.is_same_meaning:
        said.append("No value changes by that.")
    yield Section("What moves", tuple(said))


def apply_definition(change: Change, grant: Grant) -> str:
    """Write the version, or let the definition go."""
    write = {Op.DEPRECATE: operations.deprecate_definition, Op.RETIRE: operations.retire_definition}
    return str(write.get(change.item.op, operations.write_version)(change, grant))


def late_definition(change: Change, asked_at: datetime) -> Sequence[FieldProblem]:
    """Why a last day is asked for too late: people need four weeks."""
    draft = change.extra["draft"]
    if not isinstance(draft, DeprecationDraft):
        return ()
    return tuple(late_deprecation(draft, clock.local_day(asked_at)))


def parse_target(item: Item) -> Change:
    """A target beside the one it replaces."""
    draft = read_target(item)
    current = draft.current
    return Change(
        item=item, base=current.number if current else 0, wording=compact_json([draft.reason, draft.heroic_reason]),
        computing=compact_json([draft.wish.comparison, str(draft.wish.value), draft.version.number]),
        is_same_meaning=False, owner_team_id=draft.team.pk,
        name=f"{draft.version.name}, {draft.wish.quarter.key}", is_private=True, extra={"draft": draft},
        before=Shown(_aim(draft, current.comparison, current.value), {"value": str(current.value)})
        if current else None,
        after=Shown(_aim(draft, draft.wish.comparison, draft.wish.value), dict(item.content)),
    )  # fmt: skip


def _aim(draft: TargetDraft, comparison: str, value: Decimal) -> str:
    """The comparison with every digit that is agreed on."""
    unit = queries.spec_of(draft.version).unit
    shown = (value / number_style([value], unit).size).normalize()
    decimals = min(max(0, -int(shown.as_tuple().exponent)), MOST_DECIMALS)
    exact = number_style([value], unit, least_decimals=decimals).text(value)
    return f"{draft.version.name} {comparison.replace('_', ' ')} {exact}"


def say_target(change: Change) -> str:
    """What a team means to reach, in a sentence."""
    draft: TargetDraft = change.extra["draft"]
    aim = _aim(draft, draft.wish.comparison, draft.wish.value)
    return f"{draft.team.name} means to reach {aim} in {period_words(draft.wish.quarter)}."


def preview_target(change: Change) -> list[Section]:
    """From where the team starts."""
    draft: TargetDraft = change.extra["draft"]
    if draft.baseline is None:
        return [Section("Where it starts", ("It starts from no past value; it is a promise.",))]
    unit = queries.spec_of(draft.version).unit
    start = format_value(draft.baseline.value, unit)
    words = f"{draft.team.name} starts from {start} in {draft.baseline.period}, counted {draft.baseline.n:,} times."
    return [Section("Where it starts", (words,))]


def apply_target(change: Change, grant: Grant) -> str:
    """Write the target."""
    return str(operations.write_target(change, grant))


kinds.register(
    Kind(
        operations.DEFINITION, "Metric definition", frozenset({Op.CREATE, Op.CHANGE, Op.DEPRECATE, Op.RETIRE}),
        parse_definition, say_definition, needs_of_definition, preview_definition, apply_definition,
        late=late_definition, labels={f"spec, {place}": words for place, words in FIELD_LABELS.items()},
    )
)  # fmt: skip
kinds.register(
    Kind(
        operations.TARGET, "Target", frozenset({Op.CREATE, Op.CHANGE}), parse_target, say_target, needs_of,
        preview_target, apply_target,
    )
)  # fmt: skip
kinds.set_pages(
    operations.DEFINITION,
    Pages(
        of_object="portal:metric",
        first="metrics:definition-create",
        new="metrics:wording-create",
        edit=name_edit_form,
    ),
)
