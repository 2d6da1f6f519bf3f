"""Words one after the other."""

import pytest

from apps.core.joining import joined


@pytest.mark.parametrize(
    ("words", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (("a", "b", "c"), "a, b and c"), ({"a": 1}, "a")],
)
def test_joined__says_the_last_with_a_word(words: list[str], said: str) -> None:
    assert joined(words) == said


def test_joined__takes_another_word_for_the_last() -> None:
    assert joined(["a", "b", "c"], "or") == "a, b or c"
