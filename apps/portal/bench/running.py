"""What is measured, in order."""

from collections.abc import Callable, Collection, Mapping

from apps.portal.bench.auditing import measure_audit
from apps.portal.bench.budgets import measure_budgets
from apps.portal.bench.incidents import measure_incidents
from apps.portal.bench.lateness import measure_late
from apps.portal.bench.paging import measure_pages
from apps.portal.bench.previewing import measure_preview
from apps.portal.bench.rebuilding import measure_rebuild
from apps.portal.bench.report import machine
from apps.portal.bench.scratch import Figures, Tell, run_step, scratch_database
from apps.portal.bench.sizes import SIZES, SMALL, Size

MEASURES: Mapping[str, Callable[[str, Tell], Figures]] = {
    "late": measure_late, "pages": measure_pages, "preview": measure_preview, "audit": measure_audit,
    "incidents": measure_incidents, "budgets": measure_budgets,
}  # fmt: skip
KINDS = ("rebuild", "late", "ingest", "pages", "preview", "audit", "incidents", "budgets")
ROUNDS = {"small": 3, "large": 1}


def measure(server: str, sizes: Collection[str], kinds: Collection[str], tell: Tell) -> Figures:
    """All chosen measurements, each on databases of its own."""
    found: Figures = {"machine": machine()}
    if "rebuild" in kinds:
        found["rebuild"] = {name: _rebuild(server, SIZES[name], tell) for name in sizes}
    if "ingest" in kinds:
        found["ingest"] = _ingest(server, tell)
    return found | {kind: by(server, tell) for kind, by in MEASURES.items() if kind in kinds}


def _rebuild(server: str, size: Size, tell: Tell) -> Figures:
    with scratch_database(server, size.name) as url:
        tell(f"{size.name}: generating {size.facts:,} facts")
        run_step(url, "load", size=vars(size))
        return measure_rebuild(url, size, ROUNDS[size.name], tell)


def _ingest(server: str, tell: Tell) -> Figures:
    with scratch_database(server, "ingest") as url:
        tell("facts over REST")
        run_step(url, "load", size=vars(SMALL))
        return run_step(url, "ingest")
