"""The impact preview of a changed definition: every team, 26 weeks, both definitions."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from apps.core import clock
from apps.governance.domain.kinds import Item, Op, kinds
from apps.governance.queries import read_change
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, CHANGE_LEAD_TIME, StarterVersion
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import AS_OF, Size
from apps.portal.bench.timing import peak_mib, taken

SIZE = Size("preview", teams=40, services=160, deployments=370_000, changes=630_000)
GOAL = 5.0
TIMES = 3
# What becomes of each definition: another start of the clock, and another population.
CHANGED: Mapping[str, tuple[StarterVersion, dict[str, Any]]] = {
    "lead time from merge": (CHANGE_LEAD_TIME, {"value": {"from": "merged_at", "to": "linked.finished_at"}}),
    "failures of every environment": (CHANGE_FAILURE_RATE, {"of": {"facts": "deployments", "clock": "finished_at"}}),
}


def preview() -> Figures:
    """Seconds of each preview, as the page waits for it."""
    with clock.playing(AS_OF):
        found = {name: _timed(changed_item(name)) for name in CHANGED}
    return found | {"peak_mib": peak_mib()}


def changed_item(name: str) -> Item:
    """A next version of a starter definition with some of its spec replaced."""
    starter, changed = CHANGED[name]
    content = {
        "lens": starter.lens, "owner_team": "team-0", "name": starter.name, "spec": {**starter.spec, **changed},
        "contract": starter.contract,
    }  # fmt: skip
    return Item("metric_definition", Op.CHANGE, starter.slug, content)


def _timed(item: Item) -> Figures:
    rounds, teams = [], 0
    for _ in range(TIMES):
        with taken() as previewing:
            sections = kinds.sections(read_change(item))
        rounds.append(previewing)
        teams = sum(len(section.teams) for section in sections)
    return {
        "seconds": [one.seconds for one in rounds],
        "median_seconds": median(one.seconds for one in rounds),
        "cpu_seconds": median(one.cpu_seconds for one in rounds),
        "teams": teams,
    }


def measure_preview(server: str, tell: Tell) -> Figures:
    """Each preview among a million facts; the goal is one for two free cores, so it is told and not judged."""
    tell(f"previews for {SIZE.teams} teams among {SIZE.facts:,} facts")
    with scratch_database(server, SIZE.name) as url:
        run_step(url, "load", size=vars(SIZE))
        return run_step(url, "preview") | {"goal": GOAL, "facts": SIZE.facts}
