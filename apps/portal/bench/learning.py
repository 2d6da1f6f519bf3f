"""Generated retros with their texts and rows, and the actions that came out of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from apps.incidents.domain.action_words import ActionState
from apps.incidents.domain.retro_sections import SECTIONS
from apps.incidents.domain.retro_words import (
    FactorKind,
    FactorRole,
    RetroState,
    RowKind,
    SafeguardPurpose,
    SafeguardState,
)
from apps.incidents.models import (
    Action,
    Incident,
    PublishedFactor,
    PublishedSafeguard,
    Retro,
    RetroRevision,
    RetroRow,
    RetroSection,
)
from apps.portal.bench.happening import STORY, insert
from apps.portal.bench.sizes import AS_OF, SEED

LEAST_LEVEL, SHORT_LEVEL = 3, 3
DRAFTS = 0.1
WRITTEN = 5 * STORY[:80]
ROWS = (RowKind.FACTOR, RowKind.FACTOR, RowKind.FACTOR, RowKind.SAFEGUARD, RowKind.SAFEGUARD, RowKind.ACTION)
AFTER = timedelta(hours=72)


def store_learning(incidents: Sequence[Incident], service_ids: Sequence[int]) -> None:
    """A retro for every incident whose level asks for one, nine in ten of them published, and their actions."""
    rng = Random(SEED)
    asked = [one for one in incidents if (one.severity_worst or 0) <= LEAST_LEVEL and one.resolved_at]
    retros = insert(Retro, (_retro(one, rng) for one in asked))
    insert(RetroSection, (row for retro in retros for row in _sections(retro)))
    rows = insert(RetroRow, (row for retro in retros for row in _rows(retro)))
    insert(RetroRevision, (row for retro in retros for row in _revisions(retro)))
    out = [retro for retro in retros if retro.first_published_at]
    insert(PublishedFactor, (row for retro in out for row in _factors(retro, service_ids, rng)))
    insert(PublishedSafeguard, (row for retro in out for row in _safeguards(retro, rng)))
    keys = {row.retro_id: row.key for row in rows if row.kind == RowKind.ACTION}
    insert(Action, (_action(retro, keys[retro.pk], rng) for retro in out))


def _retro(incident: Incident, rng: Random) -> Retro:
    due = (incident.resolved_at or AS_OF) + AFTER
    published = None if rng.random() < DRAFTS or due > AS_OF else due - timedelta(hours=rng.randrange(72))
    return Retro(
        incident=incident, form="short" if incident.severity_worst == SHORT_LEVEL else "full", is_required=True,
        state=(RetroState.PUBLISHED if published else RetroState.DRAFT).value, opened_at=incident.reported_at,
        due_at=due, first_published_at=published,
    )  # fmt: skip


def _sections(retro: Retro) -> Iterator[RetroSection]:
    for key, shape in SECTIONS.items():
        texts = {one.name: WRITTEN for one in shape.fields if not one.name.endswith("_unknown")}
        yield RetroSection(retro=retro, key=key.value, texts=texts, revision=3, saved_at=retro.opened_at)


def _rows(retro: Retro) -> Iterator[RetroRow]:
    for place, kind in enumerate(ROWS, 1):
        values = {"sentence" if kind is not RowKind.ACTION else "text": STORY[:90], "kind": "unknown"}
        yield RetroRow(
            retro=retro, key=f"row{place}", kind=kind.value, values=values, position=place, saved_at=retro.opened_at
        )


def _revisions(retro: Retro) -> Iterator[RetroRevision]:
    """Two earlier states of each section, as autosave leaves them."""
    for key in SECTIONS:
        for revision in (2, 3):
            texts = {"how": WRITTEN[:200]}
            yield RetroRevision(retro=retro, part=key.value, revision=revision, texts=texts, saved_at=retro.opened_at)


def _factors(retro: Retro, service_ids: Sequence[int], rng: Random) -> Iterator[PublishedFactor]:
    kinds = rng.sample(list(FactorKind), 3)
    pair = rng.sample(service_ids[:20], 2) if rng.random() < 0.2 else [None, None]
    for position, (kind, role) in enumerate(zip(kinds, FactorRole, strict=False), 1):
        yield PublishedFactor(
            retro=retro, position=position, kind=kind.value, role=role.value, boundary_from_id=pair[0],
            boundary_to_id=pair[1],
        )  # fmt: skip


def _safeguards(retro: Retro, rng: Random) -> Iterator[PublishedSafeguard]:
    for position in (1, 2):
        yield PublishedSafeguard(
            retro=retro, position=position, purpose=rng.choice(list(SafeguardPurpose)).value,
            outcome=rng.choice(list(SafeguardState)).value, sentence=STORY[:90],
        )  # fmt: skip


def _action(retro: Retro, key: str, rng: Random) -> Action:
    opened = retro.first_published_at or retro.opened_at
    due = opened + timedelta(days=30)
    state = _state_at(due, rng)
    done = (
        due - timedelta(days=rng.randrange(-10, 20)) if state not in (ActionState.OPEN, ActionState.DROPPED) else None
    )
    return Action(
        origin="retro", retro=retro, retro_row=key, source="pages", text=STORY[:90], done_when="It is tested.",
        kind="prevent", owner_team_id=retro.incident.owner_team_id, state=state.value, opened_at=opened,
        first_due_on=due.date(), first_due_at=due, due_on=due.date(), due_at=due, done_at=done,
        verified_at=done + timedelta(days=3) if done and state is ActionState.VERIFIED else None,
        dropped_at=due if state is ActionState.DROPPED else None,
        drop_reason="Nobody needs it any more." if state is ActionState.DROPPED else "",
    )  # fmt: skip


def _state_at(due: datetime, rng: Random) -> ActionState:
    """Most of what is due is verified; what is due later is open."""
    if due > AS_OF - timedelta(days=14):
        return ActionState.OPEN
    return rng.choices(list(ActionState), (1, 2, 6, 1))[0]
