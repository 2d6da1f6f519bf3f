"""Objectives as files for other tools, over REST."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.access import Access
from apps.core.filtering import require_known
from apps.objectives.exporting import agreed_on, openslo_of, rules_of


class YamlRenderer(BaseRenderer):
    """YAML that is written already; problems of a request stay JSON, which is YAML too."""

    media_type, format, charset = "application/yaml", "yaml", "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The text as it is."""
        if isinstance(data, str):
            return data.encode()
        return JSONRenderer().render(data, accepted_media_type, renderer_context)


class _ExportView(APIView):
    access = Access.SHARED_READ
    renderer_classes = (YamlRenderer,)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """YAML whatever a client would rather have: there is nothing else."""
        del force
        return super().perform_content_negotiation(request, force=True)


class OpenSloView(_ExportView):
    """An objective with its indicator as an OpenSLO v1 list."""

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str) -> Response:
        """The list as YAML; 409 for a target of 100 %, which the standard cannot say."""
        require_known(request)
        return Response(openslo_of([agreed_on(slug)]))


class RulesView(_ExportView):
    """Rules for Prometheus of an objective whose indicator is pulled."""

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str) -> Response:
        """The rules file as YAML; 409 saying why there are none."""
        require_known(request)
        return Response(rules_of(agreed_on(slug)))
