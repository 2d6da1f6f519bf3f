"""Incidents over REST: everything that may be known is read; tools report, say times, levels, lines and links."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.access import Access
from apps.core.api import located_problems
from apps.core.filtering import require_known
from apps.core.problems import FieldProblem, Outdated, ProblemError, invalid
from apps.core.revisions import etag_of, read_if_match
from apps.incidents.api import incidents_serializers as shapes
from apps.incidents.domain.incident_words import LinkedFact, LinkKind, MilestoneKind
from apps.incidents.filters.incidents import IncidentFilter
from apps.incidents.models import Incident, SeverityPolicy
from apps.incidents.operations import excluding, linking, rating, statements, timeline
from apps.incidents.operations.reporting import report_incident
from apps.incidents.operations.timeline import Line
from apps.incidents.policies import incidents as policies
from apps.incidents.queries import incident_parts
from apps.incidents.queries import incidents as queries

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True,
    description="The ETag of the incident that was read. Without it 428, when it was changed meanwhile 412.",
)  # fmt: skip


class IncidentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Incident]):
    """What users or tenants felt; excluding, restricting and ruling links out are acts of people on pages."""

    access = Access.SHARED_READ
    access_of = {"create": Access.TEAM_WRITE, "partial_update": Access.TEAM_WRITE}
    queryset = Incident.objects.none()
    serializer_class = shapes.IncidentOutput
    filterset_class = IncidentFilter
    ordering_fields = ("reported_at",)
    lookup_field, lookup_url_kwarg, lookup_value_converter = "pk", "number", "int"

    def get_queryset(self) -> QuerySet[Incident]:
        """Incidents the principal may know of, the newest report first."""
        return queries.list_by_start(self.request.principal)  # type: ignore[attr-defined]

    @extend_schema(responses=shapes.OneIncidentOutput)
    def retrieve(self, request: Request, number: int) -> Response:
        """One incident with everything that was said of it; its ETag names the present revision."""
        require_known(request)
        return self._answer(request, number)

    @extend_schema(
        request=shapes.IncidentInput, responses={201: shapes.OneIncidentOutput, 200: shapes.OneIncidentOutput}
    )
    def create(self, request: Request) -> Response:
        """Report an incident; 200 answers the first one again, with what is new, when its key is repeated."""
        require_known(request)
        reported = self._report(request, shapes.IncidentInput.read(request))
        return self._answer(request, reported.incident.pk, status=201 if reported.is_new else 200)

    @extend_schema(request=shapes.EditInput, responses=shapes.OneIncidentOutput, parameters=[IF_MATCH])
    def partial_update(self, request: Request, number: int) -> Response:
        """Change what an incident is called; times, levels and links are said, never overwritten."""
        require_known(request)
        found, sent = self._mine(request, number), read_if_match(request)
        if not sent.isdecimal() or len(sent) > 9:
            raise Outdated("revision_changed", "If-Match names no revision of this incident. Read it again.")
        values = shapes.EditInput.read(request)
        excluding.edit_incident(incident=found, revision=int(sent), **values, by=self._by(request))
        return self._answer(request, number)

    @extend_schema(request=shapes.IncidentBatchInput, responses=shapes.IncidentBatchOutput)
    @action(detail=False, methods=["post"], access=Access.TEAM_WRITE)
    def batch(self, request: Request) -> Response:
        """Report up to 100 incidents; each stands alone, and a repeated key adds what is new."""
        require_known(request)
        policies.require_can_report_somewhere(self._by(request))
        items = shapes.IncidentBatchInput.read(request)["incidents"]
        results = [self._one(request, item, index) for index, item in enumerate(items)]
        rejected = sum("errors" in one for one in results)
        return Response({"stored": len(results) - rejected, "rejected": rejected, "results": results})

    @extend_schema(request=shapes.MilestoneInput, responses=shapes.OneIncidentOutput)
    @action(detail=True, methods=["post"], access=Access.TEAM_WRITE)
    def milestones(self, request: Request, number: int) -> Response:
        """Say when a moment was; `reopened` begins the next interval. The same said twice changes nothing."""
        require_known(request)
        found, values = self._mine(request, number), shapes.MilestoneInput.read(request)
        kind, said = MilestoneKind(values.pop("kind")), {"source": self._source(request), "by": self._by(request)}
        if kind is MilestoneKind.REOPENED:
            if values["at"] is None:
                raise invalid("/at", "required", "A reopening has a time.")
            statements.reopen_incident(incident=found, at=values["at"], reason=values.get("reason", ""), **said)
        else:
            statements.record_milestone(incident=found, kind=kind, **values, **said)
        return self._answer(request, number)

    @extend_schema(request=shapes.SeverityInput, responses=shapes.OneIncidentOutput)
    @action(detail=True, methods=["post"], access=Access.TEAM_WRITE)
    def severity(self, request: Request, number: int) -> Response:
        """Say which level holds from when on."""
        require_known(request)
        found, values = self._mine(request, number), shapes.SeverityInput.read(request)
        values = {"level": None, **values}
        if values["level"] is None and not values.get("reported_as"):
            raise rating.unknown_level(found.policy, "Nothing")
        rating.change_severity(incident=found, **values, source=self._source(request), by=self._by(request))
        return self._answer(request, number)

    @extend_schema(request=shapes.LineInput, responses=shapes.OneIncidentOutput)
    @action(detail=True, methods=["post"], access=Access.TEAM_WRITE)
    def timeline(self, request: Request, number: int) -> Response:
        """Add a line to the story, or say anew what stands under a key."""
        require_known(request)
        found, values = self._mine(request, number), shapes.LineInput.read(request)
        line = Line(values["at"], values["text"], values.get("ended_at"), values.get("evidence_url", ""))
        timeline.add_timeline_entry(
            incident=found, line=line, external_key=values.get("external_key", ""), source=self._source(request),
            by=self._by(request),
        )  # fmt: skip
        return self._answer(request, number)

    @extend_schema(request=shapes.LinkInput, responses=shapes.OneIncidentOutput)
    @action(detail=True, methods=["post"], access=Access.TEAM_WRITE)
    def links(self, request: Request, number: int) -> Response:
        """Declare a deployment or change that caused, mitigated or fixed the incident; people rule links out."""
        require_known(request)
        found, values = self._mine(request, number), shapes.LinkInput.read(request)
        linking.link_change(
            incident=found, kind=LinkKind(values["kind"]), service=values["service"], key=values["key"],
            fact=LinkedFact(values.get("fact", LinkedFact.DEPLOYMENTS)), reason=values.get("reason", ""),
            source=self._source(request), by=self._by(request),
        )  # fmt: skip
        return self._answer(request, number)

    @extend_schema(responses=shapes.CandidatesOutput)
    @action(detail=True, methods=["get"])
    def candidates(self, request: Request, number: int) -> Response:
        """Deployments before the impact and lines around it that may belong to the incident."""
        require_known(request)
        found = queries.get_incident(number, self._by(request))
        return Response(shapes.CandidatesOutput(incident_parts.list_candidates(found)).data)

    def _report(self, request: Request, values: dict[str, Any]) -> Any:
        asked = shapes.IncidentInput.asked(values)
        return report_incident(**asked, source=self._source(request), by=self._by(request))

    def _one(self, request: Request, item: dict[str, Any], index: int) -> dict[str, Any]:
        """One report of a batch; what is wrong with it is located from the batch's root."""
        shape = shapes.IncidentInput(data=item)
        try:
            shape.require_known_fields()
            shape.is_valid(raise_exception=True)
            with transaction.atomic():
                reported = self._report(request, dict(shape.validated_data))
        except ValidationError as error:
            faults = located_problems(error, f"/incidents/{index}")
            return {"outcome": "rejected", "errors": [one.as_dict() for one in faults]}
        except ProblemError as problem:
            faults = problem.errors or [FieldProblem("", problem.code, problem.sentence)]
            errors = [{**one.as_dict(), "pointer": f"/incidents/{index}{one.pointer}"} for one in faults]
            return {"outcome": "rejected", "errors": errors}
        return {"outcome": "created" if reported.is_new else "known", "id": str(reported.incident)}

    def _mine(self, request: Request, number: int) -> Incident:
        found = queries.get_incident(number, self._by(request))
        policies.require_can_write(self._by(request), found)
        return found

    def _by(self, request: Request) -> Any:
        return request.principal  # type: ignore[attr-defined]

    def _source(self, request: Request) -> str:
        """The channel by which this sender's statements come."""
        return f"api:{self._by(request).sender}"[:40]

    def _answer(self, request: Request, number: int, status: int = 200) -> Response:
        found = incident_parts.get_with_parts(number, self._by(request))
        links = incident_parts.links_as_said(found)
        body = shapes.OneIncidentOutput(found, context={"links": links}).data
        return Response(body, status=status, headers={"ETag": etag_of(str(found.revision))})


class SeverityPolicyViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[SeverityPolicy]):
    """What each level of severity means and asks for, the newest policy first."""

    access = Access.SHARED_READ
    queryset = SeverityPolicy.objects.none()
    serializer_class = shapes.PolicyOutput

    def get_queryset(self) -> QuerySet[SeverityPolicy]:
        """Every policy that was ever in force."""
        return queries.list_policies()
