"""The pretended governed kind, and people who walk a proposal along its path."""

from tests.governed import path, rules

__all__ = ["path", "rules"]
