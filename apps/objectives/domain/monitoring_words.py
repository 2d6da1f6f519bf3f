"""The closed lists of pulling from a monitoring server: what can go wrong, and what people read about it. Pure."""

from enum import StrEnum
from types import MappingProxyType


class PullFault(StrEnum):
    """Why a pull stored nothing. None of them moves the watermark."""

    NOT_ALLOWED = "not_allowed"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    REDIRECTED = "redirected"
    ERROR_STATUS = "error_status"
    TOO_LARGE = "too_large"
    BAD_JSON = "bad_json"
    SERVER_SAID = "server_said"
    PARTIAL = "partial"
    NOT_A_RANGE = "not_a_range"
    LABEL_ABSENT = "label_absent"
    AMBIGUOUS = "ambiguous"
    TOO_MANY_SERIES = "too_many_series"
    KEY_UNFIT = "key_unfit"
    NOT_TRIED = "not_tried"


# The server itself does not answer: another question to it would wait as long.
OF_THE_SERVER = frozenset({PullFault.UNREACHABLE, PullFault.TIMED_OUT})


FAULT_WORDS = MappingProxyType(
    {
        PullFault.NOT_ALLOWED: "Requests may not leave to this server.",
        PullFault.UNREACHABLE: "The server does not answer.",
        PullFault.TIMED_OUT: "The server did not answer in time.",
        PullFault.REDIRECTED: "The server points elsewhere; register the address it really has.",
        PullFault.ERROR_STATUS: "The server answered with an error.",
        PullFault.TOO_LARGE: "The answer is larger than is read here. Sum by fewer labels.",
        PullFault.BAD_JSON: "The answer is no whole JSON document.",
        PullFault.SERVER_SAID: "The server refused the query.",
        PullFault.PARTIAL: "The server says that its answer is only a part of the truth.",
        PullFault.NOT_A_RANGE: "The answer holds no ranges of points. Write a query that gives one number per time.",
        PullFault.LABEL_ABSENT: "A series of the answer lacks the label that names the key. Sum by it.",
        PullFault.AMBIGUOUS: "Several series of the answer have one key. Sum by the label alone.",
        PullFault.TOO_MANY_SERIES: "The answer holds more series than keys are kept, even as others.",
        PullFault.KEY_UNFIT: "A label value that names a key has over 200 characters, or is no text that can be kept.",
        PullFault.NOT_TRIED: "Another statement holds, and nobody tried its queries. Try it, then start the reading.",
    }
)
RESTS_WORDS = "What came could not be stored, often, so the reading rests. Tell the operator: the log says why."


def say_fault(fault: str, *, is_resting: bool) -> str:
    """What people read about a reading that fails; empty where nothing is wrong."""
    if is_resting:
        return RESTS_WORDS
    return FAULT_WORDS[PullFault(fault)] if fault else ""
