"""The audit chain over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit import domain, policies, queries
from apps.audit.api.serializers import EventOutput, HeadOutput, ProofInput, ProofOutput
from apps.audit.filters import EventFilter
from apps.audit.models import AuditEvent
from apps.core.access import Access
from apps.core.filtering import require_known
from apps.core.paging import KeysetPagination
from apps.core.problems import Unreadable


class EventViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[AuditEvent]):
    """Events in the order of the chain, for stewards and administrators."""

    access = Access.SHARED_READ
    serializer_class = EventOutput
    filterset_class = EventFilter
    pagination_class = KeysetPagination
    keyset = ("seq",)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """The chain names who did what: its readers are fewer than those of other lists."""
        super().initial(request, *args, **kwargs)
        policies.require_can_read_events(request.principal)  # type: ignore[attr-defined]

    def get_queryset(self) -> QuerySet[AuditEvent]:
        """All events."""
        return queries.list_events()


class HeadView(APIView):
    """The end of the chain."""

    access = Access.SHARED_READ

    @extend_schema(responses=HeadOutput)
    def get(self, request: Request) -> Response:
        """Last number and hash; 0 and zeros before the first event."""
        require_known(request)
        head = queries.get_head()
        seq, value = (head.seq, head.hash) if head else (0, domain.FIRST_PREVIOUS)
        return Response(HeadOutput({"seq": seq, "hash": value}).data)


class ProofView(APIView):
    """A part of the chain, to be checked without this portal."""

    access = Access.SHARED_READ

    @extend_schema(parameters=[ProofInput], responses=ProofOutput)
    def get(self, request: Request) -> Response:
        """The events from one place to another with their texts and hashes; at most 10,000."""
        require_known(request, ("from", "to"))
        policies.require_can_read_events(request.principal)  # type: ignore[attr-defined]
        asked = ProofInput(data=request.query_params.dict())
        if not asked.is_valid():
            name, messages = next(iter(asked.errors.items()))
            raise Unreadable("parameter_invalid", f"{name}: {messages[0]}")
        proof = queries.get_proof(asked.validated_data.get("from"), asked.validated_data.get("to"))
        return Response(ProofOutput(proof.as_dict()).data)
