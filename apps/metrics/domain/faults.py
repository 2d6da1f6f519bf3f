"""What a spec that cannot be read raises; the faults themselves are collected by `core.faults`. Pure."""

from apps.core.faults import Faults, emphasised, escaped, said, unknown, with_article
from apps.core.problems import FieldProblem, Invalid

__all__ = ["Faults", "SpecProblems", "emphasised", "escaped", "said", "unknown", "with_article"]


class SpecProblems(Invalid):
    """A spec that cannot be read, with every fault in it."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        places = "one place" if len(problems) == 1 else f"{len(problems)} places"
        super().__init__("spec_invalid", f"The spec needs attention at {places}.", problems)
