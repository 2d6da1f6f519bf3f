"""Says a spec in words, so that people agree on a sentence and not on a document. Pure."""

from decimal import Decimal
from fractions import Fraction

from apps.core.joining import joined
from apps.metrics.domain.canonical import write_fraction
from apps.metrics.domain.conditions import write_decimal
from apps.metrics.domain.phrases import (
    LINKED_FACT,
    SOME_LINKED_FACT,
    say_act,
    say_clauses,
    say_facts,
    say_length,
    say_path,
    say_time,
    say_which,
    singular,
)
from apps.metrics.domain.spec import Direction, Link, Measure, Population, Reading, Span, Spec, Window

MEDIAN = "median"
RATE_WORDS = {"day": "a day", "working_day": "a working day", "week": "a week"}
GRAIN_WORDS = {"week": "weekly", "month": "monthly", "quarter": "quarterly"}
INFER_WORDS = {"last_before": ("last", "at or before", "earlier"), "first_after": ("first", "at or after", "later")}
DIRECTION_WORDS = {
    Direction.HIGHER_IS_BETTER: "Higher is better.",
    Direction.LOWER_IS_BETTER: "Lower is better.",
    Direction.NEITHER: "Neither direction is better.",
}


def say_spec(spec: Spec) -> str:
    """The whole rule: what is computed, of which facts, tied how, without which, and how it is judged."""
    parts = [
        f"{_headline(spec)}.",
        _say_period(spec),
        _say_link(spec) if spec.link else "",
        *(f"Left out are those {say_which(item.where)}: {item.reason.rstrip('.')}." for item in spec.exclude),
        _say_window(spec.window),
        _say_judging(spec),
        DIRECTION_WORDS[spec.direction],
        "Not judged during a freeze." if spec.paused_by_freeze else "",
    ]
    return _name_linked(" ".join(part for part in parts if part), spec)


def _name_linked(text: str, spec: Spec) -> str:
    """Calls the linked fact by its kind: `its deployment` where each fact has one, else `the linked incident`."""
    if spec.link is None:
        return text
    other = singular(spec.link.target if _has_the_link(spec) else spec.link.source)
    whose = "its" if _has_the_link(spec) else "the linked"
    return text.replace(LINKED_FACT, f"{whose} {other}").replace(SOME_LINKED_FACT, f"a linked {other}")


def _has_the_link(spec: Spec) -> bool:
    """True when the facts that are counted are the ones that are linked to another each."""
    return spec.link is not None and spec.of[0].facts == spec.link.source


def _say_period(spec: Spec) -> str:
    """Into which period a fact falls, or at whose ends it stands."""
    if (until := spec.of[0].until) is not None:
        stands = f"{say_time(spec.of[0].clock)} and {say_time(until)}"
        return f"Each {singular(spec.of[0].facts)} counts at the end of every period between {stands}."
    clock, one = spec.of[0].clock, "Each" if len(spec.of) > 1 else f"Each {singular(spec.of[0].facts)}"
    act = say_act(clock.paths[0], "it") if clock.pick == "only" and not clock.plus else ""
    return f"{one} counts in the period in which {act}." if act else f"{one} counts in the period of {say_time(clock)}."


def _headline(spec: Spec) -> str:
    whom = _say_populations(spec.of)
    if spec.measure in (Measure.QUANTILE, Measure.MEAN):
        return f"{_say_average(spec)} {_say_value(spec, whom)}"
    if spec.measure is Measure.RATIO:
        return _say_ratio(spec, whom)
    if spec.measure is Measure.ATTAINMENT:
        return f"Share of good among valid in {whom}"
    amounts = _amounts(spec.of, whom)
    return {
        Measure.RATE: f"{_capital(amounts)} {RATE_WORDS[spec.per]}",
        Measure.COUNT: f"{'Sum' if spec.of[0].amount else 'Number'} of {amounts}",
        Measure.LATEST: f"Newest {amounts}, at most 35 days old",
    }[spec.measure]


