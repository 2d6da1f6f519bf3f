"""A refusal on a page: the same problem as in the API, as one calm sentence with one way on."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import select_template
from django.views.defaults import bad_request

from apps.core.moved import new_address
from apps.core.numbers import format_value
from apps.core.problems import Forbidden, Moved, ProblemError, TooLarge, WrongMethod

ABSENT = 404
# What the framework itself refuses is told in the words of the page of its status, without a sentence of its own.
IN_ITS_OWN_WORDS = ""


class ProblemPageMiddleware:
    """Turns a `ProblemError` that a page raised into its error page, and a bare 405 of the framework, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            headers = {"Allow": response.headers["Allow"]}
            return problem_page(request, WrongMethod("method_not_allowed", IN_ITS_OWN_WORDS, headers=headers))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render the page of the problem's status; other exceptions go on to Django."""
        if not isinstance(error, ProblemError):
            return None
        if isinstance(error, Moved):
            return HttpResponse(status=error.status, headers={"Location": new_address(request, error)})
        return problem_page(request, error)


def problem_page(request: HttpRequest, error: ProblemError) -> HttpResponse:
    """The page of a refusal; one that hides something (404) says no more than its own words."""
    sentence = "" if error.status == ABSENT else error.sentence
    wait = error.headers.get("Retry-After", "")
    context = {"problem": error, "sentence": sentence, "wait": format_value(int(wait), "seconds") if wait else ""}
    # A status without a page of its own is said on the page of what cannot be read.
    template = select_template([f"errors/{error.status}.html", "errors/400.html"])
    return HttpResponse(template.render(context, request), status=error.status, headers=error.headers)


def unreadable_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What the framework cannot read: more than fits into one request has a page of its own."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return problem_page(request, TooLarge("too_large", IN_ITS_OWN_WORDS))
    return bad_request(request, exception)


def expired_form_page(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes a reason
    """A form without a valid token of this browser: an old tab, or cookies that are switched off."""
    sentence = "This form was opened before you last signed in, or cookies are switched off. Open its page again."
    return problem_page(request, Forbidden("csrf_failed", sentence))
