"""The preview of lead time from the merge on the demonstration's data is what plain Python computes from the pack."""

import json
from typing import Any

import pytest

from apps.governance.domain.kinds import Change, Item, Op, Section
from apps.measurements.previewing import preview_definition
from apps.metrics.domain.starter import CHANGE_LEAD_TIME_FROM_MERGE as FROM_MERGE
from tests.golden import preview_reference as reference


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reference.PREVIEW_FILE.read_text(encoding="utf-8"))
    return found


def test_preview__stored_figures_are_those_computed_now(expected: dict[str, Any]) -> None:
    assert reference.preview_document() == expected


@pytest.fixture
def section(demo: Any) -> Section:
    """The preview of the change from version 1, on the demonstration's day."""
    item = Item("metric_definition", Op.CHANGE, FROM_MERGE.slug, {"spec": FROM_MERGE.spec})
    asked = Change(item, 1, "", "", is_same_meaning=False, owner_team_id=None, name=FROM_MERGE.name)
    [found] = preview_definition(asked)
    return found


@pytest.mark.sql
def test_preview__gives_every_team_the_values_of_plain_python(section: Section, expected: dict[str, Any]) -> None:
    rows = {row["name"]: row for row in section.teams}
    assert rows.keys() == {name for name, team in expected.items() if _differs(team)}
    for name, row in rows.items():
        team, same = expected[name], ("weeks", "median_old", "median_new", "lost", "gained", "moves")
        assert {key: row[key] for key in same} == {key: team[key] for key in same}, name
        assert row["shift"] == pytest.approx(team["shift"]) or abs(team["shift"]) < 0.05, name
        quarter = row["periods"][0]
        assert (quarter["key"], quarter["old"], quarter["old_n"], quarter["new"], quarter["new_n"]) == (
            "2026-Q2", team["quarter"]["old"]["median"], team["quarter"]["old"]["n"],
            team["quarter"]["new"]["median"], team["quarter"]["new"]["n"],
        ), name  # fmt: skip


@pytest.mark.sql
def test_preview__lists_the_moving_teams_first(section: Section, expected: dict[str, Any]) -> None:
    moving = sorted(name for name, team in expected.items() if team["moves"])
    names = [row["name"] for row in section.teams]
    assert names[: len(moving)] == moving
    assert names[len(moving) :] == sorted(set(names) - set(moving))
    assert section.sentences[0] == f"{len(moving)} of {len(expected)} teams move."


def _differs(team: dict[str, Any]) -> bool:
    """Squash merging makes first commit and merge one moment: such teams see no other value."""
    return team["quarter"]["old"] != team["quarter"]["new"] or any(old != new for _, old, new in team["weeks"])
