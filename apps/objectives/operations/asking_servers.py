"""Asking a monitoring server for one range: two questions, and slices or a fault as the answer."""

from urllib.parse import urlencode

from apps.core import outbound
from apps.objectives.domain.indicator_specs import IndicatorSpec
from apps.objectives.domain.monitoring_words import PullFault
from apps.objectives.domain.prometheus_replies import Points, Pulled, PullFailed, join_points, read_reply
from apps.objectives.domain.pulling import Asked, queries_of
from apps.objectives.models import MonitoringSource

SECONDS, MOST_BYTES = 60.0, 32 * 1024 * 1024
PATH = "/api/v1/query_range"


def ask_server(
    server: MonitoringSource | None, spec: IndicatorSpec, asked: Asked, *, seconds: float | None = None
) -> Pulled:
    """The slices of a range; raises `PullFailed`, whatever went wrong with either question.

    `seconds`: how long each of them may take where somebody waits for the answer.
    """
    if server is None or not server.is_active:
        raise PullFailed(PullFault.NOT_ALLOWED, "The server is not registered, or switched off.")
    valid_query, other_query = queries_of(spec)
    limit = SECONDS if seconds is None else seconds
    valid = _points(server, asked, valid_query, spec.dimension_label, limit)
    other = _points(server, asked, other_query, spec.dimension_label, limit)
    return join_points(
        valid, other, other_is_bad=bool(spec.bad_query), absent_bad_is_zero=spec.absent_bad_is_zero,
        slice_seconds=spec.slice_seconds,
    )  # fmt: skip


def _points(server: MonitoringSource, asked: Asked, query: str, label: str, seconds: float) -> Points:
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if server.token_variable:
            headers["Authorization"] = f"Bearer {outbound.token_of(server.token_variable)}"
        answer = outbound.send(
            server.base_url.rstrip("/") + PATH, body=urlencode(asked.parameters(query)).encode(), headers=headers,
            seconds=seconds, most_bytes=MOST_BYTES,
        )  # fmt: skip
    except outbound.NotAllowed as error:
        raise PullFailed(PullFault.NOT_ALLOWED, str(error)) from None
    except outbound.TooSlow as error:
        raise PullFailed(PullFault.TIMED_OUT, str(error)) from None
    except outbound.TooLarge as error:
        raise PullFailed(PullFault.TOO_LARGE, str(error)) from None
    except outbound.NotReached as error:
        raise PullFailed(PullFault.UNREACHABLE, str(error)) from None
    if answer.status // 100 == 3:
        raise PullFailed(PullFault.REDIRECTED)
    return read_reply(answer.status, answer.body, label=label)
