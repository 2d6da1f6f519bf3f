"""Every view says who may come in: declared once on the view, enforced here, listed by a test."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.checks import CheckMessage, Error, Tags, register
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.core.problem_pages import problem_page
from apps.core.problems import Forbidden, NotSignedIn, ProblemError

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """Who may come in. What they then see is decided by the rows' own `visible_to`."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    SHARED_READ = "shared_read"
    TEAM_READ = "team_read"
    TEAM_WRITE = "team_write"
    TEAM_MANAGE = "team_manage"
    SIGN = "sign"
    PERSON = "person"
    LEADERSHIP = "leadership"
    STEWARD = "steward"
    ADMIN = "admin"
    TOKEN_PUSH = "token_push"
    PROPOSE = "propose"
    MONITOR = "monitor"


PEOPLE_ONLY = frozenset(
    {Access.TEAM_MANAGE, Access.SIGN, Access.PERSON, Access.LEADERSHIP, Access.STEWARD, Access.ADMIN}
)
# What a token needs for a shape; all others need to read.
SCOPES = {Access.TOKEN_PUSH: "push", Access.TEAM_WRITE: "push", Access.PROPOSE: "propose"}
FOREIGN_PREFIXES = ("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes")


def access(shape: Access) -> Callable[[View], View]:
    """Declare the access shape of a function view."""

    def declare(view: View) -> View:
        view.access = shape  # type: ignore[attr-defined]
        return view

    return declare


def shape_of(view: Any) -> Access | None:
    """The declared shape of a view function, class-based view or viewset; None when nothing is declared."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        shape = getattr(holder, "access", None)
        if isinstance(shape, Access):
            return shape
    return None


def require(principal: Any, shape: Access) -> None:
    """Raise 401 or 403 when the principal does not come in by this shape."""
    if shape in (Access.PUBLIC, Access.MONITOR):
        return
    if not principal.is_authenticated:
        raise NotSignedIn("not_signed_in", "Sign in, or send an API token.")
    if shape in PEOPLE_ONLY and not principal.is_person:
        raise Forbidden("needs_a_person", "A person does this in the portal; a token cannot.")
    if shape is Access.ADMIN and not principal.holds("admin"):
        raise Forbidden("role_missing", "An administrator may do this.")
    if shape is Access.STEWARD and not principal.holds("steward"):
        raise Forbidden("role_missing", "A metrics steward may do this.")
    if principal.token_id is not None and shape is not Access.SIGNED_IN:
        _require_scope(principal, SCOPES.get(shape, "read"))


def _require_scope(principal: Any, scope: str) -> None:
    if scope not in principal.scopes:
        raise Forbidden("scope_missing", f"This token lacks the scope {scope!r}.")


class AccessMiddleware:
    """Checks the declared shape before a page's view runs; API views are checked by `AccessPermission`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send people who are not signed in to the sign-in page; refuse whoever may not come in."""
        if hasattr(view, "cls") or _is_foreign(view):
            return None
        shape = shape_of(view) or Access.SIGNED_IN
        try:
            require(request.principal, shape)  # type: ignore[attr-defined]
        except NotSignedIn:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        except ProblemError as refusal:  # what a middleware raises never reaches `process_exception`
            return problem_page(request, refusal)
        return None


class AccessPermission(BasePermission):
    """The same check for API views; an action may be narrower than its view, by `access=` or in `access_of`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or a problem is raised that says why not."""
        action = getattr(view, "action", None) or ""
        narrower = getattr(getattr(view, action, None), "kwargs", {}).get("access")
        shape = narrower or getattr(view, "access_of", {}).get(action) or shape_of(view) or Access.SIGNED_IN
        require(request.principal, shape)  # type: ignore[attr-defined]
        return True


def _is_foreign(view: Any) -> bool:
    """Pages of Django's admin guard themselves, also where a model's admin of ours writes a view anew."""
    return hasattr(view, "model_admin") or str(getattr(view, "__module__", "")).startswith(FOREIGN_PREFIXES)


def undeclared(patterns: Any, prefix: str = "") -> list[str]:
    """Routes whose view declares no access shape."""
    found: list[str] = []
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += undeclared(entry.url_patterns, route)
        elif isinstance(entry, URLPattern) and not _is_foreign(entry.callback) and shape_of(entry.callback) is None:
            found.append(f"{route} ({entry.callback.__module__}.{entry.callback.__qualname__})")
    return found


@register(Tags.security)
def check_access_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django passes both
    """System check: every route of ours declares its access."""
    admin = "admin/"
    routes = [r for r in undeclared(get_resolver().url_patterns) if not r.startswith(admin)]
    return [
        Error(f"{route} declares no access", hint="Set `access = Access.<SHAPE>` on the view.", id="plumbline.E001")
        for route in routes
    ]
