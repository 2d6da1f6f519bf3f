"""Short words for tests that publish facts, compute them and read cells."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.accounts.domain import Principal
from apps.accounts.models import User
from apps.core.due import drain
from apps.core.fact_sources import sources
from apps.core.periods import parse_period
from apps.governance.domain.kinds import Op
from apps.measurements import operations, queries
from apps.measurements.domain.subjects import ORGANISATION, Subject, SubjectKind
from apps.measurements.models import MetricValue, RecomputeRequest
from apps.metrics.models import DefinitionVersion
from apps.services import operations as services
from apps.services.models import Service
from apps.teams.models import Team
from tests.agreeing import adopt_kit, agree, dated, newest_version, version_item

SINCE = datetime(2024, 1, 1, tzinfo=UTC) - timedelta(hours=1)  # midnight in Berlin
REASON = "Agreed by the tests so that there is something to compute."


def adopt(slug: str, spec: Mapping[str, Any], *, owner: Team, by: Principal, **more: Any) -> DefinitionVersion:
    """A definition (or its next version) with a contract of the starter catalogue."""
    item = version_item(slug, spec, owner=owner, lens=more.pop("lens", "flow"), name=more.pop("name", slug))
    on, steward = more.pop("effective_from", None), User.objects.get(pk=by.user_id or 0)
    if item.op is Op.CREATE:
        adopt_kit(item, steward=steward, reason=REASON, **dated(on), **more)
    else:
        agree(item, author=steward, reason=REASON, on=on, **more)
    return newest_version(slug)


def publish(source: str, rows: Sequence[Mapping[str, Any]], *, channel: str = "test") -> None:
    """Store facts of one source, connected since the beginning."""
    services.record_facts(source=sources.get(source), channel=channel, rows=rows, connected_from=SINCE)


def connect(service: Service, *keys: str, heard_at: datetime, channel: str = "test") -> None:
    """Note that a channel reports a service, without any fact."""
    for key in keys:
        services.hear(source=key, service_id=service.pk, channel=channel, at=heard_at, connected_from=SINCE)


def deployment(service: Service, key: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A deployment as a parsed row."""
    return {"service": service.pk, "key": key, "finished_at": at, **more}


def change(service: Service, key: str, first: datetime, merged: datetime, carried_by: str = "") -> dict[str, Any]:
    """A change as a parsed row."""
    return {
        "service": service.pk, "key": key, "first_commit_at": first, "merged_at": merged, "deployment": carried_by,
    }  # fmt: skip


def remediation(service: Service, failed: str, fixed_by: str) -> dict[str, Any]:
    """A remediation as a parsed row."""
    return {"service": service.pk, "key": f"{failed}>{fixed_by}", "failed": failed, "fixed_by": fixed_by}


def answer() -> int:
    """Work every open recompute request."""
    return drain(RecomputeRequest, operations.store, batch=500, prepare=operations.compute_requests)


def value(slug: str, subject: Subject | Service | Team | None, period: str, part: str = "whole") -> MetricValue | None:
    """The stored cell of a subject (None: the organisation), or None."""
    version = DefinitionVersion.objects.select_related("definition").filter(definition__slug=slug).latest("number")
    return queries.find_value(version, subject_of(subject), parse_period(period), part)


def subject_of(thing: Subject | Service | Team | None) -> Subject:
    """The subject a model stands for."""
    if isinstance(thing, Subject):
        return thing
    if thing is None:
        return ORGANISATION
    kind = SubjectKind.SERVICE if isinstance(thing, Service) else SubjectKind.TEAM
    return Subject(kind, thing.pk)


RESULTS = (
    "version__definition__slug", "version__number", "subject_kind", "subject_id", "part", "grain", "end_on",
    "numerator", "denominator", "n", "clusters", "value", "lower", "upper", "spread", "at_least", "left_out",
    "unattributed", "services_owned", "services_connected",
)  # fmt: skip


def all_cells() -> set[tuple[Any, ...]]:
    """Every stored result, without the run that computed it."""
    return set(MetricValue.objects.values_list(*RESULTS))
