"""The effect of actions: one version of one metric before the commitment and after the action was done.

Both sides are computed from their facts in one pass, and judged like any other movement. What happened in between,
and why anything moved, is not said here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from apps.core import clock
from apps.core.bulk import batched
from apps.core.periods import Grain, Period, local_midnight
from apps.core.problems import Absent
from apps.governance.operations.reminding import by_the_wall
from apps.incidents.domain.action_words import ActionState
from apps.incidents.models import Action
from apps.measurements import naming, passes, queries
from apps.measurements.board import Board
from apps.measurements.domain.effects import Spans, Stage, grain_of, pooled, spans_of
from apps.measurements.domain.engine import ENGINE_VERSION
from apps.measurements.domain.engine.placed import ends_at_link
from apps.measurements.domain.intervals import clustering_factor
from apps.measurements.domain.subjects import PER_LINK, WHOLE, Subject
from apps.measurements.domain.verdicts import Kind, Verdict, judge_quarter
from apps.measurements.evidence import compute_again
from apps.measurements.models import ActionEffect, ComputeRun, MetricValue
from apps.metrics import queries as metrics
from apps.metrics.domain.spec import Measure, Spec
from apps.metrics.models import DefinitionVersion

ENDED = [ActionState.DONE.value, ActionState.VERIFIED.value]
NO_DEFINITION = "There is no definition of this short name."
NOT_IN_FORCE = "No version of this definition was in force when the action was done."
NO_SUBJECT = "There is no subject of this address to read it for."


@dataclass(frozen=True)
class Measured:
    """What a computation found, ready to be stored."""

    row: ActionEffect
    stage: Stage
    result: Mapping[str, Any]
    run: ComputeRun | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    next_at: datetime | None = None


def subject_address(action: Action) -> str:
    """Whom the metric of an action is read for: what it names, else the team that owns it."""
    return action.metric_subject or f"team:{action.owner_team.slug}"


@transaction.atomic
def ask_effects() -> int:
    """Ask for the effects that are missing, of actions that say something else, and of periods computed anew."""
    now = clock.now()
    ended = Action.objects.filter(state__in=ENDED).exclude(metric_slug="").select_related("owner_team")
    known = ActionEffect.objects.filter(action=OuterRef("pk"))
    missing = list(ended.filter(~Exists(known)).order_by("pk"))
    rows = [_asked(ActionEffect(action=action, due_at=now), action) for action in missing]
    for some in batched(rows):
        ActionEffect.objects.bulk_create(some, ignore_conflicts=True)
    return len(rows) + _ask_changed(now) + _ask_moved(now)


def _asked(row: ActionEffect, action: Action) -> ActionEffect:
    assert action.done_at is not None  # noqa: S101 - told to the type checker; only what is done is asked for
    row.slug, row.subject, row.action_done_at = action.metric_slug, subject_address(action), action.done_at
    return row


def _ask_changed(now: datetime) -> int:
    """An action that was done once more, or that names another metric, is read from the beginning."""
    rows = ActionEffect.objects.select_related("action__owner_team").filter(action__state__in=ENDED)
    other = ~Q(slug=F("action__metric_slug")) | ~Q(action_done_at=F("action__done_at"))
    named = Q(action__metric_subject__gt="") & ~Q(subject=F("action__metric_subject"))
    changed = list(rows.exclude(action__metric_slug="").filter(other | named))
    for row in changed:
        _asked(row, row.action)
        row.due_at, row.done_at, row.attempts, row.stage, row.result = now, None, 0, Stage.WAITING.value, {}
        row.save()
    return len(changed)


def _ask_moved(now: datetime) -> int:
    """Where a stored period that an effect reads has another run by now, its facts changed."""
    anew = MetricValue.objects.filter(
        version_id=OuterRef("version_id"), subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"),
        part=WHOLE, grain=OuterRef("grain"), end_on__gt=OuterRef("first_on"), end_on__lte=OuterRef("end_on"),
        run_id__gt=OuterRef("run_id"),
    )  # fmt: skip
    waiting = Q(done_at__isnull=False) | Q(due_at__gt=now)
    rows = ActionEffect.objects.filter(waiting, run__isnull=False, action__state__in=ENDED)
    return rows.filter(Exists(anew)).update(due_at=now, done_at=None, attempts=0)


def measure(rows: Sequence[ActionEffect]) -> list[Measured]:
    """Compute some effects over the committed facts. Call it outside a transaction."""
    return [_measure(row) for row in rows]


def _measure(row: ActionEffect) -> Measured:
    action = Action.objects.select_related("owner_team").get(pk=row.action_id)
    if action.state not in ENDED or action.done_at is None:
        return Measured(row, Stage(row.stage), row.result)
    versions = metrics.versions_by_slug([row.slug]).get(row.slug, [])
    if not versions:
        return _unreadable(row, NO_DEFINITION)
    zone, as_of = clock.reporting_zone(), clock.as_of()
    done_on = clock.local_day(action.done_at)
    version = _in_force(versions, done_on)
    if version is None:
        return _unreadable(row, NOT_IN_FORCE)
    try:
        subject = naming.find_subject(row.subject)
    except Absent:
        return _unreadable(row, NO_SUBJECT)
    spec = metrics.spec_of(version)
    spans = spans_of(action.opened_at, action.done_at, as_of, grain_of(spec.window.grains), zone)
    next_at = by_the_wall(local_midnight(spans.next_on, zone)) if spans.next_on else None
    if spans.stage is Stage.WAITING:
        return Measured(row, Stage.WAITING, {"reads_on": spans.reads_on.isoformat()}, next_at=next_at)
    reading = _Around(version, versions, spec, subject, spans)
    return Measured(row, spans.stage, reading.result(), reading.run, reading.columns(), next_at)


def _in_force(versions: Sequence[DefinitionVersion], day: Any) -> DefinitionVersion | None:
    """The version that counted for the day on which the action was done."""
    return metrics.governing_version(versions, Period(day, day, Grain.MONTH))


def _unreadable(row: ActionEffect, why: str) -> Measured:
    return Measured(row, Stage.UNREADABLE, {"why": why})


class _Around:
    """One version over both stretches and every period in them, at one watermark."""

    def __init__(
        self, version: DefinitionVersion, versions: Sequence[DefinitionVersion], spec: Spec, subject: Subject,
        spans: Spans,
    ) -> None:  # fmt: skip
        self.version, self.spec, self.subject, self.spans = version, spec, subject, spans
        self.slug = version.definition.slug
        self.meaning = next(one for one in versions if one.number == version.meaning_number)
        self.part = PER_LINK if ends_at_link(spec) else WHOLE
        watermark = dict(passes.present_setting([spec], {0: self.slug}).watermark)
        self.run = ComputeRun(watermark=watermark, as_of=clock.as_of(), computed_at=clock.now(), engine=ENGINE_VERSION)
        self.before, self.after = pooled(spans.before), pooled(spans.after)
        self.units = (*spans.before, *spans.after)
        rows = {**self._compute([self.before, self.after]), **self._compute(self.units)}
        named = {self.slug: list(versions)}
        self.board = Board(
            named, rows, queries.list_held([subject]), self.run.as_of, clock.reporting_zone(),
            queries.list_excluded(named),
        )  # fmt: skip

    def _compute(self, periods: Iterable[Period]) -> dict[tuple[int, Subject, str, Period], MetricValue]:
        wanted = list(periods)
        parts = dict.fromkeys((WHOLE, self.part))
        places = [(self.subject, period, part) for period in wanted for part in parts]
        found = compute_again(self.spec, places, self.run, definition=self.slug)
        return {
            (self.meaning.pk, *_place(place)): MetricValue(
                version_id=self.meaning.pk, subject_kind=self.subject.kind.value, subject_id=self.subject.id,
                part=place[2], grain=place[1].grain.value, end_on=place[1].end_on, **asdict(again),
            )
            for place, again in found.items()
        }  # fmt: skip

    def result(self) -> dict[str, Any]:
        """Both sides, each period by itself, and the verdict, as plain data."""
        now, before = (self._reading(period, WHOLE) for period in (self.after, self.before))
        verdict = self._verdict()
        return {
            "name": self.version.name, "version": self.version.number, "unit": self.spec.unit,
            "grain": self.spans.grain.value, "count_before": len(self.spans.before),
            "count_after": len(self.spans.after), "before": _side(self.before, before),
            "after": _side(self.after, now), "code": str(verdict.code), "sentence": verdict.sentence,
            "units": [{"key": p.key, **_side(p, self._reading(p, WHOLE))} for p in self.units],
            "reads_on": self.spans.reads_on.isoformat(),
        }  # fmt: skip

    def _reading(self, period: Period, part: str) -> Any:
        return self.board.cell_under(self.version, self.subject, self.slug, period, part).reading

    def _verdict(self) -> Verdict:
        cell = self.board.cell_under(self.version, self.subject, self.slug, self.after, self.part)
        per = "deployment" if self.part == PER_LINK else ""
        has_trend = self.spec.measure is not Measure.LATEST and self.spec.window.rolling == 1
        kind = cell.kind if has_trend else Kind.MEANS
        return judge_quarter(
            kind, cell.reading, self._reading(self.before, self.part), unit=self.spec.unit, direction=cell.direction,
            phi=self._phi(kind), weeks_now=_weeks(self.after), weeks_before=_weeks(self.before), per=per,
        )  # fmt: skip

    def _phi(self, kind: Kind) -> float:
        """How much the shares of the time before differ more than chance would have them."""
        if kind is not Kind.SHARES:
            return 1.0
        readings = [self._reading(period, WHOLE) for period in self.spans.before]
        hits, totals = [r.numerator or 0 for r in readings], [r.denominator or 0 for r in readings]
        return float(clustering_factor(hits, totals))

    def columns(self) -> dict[str, Any]:
        """Where the stored periods stand whose change asks for this effect anew."""
        return {
            "version_id": self.meaning.pk, "subject_kind": self.subject.kind.value, "subject_id": self.subject.id,
            "grain": self.spans.grain.value, "first_on": self.before.first_on, "end_on": self.after.end_on,
        }  # fmt: skip


def _place(place: tuple[Subject, Period, str]) -> tuple[Subject, str, Period]:
    return place[0], place[2], place[1]


def _weeks(period: Period) -> int:
    return max(1, period.days // 7)


def _side(period: Period, reading: Any) -> dict[str, Any]:
    return {
        "first_on": period.first_on.isoformat(), "end_on": period.end_on.isoformat(), "value": reading.value,
        "lower": reading.lower, "upper": reading.upper, "n": reading.n, "clusters": reading.clusters,
        "numerator": reading.numerator, "denominator": reading.denominator, "at_least": reading.at_least,
        "status": reading.status.value, "reason": reading.reason.value if reading.reason else "",
        "detail": reading.detail, "needed": reading.needed,
    }  # fmt: skip


def keep(found: Sequence[Measured]) -> None:
    """Store what was computed, in the transaction that marks it done; what is not final is due once more."""
    for one in found:
        row = one.row
        if one.run is not None:
            one.run.save()
        values = {"stage": one.stage.value, "result": dict(one.result), "run": one.run, **one.columns}
        again = {"due_at": one.next_at, "attempts": 0} if one.next_at else {}
        ActionEffect.objects.filter(pk=row.pk, slug=row.slug, action_done_at=row.action_done_at).update(
            **values, **again
        )
