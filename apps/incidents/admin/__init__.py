"""Admin pages: everything can be read, nothing is written here."""

from apps.incidents.admin import follow_up, incidents, learning, oncall

__all__ = ["follow_up", "incidents", "learning", "oncall"]
