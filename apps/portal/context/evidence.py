"""The evidence of one number in words and rows."""

from typing import Any

from django.urls import reverse

from apps.core.numbers import format_count, format_n, format_value
from apps.incidents.domain.action_words import RepeatState
from apps.incidents.domain.causes import REPEAT_WORDS
from apps.measurements.domain.readings import Kind
from apps.measurements.domain.wording import stand_in
from apps.measurements.models import Restatement
from apps.measurements.queries import Cell, LeftOut
from apps.metrics.domain.spec import Measure, Span, Spec
from apps.portal.context.readings import count_words, value_words
from apps.portal.queries.evidence import ACTIONS, INCIDENTS, OF_INCIDENTS, CellPage
from apps.portal.queries.services import label_of_source
from apps.portal.tables import header, moment, plain

ENOUGH = 50
MILLION = 1_000_000


def sum_words(cell: Cell, spec: Spec) -> str:
    """How the value comes about: `33 of 150 = 22 %`, `48 in 28 days = 12 a week`, `the middle of 390 lengths`."""
    reading = cell.reading
    if not reading.n:
        return "No fact was counted."
    value = value_words(cell)["text"] or "no value"
    if spec.measure in (Measure.QUANTILE, Measure.MEAN):
        return f"{_average_words(reading.n, spec)} = {value}."
    # Beside amounts, sums are kept in whole millionths.
    scale = MILLION if any(population.amount for population in spec.of + spec.numerator_of) else 1
    top = format_count(round((reading.numerator or 0) / scale))
    if spec.measure is Measure.COUNT and spec.is_stock:
        return f"{count_words(reading.n, 'fact')} stood at the end = {value}."
    if spec.measure in (Measure.COUNT, Measure.RATE):
        return f"{top} in {format_count(round(reading.denominator or 0))} days = {value}."
    if spec.measure is Measure.LATEST:
        return f"The newest amount = {value}."
    return f"{top} of {format_count(round((reading.denominator or 0) / scale))} = {value}."


def _average_words(n: int, spec: Spec) -> str:
    """`The middle of 390 lengths, sorted`; upper quantiles and means say what they take."""
    whom = count_words(n, "length" if isinstance(spec.value, Span) else "number")
    if spec.measure is Measure.MEAN:
        return f"{whom} added up and divided by {format_count(n)}"
    share = float(spec.q)
    return f"The middle of {whom}, sorted" if share == 0.5 else f"The {share * 100:.6g}th percentile of {whom}, sorted"


def facts_words(page: CellPage) -> list[str]:
    """Counts in sentences: counted, left out, without a partner, services that report."""
    cell, evidence = page.cell, page.evidence
    left = sum(part.count for part in evidence.left_out)
    lines = [f"{count_words(cell.reading.n, 'fact')} counted, {format_count(left)} left out."]
    if cell.reading.clusters is not None:
        lines.append(f"They stand in {count_words(cell.reading.clusters, 'deployment')}, which is what a trend judges.")
    if cell.unattributed:
        lines.append(f"{count_words(cell.unattributed, 'fact')} found no partner.")
    if cell.services_owned:
        reporting = f"{cell.services_connected} of {count_words(cell.services_owned, 'service')}"
        lines.append(f"Everything this needs is reported for {reporting}.")
    return lines


def status_of(cell: Cell) -> dict[str, str] | None:
    """What stands in place of a judgement, if anything."""
    instead = stand_in(cell.reading)
    return {"code": str(instead.code), "sentence": instead.sentence} if instead else None


def counted_table(page: CellPage) -> dict[str, Any]:
    """The newest counted facts."""
    rows = page.evidence.counted
    return _facts_table(page, rows, "Facts counted, newest first", page.cell.reading.n)


def left_out_tables(page: CellPage) -> list[dict[str, Any]]:
    """The facts left out, one table for each reason and each exemption."""
    return [_facts_table(page, part.rows, caption_of(part), part.count) for part in page.evidence.left_out]


def caption_of(part: LeftOut) -> str:
    """How many facts are left out and why."""
    return f"{format_count(part.count)} left out: {part.words.removeprefix('left out ')}"


def _facts_table(page: CellPage, rows: list[Any], caption: str, count: int) -> dict[str, Any]:
    shown = rows[:ENOUGH]
    has_length = any(row.seconds is not None for row in shown)
    is_share = page.cell.kind is Kind.SHARES
    has_traits = any(row.key in page.traits for row in shown if row.source == INCIDENTS)
    length = "Length" if page.cell.unit == "seconds" else "Number"
    labels = [
        "Fact",
        "Service",
        "When",
        *([length] if has_length else []),
        *(["Severity", "Came again"] if has_traits else []),
        *(["In the numerator"] if is_share else []),
    ]
    foot = f"The newest {len(shown)} of {format_count(count)}." if count > len(shown) else ""
    return {
        "caption": caption,
        "compact": True,
        "columns": [{"label": label, "numeric": label == length} for label in labels],
        "rows": [
            [
                *_fact_cells(page, row),
                *([_length(page, row)] if has_length else []),
                *(_traits(page, row) if has_traits else []),
                *([plain("Yes" if row.in_numerator else "")] if is_share else []),
            ]
            for row in shown
        ],
        "foot": foot,
    }


def _length(page: CellPage, row: Any) -> dict[str, Any]:
    return plain(format_value(row.seconds, page.cell.unit) if row.seconds is not None else "", numeric=True)


def _traits(page: CellPage, row: Any) -> list[dict[str, Any]]:
    """How severe an incident was at worst, and how its known cause stood when it came again."""
    if row.source != INCIDENTS or row.key not in page.traits:
        return [plain(""), plain("")]
    level, state = page.traits[row.key]
    return [plain(str(level or "Not known")), plain(REPEAT_WORDS[RepeatState(state)] if state else "")]


def _fact_cells(page: CellPage, row: Any) -> list[dict[str, Any]]:
    service = page.services.get(row.service_id)
    key = page.names.get(row.key, row.key) if row.source in (*OF_INCIDENTS, ACTIONS) else row.key
    is_told = key.startswith(row.key)
    name = f"{key} → {row.partner}" if row.partner and is_told else key
    return [
        header(f"{label_of_source(row.source).rstrip('s')} {name}", _url_of(page, row)),
        {"text": service.name, "url": reverse("portal:service", args=[service.slug])} if service else plain(""),
        moment(row.at),
    ]


def _url_of(page: CellPage, row: Any) -> str:
    """The page of an incident that the reader may know of."""
    is_named = row.source in OF_INCIDENTS and page.names.get(row.key, "").startswith(row.key)
    return reverse("incidents:incident", args=[row.key.removeprefix("I-")]) if is_named else ""


def restatements_table(cell: Cell, rows: list[Restatement]) -> dict[str, Any]:
    """What the value was before it changed after being final."""
    columns = [
        {"label": "When"},
        {"label": "Old", "numeric": True},
        {"label": "New", "numeric": True},
        {"label": "Cause"},
    ]
    cells = [
        [
            moment(r.at),
            plain(_stated(cell, r.old), numeric=True),
            plain(_stated(cell, r.new), numeric=True),
            plain(r.cause),
        ]
        for r in rows
    ]
    return {"caption": "Restatements, newest first", "columns": columns, "rows": cells}


def _stated(cell: Cell, values: dict[str, Any]) -> str:
    return f"{format_value(values.get('value'), cell.unit)}, {format_n(values.get('n', 0))}"
