"""Writes of definitions, versions and targets: only while a proposal comes into force, each with an audit record."""

import json
from datetime import date
from typing import Any

from django.db import transaction

from apps.accounts.domain import SYSTEM, Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance import operations as governance
from apps.governance.domain.kinds import Change, Grant, Item, Op, require_grant
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.governance.operations.drafting import read_changes
from apps.metrics import policies, queries
from apps.metrics.domain import lifecycle, targets
from apps.metrics.domain.canonical import canonical_text, compact_json, sha256_of
from apps.metrics.domain.lifecycle import Lifecycle, Step
from apps.metrics.domain.starter import StarterVersion
from apps.metrics.domain.starter_catalogues import DELIVERY, Catalogue
from apps.metrics.drafting import VersionDraft, require_not_retired
from apps.metrics.life_drafting import DeprecationDraft, RetirementDraft, require_unused
from apps.metrics.models import Confirmation, DefinitionStep, DefinitionVersion, MetricDefinition, Target
from apps.metrics.target_drafting import TargetDraft
from apps.services.models import FactClock
from apps.teams.models import Team

DEFINITION, TARGET = "metric_definition", "target"
NAMES = "definition names"  # the counter under whose lock short names are given
STARTER_REASON = "The definitions the product ships, adopted as they stand so that there is something to improve."


@transaction.atomic
def write_version(change: Change, grant: Grant) -> DefinitionVersion:
    """Put the next version of a definition in force; the first makes the definition."""
    require_grant(grant)
    draft: VersionDraft = change.extra["draft"]
    if draft.current is None or draft.new_slug:
        FactClock.advance(NAMES)  # its lock keeps short names apart, those of the past included
    definition = queries.lock_definition(_standing(draft, grant).pk)
    newest = queries.list_versions(definition).first()
    _require_base(change, newest.number if newest else 0)
    version = _version(definition, draft, grant)
    if draft.moves:
        _move(definition, draft, grant)
    with writing(DefinitionVersion):
        version.save()
    audit.record("definition.version_adopted", subject=version, by=SYSTEM, data=_version_record(version, grant))
    return version


def _move(definition: MetricDefinition, draft: VersionDraft, grant: Grant) -> None:
    """Give a definition another team, lens or short name; the one it leaves behind stays reserved for ever."""
    former, text = definition.slug, _sentence(draft.move_parts)
    before = {"slug": former, "lens": definition.lens, "owner_team": definition.owner_team_id}
    definition.lens, definition.owner_team = draft.lens, draft.owner_team
    if draft.new_slug:
        definition.former_slugs = [*definition.former_slugs, former]
        definition.slug = draft.new_slug
    with writing(MetricDefinition):
        definition.save(update_fields=["slug", "lens", "owner_team", "former_slugs"])
    step = _step(definition, Step.MOVED, text, grant, former_slug=former if draft.new_slug else "")
    after = {"slug": definition.slug, "lens": definition.lens, "owner_team": definition.owner_team_id}
    data = {"before": before, "after": after, "proposal": grant.number}
    audit.record("definition.moved", subject=step, by=SYSTEM, data=data)


def _sentence(parts: list[str]) -> str:
    """Parts as one sentence that begins with a capital."""
    words = "; ".join(parts)
    return f"{words[:1].upper()}{words[1:]}."


def _step(definition: MetricDefinition, step: Step, text: str, grant: Grant, former_slug: str = "") -> DefinitionStep:
    row = DefinitionStep(
        definition=definition, step=step.value, holds_from=grant.effective_from or clock.today(), text=text,
        reason=grant.reason, former_slug=former_slug, proposal_id=grant.proposal_id, adopted_at=clock.now(),
        adopted_by_id=grant.by_user_id or 0,
    )  # fmt: skip
    with writing(DefinitionStep):
        row.save()
    return row


