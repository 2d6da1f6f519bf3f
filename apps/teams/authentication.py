"""Lets Django REST framework use the request's principal; sessions must pass the CSRF check."""

from typing import Any

from drf_spectacular.plumbing import build_mock_request
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from apps.accounts.domain import ANONYMOUS, Principal
from apps.core import clock
from apps.teams import operations
from apps.teams.middleware import principal_of


class PrincipalAuthentication(SessionAuthentication):
    """Answers (principal, None); a bearer token needs no CSRF token, a session does."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """The principal of the request, or None when nobody is signed in."""
        principal: Principal = principal_of(request._request)
        request.principal = principal  # type: ignore[attr-defined]
        if not principal.is_authenticated:
            return None
        if principal.is_person:
            self.enforce_csrf(request)
        elif principal.token_id is not None:
            operations.note_token_use(principal.token_id, clock.now())
        return principal, None

    def authenticate_header(self, request: Request) -> str:
        """The header of a 401 answer."""
        return "Bearer"


def schema_request(*args: Any, **kwargs: Any) -> Request:
    """The request that views see while the API is described: nobody's."""
    request: Request = build_mock_request(*args, **kwargs)  # type: ignore[no-untyped-call]
    request.principal = ANONYMOUS  # type: ignore[attr-defined]
    return request
