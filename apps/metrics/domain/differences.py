"""What one spec reads differently from another, in the few words that fit beside a mark on a chart. Pure."""

from collections.abc import Callable, Iterator

from apps.core.joining import joined
from apps.metrics.domain.canonical import write_fraction
from apps.metrics.domain.phrases import LINKED_FACT, say_length, say_path, say_time, say_which, singular, spaced
from apps.metrics.domain.sentences import DIRECTION_WORDS, GRAIN_WORDS, RATE_WORDS, say_quantile
from apps.metrics.domain.spec import (
    Clause,
    FieldAmount,
    Link,
    Measure,
    Op,
    Population,
    Reading,
    Span,
    SpanCondition,
    Spec,
    TimeAt,
)

LONGEST = 60  # characters; what takes more is said in general and read in full on the page of the difference
MEASURE_WORDS = {
    Measure.COUNT: "number", Measure.RATE: "rate", Measure.MEAN: "mean", Measure.ATTAINMENT: "share of good",
    Measure.LATEST: "newest value",
}  # fmt: skip

Words = Iterator[str]


def say_differences(old: Spec, new: Spec) -> tuple[str, ...]:
    """Every part that decides a value and differs, the weightiest first: `("merge instead of first commit",)`.

    Another measure says it all of what is computed. Empty where both give the same values.
    """
    parts = MEASURED if old.measure is new.measure else (_measure,)
    return tuple(words for part in (*parts, *COUNTED) for words in part(old, new))


def _instead(new: str, old: str) -> Words:
    if new != old:
        yield f"{new} instead of {old}"


def _fitting(words: str, general: str) -> str:
    return words if len(words) <= LONGEST else general


# --- what is computed -------------------------------------------------------------------------------------------------


def _measure(old: Spec, new: Spec) -> Words:
    return _instead(_measure_words(new), _measure_words(old))


def _measure_words(spec: Spec) -> str:
    if spec.measure is Measure.QUANTILE:
        return say_quantile(spec.q)
    if spec.measure is Measure.RATIO:
        return "share" if spec.is_share else "ratio"
    return MEASURE_WORDS[spec.measure]


def _quantile(old: Spec, new: Spec) -> Words:
    if write_fraction(old.q) != write_fraction(new.q):
        yield from _instead(say_quantile(new.q), say_quantile(old.q))


def _value(old: Spec, new: Spec) -> Words:
    if isinstance(old.value, Span) and isinstance(new.value, Span):
        yield from _span(old.value, new.value, new)
    elif old.value != new.value:
        yield from _instead(_amount_words(new), _amount_words(old))


def _span(old: Span, new: Span, spec: Spec) -> Words:
    if old.start != new.start:
        yield from _instants("", old.start, new.start, spec)
    if old.end != new.end:
        yield from _instants("until ", old.end, new.end, spec)
    if old.missing != new.missing:
        yield "unfinished ones count" if new.missing == "at_least" else "unfinished ones do not count"
    if old.stages != new.stages and (old.start, old.end) == (new.start, new.end):
        yield "other stages"


def _amount_words(spec: Spec) -> str:
    return say_path(spec.value.path) if isinstance(spec.value, FieldAmount) else "length of time"


def _instants(before: str, old: TimeAt, new: TimeAt, spec: Spec) -> Words:
    """`merge instead of first commit`, `counted by merge instead of opening`."""
    found = next(_instead(f"{before}{_instant(new, spec)}", _instant(old, spec)), "")
    yield _fitting(found, f"{before}{_instant(new, spec)}"[:LONGEST]) if found else f"{before}another instant"


def _instant(time: TimeAt, spec: Spec) -> str:
    """An instant without its article, the linked fact called by its kind."""
    other = singular(spec.link.target) if spec.link else "fact"
    return say_time(time).replace(LINKED_FACT, f"the linked {other}").removeprefix("its ").removeprefix("the ")


def _numerator(old: Spec, new: Spec) -> Words:
    if (old.numerator_where, old.numerator_of) == (new.numerator_where, new.numerator_of):
        return
    added = [clause for clause in new.numerator_where if clause not in old.numerator_where]
    if old.numerator_of or new.numerator_of or not added:
        yield "another part is counted"
        return
    yield _fitting(f"those {_which(tuple(added))}", "another part is counted")


def _which(clauses: tuple[Clause, ...]) -> str:
    """Conditions behind `those`; a length of time alone is a limit: `within 30 days`."""
    if len(clauses) == 1 and isinstance(clauses[0], SpanCondition):
        limit = say_length(clauses[0].limit)
        return f"within {limit}" if clauses[0].op is Op.AT_MOST else f"after {limit}"
    return say_which(clauses)


