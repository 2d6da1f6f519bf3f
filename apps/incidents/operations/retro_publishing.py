"""Publishing and amending: after the checks a snapshot with its hash stands, and actions are opened."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, FieldProblem, Invalid, Outdated
from apps.incidents.domain.publish_checks import Finding, check
from apps.incidents.domain.retro_drafts import Draft, DraftRow
from apps.incidents.domain.retro_snapshots import canonical_text, document_of, sha256_of
from apps.incidents.domain.retro_words import (
    FactorKind,
    FactorRole,
    RetroForm,
    RetroState,
    RowKind,
    SafeguardPurpose,
    SafeguardState,
)
from apps.incidents.domain.retros import STEP_SENTENCES, STEPS, RetroAct, step_problem
from apps.incidents.models import PublishedFactor, PublishedSafeguard, Retro, RetroSnapshot
from apps.incidents.operations import action_opening, cause_linking, settling
from apps.incidents.policies import learning as policies
from apps.incidents.queries import causes, retros
from apps.incidents.queries.retro_around import around_of, snapshot_frame
from apps.services.models import Service

UNMET = "The retro is not complete yet. Nothing was published."
READ_AGAIN = "Somebody wrote on in this retro meanwhile. Read it once more, then publish it."


def list_findings(retro: Retro, draft: Draft, by: Principal) -> list[Finding]:
    """Every unmet check of a draft, now."""
    return check(draft, around_of(retro, clock.as_of(), by))


@transaction.atomic
def publish_retro(*, retro: Retro, draft_sha256: str, by: Principal) -> RetroSnapshot:
    """Publish the draft that was read: snapshot 1 with its hash, and an action for each of its rows.

    Raises `Invalid` with every unmet check, `Outdated` when the draft was written on since it was read.
    """
    return _publish(retro, RetroAct.PUBLISH, draft_sha256, by)


@transaction.atomic
def amend_retro(*, retro: Retro, draft_sha256: str, by: Principal) -> RetroSnapshot:
    """Publish what an amendment wrote as the next snapshot; earlier ones stay."""
    return _publish(retro, RetroAct.AMEND, draft_sha256, by)


def _publish(retro: Retro, act: RetroAct, draft_sha256: str, by: Principal) -> RetroSnapshot:
    policies.require_can_publish_retro(by, retro)
    draft = retros.get_draft(retro)
    # Incidents come before retros and causes, in order of their keys, counters of facts after all rows and the audit
    # chain after everything: nobody waits for somebody who waits for them.
    named = causes.known_ids(named_causes(draft), by)
    incidents = causes.lock_incidents({retro.incident_id} | causes.incident_ids_of(named))
    retro = retros.lock_retro(retro.pk)
    retro.incident = incidents[retro.incident_id]
    causes.lock_causes(named | causes.cause_ids_of(incidents))
    _require_step(retro, act)
    draft = retros.get_draft(retro)
    if retros.sha256_of_draft(draft) != draft_sha256:
        raise Outdated("revision_changed", READ_AGAIN)
    now = clock.as_of()
    _require_complete(list_findings(retro, draft, by))
    snapshot = _snapshot(retro, draft, act, now)
    _move(retro, act, now)
    named = causes.known_ids(named_causes(draft), by)
    _keep_for_questions(retro, draft, named)
    known = cause_linking.name_in_retro(retro.incident, named, now=now)
    actions = action_opening.open_from_retro(retro, draft.rows_of(RowKind.ACTION), by=by, now=now)
    others = causes.incident_ids_of(cause.pk for cause in known) - {retro.incident_id}
    settling.settle_all([retro.incident, *causes.lock_incidents(others).values()], now=now)
    name = "retro.published" if act is RetroAct.PUBLISH else "retro.amended"
    data = {"incident": f"I-{retro.incident_id}", "snapshot": snapshot.number, "sha256": snapshot.sha256}
    audit.record(name, subject=retro, by=by, data=data)
    action_opening.note_opened(actions, by=by)
    return snapshot


def _require_step(retro: Retro, act: RetroAct) -> None:
    problem = step_problem(RetroState(retro.state), act, is_amending=bool(retro.amend_reason))
    if problem:
        raise Conflict(problem, STEP_SENTENCES[problem])


def _require_complete(findings: Sequence[Finding]) -> None:
    """Raise with every unmet check at its place."""
    if findings:
        errors = [FieldProblem(_pointer(one), one.code, one.sentence) for one in findings]
        raise Invalid("validation_failed", UNMET, errors)


def _pointer(finding: Finding) -> str:
    return f"/{finding.section}/{finding.anchor}" if finding.section else f"/{finding.anchor}"


def _snapshot(retro: Retro, draft: Draft, act: RetroAct, now: datetime) -> RetroSnapshot:
    number = 1 + RetroSnapshot.objects.filter(retro=retro).count()
    reason = retro.amend_reason if act is RetroAct.AMEND else ""
    text = canonical_text(document_of(draft, snapshot_frame(retro, number=number, reason=reason, at=now)))
    return RetroSnapshot.objects.create(
        retro=retro, number=number, text=text, sha256=sha256_of(text), reason=reason, published_at=now
    )


def _move(retro: Retro, act: RetroAct, now: datetime) -> None:
    to = STEPS[act].to
    retro.state = to.value if to else retro.state
    retro.first_published_at = retro.first_published_at or now
    retro.amend_reason = ""
    # A wish for a waiver is answered by the publication.
    retro.waiver_asked_at, retro.waiver_asked_by, retro.waiver_reason = None, None, ""
    retro.save()


def named_causes(draft: Draft) -> set[int]:
    """Known causes that factors of a draft name and that exist by their number's looks."""
    said = {row.values.get("known_cause", "").strip() for row in draft.rows_of(RowKind.FACTOR)}
    numbers = {one.removeprefix("C-") for one in said}
    return {int(one) for one in numbers if one.isascii() and one.isdigit() and len(one) < 10}