@transaction.atomic
def deprecate_definition(change: Change, grant: Grant) -> DefinitionStep:
    """Let a definition leave on a day to come; it is computed and judged as before until it is retired."""
    require_grant(grant)
    draft: DeprecationDraft = change.extra["draft"]
    definition = queries.lock_definition(draft.definition.pk)
    require_not_retired(definition)
    since = grant.effective_from or clock.today()
    problem = lifecycle.sunset_problem(draft.sunset_on, since)
    if problem:
        raise Conflict("too_soon", problem)
    definition.lifecycle, definition.deprecated_on = Lifecycle.DEPRECATED.value, definition.deprecated_on or since
    definition.replaced_by, definition.sunset_on = draft.successor, draft.sunset_on
    with writing(MetricDefinition):
        definition.save(update_fields=["lifecycle", "deprecated_on", "replaced_by", "sunset_on"])
    step = _step(definition, Step.DEPRECATED, draft.text, grant)
    data = {
        "slug": definition.slug, "successor": draft.successor.slug if draft.successor else None,
        "sunset_on": draft.sunset_on.isoformat(), "proposal": grant.number,
    }  # fmt: skip
    audit.record("definition.deprecated", subject=step, by=SYSTEM, data=data)
    return step


@transaction.atomic
def retire_definition(change: Change, grant: Grant) -> DefinitionStep:
    """Let a deprecated definition go: no period that ends later is computed, what was stays."""
    require_grant(grant)
    draft: RetirementDraft = change.extra["draft"]
    definition = queries.lock_definition(draft.definition.pk)
    require_not_retired(definition)
    require_unused(definition)
    definition.lifecycle, definition.retired_on = Lifecycle.RETIRED.value, grant.effective_from or clock.today()
    with writing(MetricDefinition):
        definition.save(update_fields=["lifecycle", "retired_on"])
    step = _step(definition, Step.RETIRED, draft.text, grant)
    data = {"slug": definition.slug, "retired_on": _iso(definition.retired_on), "proposal": grant.number}
    audit.record("definition.retired", subject=step, by=SYSTEM, data=data)
    return step


@transaction.atomic
def confirm_definition(*, definition: MetricDefinition, text: str, by: Principal) -> Confirmation:
    """Note that somebody who leads or shares a definition looked at it and that it stays."""
    policies.require_can_confirm(by, definition)
    definition = queries.lock_definition(definition.pk)
    policies.require_can_confirm(by, definition)  # it may have moved to another team meanwhile
    if definition.lifecycle != Lifecycle.ACTIVE:
        raise Conflict("state_forbids", f"{definition.slug} is to leave or has left; there is nothing to confirm.")
    words, today = text.strip(), clock.today()
    if not words or len(words) > lifecycle.LONGEST_LOOK:
        detail = f"Write 1 to {lifecycle.LONGEST_LOOK} characters."
        raise Invalid("validation_failed", detail, [FieldProblem("/text", "required", detail)])
    if definition.confirmations.filter(looked_on=today).exists():
        raise Conflict("already_confirmed", f"Somebody confirmed {definition.slug} today already.")
    row = Confirmation(
        definition=definition, version_number=queries.list_versions(definition)[0].number, looked_on=today,
        text=words, confirmed_at=clock.now(), confirmed_by_id=by.user_id or 0,
    )  # fmt: skip
    with writing(Confirmation):
        row.save()
    data = {"slug": definition.slug, "version": row.version_number, "text_sha256": sha256_of(words)}
    audit.record("definition.confirmed", subject=row, by=by, data=data)
    return row


def _require_base(change: Change, number: int) -> None:
    """Numbers follow each other, whoever came a moment earlier."""
    if number != change.base:
        raise Conflict("base_moved", f"{change.name} is at version {number} by now; this builds on {change.base}.")


def _standing(draft: VersionDraft, grant: Grant) -> MetricDefinition:
    """The definition of a draft, made with its first version."""
    if draft.definition is not None:
        return draft.definition
    with writing(MetricDefinition):
        definition, is_new = MetricDefinition.objects.get_or_create(
            slug=draft.slug,
            defaults={
                "lens": draft.lens, "owner_team": draft.owner_team, "created_at": clock.now(),
                "created_by_id": grant.by_user_id or 0,
            },
        )  # fmt: skip
    if is_new:
        data = {"slug": draft.slug, "lens": draft.lens, "owner_team": draft.owner_team.pk, "proposal": grant.number}
        audit.record("definition.created", subject=definition, by=SYSTEM, data=data)
    return definition


def _version(definition: MetricDefinition, draft: VersionDraft, grant: Grant) -> DefinitionVersion:
    text = canonical_text(draft.spec)
    return DefinitionVersion(
        definition=definition, number=draft.number, name=draft.name, spec_text=text, spec_sha256=sha256_of(text),
        contract=dict(draft.contract), reason=grant.reason, effective_from=grant.effective_from,
        governs_from=grant.governs_from, meaning_number=draft.meaning_number, at_once_reason=grant.at_once_reason,
        notes=list(grant.notes), proposal_id=grant.proposal_id, adopted_at=clock.now(),
        adopted_by_id=grant.by_user_id or 0,
    )  # fmt: skip


