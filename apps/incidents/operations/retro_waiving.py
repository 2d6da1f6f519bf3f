"""Waiving a retro: somebody asks with a reason, an engineering manager or leadership who did not ask answers."""

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.incidents.domain.retro_words import RetroState
from apps.incidents.domain.retros import RetroAct
from apps.incidents.models import Retro
from apps.incidents.operations import settling
from apps.incidents.operations.retro_opening import require_step
from apps.incidents.policies import learning as policies
from apps.incidents.queries import causes, retros


@transaction.atomic
def ask_waiver(*, retro: Retro, reason: str, by: Principal) -> Retro:
    """Ask that no retro is written; the reason stays, whatever the answer."""
    policies.require_can_run_retro(by, retro)
    retro = retros.lock_retro(retro.pk)
    require_step(retro, RetroAct.ASK_WAIVER)
    if retro.waiver_asked_at is not None:
        raise Conflict("state_forbids", "Somebody asks for it already; it waits for an answer.")
    require_reason(reason, "Say why nothing would be learned from it.")
    retro.waiver_asked_at, retro.waiver_asked_by_id = clock.as_of(), by.user_id
    retro.waiver_reason = reason.strip()
    retro.save(update_fields=["waiver_asked_at", "waiver_asked_by", "waiver_reason"])
    audit.record("retro.waiver_asked", subject=retro, by=by, data={"incident": f"I-{retro.incident_id}"})
    return retro


@transaction.atomic
def refuse_waiver(*, retro: Retro, by: Principal) -> Retro:
    """The retro is written after all."""
    policies.require_can_answer_waiver(by, retro)
    retro = retros.lock_retro(retro.pk)
    require_step(retro, RetroAct.REFUSE_WAIVER)
    policies.require_can_answer_waiver(by, retro)
    retro.waiver_asked_at, retro.waiver_asked_by, retro.waiver_reason = None, None, ""
    retro.save(update_fields=["waiver_asked_at", "waiver_asked_by", "waiver_reason"])
    audit.record("retro.waiver_refused", subject=retro, by=by, data={"incident": f"I-{retro.incident_id}"})
    return retro


@transaction.atomic
def waive_retro(*, retro: Retro, by: Principal) -> Retro:
    """A second person agrees that there is none; it is no longer asked for, and named beside the numbers."""
    policies.require_can_answer_waiver(by, retro)
    incident = causes.lock_incidents([retro.incident_id])[retro.incident_id]
    retro = retros.lock_retro(retro.pk)
    require_step(retro, RetroAct.WAIVE)
    policies.require_can_answer_waiver(by, retro)
    now = clock.as_of()
    retro.state, retro.waived_at, retro.is_required = RetroState.WAIVED.value, now, False
    retro.save(update_fields=["state", "waived_at", "is_required"])
    settling.settle(incident, now=now)
    audit.record("retro.waived", subject=retro, by=by, data={"incident": f"I-{retro.incident_id}"})
    return retro


def require_reason(reason: str, sentence: str) -> None:
    """Raise `Invalid` at the field of the reason when it is empty."""
    if not reason.strip():
        errors = [FieldProblem("/reason", "required", sentence)]
        raise Invalid("validation_failed", "Some fields need attention.", errors)
