"""What may be said about a movement, word for word."""

from dataclasses import replace
from datetime import date

import pytest

from apps.measurements.domain.verdicts import (
    WORDS,
    Code,
    Freeze,
    Kind,
    Reading,
    Reason,
    Status,
    count_words,
    judge_quarter,
    judge_target,
    kind_of,
    line_of_expectation,
    trend_code,
)
from apps.measurements.domain.wording import REASONS, TEMPLATES
from tests.unit.measurements.readings import (
    AT_MOST,
    HIGHER,
    HOURS_BEFORE,
    HOURS_NOW,
    LOWER,
    NEITHER,
    count,
    median,
    quarter,
    share,
)


@pytest.mark.parametrize(
    ("now", "before", "code", "sentence"),
    [
        ((17, 62), (13, 131), Code.WORSENED, "Worsened: 9.9\u00a0% to 27.4\u00a0%, +2.7 to +34.4\u00a0points"),
        ((9, 62), (8, 131), Code.NO_SIGNAL, "No signal: 6.1\u00a0% to 14.5\u00a0%, −2.8 to +23.7\u00a0points"),
    ],
)
def test_judge_quarter__shares(now, before, code, sentence):
    found = quarter(Kind.SHARES, share(*now), share(*before))
    assert (found.code, found.sentence) == (code, sentence)
    assert found.rule == "newcombe_difference"


def test_judge_quarter__medians():
    found = quarter(Kind.DURATIONS, median(HOURS_NOW), median(HOURS_BEFORE))
    assert found.code == Code.IMPROVED
    assert found.sentence == "Improved: 23\u00a0h to 9\u00a0h, ×0.20 to ×0.73"


def test_judge_quarter__counts():
    found = quarter(Kind.COUNTS, count(19, 13), count(15, 26))
    assert found.code == Code.NO_SIGNAL
    assert found.sentence == "No signal: 0.6 to 1.5\u00a0a\u00a0week, ×0.99 to ×6.7"


def test_judge_quarter__a_plain_count_compares_different_numbers_of_weeks():
    now, before = Reading(19, n=19, numerator=19, denominator=1), Reading(15, n=15, numerator=15, denominator=1)
    found = quarter(Kind.COUNTS, now, before, unit="count")
    assert found.sentence == "No signal: 15 in 26 weeks to 19 in 13, ×0.99 to ×6.7"


def test_judge_quarter__no_event_on_either_side_is_no_signal():
    found = quarter(Kind.COUNTS, count(0, 13), count(0, 26))
    assert found.sentence == "No signal: none in 26 weeks before, none in 13 now"


def test_judge_quarter__events_where_there_were_none_are_open_upwards():
    assert (
        quarter(Kind.COUNTS, count(19, 13), count(0, 26)).sentence
        == "Worsened: 0.0 to 1.5\u00a0a\u00a0week, ×6.2 to open"
    )


def test_judge_quarter__per_linked_fact_counts_deployments_not_changes():
    now, before = median(HOURS_NOW, clusters=12), median(HOURS_BEFORE, clusters=14)
    found = quarter(Kind.DURATIONS, now, before, per="deployment")
    assert found.sentence == "Improved: 23\u00a0h to 9\u00a0h per deployment, ×0.20 to ×0.73"
    few = quarter(Kind.DURATIONS, replace(now, n=390, clusters=9), before, per="deployment")
    assert few.sentence == "Not judged: too few (9 of 10)"


def test_judge_quarter__ten_values_on_both_sides():
    assert quarter(Kind.DURATIONS, median(HOURS_NOW[:9]), median(HOURS_BEFORE)).reason == Reason.TOO_FEW
    found = quarter(Kind.DURATIONS, median(HOURS_NOW), median(HOURS_BEFORE[:9]))
    assert found.sentence == "Not judged: too few before to compare with (9 of 10)"


def test_judge_quarter__what_is_still_open_cannot_have_improved():
    still_open = median(HOURS_NOW, at_least=True)
    assert quarter(Kind.DURATIONS, still_open, median(HOURS_BEFORE)).reason == Reason.RUNNING
    assert quarter(Kind.DURATIONS, median(HOURS_BEFORE, at_least=True), median(HOURS_NOW)).code == Code.WORSENED


def test_judge_quarter__bad_weeks_that_cluster_ring_less():
    now, before = share(20, 50), share(18, 122)
    calm, clustered = (quarter(Kind.SHARES, now, before, phi=phi) for phi in (1.0, 3.3))
    assert calm.code == Code.WORSENED
    assert clustered.code == Code.NO_SIGNAL
    assert clustered.sentence.endswith("; bad weeks cluster")


def test_judge_quarter__nothing_is_compared_across_a_version():
    found = quarter(Kind.SHARES, share(17, 62), share(13, 131), same_version=False)
    assert (found.code, found.reason, found.sentence) == (
        Code.NOT_JUDGED,
        Reason.NEW_DEFINITION,
        "Not judged: new definition",
    )


@pytest.mark.parametrize(
    "before", [None, Reading(status=Status.ZERO), Reading(status=Status.PARTIAL), Reading(reason=Reason.PAUSED)]
)
def test_judge_quarter__without_a_baseline_is_too_few(before):
    assert quarter(Kind.COUNTS, count(19, 13), before).sentence == "Not judged: too few before to compare with"


@pytest.mark.parametrize(("now", "before"), [((0, 0), (1, 10)), ((1, 10), (0, 0))])
def test_judge_quarter__a_share_of_nothing_is_too_few(now, before):
    now, before = (Reading(n=n, numerator=k, denominator=n) for k, n in (now, before))
    assert quarter(Kind.SHARES, now, before).reason == Reason.TOO_FEW


