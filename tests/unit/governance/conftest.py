"""The pretended governed kind for tests of the path of change."""

from tests.governed import RULE, Rules, needs, rules

__all__ = ["RULE", "Rules", "needs", "rules"]
