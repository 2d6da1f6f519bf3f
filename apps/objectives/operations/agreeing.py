"""Writes of what is agreed: only while a proposal comes into force, each with an audit record as the last write."""

from datetime import date
from typing import Any

from django.db import transaction

from apps.accounts.domain import SYSTEM
from apps.audit import operations as audit
from apps.core import clock
from apps.core.immutable import writing
from apps.core.problems import Conflict
from apps.governance.domain.kinds import Change, Grant, require_grant
from apps.objectives.domain.documents import sha256_of
from apps.objectives.drafting_indicators import IndicatorDraft
from apps.objectives.drafting_objectives import ObjectiveDraft
from apps.objectives.drafting_policies import PolicyDraft, RetirementDraft, require_unused
from apps.objectives.models import (
    BudgetPolicy,
    BudgetPolicyVersion,
    Indicator,
    IndicatorVersion,
    Objective,
    ObjectiveVersion,
)
from apps.objectives.operations.evaluation_asking import ask, ask_objectives
from apps.objectives.queries import standing
from apps.teams.models import Team


@transaction.atomic
def write_indicator_version(change: Change, grant: Grant) -> IndicatorVersion:
    """Put an indicator's next version in force; what it measures is judged anew."""
    require_grant(grant)
    draft: IndicatorDraft = change.extra["draft"]
    row = standing.lock_indicator(_indicator(draft, grant).pk)
    newest = standing.newest_indicator_version(row)
    _require_base(change, newest.number if newest else 0)
    spec, text = draft.spec, draft.spec.canonical_text
    version = IndicatorVersion(
        indicator=row, number=draft.number, name=spec.name, kind=spec.kind.value, source=spec.source.value,
        dimension=spec.dimension.value, slice_seconds=spec.slice_seconds, spec_text=text,
        spec_sha256=sha256_of(text), meaning_number=draft.meaning_number, moved_from=draft.moved_from, **_dated(grant),
    )  # fmt: skip
    with writing(IndicatorVersion):
        version.save()
    if draft.moved_from is not None:
        row.owner_team = draft.owner_team
        with writing(Indicator):
            row.save(update_fields=["owner_team"])
    ask({row.pk: grant.effective_from if not draft.is_same_meaning else None}, clock.now())
    _record_moved("indicator.moved", row, draft.moved_from, grant)
    _record("indicator.version_adopted", version, row.slug, text, grant)
    return version


@transaction.atomic
def write_objective_version(change: Change, grant: Grant) -> ObjectiveVersion:
    """Put an objective's next version in force; it judges the whole window from then on."""
    require_grant(grant)
    draft: ObjectiveDraft = change.extra["draft"]
    row = standing.lock_objective(_objective(draft, grant).pk)
    newest = standing.newest_objective_version(row)
    _require_base(change, newest.number if newest else 0)
    promise, text = draft.promise, draft.promise.canonical_text
    version = ObjectiveVersion(
        objective=row, number=draft.number, name=promise.name, target=promise.target, revisit_on=promise.revisit_on,
        promise_text=text, promise_sha256=sha256_of(text), meaning_number=draft.meaning_number,
        moved_from=draft.moved_from, **_dated(grant),
    )  # fmt: skip
    with writing(ObjectiveVersion):
        version.save()
    if draft.moved_from is not None:
        row.owner_team = draft.owner_team
        with writing(Objective):
            row.save(update_fields=["owner_team"])
    ask_objectives({row.pk: None}, clock.now())
    _record_moved("objective.moved", row, draft.moved_from, grant)
    _record("objective.version_adopted", version, row.slug, text, grant)
    return version


@transaction.atomic
def write_policy_version(change: Change, grant: Grant) -> BudgetPolicyVersion:
    """Put a budget policy's next version in force; triggers that are open keep the version they fired under."""
    require_grant(grant)
    draft: PolicyDraft = change.extra["draft"]
    row = standing.lock_policy(_policy(draft, grant).pk)
    newest = standing.newest_policy_version(row)
    _require_base(change, newest.number if newest else 0)
    text = draft.policy.canonical_text
    version = BudgetPolicyVersion(
        policy=row, number=draft.number, name=draft.policy.name, policy_text=text, policy_sha256=sha256_of(text),
        revisit_on=draft.policy.revisit_on, meaning_number=draft.meaning_number, moved_from=draft.moved_from,
        **_dated(grant),
    )  # fmt: skip
    with writing(BudgetPolicyVersion):
        version.save()
    if draft.moved_from is not None:
        row.owner_team = draft.owner_team
        with writing(BudgetPolicy):
            row.save(update_fields=["owner_team"])
    ask_objectives(dict.fromkeys(standing.objective_ids_of(row.owner_team_id)), clock.now())
    _record_moved("budget_policy.moved", row, draft.moved_from, grant)
    _record("budget_policy.version_adopted", version, row.slug, text, grant)
    return version


def _indicator(draft: IndicatorDraft, grant: Grant) -> Indicator:
    """The indicator of a draft, made with its first version."""
    if draft.current is not None:
        return draft.current.indicator
    with writing(Indicator):
        row, is_new = Indicator.objects.get_or_create(
            slug=draft.slug,
            defaults={
                "service": draft.service, "flow": draft.flow, "owner_team": draft.owner_team, **_created(grant),
            },
        )  # fmt: skip
    if is_new:
        _record_new("indicator.created", row, grant)
    return row


