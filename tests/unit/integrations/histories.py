"""How a history is asked for, and what tests look at in it."""

from apps.integrations.domain.git_history import (
    DeploymentKind,
    HistoryOptions,
)

MERGES = HistoryOptions(service="checkout", deployments=DeploymentKind.MERGES)
TAGS = HistoryOptions(service="checkout")


def by_key(rows):
    return {row["key"]: row for row in rows}


def repairs(history):
    return [(row["failed"], row["fixed_by"]) for row in history.remediations]


def held(history, key):
    return [row["key"] for row in history.changes if row["deployment"] == key]
