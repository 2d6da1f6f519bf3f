"""Is the process alive, and can it serve?"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.core.access import Access, access
from apps.portal.queries.readiness import list_obstacles


@access(Access.MONITOR)
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive; needs no database."""
    return HttpResponse("ok\n", content_type="text/plain")


@access(Access.MONITOR)
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready to serve: the database answers and its tables are up to date; else 503 with what is missing."""
    obstacles = list_obstacles()
    text = "".join(f"{sentence}\n" for sentence in obstacles) or "ready\n"
    return HttpResponse(text, content_type="text/plain", status=503 if obstacles else 200)
