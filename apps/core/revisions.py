"""Revisions over HTTP: reads name theirs in an ETag, writes say which one they were made on."""

from rest_framework.request import Request

from apps.core.problems import Outdated, PreconditionMissing


def etag_of(sha256: str) -> str:
    """A strong entity tag."""
    return f'"{sha256}"'


def read_if_match(request: Request) -> str:
    """The revision a write was made on; raises 428 without `If-Match`, 412 for one that cannot match."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        sentence = "Send If-Match with the ETag of the revision that you read."
        raise PreconditionMissing("if_match_required", sentence)
    if len(sent) < 2 or sent[0] != '"' or sent[-1] != '"':
        raise Outdated("revision_changed", 'If-Match names one strong tag such as "3f2a…", as the ETag was given.')
    return sent[1:-1]


def is_known(request: Request, etag: str) -> bool:
    """Whether whoever reads has this content already; for reading, a weak tag is as good."""
    sent = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag in sent or sent == ["*"]
