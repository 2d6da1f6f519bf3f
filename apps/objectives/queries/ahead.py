"""What many drafts refer to, read once for all of them: while it is open, reads by short name ask nobody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from apps.objectives.models import Indicator, IndicatorVersion, Objective, ObjectiveVersion
from apps.services.models import CriticalFlow, Service
from apps.teams.models import Team


@dataclass(frozen=True)
class Ahead:
    """What stands under some short names, None where nothing does; of others nothing is said."""

    indicators: Mapping[str, Indicator | None] = field(default_factory=dict)
    objectives: Mapping[str, Objective | None] = field(default_factory=dict)
    services: Mapping[str, Service | None] = field(default_factory=dict)
    flows: Mapping[str, CriticalFlow | None] = field(default_factory=dict)
    servers: Mapping[str, bool] = field(default_factory=dict)
    # By primary key: the newest version of an indicator and of an objective, the team that owns a service now.
    indicator_versions: Mapping[int, IndicatorVersion | None] = field(default_factory=dict)
    objective_versions: Mapping[int, ObjectiveVersion | None] = field(default_factory=dict)
    owners: Mapping[int, Team | None] = field(default_factory=dict)


_open: ContextVar[Ahead] = ContextVar("objectives_read_ahead", default=Ahead())  # noqa: B039  frozen, and empty


def read_ahead() -> Ahead:
    """What is read ahead here; nothing outside of `reading_ahead`."""
    return _open.get()


@contextmanager
def reading_ahead(found: Ahead) -> Iterator[None]:
    """Let reads by short name take what was read; nothing of it may change meanwhile."""
    token = _open.set(found)
    try:
        yield
    finally:
        _open.reset(token)
