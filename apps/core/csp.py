"""One Content-Security-Policy for every answer, under the names of Django 6, so that the upgrade deletes this file."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class CSP(StrEnum):
    """Source expressions of a directive."""

    NONE = "'none'"
    SELF = "'self'"


# SHA-256 of nothing: the interactive chart inserts one empty <style> and fills it through the object model.
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"

POLICY: dict[str, Sequence[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF, EMPTY_STYLE],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def build_policy(config: Mapping[str, Sequence[str]]) -> str:
    """The header's text of a policy."""
    return "; ".join(" ".join([directive, *sources]) for directive, sources in config.items())


class ContentSecurityPolicyMiddleware:
    """Sets the policy of `settings.SECURE_CSP` (default: the one above) on each answer that has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = {"Content-Security-Policy": build_policy(getattr(settings, "SECURE_CSP", POLICY)), **HEADERS}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response
