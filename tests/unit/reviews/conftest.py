"""Fixtures of cards and reviews."""

import pytest

from apps.accounts.models import User
from tests.cards import House, at_freezing, discussed, generated, house, measured

__all__ = ["at_freezing", "discussed", "generated", "house", "measured"]


@pytest.fixture
def people(measured: House) -> dict[str, User]:
    """The people of the organisation by their short names."""
    return measured.organisation.people
