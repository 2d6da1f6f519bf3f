"""Where a proposal comes from. Pure."""

from enum import StrEnum


class Origin(StrEnum):
    """Who drafted a proposal: a person, a tool, the product itself (its kit), or a review."""

    PERSON = "person"
    TOKEN = "token"
    PRODUCT = "product"
    # A quarterly review whose signatures are those of the proposal; the product wrote it down.
    REVIEW = "review"
