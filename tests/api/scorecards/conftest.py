"""Fixtures of cards and reviews."""

from tests.cards import at_freezing, house, measured

__all__ = ["at_freezing", "house", "measured"]
