"""Builds the principal once per request, so that a withdrawn role ends at once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from apps.accounts.domain import ANONYMOUS, Principal
from apps.core import clock
from apps.core.problems import NotSignedIn
from apps.teams import queries


class PrincipalMiddleware:
    """Sets `request.principal`: the signed-in person, or whoever the bearer token belongs to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.principal = SimpleLazyObject(lambda: principal_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def principal_of(request: HttpRequest) -> Principal:
    """The principal behind a request; raises `NotSignedIn` for a bad token."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer" or not secret:
            raise NotSignedIn("token_invalid", "Send `Authorization: Bearer plumb_…`.")
        return queries.principal_of_secret(secret.strip(), clock.now())
    if request.user.is_authenticated:
        return queries.principal_of_user(request.user, clock.now())
    return ANONYMOUS