def _per(old: Spec, new: Spec) -> Words:
    return _instead(RATE_WORDS[new.per], RATE_WORDS[old.per])


def _unit(old: Spec, new: Spec) -> Words:
    # A rate a day has the unit of one: that is said already.
    if old.unit != new.unit and old.per == new.per:
        yield "another unit"


# --- which facts count, and how they are judged -----------------------------------------------------------------------


def _populations(old: Spec, new: Spec) -> Words:
    if [p.facts for p in old.of] != [p.facts for p in new.of]:
        yield from _instead(*(joined([spaced(p.facts) for p in spec.of]) for spec in (new, old)))
        return
    for before, after in zip(old.of, new.of, strict=True):
        yield from _population(before, after, new)


def _population(old: Population, new: Population, spec: Spec) -> Words:
    if old.clock != new.clock:
        yield from _instants("counted by ", old.clock, new.clock, spec)
    if old.amount != new.amount:
        yield from _instead(*(say_path(one.amount) if one.amount else "number" for one in (new, old)))
    if old.where != new.where:
        yield _narrowed(old.where, new.where, ("only those", "no longer only those"), "other facts count")


def _narrowed(old: tuple[Clause, ...], new: tuple[Clause, ...], begins: tuple[str, str], general: str) -> str:
    """Conditions that came or went, where only one of both happened."""
    came = tuple(clause for clause in new if clause not in old)
    went = tuple(clause for clause in old if clause not in new)
    if bool(came) == bool(went):
        return general
    return _fitting(f"{begins[0] if came else begins[1]} {_which(came or went)}", general)


def _link(old: Spec, new: Spec) -> Words:
    if old.link == new.link:
        return
    if old.link is None or new.link is None:
        yield f"linked to {spaced(new.link.target)}" if new.link else "not linked"
        return
    yield from _linked(old.link, new.link)


def _linked(old: Link, new: Link) -> Words:
    near, far = new.max_gap, old.max_gap
    others = [{**vars(one), "max_gap": None} for one in (old, new)]
    if others[0] == others[1] and near and far:
        yield f"linked within {say_length(near)} instead of {say_length(far)}"
    else:
        yield "linked another way"


def _excluded(old: Spec, new: Spec) -> Words:
    before, after = ([item.where for item in spec.exclude] for spec in (old, new))
    if before == after:
        return
    came, went = [w for w in after if w not in before], [w for w in before if w not in after]
    if len(came) + len(went) == 1:
        begin = "without those" if came else "with those"
        yield _fitting(f"{begin} {_which((came or went)[0])}", "fewer facts count" if came else "more facts count")
    else:
        yield "other facts are left out"


def _window(old: Spec, new: Spec) -> Words:
    if old.window.rolling != new.window.rolling:
        yield f"over {new.window.rolling} {new.window.grains[0]}{'s' if new.window.rolling > 1 else ''}"
    elif old.window.grains != new.window.grains:
        yield f"read {joined([GRAIN_WORDS[grain] for grain in new.window.grains])}"


def _least(old: Spec, new: Spec) -> Words:
    if old.min_n != new.min_n:
        yield f"judged from {new.min_n} on instead of {old.min_n}"
    if old.min_coverage != new.min_coverage:
        least = float(new.min_coverage * 100)
        yield f"judged where {least:g} % are counted" if new.min_coverage else "judged however few are counted"


def _empty(old: Spec, new: Spec) -> Words:
    if old.empty != new.empty:
        yield "no facts are 0" if new.empty == "zero" else "no facts are no value"


def _settle(old: Spec, new: Spec) -> Words:
    if old.settle == new.settle:
        return
    before = f" instead of {say_length(old.settle)}" if old.settle and new.settle else ""
    yield f"final after {say_length(new.settle)}{before}" if new.settle else "final when the period ends"


def _reading(old: Spec, new: Spec) -> Words:
    if old.reading is not new.reading:
        yield "judged exactly" if new.reading is Reading.COMMITMENT else "judged as a sample"


def _direction(old: Spec, new: Spec) -> Words:
    if old.direction is not new.direction:
        said = DIRECTION_WORDS[new.direction].rstrip(".")
        yield said[:1].lower() + said[1:]


Part = Callable[[Spec, Spec], Words]
MEASURED: tuple[Part, ...] = (_quantile, _value, _numerator, _per, _unit)
COUNTED: tuple[Part, ...] = (
    _populations, _excluded, _link, _window, _reading, _least, _settle, _empty, _direction,
)  # fmt: skip