def test_judge_quarter__a_median_without_its_spread_is_too_few():
    unknown = replace(median(HOURS_NOW), spread=None)
    assert quarter(Kind.DURATIONS, unknown, median(HOURS_BEFORE)).reason == Reason.TOO_FEW


@pytest.mark.parametrize("kind", [Kind.UPPER_QUANTILES, Kind.MEANS, Kind.ATTAINMENT])
def test_judge_quarter__points_only_kinds_have_no_trend(kind):
    found = judge_quarter(kind, Reading(1.0), Reading(9.0), unit="quotient", direction=LOWER)
    assert (found.code, found.word, found.sentence) == (Code.NO_TREND, "", "")


@pytest.mark.parametrize(
    ("movement", "direction", "code"),
    [
        (1, HIGHER, Code.IMPROVED),
        (1, LOWER, Code.WORSENED),
        (-1, HIGHER, Code.WORSENED),
        (-1, LOWER, Code.IMPROVED),
        (-1, NEITHER, Code.CHANGED),
        (0, HIGHER, Code.NO_SIGNAL),
        (0, NEITHER, Code.NO_SIGNAL),
    ],
)
def test_trend_code__follows_the_declared_direction(movement, direction, code):
    assert trend_code(movement, direction) == code


# What stands in place of a verdict


@pytest.mark.parametrize(
    ("reading", "code", "sentence"),
    [
        (Reading(status=Status.NOT_CONNECTED), Code.NO_DATA, "No data: not connected"),
        (
            Reading(status=Status.SOURCE_SILENT, detail="last event 16 days ago"),
            Code.NO_DATA,
            "No data: stale, last event 16 days ago",
        ),
        (Reading(status=Status.ZERO), Code.NO_DATA, "No data: no events"),
        (Reading(status=Status.PARTIAL), Code.NOT_JUDGED, "Not judged: running"),
        (Reading(status=Status.PARTIAL, detail="week 35"), Code.NOT_JUDGED, "Not judged: week 35 is running"),
        (Reading(status=Status.TOO_FEW, n=2, needed=3), Code.NOT_JUDGED, "Not judged: too few (2 of 3)"),
        (Reading(status=Status.NOT_ESTIMABLE, n=12, needed=19), Code.NOT_JUDGED, "Not judged: too few (12 of 19)"),
        (Reading(0.1, reason=Reason.NEW_DEFINITION), Code.NOT_JUDGED, "Not judged: new definition"),
        (Reading(0.1, reason=Reason.PAUSED, detail="3–16 Mar"), Code.NOT_JUDGED, "Not judged: paused 3–16 Mar"),
        (
            Reading(status=Status.ZERO, reason=Reason.PAUSED, detail="launch freeze 3–17 Aug"),
            Code.NOT_JUDGED,
            "Not judged: paused, launch freeze 3–17 Aug",
        ),
        (Reading(status=Status.SOURCE_SILENT, reason=Reason.PAUSED), Code.NO_DATA, "No data: stale"),
    ],
)
def test_stand_in__every_status_has_its_words(reading, code, sentence):
    trend = quarter(Kind.SHARES, reading, share(1, 10))
    target = judge_target(reading, AT_MOST, 0.15, unit="share")
    assert (trend.code, trend.sentence) == (target.code, target.sentence) == (code, sentence)
    assert sentence.startswith(WORDS[code])
    assert REASONS[trend.reason] in sentence


def test_words__every_code_and_reason_has_its_words():
    assert set(WORDS) == set(Code)
    assert set(REASONS) == set(Reason)


def test_sentence__can_be_built_again_from_template_and_params():
    found = quarter(Kind.SHARES, share(17, 62), share(13, 131))
    assert TEMPLATES[found.params["template"]].format(word=found.word, reason_word="", **found.params) == found.sentence


def test_count_words__facts_and_the_linked_facts_they_stand_in():
    assert (
        count_words(Reading(n=390, clusters=34), "changes", "deployments")
        == "n\u00a0=\u00a0390 changes in 34 deployments"
    )
    assert count_words(Reading(n=1390), "changes") == "n\u00a0=\u00a01,390 changes"


def test_line_of_expectation__what_chance_alone_would_do():
    assert line_of_expectation(360) == "about 4 of these 360 are chance"
    assert line_of_expectation(100) == "about 1 of these 100 is chance"
    assert line_of_expectation(38) == "fewer than 1 of these 38 is chance"
    assert line_of_expectation(38, moved=5) == "5 of 38 moved; fewer than 1 of these 38 would by chance"


def test_freeze__is_named_by_its_days():
    assert Freeze(date(2026, 3, 3), date(2026, 3, 17)).words == "3–16 Mar"
    assert Freeze(date(2026, 8, 3), date(2026, 8, 4), "launch").words == "launch 3 Aug"
    assert Freeze(date(2026, 3, 28), date(2026, 4, 4)).words == "28 Mar–3 Apr"


@pytest.mark.parametrize(
    ("measure", "options", "kind"),
    [
        ("quantile", {}, Kind.DURATIONS),
        ("quantile", {"q": "0.50"}, Kind.DURATIONS),
        ("quantile", {"q": "0.85"}, Kind.UPPER_QUANTILES),
        ("ratio", {}, Kind.SHARES),
        ("ratio", {"is_subset": False}, Kind.MEANS),
        ("count", {}, Kind.COUNTS),
        ("rate", {}, Kind.COUNTS),
        ("mean", {}, Kind.MEANS),
        ("latest", {}, Kind.MEANS),
        ("attainment", {}, Kind.ATTAINMENT),
    ],
)
def test_kind_of__follows_from_the_spec(measure, options, kind):
    assert kind_of(measure, **options) == kind
