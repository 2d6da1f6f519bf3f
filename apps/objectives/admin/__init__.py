"""Admin pages: everything can be read, nothing is written here."""

from apps.objectives.admin import samples

__all__ = ["samples"]
