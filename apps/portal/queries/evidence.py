"""Reads of the evidence page: one cell, the facts behind it, what it was before, and whether it can be repeated."""

from dataclasses import dataclass

from apps.accounts.domain import Principal
from apps.core.periods import Period, UnknownPeriod, parse_period
from apps.core.problems import Absent
from apps.incidents.queries import incidents
from apps.measurements import queries as measurements
from apps.measurements.models import ComputeRun, Restatement
from apps.measurements.queries import Cell, Difference, Evidence
from apps.metrics import queries as metrics
from apps.metrics.domain.spec import Spec
from apps.metrics.models import DefinitionVersion
from apps.portal.queries.subjects import NamedSubject, get_subject
from apps.services.models import Service

MOST_ROWS = 200
INCIDENTS = "incidents"
OF_INCIDENTS = (INCIDENTS, "retros")  # sources whose rows are keyed by their incident
ACTIONS, RESTRICTED = "actions", "restricted"


@dataclass(frozen=True)
class CellPage:
    """A cell with its evidence, the run that computed it and its former values."""

    subject: NamedSubject
    period: Period
    version: DefinitionVersion
    cell: Cell
    evidence: Evidence
    run: ComputeRun | None
    restatements: list[Restatement]
    services: dict[int, Service]
    names: dict[str, str]
    traits: dict[str, tuple[int | None, str]]

    @property
    def spec(self) -> Spec:
        """The rule that the value follows."""
        return metrics.spec_of(self.version)


def get_cell_page(slug: str, address: str, period_key: str, by: Principal) -> CellPage:
    """Everything behind one number; raises `Absent` for an unknown metric, subject or period, or before any version."""
    subject, period = get_subject(address), period_of(period_key)
    cell = measurements.get_cells([subject.subject], [slug], [period]).get((subject.subject, slug, period.key, "whole"))
    version = version_of(slug, cell) if cell else None
    if version is not None:
        metrics.require_present(slug, version.definition)
    evidence = measurements.get_evidence(subject.subject, slug, period, limit=MOST_ROWS) if cell else None
    if cell is None or version is None or evidence is None:
        raise Absent("not_found", "Nothing is here for you.")
    ids = {row.service_id for row in evidence.rows}
    return CellPage(
        subject=subject,
        period=period,
        version=version,
        cell=cell,
        evidence=evidence,
        run=measurements.get_run(cell.run_id),
        restatements=measurements.list_restatements(cell.cell_id) if cell.cell_id else [],
        services=Service.objects.in_bulk(ids),
        names=_names(evidence, by),
        traits=_traits(evidence),
    )


def _names(evidence: Evidence, by: Principal) -> dict[str, str]:
    """What facts of incidents are called: their titles, of restricted ones only how severe they were.

    An action out of a restricted incident has no name at all.
    """
    keys = {row.key for row in evidence.rows if row.source in OF_INCIDENTS}
    named = incidents.names_for_evidence(keys, by) if keys else {}
    hidden = measurements.hidden_of((row for row in evidence.rows if row.source == ACTIONS), by)
    return named | {key: RESTRICTED for _, key in hidden}


def _traits(evidence: Evidence) -> dict[str, tuple[int | None, str]]:
    """How severe incidents were and how their known cause came again; of restricted ones, too, as numbers say it."""
    keys = {row.key for row in evidence.rows if row.source == INCIDENTS}
    return incidents.traits_for_evidence(keys) if keys else {}


def version_of(slug: str, cell: Cell) -> DefinitionVersion:
    """The version by which a cell is read."""
    return next(v for v in metrics.versions_by_slug([slug])[slug] if v.number == cell.version_number)


def compute_again(slug: str, address: str, period_key: str) -> list[Difference] | None:
    """Differences between the stored value and what its facts give again; None when nothing is stored."""
    subject, period = get_subject(address), period_of(period_key)
    version = metrics.governing_versions([slug], period).get(slug)
    row = measurements.find_value(version, subject.subject, period) if version else None
    return None if row is None else measurements.find_differences([row])


def period_of(key: str) -> Period:
    """The period of an address; raises `Absent`."""
    try:
        return parse_period(key)
    except UnknownPeriod as error:
        raise Absent("not_found", "Nothing is here for you.") from error