def _objective(draft: ObjectiveDraft, grant: Grant) -> Objective:
    """The objective of a draft, made with its first version on an indicator that stands by now."""
    if draft.current is not None:
        return draft.current.objective
    indicator = standing.find_indicator(draft.measure.slug)
    if indicator is None or standing.newest_indicator_version(indicator) is None:
        raise Conflict("indicator_missing", f"The SLI {draft.measure.slug} is not in force. Name it before the SLO.")
    with writing(Objective):
        row, is_new = Objective.objects.get_or_create(
            slug=draft.slug,
            defaults={"indicator": indicator, "owner_team": draft.owner_team, **_created(grant)},
        )
    if is_new:
        _record_new("objective.created", row, grant)
    return row


def _policy(draft: PolicyDraft, grant: Grant) -> BudgetPolicy:
    """The policy of a draft, made with its first version."""
    if draft.current is not None:
        return draft.current.policy
    with writing(BudgetPolicy):
        row, is_new = BudgetPolicy.objects.get_or_create(
            slug=draft.slug, defaults={"owner_team": draft.owner_team, **_created(grant)}
        )
    if is_new:
        _record_new("budget_policy.created", row, grant)
    return row


@transaction.atomic
def retire_indicator(change: Change, grant: Grant) -> Indicator:
    """Let an indicator go: it takes no counts from its date on."""
    require_grant(grant)
    draft: RetirementDraft = change.extra["draft"]
    row = standing.lock_indicator(draft.row.pk)
    require_unused(row)
    row.retired_on = _left(row.retired_on, row.slug, grant)
    with writing(Indicator):
        row.save(update_fields=["retired_on"])
    _record_left("indicator.retired", row, grant)
    return row


@transaction.atomic
def retire_objective(change: Change, grant: Grant) -> Objective:
    """Let an objective go: it is judged no more from its date on; open triggers stay until people close them."""
    require_grant(grant)
    draft: RetirementDraft = change.extra["draft"]
    row = standing.lock_objective(draft.row.pk)
    row.retired_on = _left(row.retired_on, row.slug, grant)
    with writing(Objective):
        row.save(update_fields=["retired_on"])
    ask_objectives({row.pk: None}, clock.now())
    _record_left("objective.retired", row, grant)
    return row


@transaction.atomic
def retire_policy(change: Change, grant: Grant) -> BudgetPolicy:
    """Let a policy go: it fires nothing from its date on."""
    require_grant(grant)
    draft: RetirementDraft = change.extra["draft"]
    row = standing.lock_policy(draft.row.pk)
    row.retired_on = _left(row.retired_on, row.slug, grant)
    with writing(BudgetPolicy):
        row.save(update_fields=["retired_on"])
    _record_left("budget_policy.retired", row, grant)
    return row


def _require_base(change: Change, number: int) -> None:
    """Numbers follow each other, whoever came a moment earlier."""
    if number != change.base:
        raise Conflict("base_moved", f"{change.name} is at version {number} by now; this builds on {change.base}.")


def _left(retired_on: date | None, slug: str, grant: Grant) -> date:
    if retired_on is not None:
        raise Conflict("retired", f"{slug} is retired already.")
    return grant.effective_from or clock.today()


def _dated(grant: Grant) -> dict[str, Any]:
    return {
        "reason": grant.reason, "effective_from": grant.effective_from, "at_once_reason": grant.at_once_reason,
        "notes": list(grant.notes), "proposal_id": grant.proposal_id, "adopted_at": clock.now(),
        "adopted_by_id": grant.by_user_id or 0,
    }  # fmt: skip


def _created(grant: Grant) -> dict[str, Any]:
    return {"created_at": clock.now(), "created_by_id": grant.by_user_id or 0}


def _record(act: str, version: Any, slug: str, text: str, grant: Grant) -> None:
    data = {
        "slug": slug, "number": version.number, "meaning_number": version.meaning_number, "sha256": sha256_of(text),
        "reason_sha256": sha256_of(version.reason), "effective_from": _iso(version.effective_from),
        "proposal": grant.number,
    }  # fmt: skip
    audit.record(act, subject=version, by=SYSTEM, data=data)


def _record_new(act: str, row: Any, grant: Grant) -> None:
    data = {"slug": row.slug, "owner_team": row.owner_team_id, "proposal": grant.number}
    audit.record(act, subject=row, by=SYSTEM, data=data)


def _record_moved(act: str, row: Any, former: Team | None, grant: Grant) -> None:
    """Where it moved from and to; nothing where it stays. Its versions say who owned it until when."""
    if former is not None:
        data = {"slug": row.slug, "from": former.pk, "to": row.owner_team_id, "proposal": grant.number,
                "effective_from": _iso(grant.effective_from)}  # fmt: skip
        audit.record(act, subject=row, by=SYSTEM, data=data)


def _record_left(act: str, row: Any, grant: Grant) -> None:
    data = {"slug": row.slug, "retired_on": _iso(row.retired_on), "proposal": grant.number}
    audit.record(act, subject=row, by=SYSTEM, data=data)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