def _keep_for_questions(retro: Retro, draft: Draft, known: Collection[int]) -> None:
    """Factors and safeguards of the newest snapshot as rows, replaced at each publication."""
    PublishedFactor.objects.filter(retro=retro).delete()
    PublishedSafeguard.objects.filter(retro=retro).delete()
    factors = [row for row in draft.rows_of(RowKind.FACTOR) if _is_whole(row, "role", FactorKind, FactorRole)]
    services = _services_of(factors)
    PublishedFactor.objects.bulk_create(
        _factor(retro, number, row, services, known) for number, row in enumerate(factors, 1)
    )
    guards = draft.rows_of(RowKind.SAFEGUARD) if draft.form is RetroForm.FULL else []
    whole = [row for row in guards if _is_whole(row, "outcome", SafeguardPurpose, SafeguardState)]
    PublishedSafeguard.objects.bulk_create(
        PublishedSafeguard(
            retro=retro, position=number, purpose=row.values["kind"], outcome=row.values["outcome"],
            sentence=row.values.get("sentence", "").strip(),
        )
        for number, row in enumerate(whole, 1)
    )  # fmt: skip


def _is_whole(
    row: DraftRow, other: str, kinds: type[FactorKind | SafeguardPurpose], others: type[FactorRole | SafeguardState]
) -> bool:
    return row.values.get("kind") in set(kinds) and row.values.get(other) in set(others)


def _services_of(rows: Sequence[DraftRow]) -> dict[str, int]:
    slugs = {row.values.get(end, "") for row in rows for end in ("boundary_from", "boundary_to")} - {""}
    return dict(Service.objects.filter(slug__in=slugs).values_list("slug", "pk")) if slugs else {}


def _factor(
    retro: Retro, number: int, row: DraftRow, services: dict[str, int], known: Collection[int]
) -> PublishedFactor:
    near, far = (services.get(row.values.get(end, "")) for end in ("boundary_from", "boundary_to"))
    is_boundary = near is not None and far is not None and near != far
    cause = row.values.get("known_cause", "").strip().removeprefix("C-")
    named = int(cause) if cause.isdecimal() and len(cause) < 10 else None
    return PublishedFactor(
        retro=retro, position=number, kind=row.values["kind"], role=row.values["role"],
        boundary_from_id=near if is_boundary else None, boundary_to_id=far if is_boundary else None,
        known_cause_id=named if named in known else None,
    )  # fmt: skip
