"""An exemption from budgets as a proposal writes it: slices of objectives, which governance knows by name alone."""

from apps.core.problems import Invalid
from apps.governance.domain.exemptions import MOST_OBJECTIVES, ExemptionKind
from apps.governance.domain.kinds import Item
from apps.governance.domain.upstairs import SlicesAsked, SlicesRead, upstairs
from apps.governance.exclusion_drafting import ExemptionDraft, Reader
from apps.teams.models import Team

SLICE_KEYS = ("kind", "objectives", "keys", "category", "starts_at", "expires_at")


def asks_slices(item: Item) -> bool:
    """True for an exemption that leaves slices out of budgets."""
    return item.content.get("kind") == ExemptionKind.EXCLUDE_SLICES


def read_slice_exemption(item: Item) -> ExemptionDraft:
    """An exemption from budgets to be created; raises `Invalid` with every fault."""
    reader = Reader(item.content, SLICE_KEYS)
    asked = _asked(reader)
    read = upstairs.read_slices(asked) if asked is not None else SlicesRead()
    reader.problems += read.problems
    reader.refuse()
    team = Team.objects.filter(pk=read.team_id).first() if read.team_id is not None else None
    if asked is None or team is None:
        raise Invalid("validation_failed", "Some fields need attention.")
    return ExemptionDraft(
        ExemptionKind.EXCLUDE_SLICES, team, None, {}, [], {}, asked.starts_at, asked.expires_at, None,
        read.names, tuple(asked.keys), asked.category,
    )  # fmt: skip


def _asked(reader: Reader) -> SlicesAsked | None:
    """What is asked for, once its times read; the limits of budgets are for the app that has them."""
    objectives = sorted(set(reader.listed("objectives", str)))
    if not objectives:
        reader.note("/objectives", "required", "Name the SLOs it is about. There is no exemption from everything.")
    elif len(objectives) > MOST_OBJECTIVES:
        reader.note("/objectives", "too_many", f"An exemption names at most {MOST_OBJECTIVES} SLOs.")
    starts_at, expires_at = reader.instant("starts_at"), reader.instant("expires_at")
    for key, at in (("starts_at", starts_at), ("expires_at", expires_at)):
        if at is None and not reader.text(key):
            reader.note(f"/{key}", "required", "An exemption names when it starts and when it expires.")
    if starts_at is None or expires_at is None or not objectives:
        return None
    if expires_at <= starts_at:
        reader.note("/expires_at", "out_of_order", "It expires after it starts.")
        return None
    keys = sorted(set(reader.listed("keys", str)))
    return SlicesAsked(objectives, keys, reader.text("category"), starts_at, expires_at)
