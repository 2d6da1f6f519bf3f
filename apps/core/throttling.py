"""How many calls a token may make in a minute."""

import logging
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.core import clock

logger = logging.getLogger(__name__)

MINUTE = 60
READS_A_MINUTE = 1200
WRITES_A_MINUTE = 600
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class TokenThrottle(BaseThrottle):
    """Counts reads and writes of a token per minute in the cache; without a cache every call passes."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """False above the limit; people and nobody are not counted here."""
        token_id = request.principal.token_id  # type: ignore[attr-defined]
        if token_id is None:
            return True
        is_read = request.method in SAFE_METHODS
        minute = int(clock.now().timestamp()) // MINUTE
        used = _count(f"throttle:{token_id}:{'read' if is_read else 'write'}:{minute}")
        return used <= (READS_A_MINUTE if is_read else WRITES_A_MINUTE)

    def wait(self) -> float:
        """Seconds until the next minute."""
        return MINUTE - clock.now().timestamp() % MINUTE


def _count(key: str) -> int:
    """This call's number in its minute; 0 when the cache cannot be reached."""
    try:
        cache.add(key, 0, timeout=2 * MINUTE)
        return int(cache.incr(key))
    except Exception:
        logger.warning("calls pass uncounted: the cache does not answer", exc_info=True)
        return 0
