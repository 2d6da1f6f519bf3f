"""Team types and token secrets. Pure."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

TOKEN_PREFIX = "plumb_"
MAX_TOKEN_DAYS = 365
MAX_AGREEMENT_TEXT, MAX_AGREEMENT_REASON, MAX_LINKS, MAX_LINK = 4000, 500, 10, 300


class TeamType(StrEnum):
    """A team's centre of gravity decides what is looked at, never how values are weighted."""

    PLATFORM = "platform"
    PRODUCT = "product"
    MIXED = "mixed"

    @property
    def label(self) -> str:
        """The word on pages."""
        return self.value.capitalize()


def new_secret() -> str:
    """A token's secret: the prefix and 256 random bits, URL-safe."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """SHA-256 of a secret in hex; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


class AgreementFault(NamedTuple):
    """What is wrong with one field of a working agreement."""

    field: str
    code: str
    sentence: str


def latest_review(today: date) -> date:
    """The last day on which an agreement written today may be looked at again: the same day next year."""
    try:
        return today.replace(year=today.year + 1)
    except ValueError:  # the 29th of February
        return date(today.year + 1, 2, 28)


def agreement_faults(
    *, text: str, links: Sequence[str], review_by: date, reason: str, today: date
) -> list[AgreementFault]:
    """Everything that keeps a working agreement from being written."""
    last = latest_review(today)
    faults = [
        ("text", "required", "Say what is agreed on.", not text.strip()),
        ("text", "too_long", f"At most {MAX_AGREEMENT_TEXT:,} characters.", len(text) > MAX_AGREEMENT_TEXT),
        ("reason", "required", "Say why, so that others can follow.", not reason.strip()),
        ("reason", "too_long", f"At most {MAX_AGREEMENT_REASON} characters.", len(reason) > MAX_AGREEMENT_REASON),
        ("links", "too_long", f"At most {MAX_LINKS} links.", len(links) > MAX_LINKS),
        ("links", "wrong_type", "Each link is an address such as https://example.org/notes.",
         not all(_is_address(link) for link in links)),
        ("review_by", "out_of_range", f"Choose a day after today, until {last.isoformat()}.",
         not today < review_by <= last),
    ]  # fmt: skip
    return [AgreementFault(field, code, sentence) for field, code, sentence, is_wrong in faults if is_wrong]


def _is_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    plain = not any(sign.isspace() or not sign.isprintable() for sign in link)
    return plain and len(link) <= MAX_LINK and parts.scheme in ("http", "https") and bool(parts.hostname)


WORDS = MappingProxyType(
    {
        "Team type": "A team's centre of gravity: platform, product or mixed. It decides what is looked at.",
        "Working agreement": "What a team agrees on in words, with a day by which it is looked at again.",
        "Principal": "Who acts: a person in the portal or a tool with a token.",
        "Token": "The key of a tool. It belongs to a team, has a scope and an end, and is shown once.",
    }
)
