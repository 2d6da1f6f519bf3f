"""Opening a retro by hand, and the steps of its draft: handed in, taken back, and who facilitates."""

from django.db import transaction

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, FieldProblem, Invalid, invalid
from apps.incidents.domain.incident_words import Visibility
from apps.incidents.domain.retro_words import RetroState
from apps.incidents.domain.retros import STEP_SENTENCES, STEPS, RetroAct, form_of, step_problem
from apps.incidents.domain.severity import level_of, read_levels
from apps.incidents.models import Incident, Retro
from apps.incidents.operations import settling
from apps.incidents.operations.retro_settling import make_retro
from apps.incidents.policies import learning as policies
from apps.incidents.queries import causes, incidents, retros
from apps.teams import queries as teams

NOT_LISTED = (
    "This incident is restricted. Put this person, or a team of theirs, on its access list first, then name them here."
)


@transaction.atomic
def open_retro(*, incident: Incident, by: Principal) -> tuple[Retro, bool]:
    """The retro of an incident; one that nobody asks for is the short form. Answers it and whether it is new."""
    policies.require_can_open_retro(by, incident)
    incident = causes.lock_incidents([incident.pk])[incident.pk]
    standing = retros.find_retro(incident.pk)
    if standing is not None:
        return standing, False
    level = level_of(read_levels(incident.policy.levels), incident.severity_worst)
    retro = make_retro(incident, form=form_of(level), is_required=False, now=clock.as_of())
    settling.settle(incident, now=clock.as_of())
    audit.record("retro.opened", subject=retro, by=by, data={"incident": f"I-{incident.pk}"})
    return retros.lock_retro(retro.pk), True


def submit_retro(*, retro: Retro, by: Principal) -> Retro:
    """Say that the draft is ready to be read; it can still be written."""
    return _step(retro, RetroAct.SUBMIT, by)


def take_retro_back(*, retro: Retro, by: Principal) -> Retro:
    """Say that the draft is being written again."""
    return _step(retro, RetroAct.TAKE_BACK, by)


@transaction.atomic
def _step(retro: Retro, act: RetroAct, by: Principal) -> Retro:
    policies.require_can_run_retro(by, retro)
    retro = retros.lock_retro(retro.pk)
    require_step(retro, act)
    to = STEPS[act].to
    retro.state = to.value if to else retro.state
    retro.save(update_fields=["state"])
    names = {RetroAct.SUBMIT: "retro.submitted", RetroAct.TAKE_BACK: "retro.taken_back"}
    audit.record(names[act], subject=retro, by=by, data={"incident": f"I-{retro.incident_id}"})
    return retro


def require_step(retro: Retro, act: RetroAct) -> None:
    """Raise `Conflict` when the state of the retro forbids an act."""
    problem = step_problem(RetroState(retro.state), act, is_amending=bool(retro.amend_reason))
    if problem:
        raise Conflict(problem, STEP_SENTENCES[problem])


@transaction.atomic
def name_facilitator(*, retro: Retro, facilitator: User | None, by: Principal) -> Retro:
    """Say who leads the conversation, or that nobody does; in a restricted one, somebody who may read it."""
    policies.require_can_run_retro(by, retro)
    retro = retros.lock_retro(retro.pk)
    require_step(retro, RetroAct.WRITE)
    if facilitator is not None:
        _require_active(facilitator)
        _require_listed(retro.incident, facilitator)
    retro.facilitator = facilitator
    retro.save(update_fields=["facilitator"])
    data = {"incident": f"I-{retro.incident_id}", "facilitator": facilitator.pk if facilitator else None}
    audit.record("retro.facilitator_named", subject=retro, by=by, data=data)
    return retro


def _require_active(facilitator: User) -> None:
    if not facilitator.is_active:
        raise Invalid("validation_failed", "Some fields need attention.", [
            FieldProblem("/facilitator", "unknown_value", "Choose somebody who can sign in."),
        ])  # fmt: skip


def _require_listed(incident: Incident, facilitator: User) -> None:
    if incident.visibility != Visibility.RESTRICTED:
        return
    their_teams = teams.principal_of_user(facilitator, clock.now()).working_team_ids
    if not incidents.is_listed(incident, user_id=facilitator.pk, team_ids=their_teams):
        raise invalid("/facilitator", "unknown_value", NOT_LISTED)
