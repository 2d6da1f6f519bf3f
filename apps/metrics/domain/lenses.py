"""The four lenses. Pure."""

from enum import StrEnum


class Lens(StrEnum):
    """The four sides from which a team's work is looked at, in the order of the pages."""

    FLOW = "flow"
    RELIABILITY = "reliability"
    LEARNING = "learning"
    IMPACT = "impact"

    @property
    def label(self) -> str:
        """The word on pages."""
        return self.value.capitalize()
