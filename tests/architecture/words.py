"""Words by which a row of one team is known wherever it is met."""

OWN = "own-words"
# What stands in the restricted incidents of a team alone.
RESTRICTED = (
    "incident", "summary", "line", "milestone-reason", "severity-reason", "link-reason", "hidden-retro",
    "hidden-factor", "cause", "out-incident", "out-retro", "out-factor", "out-action", "out-done-when",
    "date-reason", "drop-reason",
)  # fmt: skip


def own_words(team: str, where: str) -> str:
    """A text that stands in one row of one team and nowhere else."""
    return f"{OWN}-{team}-{where}"
