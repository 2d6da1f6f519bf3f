"""The one rule by which numbers are printed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.numbers import (
    format_change,
    format_count,
    format_interval,
    format_n,
    format_points,
    format_ratios,
    format_value,
    number_style,
)

HOUR = 3600
DAY = 24 * HOUR
UNITS = ["seconds", "share", "per_day", "per_week", "count", "quotient", "money:EUR"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0\u00a0s"),
        (89, "89\u00a0s"),
        (89.96, "90\u00a0s"),
        (90, "1.5\u00a0min"),
        (95, "1.6\u00a0min"),
        (5399, "90\u00a0min"),
        (5400, "1.5\u00a0h"),
        (21 * HOUR, "21\u00a0h"),
        (71.9 * HOUR, "72\u00a0h"),
        (72 * HOUR, "3\u00a0d"),
        (3 * 7 * 86400, "21\u00a0d"),
    ],
)
def test_format_value__durations_choose_their_unit(seconds, text):
    assert format_value(seconds, "seconds") == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.09, "share", "9\u00a0%"),
        (13 / 131, "share", "9.9\u00a0%"),
        (0.15, "share", "15\u00a0%"),
        (1.0, "share", "100\u00a0%"),
        (0.00043, "share", "0.043\u00a0%"),
        (12.2, "per_week", "12\u00a0a\u00a0week"),
        (1.68, "per_day", "1.7\u00a0a\u00a0day"),
        (1284500, "count", "1,284,500"),
        (0.0034, "money:EUR", "0.0034\u00a0EUR"),
        (2.5, "quotient", "2.5"),
        (-3 * HOUR, "seconds", "−3\u00a0h"),
        (0, "share", "0\u00a0%"),
    ],
)
def test_format_value__each_unit(value, unit, text):
    assert format_value(value, unit) == text


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf")])
def test_format_value__no_number_is_a_dash(nothing):
    assert format_value(nothing, "seconds") == "–"


def test_format_value__rounds_half_up_where_binary_would_round_down():
    assert format_value(0.285, "share") == "29\u00a0%"
    assert format_value(Decimal("0.125"), "quotient") == "0.13"
    assert format_value(Fraction(1, 8), "quotient") == "0.13"


def test_format_value__rounding_up_to_ten_loses_the_decimal():
    assert format_value(9.96, "quotient") == "10"
    assert format_value(0.996, "quotient") == "1.0"


def test_format_value__two_digits_stay_where_the_value_is_not_whole():
    assert format_value(2.04 * HOUR, "seconds") == "2.0\u00a0h"


@pytest.mark.parametrize(
    ("value", "against", "text"),
    [
        (24.04, 24, "24.04\u00a0h"),
        (24, 24, "24\u00a0h"),
        (25.3, 25.2, "25.3\u00a0h"),
        (25.2, 25.2, "25.2\u00a0h"),
        (30, 24, "30\u00a0h"),
    ],
)
def test_format_value__never_rounds_onto_what_it_is_judged_by(value, against, text):
    assert format_value(value * HOUR, "seconds", against=against * HOUR) == text


def texts_of(values, unit, **more):
    """Several numbers of one sentence, in the style they share."""
    style = number_style(values, unit, **more)
    return [style.text(value) for value in values]


def test_number_style__numbers_of_a_sentence_share_unit_and_decimals():
    assert texts_of([45 * 60, 30 * HOUR], "seconds") == ["1\u00a0h", "30\u00a0h"]
    assert texts_of([13 / 131, 17 / 62], "share", least_decimals=1) == ["9.9\u00a0%", "27.4\u00a0%"]
    assert texts_of([0.577, 1.462], "per_week") == ["0.6\u00a0a\u00a0week", "1.5\u00a0a\u00a0week"]


def test_number_style__a_length_of_time_never_reads_zero_beside_a_longer_one():
    """A normal range from two minutes to nine weeks does not begin at 0 d."""
    style = number_style([120, 64 * DAY], "seconds")
    assert style.range(120, 64 * DAY) == "2\u00a0min–64\u00a0d"
    assert texts_of([120, 64 * DAY, 0], "seconds") == ["2\u00a0min", "64\u00a0d", "0\u00a0d"]
    assert format_change(90 * 60, 61 * DAY, "seconds") == ("1.5\u00a0h", "61\u00a0d")
    assert style.text(120, against=120.4) != style.text(120.4, against=120)
    assert texts_of([0.001, 0.9], "share") == ["0\u00a0%", "90\u00a0%"]


def test_format_change__says_words_once_and_signs_twice():
    assert format_change(0.577, 1.462, "per_week") == ("0.6", "1.5\u00a0a\u00a0week")
    assert format_change(22.5 * HOUR, 8.5 * HOUR, "seconds") == ("23\u00a0h", "9\u00a0h")


@pytest.mark.parametrize(
    ("numbers", "unit", "text"),
    [
        ((21 * HOUR, 16 * HOUR, 27 * HOUR), "seconds", "21\u00a0h (16–27\u00a0h)"),
        ((12, 9.2, 16.1), "per_week", "12\u00a0a\u00a0week (9–16)"),
        ((0.09, 0.06, 0.15), "share", "9\u00a0% (6–15\u00a0%)"),
        ((21 * HOUR, None, None), "seconds", "21\u00a0h"),
        ((0.41, 0.2, float("inf")), "quotient", "0.41 (0.20 to open)"),
        ((40 * HOUR, 30 * HOUR, 100 * HOUR), "seconds", "1.7\u00a0d (1.3–4.2\u00a0d)"),
    ],
)
def test_format_interval__value_and_bounds(numbers, unit, text):
    value, lower, upper = numbers
    assert format_interval(value, lower, upper, unit) == text


def test_format_interval__open_end():
    text = format_interval(60 * 60, 25 * 60, None, "seconds", at_least=True)
    assert text == "at least 60\u00a0min (25\u00a0min to open)"


def test_format_points__signed_with_one_decimal():
    assert format_points([0.02744, 0.34446]) == ["+2.7", "+34.4"]
    assert format_points([-0.02786, 0.23733]) == ["−2.8", "+23.7"]
    assert format_points([-0.0001, 0.2]) == ["−0.01", "+20.0"]


def test_format_ratios__keep_their_side_of_one():
    assert format_ratios([0.98526, 6.73082]) == ["×0.99", "×6.7"]
    assert format_ratios([0.19569, 0.7293]) == ["×0.20", "×0.73"]
    assert format_ratios([1.2, float("inf")]) == ["×1.2", "open"]
    assert format_ratios([0.0312, 34.1]) == ["×0.031", "×34"]


def test_number_style__a_target_is_printed_whole_in_the_unit_of_its_sentence():
    style = number_style([5.5 / 100, 30.6 / 100], "share", least_decimals=1)
    assert (style.range(0.055, 0.306), style.exact(0.15)) == ("5.5–30.6\u00a0%", "15\u00a0%")
    assert style.exact(0.187) == "18.7\u00a0%"
    assert number_style([31 * HOUR], "seconds").exact(25.2 * HOUR) == "25.2\u00a0h"
    assert style.exact(None) == "–"


def test_format_count__groups_thousands():
    assert format_count(390) == "390"
    assert format_count(177462) == "177,462"


finite = st.floats(min_value=0, max_value=1e12, allow_nan=False)


@given(st.lists(finite, min_size=1, max_size=5), st.sampled_from(UNITS))
def test_number_style__keeps_order_and_shares_its_unit(values, unit):
    largest = max(values)
    values = [value for value in values if unit != "seconds" or value >= largest / 10] + [largest]
    texts = texts_of(sorted(values), unit)
    assert len({text.partition("\u00a0")[2] for text in texts}) == 1
    numbers = [Decimal(text.partition("\u00a0")[0].replace(",", "")) for text in texts]
    assert numbers == sorted(numbers)
    assert len({-number.as_tuple().exponent for number in numbers}) == 1


@given(finite, st.sampled_from(UNITS))
def test_format_value__no_line_ends_between_a_number_and_its_unit(value, unit):
    assert " " not in format_value(value, unit)
    assert " " not in number_style([value], unit).range(value, value)


@pytest.mark.parametrize(("count", "text"), [(0, "n\u00a0=\u00a00"), (1284, "n\u00a0=\u00a01,284")])
def test_format_n__stays_on_one_line(count, text):
    assert format_n(count) == text


@given(finite, st.sampled_from(UNITS))
def test_format_value__is_within_five_percent_of_the_value(value, unit):
    style = number_style([value], unit)
    shown = Decimal(style.bare(value).replace(",", "")) * style.size
    assert abs(shown - Decimal(repr(value))) <= Decimal("0.05") * Decimal(repr(value))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_format_value__printed_number_stands_on_the_side_where_it_is(value, against):
    style = number_style([value / 1000, against / 1000], "quotient")
    shown = Decimal(style.bare(value / 1000, against=against / 1000).replace(",", ""))
    assert (shown > Decimal(against) / 1000) == (value > against)
    assert (shown == Decimal(against) / 1000) == (value == against)
