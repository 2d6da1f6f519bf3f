"""What can go wrong, in one closed registry: the API answers with it, pages show it, docs list it. Pure."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FieldProblem:
    """One fault at one place: `pointer` is a JSON Pointer into the input."""

    pointer: str
    code: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """The shape of the API's `errors` items."""
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


@dataclass
class ProblemError(Exception):
    """Base of all refusals: status, code and sentence; `errors` locates the faults."""

    code: str
    sentence: str
    errors: list[FieldProblem] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    status = 400
    title = "The request cannot be read"

    def __str__(self) -> str:
        located = "; ".join(f"{e.pointer}: {e.detail}" for e in self.errors)
        return f"{self.sentence} {located}".strip()

    def as_dict(self, *, instance: str = "") -> dict[str, Any]:
        """RFC 9457 problem details."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}/",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.sentence,
        }
        if instance:
            body["instance"] = instance
        if self.errors:
            body["errors"] = [e.as_dict() for e in self.errors[:100]]
        return body


class Unreadable(ProblemError):
    """400: not JSON, an unknown parameter, an order that is not offered."""


class NotSignedIn(ProblemError):
    """401: no session, or a token that is missing, wrong or expired."""

    status, title = 401, "Sign in or send a valid token"


class Forbidden(ProblemError):
    """403: visible, but this act belongs to another role."""

    status, title = 403, "Another role may do this"


class Absent(ProblemError):
    """404: absent and invisible alike."""

    status, title = 404, "Nothing is here for you"


@dataclass
class Moved(ProblemError):
    """308: the thing is here, under another short name: `old` in the address is `new` by now."""

    old: str = ""
    new: str = ""

    status, title = 308, "It has another short name"


class WrongMethod(ProblemError):
    """405: this address has no such method."""

    status, title = 405, "This address does not take that method"


class Conflict(ProblemError):
    """409: the state of the thing forbids it."""

    status, title = 409, "The present state does not allow this"


class Outdated(ProblemError):
    """412: somebody else changed it meanwhile; nothing was written over their text."""

    status, title = 412, "Somebody else changed this meanwhile"


class TooLarge(ProblemError):
    """413: more than is read in one request."""

    status, title = 413, "Too large"


class UnsupportedType(ProblemError):
    """415: a body of a type that is not read here."""

    status, title = 415, "This type of body is not read here"


class Invalid(ProblemError):
    """422: it reads, but a field breaks a rule."""

    status, title = 422, "Some fields need attention"


def invalid(pointer: str, code: str, sentence: str) -> Invalid:
    """One fault at one place, whose sentence says all there is to say."""
    return Invalid("validation_failed", sentence, [FieldProblem(pointer, code, sentence)])


class PreconditionMissing(ProblemError):
    """428: a write that does not say which revision it was made on."""

    status, title = 428, "Say which revision you read"


class TooMany(ProblemError):
    """429: slow down."""

    status, title = 429, "Slow down"


REMEDIES: dict[str, str] = {
    "five_picked": "Put one of the five back first; what is not picked returns next month.",
    "not_aligned": "Begin each slice on a multiple of its length, counted from the UTC epoch.",
    "too_old": "Send slices of the last 100 days; older days come by a CSV import.",
    "not_json": "Send one JSON document in UTF-8.",
    "not_utf8": "Encode the body in UTF-8.",
    "too_many_values": "Send fewer values in one document.",
    "too_deep": "Nest at most 32 levels.",
    "duplicate_json_key": "Name each key once in an object.",
    "number_too_large": "Send whole numbers of at most 18 digits.",
    "nan_not_allowed": "NaN and Infinity are no JSON numbers; leave the field out.",
    "unknown_parameter": "Remove the parameter or correct its name; the answer lists the known ones.",
    "parameter_invalid": "Correct the value of the parameter named in the answer.",
    "not_acceptable": "Ask for application/json.",
    "ordering_not_offered": "Order by one of the offered keys. Values are never an order.",
    "cursor_invalid": "Start again without a cursor, or follow the `next` link as it was given.",
    "cursor_mismatch": "Use the cursor with the filters it was made for.",
    "token_invalid": "Send `Authorization: Bearer plumb_…` with a live token.",
    "token_expired": "Make a new token for the team and switch the tool to it.",
    "not_signed_in": "Sign in, or send an API token.",
    "scope_missing": "Use a token that holds the scope named in the answer.",
    "role_missing": "Ask a person who holds the role named in the answer.",
    "csrf_failed": "Send the page's CSRF token in X-CSRFToken, or use an API token.",
    "needs_a_token": "Send the request with the token it is about.",
    "needs_a_person": "A person does this in the portal; tools cannot.",
    "not_found": "Check the address. Things you may not see answer in the same way.",
    "method_not_allowed": "Use one of the methods named in the `Allow` header.",
    "path_needs_slash": "End the path with a slash.",
    "validation_failed": "Correct the fields named under `errors`.",
    "spec_invalid": "Correct the places named under `errors`; nothing was stored.",
    "too_large": "Send less per request; the answer names the limit.",
    "unsupported_type": "Send application/json.",
    "idempotency_key_reused": "Use a new Idempotency-Key for a new body.",
    "state_forbids": "The answer says what has to change first.",
    "number_taken": "Somebody else wrote this version first. Read it and propose on top of it.",
    "already_current": "Nothing differs from what is in force.",
    "not_a_boundary": "Choose the date named in the answer.",
    "period_not_closed": "Wait until the period has ended, or choose an earlier one.",
    "review_state": "The review is in another state; open it to see which.",
    "review_closed": "Nothing more can be changed: a closed review keeps what it showed.",
    "review_changed": "Read the newest content of the review, then act on that.",
    "already_signed": "Another person signs for the roles that are still open.",
    "items_open": "Answer each target or item named under `errors` first.",
    "review_skipped": "Answer what still stands in the team's next review.",
    "deferred_twice": "Decide to continue, adjust or investigate; it was put off twice already.",
    "already_retracted": "Nothing is left to do: it was taken back before.",
    "too_many_items": "Split the batch: at most 1,000 items in one call.",
    "no_items": "Send at least one item.",
    "reported_elsewhere": "Send it to the address named in the answer; its facts follow from there.",
    "unknown_source": "Name one of the fact sources under /api/v1/fact-sources/.",
    "unknown_service": "Name a service your team owns, by its slug; an administrator can add one.",
    "unknown_field": "Correct the field's name; /api/v1/fact-sources/ lists the known ones.",
    "derived_field": "Leave the field out: it follows from facts of another source.",
    "person_field": "Leave the field out: facts carry no person.",
    "unknown_value": "Use one of the values named in the answer.",
    "unknown_team": "Name a team by its slug.",
    "required": "Fill in the field.",
    "wrong_type": "Send the field in the type named in the answer.",
    "out_of_range": "Choose a value inside the range named in the answer.",
    "not_a_number": "Send digits such as 12.5.",
    "not_a_time": "Send an RFC 3339 time such as 2026-08-24T09:31:00+02:00.",
    "zone_required": "End the time with Z or an offset such as +02:00.",
    "before_2000": "Correct the time: nothing before 2000 is kept.",
    "in_future": "Correct the time or the sender's clock.",
    "before_service": "Correct the time, or have an administrator move the day the service began.",
    "ends_before_start": "Correct one of the two times.",
    "too_long": "Shorten the text.",
    "nul_not_allowed": "Remove the NUL character.",
    "surrogate_not_allowed": "Encode the text as whole characters.",
    "version_not_in_force": "Choose a quarter that begins when a version of the metric is in force.",
    "quarter_over": "Choose the running quarter before its day 30, or the next one.",
    "quarter_running": "Choose the quarter named in the answer.",
    "not_a_team_target": "Leave the target out: this metric is read, not aimed at.",
    "heroic": "Say how more than one third can be reached, or aim for less.",
    "baseline_too_few": "Start from a period with more facts, or agree on a practice first.",
    "baseline_of_other_version": "Start from a value under the version that will judge the quarter.",
    "author_cannot_approve": "Somebody who wrote no revision of the proposal approves it.",
    "already_decided": "Nothing more can be done: draft a new proposal.",
    "already_over": "Nothing is left to end: it expired or was ended before.",
    "asked_too_late": "Ask for a later start; the answer says the limit.",
    "base_moved": "Read what is in force by now, then revise the proposal on top of it.",
    "renamed": "Follow the address in `Location`; the former short name is never given to anything else.",
    "name_kept": "Leave the short name as it is; change the name that people read instead.",
    "retired": "Nothing more is agreed on it. Its page names what replaces it, if anything does.",
    "leaves": "Choose a metric that stays, or a quarter that ends before its last day.",
    "not_deprecated": "Deprecate the definition first, with a last day that people can plan for.",
    "still_used": "Let what the answer names end or point elsewhere first, then retire the definition.",
    "too_soon": "Choose the day named in the answer, or a later one.",
    "already_confirmed": "Nothing is left to do: somebody confirmed this definition today.",
    "slug_taken": "Propose a next version of the definition of that name, or choose another short name.",
    "revision_changed": "Read the newest revision, then act on that.",
    "if_match_required": "Send `If-Match` with the `ETag` of the revision that you read.",
    "only_ended": "Propose its end, and a new one that says what you mean.",
    "quarter_under_review": "Wait until the reviews named in the answer close, or restate from a later boundary.",
    "preview_stale": "Wait until the preview is computed, then act again.",
    "role_vacant": "An administrator grants the role named in the answer, or a metrics steward is named.",
    "no_longer_reads": "Write a new revision that mends what the answer names.",
    "too_short": "Write more, so that a stranger understands why.",
    "repeated": "Name each object once in a proposal; say each thing in one field.",
    "not_applicable": "Leave the field out: it says nothing about this object.",
    "illegal_transition": "The answer says what can be done in the present state.",
    "indicator_missing": "Agree on the SLI first, or in the same proposal before its SLO.",
    "not_exportable": "The answer says what OpenSLO cannot hold; change that, or read the SLO over REST.",
    "no_rules": "The answer says why no rules can be written; only pulled shares of events ring in Prometheus.",
    "second_person_required": "Ask a second person: nobody verifies or confirms what is their own.",
    "slow_down": "Wait as long as Retry-After says.",
    "server_error": "The fault is on our side. The request id helps to find it.",
}
