"""The governed kind of scorecards: templates change by proposals alone."""

from collections.abc import Iterator, Sequence

from apps.accounts.domain.responsibilities import RESPONSIBILITIES
from apps.governance.domain.kinds import Change, Grant, Item, Kind, Need, Op, Section, Shown, kinds
from apps.metrics.domain.canonical import compact_json
from apps.scorecards import operations
from apps.scorecards.domain.templates import Slot, slots_of
from apps.scorecards.drafting import TemplateDraft, read_template
from apps.teams.queries import list_teams


def parse_template(item: Item) -> Change:
    """A template beside the one it follows."""
    draft = read_template(item)
    current = draft.current
    before = slots_of(current.slots) if current else []
    return Change(
        item=item, base=current.number if current else 0, wording=compact_json([slot.label for slot in draft.slots]),
        computing=_showing(draft.slots), is_same_meaning=_showing(draft.slots) == _showing(before),
        owner_team_id=None, name=f"Scorecard template of {draft.team_type} teams",
        not_before=current.effective_from if current else None,
        before=Shown(_say_slots(before), {"slots": [slot.as_dict() for slot in before]}) if current else None,
        after=Shown(_say_slots(draft.slots), {"slots": draft.stored}), extra={"draft": draft},
    )  # fmt: skip


def _showing(slots: Sequence[Slot]) -> str:
    """What decides which cells a card has; labels are words."""
    return compact_json([[slot.rank, str(slot.lens), slot.definition] for slot in slots])


def _say_slots(slots: Sequence[Slot]) -> str:
    return ", ".join(slot.label for slot in slots)


def say_template(change: Change) -> str:
    """What a proposal does with a template, in a sentence."""
    draft: TemplateDraft = change.extra["draft"]
    cards = f"Scorecards of {draft.team_type} teams"
    if draft.current is None:
        return f"{cards} are made, with {len(draft.slots)} slots: {_say_slots(draft.slots)}."
    return f"{cards}: {'; '.join(_differences(draft, slots_of(draft.current.slots)))}."


def _differences(draft: TemplateDraft, before: Sequence[Slot]) -> Iterator[str]:
    """Slots that come and go; else that they are only named or ranked differently."""
    old, new = {slot.label for slot in before}, {slot.label for slot in draft.slots}
    come, gone = [s.label for s in draft.slots if s.label not in old], [s.label for s in before if s.label not in new]
    if come:
        yield f"in comes {', '.join(come)}"
    if gone:
        yield f"out goes {', '.join(gone)}"
    if not come and not gone:
        yield "the same slots in another order or with another measure"


def needs_of(change: Change) -> tuple[Need, ...]:
    """A steward leads and leadership agrees."""
    wanted = RESPONSIBILITIES[change.item.kind].signing(change.item.content)
    return tuple(Need(roles, None) for roles in wanted)


def preview_template(change: Change) -> list[Section]:
    """Whose cards are made by it."""
    draft: TemplateDraft = change.extra["draft"]
    names = [team.name for team in list_teams() if team.team_type == draft.team_type]
    count = "1 team" if len(names) == 1 else f"{len(names)} teams"
    words = f"Cards of {count} are made by it: {', '.join(names)}." if names else "No team has such cards."
    return [Section("Cards that change", (words, "Cards that are frozen keep their template."))]


def apply_template(change: Change, grant: Grant) -> str:
    """Write the template."""
    return str(operations.write_template(change, grant))


kinds.register(
    Kind(
        operations.TEMPLATE, "Scorecard template", frozenset({Op.CREATE, Op.CHANGE}), parse_template, say_template,
        needs_of, preview_template, apply_template,
    )
)  # fmt: skip
