"""Who reads the audit chain."""

from typing import Any

from apps.core.problems import Forbidden


def can_read_events(by: Any) -> bool:
    """A steward, an administrator or a token of the organisation."""
    return bool(by.holds("steward", "admin") or (by.token_id is not None and by.token_team_id is None))


def require_can_read_events(by: Any) -> None:
    """Raise `Forbidden` unless a steward, an administrator or a token of the organisation asks."""
    if not can_read_events(by):
        raise Forbidden("role_missing", "A metrics steward or an administrator may read the audit chain.")
