"""Equal documents have one text and one hash."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.scorecards.domain.content import canonical_text, sha256_of

documents = st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=5), st.none()), max_size=6)


@given(documents)
def test_canonical_text__order_of_keys_does_not_matter(document: dict[str, object]) -> None:
    assert canonical_text(document) == canonical_text(dict(reversed(document.items())))


@given(documents, documents)
def test_sha256__differs_with_the_document(one: dict[str, object], other: dict[str, object]) -> None:
    assert (sha256_of(one) == sha256_of(other)) is (one == other)


def test_canonical_text__decimals_and_dates_are_text() -> None:
    document = {
        "v": Decimal("0.187000"),
        "d": date(2026, 7, 1),
        "t": datetime(2026, 7, 4, 3, tzinfo=UTC),
        "n": Decimal(90720),
    }
    assert canonical_text(document) == '{"d":"2026-07-01","n":"90720","t":"2026-07-04T03:00:00+00:00","v":"0.187"}'


def test_canonical_text__what_has_no_text_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical_text({"v": {1, 2}})
