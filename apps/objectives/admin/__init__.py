"""Admin pages: everything can be read, nothing is written here."""

from apps.objectives.admin import budgets, samples

__all__ = ["budgets", "samples"]
