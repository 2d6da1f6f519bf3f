"""What every refusal of the API has in common: problem details for whatever goes wrong."""

import logging
import math
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core.moved import new_address
from apps.core.problems import (
    Absent,
    FieldProblem,
    Forbidden,
    Invalid,
    Moved,
    NotSignedIn,
    ProblemError,
    TooMany,
    Unreadable,
    UnsupportedType,
    WrongMethod,
)

logger = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"

# The framework's words for faults of a field, in ours.
_CODES = {
    "blank": "required",
    "null": "required",
    "empty": "required",
    "invalid": "wrong_type",
    "not_a_list": "wrong_type",
    "not_a_dict": "wrong_type",
    "invalid_choice": "unknown_value",
    "max_length": "too_long",
    "max_value": "out_of_range",
    "min_value": "out_of_range",
    "null_characters_not_allowed": "nul_not_allowed",
    "surrogate_characters_not_allowed": "surrogate_not_allowed",
}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: one shape for every refusal; faults of our own are logged with the request id."""
    request_id = f"urn:uuid:{uuid.uuid4()}"
    problem = _as_problem(error)
    set_rollback()
    if problem is None:
        logger.error("unexpected error %s", request_id, exc_info=error)
        sentence = f"The fault is on our side. Nothing was stored. Request {request_id}."
        body = ProblemError("server_error", sentence).as_dict(instance=request_id)
        body |= {"status": 500, "title": "Something failed here"}
        return Response(body, status=500, content_type=PROBLEM_TYPE)
    headers = dict(problem.headers)
    if problem.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if isinstance(problem, Moved):
        headers["Location"] = new_address(context["request"], problem)
    body = problem.as_dict(instance=request_id)
    return Response(body, status=problem.status, headers=headers, content_type=PROBLEM_TYPE)


def _as_problem(error: Exception) -> ProblemError | None:
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, Http404):
        return Absent("not_found", "Nothing is here for you.")
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        code = "csrf_failed" if "CSRF" in str(error) else "role_missing"
        return Forbidden(code, str(error) or "Another role may do this.")
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    return None


def _from_framework(error: exceptions.APIException) -> ProblemError:
    """Translate what the framework itself raises."""
    if isinstance(error, exceptions.ValidationError):
        return Invalid("validation_failed", "Some fields need attention.", list(_located(error.detail, "")))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return NotSignedIn("not_signed_in", "Sign in, or send an API token.")
    if isinstance(error, exceptions.NotFound):
        return Absent("not_found", "Nothing is here for you.")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return UnsupportedType("unsupported_type", "Send application/json.")
    if isinstance(error, exceptions.Throttled):
        return TooMany(
            "slow_down",
            "Too many requests.",
            headers={"Retry-After": str(math.ceil(getattr(error, "wait", None) or 60))},
        )
    if isinstance(error, exceptions.MethodNotAllowed):
        return WrongMethod("method_not_allowed", str(error.detail))
    if isinstance(error, exceptions.NotAcceptable):
        return Unreadable("not_acceptable", "Answers are application/json; ask for that, or for anything.")
    return Unreadable("not_json", str(error.detail))


def located_problems(error: exceptions.ValidationError, pointer: str) -> list[FieldProblem]:
    """The faults of an input shape, each below a place of the body."""
    return list(_located(error.detail, pointer))


def _located(detail: Any, pointer: str) -> Any:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _located(value, pointer if key == "non_field_errors" else f"{pointer}/{key}")
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            deeper = isinstance(value, dict | list)
            yield from _located(value, f"{pointer}/{index}" if deeper else pointer)
    else:
        code = getattr(detail, "code", "invalid")
        yield FieldProblem(pointer, _CODES.get(code, code), str(detail))
