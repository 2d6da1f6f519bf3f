"""The governed kinds that governance has itself: exemptions and freeze windows. Each is created, and ended once."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.accounts.domain.responsibilities import RESPONSIBILITIES
from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.joining import joined
from apps.core.problems import FieldProblem
from apps.governance.domain import exemptions, freezes
from apps.governance.domain.consent import STEWARD
from apps.governance.domain.exemptions import ExemptionKind
from apps.governance.domain.kinds import Change, Grant, Item, Kind, Need, Op, Pages, Section, Shown, kinds
from apps.governance.exclusion_drafting import (
    ExemptionDraft,
    FreezeDraft,
    read_ending_exemption,
    read_ending_freeze,
    read_exemption,
    read_freeze,
)
from apps.governance.models import Exemption, FreezeWindow
from apps.governance.operations.exclusions import end_exemption, end_freeze, write_exemption, write_freeze
from apps.governance.slice_drafting import asks_slices, read_slice_exemption

EXEMPTION, FREEZE = "exemption", "freeze_window"


def needs_of(change: Change) -> tuple[Need, ...]:
    """Who must sign by the responsibility matrix; a freeze of the organisation has no team, so stewards fill in."""
    wanted = RESPONSIBILITIES[change.item.kind].signing(change.item.content)
    return tuple(Need(roles, None if roles == {STEWARD} else change.owner_team_id) for roles in wanted)


def parse_exemption(item: Item) -> Change:
    """An exemption to be created, or one to be ended."""
    if item.op is Op.END:
        row = read_ending_exemption(item)
        return _ending(item, row, row.team_id)
    draft = read_slice_exemption(item) if asks_slices(item) else read_exemption(item)
    place = draft.service.name if draft.service else draft.team.name
    return Change(
        item=item, base=0, wording="", computing=_text(item), is_same_meaning=False,
        owner_team_id=draft.team.pk, name=f"Exemption for {place}", after=Shown(_say(draft), item.content),
        extra={"draft": draft},
    )  # fmt: skip


def _text(item: Item) -> str:
    return json.dumps(item.content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _ending(item: Item, row: Exemption | FreezeWindow, owner: int | None) -> Change:
    """Ending moves nothing that was: one other person agrees, and it holds at once."""
    return Change(
        item=item, base=1, wording="ended", computing="", is_same_meaning=True, owner_team_id=owner,
        name=str(row), extra={"row": row},
    )  # fmt: skip


def _say(draft: ExemptionDraft) -> str:
    """An exemption in a sentence."""
    place = draft.service.name if draft.service else draft.team.name
    names = joined(list(draft.definitions.values()))
    days = f"from {_day(draft.starts_at)} until {_day(draft.expires_at)}"
    if draft.kind is ExemptionKind.PAUSE_JUDGING:
        return f"{place}: {names} not judged {days}."
    if draft.kind is ExemptionKind.EXCLUDE_SLICES:
        return f"{place}: {_slices(draft)}."
    return f"{place}: {_what(draft)} left out of {names} {days}."


def _slices(draft: ExemptionDraft) -> str:
    """Which slices leave which budgets, and why."""
    keys = f" of {joined(draft.keys)}" if draft.keys else ""
    times = f"from {_moment(draft.starts_at)} until {_moment(draft.expires_at)}"
    why = draft.category.replace("_", " ")
    return f"slices{keys} left out of the budget of {joined(list(draft.objectives.values()))} {times} ({why})"


def _moment(at: datetime) -> str:
    return f"{_day(at)}, {at.astimezone(clock.reporting_zone()):%H:%M}"


def _what(draft: ExemptionDraft) -> str:
    if draft.facts:
        return "1 fact" if len(draft.facts) == 1 else f"{len(draft.facts)} facts"
    return f"some {draft.slice['facts']}" if draft.slice else "all facts"


def _day(at: datetime) -> str:
    return day_words(clock.local_day(at))


def say_exemption(change: Change) -> str:
    """What a proposal does with an exemption."""
    if change.item.op is Op.END:
        row: Exemption = change.extra["row"]
        if row.kind == ExemptionKind.EXCLUDE_SLICES:
            return f"{row}, {row.team}: is withdrawn; its slices of {joined(row.objectives)} count again."
        return f"{row}, {row.service or row.team}: ends before {_day(row.expires_at)}."
    return _say(change.extra["draft"])


def preview_exemption(change: Change) -> Sequence[Section]:
    """What it is about and whether it renews another; apps further up add values with and without."""
    draft: ExemptionDraft | None = change.extra.get("draft")
    if draft is None:
        return []
    sentences = [_say(draft)]
    if draft.renewed:
        again = "It cannot be renewed again."
        sentences.append(f"It renews {exemptions.title_of(draft.renewed.number)}. {again}")
    return [Section("What is exempted", tuple(sentences))]


def apply_exemption(change: Change, grant: Grant) -> str:
    """Write the exemption, or its end."""
    if change.item.op is Op.END:
        return str(end_exemption(change.extra["row"], grant))
    return str(write_exemption(change.extra["draft"], grant))


def late_exemption(change: Change, asked_at: datetime) -> Sequence[FieldProblem]:
    """Why it is asked for too late."""
    draft: ExemptionDraft | None = change.extra.get("draft")
    return exemptions.late_problems(draft.starts_at, asked_at) if draft else []


def parse_freeze(item: Item) -> Change:
    """A freeze to be created, or one to be ended."""
    if item.op is Op.END:
        row = read_ending_freeze(item)
        return _ending(item, row, row.team_id)
    draft = read_freeze(item)
    return Change(
        item=item, base=0, wording="", computing=_text(item), is_same_meaning=False,
        owner_team_id=draft.team.pk if draft.team else None, name=f"Freeze for {_whom(draft)}",
        after=Shown(_say_freeze(draft), item.content), extra={"draft": draft},
    )  # fmt: skip


def _whom(draft: FreezeDraft) -> str:
    return draft.team.name if draft.team else "the whole organisation"


def _say_freeze(draft: FreezeDraft) -> str:
    first, last = day_words(draft.days.starts_on), day_words(draft.days.last_on)
    return f"Freeze for {_whom(draft)}: {draft.name}, {first} to {last}."


def say_freeze(change: Change) -> str:
    """What a proposal does with a freeze."""
    if change.item.op is Op.END:
        row: FreezeWindow = change.extra["row"]
        return f"{row}, {row.name}: ends before {day_words(row.last_on)}."
    return _say_freeze(change.extra["draft"])


def preview_freeze(change: Change) -> Sequence[Section]:
    """What a freeze does in words; apps further up say which periods are paused."""
    if change.item.op is Op.END:
        return []
    words = "Values stay as they are. Periods that it covers by more than a quarter are shown and not judged."
    return [Section("What is paused", (_say_freeze(change.extra["draft"]), words))]


def apply_freeze(change: Change, grant: Grant) -> str:
    """Write the freeze, or its end."""
    if change.item.op is Op.END:
        return str(end_freeze(change.extra["row"], grant))
    return str(write_freeze(change.extra["draft"], grant))


def late_freeze(change: Change, asked_at: datetime) -> Sequence[FieldProblem]:
    """Why it is asked for too late."""
    draft: FreezeDraft | None = change.extra.get("draft")
    return freezes.late_problems(draft.days.starts_on, clock.local_day(asked_at)) if draft else []


_OPS: Any = frozenset({Op.CREATE, Op.END})
kinds.register(
    Kind(
        EXEMPTION, "Exemption", _OPS, parse_exemption, say_exemption, needs_of, preview_exemption, apply_exemption,
        late=late_exemption,
    )
)  # fmt: skip
kinds.register(
    Kind(
        FREEZE, "Freeze window", _OPS, parse_freeze, say_freeze, needs_of, preview_freeze, apply_freeze,
        late=late_freeze,
    )
)  # fmt: skip
kinds.set_pages(EXEMPTION, Pages(of_object="portal:exemption", new="portal:exemption-create"))
kinds.set_pages(FREEZE, Pages(new="portal:freeze-create"))
