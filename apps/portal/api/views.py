"""The API described: as a document for tools, as a page for people; and addresses that do not exist."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.access import Access, access
from apps.core.asking import reads
from apps.core.filtering import require_known
from apps.core.problems import Absent
from apps.portal.api import describing


class OpenApiView(APIView):
    """The OpenAPI 3.1 document."""

    access = Access.SIGNED_IN
    renderer_classes = [OpenApiJsonRenderer]

    @extend_schema(responses={(200, "application/vnd.oai.openapi+json"): dict})
    def get(self, request: Request) -> Response:
        """Every address, parameter, body and answer of this API."""
        require_known(request)
        return Response(describing.description())


class Nowhere(APIView):
    """What stands at no address of the API."""

    access = Access.PUBLIC

    @extend_schema(exclude=True)
    def get(self, request: Request, path: str) -> Response:
        """404; names the right path where only the last slash is missing."""
        right = f"{request.path}/"
        if not path.endswith("/") and _exists(right):
            raise Absent("path_needs_slash", f"Addresses here end in a slash: {right}")
        raise Absent("not_found", "Nothing is here for you.")

    post = put = patch = delete = get


def _exists(path: str) -> bool:
    try:
        return resolve(path).url_name != "nowhere"
    except Resolver404:
        return False


@access(Access.SIGNED_IN)
@reads()
def api_page(request: HttpRequest) -> HttpResponse:
    """The API described for people."""
    document = describing.description()
    parts = describing.list_parts(document)
    context = {
        "heading": "REST API",
        "meta": [f"Version {document['info']['version']}"],
        "parts": parts,
        "openapi_url": "/api/v1/openapi/",
    }
    return render(request, "portal/api_docs.html", context)