def _say_average(spec: Spec) -> str:
    if spec.measure is Measure.MEAN:
        return "Mean"
    said = say_quantile(spec.q)
    return _capital(said) if said == MEDIAN else f"{said} of the"


def say_quantile(q: Fraction) -> str:
    """`median`, `85th percentile`."""
    written = write_fraction(q)
    return MEDIAN if written == "0.5" else f"{write_decimal(Decimal(written) * 100)}th percentile"


def _say_ratio(spec: Spec, whom: str) -> str:
    if spec.numerator_of:
        above, below = _amounts(spec.numerator_of, _say_populations(spec.numerator_of)), _amounts(spec.of, whom)
        return f"{_capital(above)} divided by {below}"
    return f"Share of {whom} {say_which(spec.numerator_where)}"


def _say_value(spec: Spec, whom: str) -> str:
    if not isinstance(spec.value, Span):
        return f"{say_path(spec.value.path) if spec.value else 'value'} over {whom}"
    open_ones = ", unfinished ones with their length so far" if spec.value.missing == "at_least" else ""
    start, end = spec.value.start, say_time(spec.value.end)
    if len(spec.of) == 1 and start.pick == "only" and not start.plus and "." not in start.paths[0]:
        each = say_facts(spec.of[0].facts, spec.of[0].where, single=True)
        return f"time from the {say_path(start.paths[0])} of each {each} to {end}{open_ones}"
    return f"time from {say_time(start)} to {end}{open_ones}{',' if open_ones else ''} over {whom}"


def _amounts(populations: tuple[Population, ...], whom: str) -> str:
    amounts = [say_path(population.amount) for population in populations if population.amount]
    return f"{joined(list(dict.fromkeys(amounts)))} over {whom}" if amounts else whom


def _say_populations(populations: tuple[Population, ...]) -> str:
    return joined([say_facts(population.facts, population.where) for population in populations])


def _say_link(spec: Spec) -> str:
    link = spec.link
    assert link is not None  # noqa: S101 - the one caller has looked
    ways = [
        "the one it names" if path == singular(link.target) else f"the one named in {say_path(path)}"
        for path in link.explicit
    ]
    if link.infer != "none":
        ways.append(_say_inferred(link))
    this, other = (
        say_facts(facts, where, single=True)
        for facts, where in ((link.source, link.where), (link.target, link.target_where))
    )
    target = singular(link.target)
    begin = f"Each {this} is linked to one {other}:"
    if _has_the_link(spec) and not link.where:
        begin = f"Its {target} is" if other == target else f"Its {target} is a {other}:"
    kept = f", only if {say_clauses(link.keep)}" if link.keep else ""
    # The link is told from the side that looks for its partner.
    return f"{begin} {', else '.join(ways)}{kept}.".replace(LINKED_FACT, f"the linked {target}")


def _say_inferred(link: Link) -> str:
    """`the first one of the same service that finished at or after its merge, at most 90 days later`."""
    act, which, side, then = say_act(link.target_clock, "that"), *INFER_WORDS[link.infer]
    within = f", at most {say_length(link.max_gap)} {then}" if link.max_gap else ""
    return f"the {which} one of the same {link.scope}{f' {act}' if act else ''} {side} its {say_path(link.at)}{within}"


def _say_window(window: Window) -> str:
    if window.rolling > 1:
        return f"Over {window.rolling} {window.grains[0]}s ending with each."
    return f"Read {joined([GRAIN_WORDS[grain] for grain in window.grains])}."


def _say_judging(spec: Spec) -> str:
    if spec.reading is Reading.COMMITMENT:
        return "Everything promised is counted, so it is judged exactly."
    least = f"Fewer than {spec.min_n} are too few to judge." if spec.min_n > 1 else ""
    final = f"Final {say_length(spec.settle)} after the period." if spec.settle else "Final when the period ends."
    covered = f"Not judged where under {float(spec.min_coverage * 100):g} % of them are counted."
    return " ".join(part for part in (least, covered if spec.min_coverage else "", final) if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
