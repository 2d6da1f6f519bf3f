"""Writing chart marks and taking them back."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.domain import Principal
from apps.annotations import domain, policies, queries
from apps.annotations.models import Annotation
from apps.audit import operations as audit
from apps.core import clock
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.services import queries as services
from apps.services.models import Service
from apps.teams import queries as teams
from apps.teams.models import Team


@transaction.atomic
def create_annotation_at(
    *, team: str | None = None, service: str | None = None, by: Principal, **values: Any
) -> tuple[Annotation, bool]:
    """The same for a sender who names the team or the service by its slug; raises `Invalid` for unknown ones."""
    found_team = teams.list_all_teams().filter(slug=team).first() if team else None
    found_service = services.list_services().filter(slug=service).first() if service else None
    if team and found_team is None:
        raise _unknown("/team", "unknown_team", f"There is no team {team}.")
    if service and found_service is None:
        raise _unknown("/service", "unknown_service", f"There is no service {service}.")
    return create_annotation(team=found_team, service=found_service, by=by, **values)


@transaction.atomic
def create_annotation(
    *, kind: domain.AnnotationKind, text: str, starts_at: datetime, ends_at: datetime | None = None,
    team: Team | None = None, service: Service | None = None, link: str = "", external_key: str = "", by: Principal,
) -> tuple[Annotation, bool]:  # fmt: skip
    """Put a mark on the charts of a team, a service or everybody; answers it and whether it is new.

    A sender who repeats an `external_key` hears of the first mark again.
    """
    policies.require_can_annotate(by, _team_id(team, service))
    _require_valid(starts_at, ends_at, team, service)
    values = {
        "kind": kind, "text": text, "starts_at": starts_at, "ends_at": ends_at, "team": team, "service": service,
        "link": link, "created_at": clock.now(), "created_by_id": by.user_id,
    }  # fmt: skip
    if external_key:
        annotation, is_new = Annotation.objects.get_or_create(
            sender=by.sender, external_key=external_key, defaults=values
        )
    else:
        annotation, is_new = Annotation.objects.create(sender=by.sender, **values), True
    if is_new:
        audit.record("annotation.created", subject=annotation, by=by, data={"kind": str(kind)})
    return annotation, is_new


@transaction.atomic
def retract_annotation(*, annotation: Annotation, reason: str, by: Principal) -> Annotation:
    """Take a mark off the charts. The row stays, so that what people saw can be explained."""
    policies.require_can_retract(by, annotation, _team_id(annotation.team, annotation.service))
    annotation = queries.lock_annotation(annotation.pk)
    problem = domain.retract_problem(is_retracted=annotation.retracted_at is not None)
    if problem:
        raise Conflict(problem, "This mark was taken back before.")
    annotation.retracted_at, annotation.retracted_by_id = clock.now(), by.user_id
    annotation.retract_reason = reason
    annotation.save(update_fields=["retracted_at", "retracted_by", "retract_reason"])
    audit.record("annotation.retracted", subject=annotation, by=by, data={"reason": reason})
    return annotation


def _unknown(pointer: str, code: str, sentence: str) -> Invalid:
    return Invalid("validation_failed", sentence, [FieldProblem(pointer, code, sentence)])


def _team_id(team: Team | None, service: Service | None) -> int | None:
    """The team a mark belongs to; of a service, its present owner."""
    if team is not None:
        return team.pk
    return None if service is None else services.owner_id_at(service, clock.as_of())


def _require_valid(starts_at: datetime, ends_at: datetime | None, team: Team | None, service: Service | None) -> None:
    problems = []
    if team is not None and service is not None:
        problems.append(FieldProblem("/service", "out_of_range", "A mark is of a team or of a service, not of both."))
    if ends_at is not None and ends_at <= starts_at:
        problems.append(FieldProblem("/ends_at", "ends_before_start", "A mark ends after it starts."))
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)
