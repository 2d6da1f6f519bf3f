"""What a signed-in person or a tool reads is kept by nobody on the way, and no cache mixes up who asked."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

VARY = ("Cookie", "Authorization", "HX-Request")


class PrivateAnswersMiddleware:
    """Marks each answer to, or opening, a session or a token as private and not to be stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = settings.SESSION_COOKIE_NAME
        if session in request.COOKIES or session in response.cookies or "Authorization" in request.headers:
            response.headers["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, VARY)
        return response