def _version_record(version: DefinitionVersion, grant: Grant) -> dict[str, Any]:
    return {
        "slug": version.definition.slug,
        "number": version.number,
        "meaning_number": version.meaning_number,
        "spec_sha256": version.spec_sha256,
        "contract_sha256": sha256_of(compact_json(version.contract)),
        "reason_sha256": sha256_of(version.reason),
        "effective_from": _iso(version.effective_from),
        "governs_from": _iso(version.governs_from),
        "proposal": grant.number,
    }


def adopt_starter(
    *, owner_team: Team, catalogue: Catalogue = DELIVERY, reason: str = "", on: date | None = None, by: Principal
) -> list[DefinitionVersion]:
    """Adopt the starter definitions of a catalogue that do not exist yet; all or none.

    They are in force from the beginning, or from a day on.
    """
    policies.require_can_adopt_starter(by)
    starters = queries.list_open_starters(catalogue)
    if not starters:
        return []
    items = tuple(starter_item(version, owner_team) for version in starters)
    asked = Asked(items, reason or STARTER_REASON, Category.NEW_NEED, on=on, from_beginning=on is None)
    proposal = governance.adopt_kit(asked=asked, by=by)
    return list(queries.list_versions_of_proposal(proposal.pk))


def starter_item(version: StarterVersion, owner_team: Team, op: Op = Op.CREATE) -> Item:
    """A definition of the starter catalogue as an item of a proposal."""
    return Item(DEFINITION, op, version.slug, {
        "lens": version.lens, "owner_team": owner_team.slug, "name": version.name, "spec": version.spec,
        "contract": version.contract,
    })  # fmt: skip


def propose_version(*, asked: Asked, by: Principal) -> Proposal:
    """Write a version down as a draft to be agreed on."""
    return governance.draft_proposal(asked=asked, by=by)


def check_version(*, asked: Asked) -> VersionDraft:
    """What a proposed version reads as, or its refusal; nothing is stored."""
    [change] = read_changes(asked, is_draft=False)
    draft: VersionDraft = change.extra["draft"]
    return draft


@transaction.atomic
def write_target(change: Change, grant: Grant) -> Target:
    """Put a team's target for a quarter in force; a newer row replaces an older one."""
    require_grant(grant)
    draft: TargetDraft = change.extra["draft"]
    queries.lock_definition(draft.version.definition_id)
    standing = queries.list_targets([draft.team.pk], draft.wish.quarter.key)
    current = standing.get((draft.team.pk, draft.version.definition.slug))
    _require_base(change, current.number if current else 0)
    target = _target(draft, grant)
    with writing(Target):
        target.save()
    audit.record("target.agreed", subject=target, by=SYSTEM, data=_target_record(target, grant))
    return target


def _target(draft: TargetDraft, grant: Grant) -> Target:
    wish = draft.wish
    return Target(
        definition=draft.version.definition, team=draft.team, quarter=wish.quarter.key, number=draft.number,
        comparison=wish.comparison, value=wish.value, version_number=draft.version.number,
        reason=draft.reason or grant.reason, heroic_reason=draft.heroic_reason,
        judges_from=targets.judges_from(wish.quarter, clock.today()), proposal_id=grant.proposal_id,
        agreed_at=clock.now(), agreed_by_id=grant.by_user_id or 0, **_baseline_columns(draft.baseline),
    )  # fmt: skip


def _baseline_columns(baseline: targets.Baseline | None) -> dict[str, Any]:
    if baseline is None:
        return {}
    return {
        "baseline_period": baseline.period,
        "baseline_value": baseline.value,
        "baseline_lower": baseline.lower,
        "baseline_upper": baseline.upper,
        "baseline_n": baseline.n,
    }


def _target_record(target: Target, grant: Grant) -> dict[str, Any]:
    return {
        "slug": target.definition.slug,
        "team": target.team_id,
        "quarter": target.quarter,
        "number": target.number,
        "comparison": target.comparison,
        "value": str(target.value),
        "version_number": target.version_number,
        "baseline_period": target.baseline_period,
        "is_heroic": bool(target.heroic_reason),
        "reason_sha256": sha256_of(json.dumps([target.reason, target.heroic_reason], ensure_ascii=False)),
        "proposal": grant.number,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
