"""The walk through the whole portal, made once for each file of tests that looks at it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.architecture.walking import Walk, walking


@pytest.fixture(scope="module")
def walk(django_db_setup: None, django_db_blocker: Any) -> Iterator[Walk]:
    """The measured world of three teams and a client for every principal."""
    with django_db_blocker.unblock(), walking() as found:
        yield found
