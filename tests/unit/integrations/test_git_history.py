"""Reading deployments, changes and remediations out of real repositories."""

import pytest

from apps.integrations.domain.git_graph import Commit, CommitGraph
from apps.integrations.domain.git_history import (
    HistoryOptions,
    Tag,
    build_history,
    instant,
)
from apps.integrations.git_reader import read_history
from tests.unit.integrations.histories import MERGES, TAGS, by_key, held
from tests.unit.integrations.scripted_repository import at_hour


def test_tags__each_holds_what_no_earlier_one_holds(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    one = repository.commit("one", 2)
    two = repository.commit("two (#2)", 4, authored=3)
    repository.tag("v1.1.0", 5)
    waiting = repository.commit("waiting", 6)

    history = read_history(repository.path, TAGS)

    assert [row["key"] for row in history.deployments] == ["v1.0.0", "v1.1.0"]
    assert by_key(history.deployments)["v1.1.0"] == {
        "key": "v1.1.0",
        "finished_at": at_hour(5),
        "environment": "production",
        "status": "succeeded",
        "commit": two,
        "size": 2,
        "kind": "tag",
        "part": "minor",
        "line": "1.1",
    }
    assert held(history, "v1.0.0") == []
    assert held(history, "v1.1.0") == [one, two]
    assert held(history, "") == [waiting]
    squash = by_key(history.changes)[two]
    assert (squash["first_commit_at"], squash["merged_at"]) == (at_hour(3), at_hour(4))
    assert squash["kind"] == "commit"


def test_tags__lightweight_takes_the_commit_time(repository):
    repository.commit("first", 2)
    repository.tag("v1.0.0")
    history = read_history(repository.path, TAGS)
    assert history.deployments[0]["finished_at"] == at_hour(2)


def test_tags__first_holds_no_changes_and_says_so(repository):
    repository.commit("first", 0)
    repository.commit("second", 1)
    repository.tag("v1.0.0", 2)
    history = read_history(repository.path, TAGS)
    assert history.changes == []
    assert history.deployments[0]["size"] == 0
    assert any("v1.0.0, holds no changes: 2 commits" in note for note in history.notes)


def test_merge__starts_with_the_earliest_commit_it_brought(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.on("feature", fresh_from="main")
    repository.commit("late in order, early in time", 6, authored=2)
    repository.commit("work", 7, authored=5)
    repository.on("main")
    repository.commit("meanwhile", 8)
    merge = repository.merge("feature", "Merge pull request #1 from x/feature", 10)
    repository.tag("v1.1.0", 11)

    history = read_history(repository.path, TAGS)

    change = by_key(history.changes)[merge]
    assert change == {
        "key": merge,
        "kind": "merge",
        "first_commit_at": at_hour(2),
        "merged_at": at_hour(10),
        "deployment": "v1.1.0",
    }
    assert len(held(history, "v1.1.0")) == 2


def test_merge__does_not_take_what_an_earlier_merge_brought(repository):
    repository.commit("first", 0)
    repository.on("long", fresh_from="main")
    repository.commit("old work", 1)
    repository.on("main")
    repository.merge("long", "Merge one", 5)
    repository.on("long")
    repository.commit("new work", 6)
    repository.on("main")
    second = repository.merge("long", "Merge two", 8)
    history = read_history(repository.path, MERGES)
    assert by_key(history.changes)[second]["first_commit_at"] == at_hour(6)


def test_release_line__has_its_own_changes_and_leaves_the_main_line_alone(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.on("release-1", fresh_from="main")
    picked = repository.commit("fix, picked", 3, authored=2)
    repository.tag("v1.0.1", 4)
    repository.on("main")
    fix = repository.commit("fix", 2)
    repository.tag("v1.1.0", 6)
    history = read_history(repository.path, TAGS)
    assert held(history, "v1.0.1") == [picked]
    assert held(history, "v1.1.0") == [fix]


def test_release_line__merging_main_brings_only_what_was_new_to_it(repository):
    repository.commit("first", 0)
    repository.on("release", fresh_from="main")
    repository.on("main")
    repository.commit("on main", 1)
    repository.on("release")
    one = repository.merge("main", "Release one", 2)
    repository.tag("v1.0.0", 2)
    repository.on("main")
    repository.commit("also on main", 4)
    repository.on("release")
    two = repository.merge("main", "Release two", 5)
    repository.tag("v1.1.0", 6)
    history = read_history(repository.path, TAGS)
    assert one not in by_key(history.changes)
    assert by_key(history.changes)[two]["first_commit_at"] == at_hour(4)
    assert held(history, "v1.1.0") == [two]


def test_two_tags_on_one_commit__the_second_holds_nothing(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    change = repository.commit("change", 2)
    repository.tag("v1.1.0", 3)
    repository.tag("v1.1.1", 4)
    history = read_history(repository.path, TAGS)
    assert held(history, "v1.1.0") == [change]
    assert held(history, "v1.1.1") == []
    assert by_key(history.deployments)["v1.1.1"]["size"] == 0


def test_tags_of_one_second__the_older_commit_comes_first(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    nine = repository.commit("nine", 2)
    repository.tag("v1.0.9", 5)
    ten = repository.commit("ten", 3)
    repository.tag("v1.0.10", 5)
    history = read_history(repository.path, TAGS)
    assert held(history, "v1.0.9") == [nine]
    assert held(history, "v1.0.10") == [ten]


def test_moved_tag__keeps_its_key_and_takes_its_new_place(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.commit("change", 2)
    repository.tag("v1.1.0", 3)
    before = by_key(read_history(repository.path, TAGS).deployments)["v1.1.0"]
    later = repository.commit("forgotten", 4)
    repository.tag("v1.1.0", 5, force=True)
    after = by_key(read_history(repository.path, TAGS).deployments)["v1.1.0"]
    assert before["key"] == after["key"]
    assert (after["commit"], after["finished_at"], after["size"]) == (later, at_hour(5), 2)


def test_tag_of_a_tag_and_of_no_commit__one_is_followed_and_one_is_named(repository):
    head = repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.tag("v1.0.0-again", 2, target="v1.0.0")
    tree = repository.git("rev-parse", "HEAD^{tree}")
    repository.tag("v-tree", 3, target=tree)
    history = read_history(repository.path, TAGS)
    assert by_key(history.deployments)["v1.0.0-again"]["commit"] == head
    assert "v-tree" not in by_key(history.deployments)
    assert any("lead to no commit: v-tree" in note for note in history.notes)


def test_tag_glob__chooses_by_name(repository):
    repository.commit("first", 0)
    repository.tag("api-1", 1)
    repository.tag("web-1", 2)
    history = read_history(repository.path, HistoryOptions(tag_glob="web-*"))
    assert [row["key"] for row in history.deployments] == ["web-1"]


def test_since__bounds_the_rows_but_not_what_earlier_tags_hold(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.commit("bad", 2)
    repository.tag("v1.1.0", 3)
    late = repository.commit("late", 4)
    repository.tag("v1.2.0", 10)
    history = read_history(repository.path, HistoryOptions(since=at_hour(9)))
    assert [row["key"] for row in history.deployments] == ["v1.2.0"]
    assert [row["key"] for row in history.changes] == [late]


def test_merges__each_first_parent_commit_is_deployment_and_change(repository):
    first = repository.commit("first", 0)
    repository.on("feature", fresh_from="main")
    inner = repository.commit("work", 1)
    repository.on("main")
    merge = repository.merge("feature", "Merge", 3)
    history = read_history(repository.path, MERGES)
    assert [row["key"] for row in history.deployments] == [first, merge]
    assert [(row["key"], row["deployment"]) for row in history.changes] == [(first, first), (merge, merge)]
    assert inner not in by_key(history.changes)
    assert {row["kind"] for row in history.deployments} == {"merge"}
    assert history.deployments[1]["finished_at"] == at_hour(3)
    assert any("inferred" in note for note in history.notes)


def test_times_no_clock_can_mean__are_left_out_and_counted(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.commit("from tomorrow", 100)
    repository.tag("v1.1.0", 101)
    history = read_history(repository.path, HistoryOptions(now=at_hour(50)))
    assert [row["key"] for row in history.deployments] == ["v1.0.0"]
    assert history.changes == []
    assert any("v1.1.0" in note for note in history.notes)
    assert any("1 commits are dated before 2000 or in the future" in note for note in history.notes)


@pytest.mark.parametrize("seconds", [0, 86_400, 4_102_444_800, 99_999_999_999_999])
def test_first_commit_time_no_clock_can_mean__stays_unknown_or_as_it_is(seconds):
    graph = CommitGraph([Commit("b" * 40, ("a" * 40,), seconds, 1_772_409_600, ""), Commit("a" * 40, (), 0, 0, "")])
    history = build_history(graph=graph, head="b" * 40, tags=[], options=MERGES)
    (change,) = history.changes
    assert change["first_commit_at"] == instant(seconds)
    assert any(note.startswith("1 changes have no usable first commit time") for note in history.notes)
    assert any(note.startswith("1 commits are dated before 2000") for note in history.notes)


def test_unreadable_commits_of_a_tag__are_left_out_and_counted():
    graph = CommitGraph(
        [Commit("c" * 40, ("b" * 40,), 0, 0, ""), Commit("b" * 40, (), 1_772_409_600, 1_772_409_600, "")]
    )
    tags = [Tag("v1", "b" * 40, None), Tag("v2", "c" * 40, 1_772_413_200)]
    history = build_history(graph=graph, head="c" * 40, tags=tags, options=TAGS)
    assert [(row["key"], row["size"]) for row in history.deployments] == [("v1", 0), ("v2", 0)]
    assert history.changes == []
