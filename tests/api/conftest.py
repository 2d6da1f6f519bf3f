"""What all tests of the API share."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _calls_counted_anew() -> Iterator[None]:
    """Each test starts its minute with no call counted."""
    cache.clear()
    yield
    cache.clear()
