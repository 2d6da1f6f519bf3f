"""The servers that counts are pulled from: registered, changed and switched off by administrators."""

from dataclasses import dataclass

from django.db import transaction

from apps.accounts.domain import Principal
from apps.audit import operations as audit
from apps.core import clock, outbound
from apps.core.problems import FieldProblem, Invalid, Outdated
from apps.objectives.domain.agreed_words import find_slug_problem
from apps.objectives.models import MonitoringSource
from apps.objectives.policies import samples as policies
from apps.objectives.queries import reading_duties as queries


@dataclass(frozen=True)
class SourceText:
    """What is said of a server."""

    name: str
    base_url: str
    token_variable: str = ""
    is_active: bool = True


@transaction.atomic
def register_source(*, slug: str, text: SourceText, by: Principal) -> MonitoringSource:
    """Register a server; its token stands in the environment, and here the variable's name alone."""
    policies.require_can_keep_sources(by)
    if words := find_slug_problem(slug):
        raise _invalid(FieldProblem("/slug", "not_a_slug", words))
    _require_sound(text)
    if MonitoringSource.objects.filter(slug=slug).exists():
        raise _invalid(FieldProblem("/slug", "slug_taken", "Another server has this short name."))
    source = MonitoringSource(slug=slug, registered_at=clock.now(), registered_by_id=by.user_id or 0)
    _write(source, text)
    audit.record("monitoring_source.registered", subject=source, by=by, data=_said(text))
    return source


@transaction.atomic
def change_source(*, source: MonitoringSource, text: SourceText, revision: int, by: Principal) -> MonitoringSource:
    """Change a server, or switch it off: then nothing is asked of it."""
    policies.require_can_keep_sources(by)
    source = queries.lock_source(source.pk)
    if source.revision != revision:
        raise Outdated("revision_changed", "Somebody else changed this server meanwhile.")
    _require_sound(text)
    source.revision += 1
    _write(source, text)
    audit.record("monitoring_source.changed", subject=source, by=by, data=_said(text))
    return source


def _write(source: MonitoringSource, text: SourceText) -> None:
    source.name, source.base_url = text.name.strip(), text.base_url.strip().rstrip("/")
    source.token_variable, source.is_active = text.token_variable.strip(), text.is_active
    source.full_clean()
    source.save()


def _said(text: SourceText) -> dict[str, str | bool]:
    return {"base_url": text.base_url, "token_variable": text.token_variable, "is_active": text.is_active}


def _require_sound(text: SourceText) -> None:
    """Addresses that requests may leave to, and variables that hold a monitoring token."""
    found = []
    try:
        parts = outbound.require_allowed(text.base_url.strip())
        if parts.query:
            found.append(FieldProblem("/base_url", "unknown_value", "Leave what follows the question mark out."))
    except outbound.NotAllowed as error:
        found.append(FieldProblem("/base_url", "unknown_value", str(error)))
    if text.token_variable.strip():
        try:
            outbound.token_of(text.token_variable.strip())
        except outbound.NotAllowed as error:
            found.append(FieldProblem("/token_variable", "unknown_value", str(error)))
    if found:
        raise _invalid(*found)


def _invalid(*problems: FieldProblem) -> Invalid:
    return Invalid("validation_failed", problems[0].detail, list(problems))
