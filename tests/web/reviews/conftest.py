"""Fixtures of cards and reviews."""

from tests.cards import at_freezing, discussed, generated, house, measured

__all__ = ["at_freezing", "discussed", "generated", "house", "measured"]
