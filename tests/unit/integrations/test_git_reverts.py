"""Reverts in real repositories: which deployment was repaired by which."""

import pytest

from apps.integrations.git_reader import read_history
from tests.unit.integrations.histories import MERGES, TAGS, repairs
from tests.unit.integrations.scripted_repository import at_hour


def released_pair(repository, message, *, bad_message="Bad change"):
    """A bad change in v1.1.0 and a commit with this message in v1.2.0; what was repaired by what."""
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit(bad_message, 2)
    repository.tag("v1.1.0", 3)
    repository.commit("another", 4)
    repository.commit(message.format(bad=bad, short=bad[:9], upper=bad.upper()), 5)
    repository.tag("v1.2.0", 6)
    return repairs(read_history(repository.path, TAGS))


@pytest.mark.parametrize(
    ("bad_message", "message"),
    [
        ("Bad change", 'Revert "Bad change"\n\nThis reverts commit {bad}.'),
        ("Bad change", 'Revert "Bad change"\n\nThis reverts commit {short}.'),
        ("Bad change", 'Revert "Bad change"\n\nThis reverts commit {upper}.'),
        ("Bad change", "Take it back\n\nWe saw errors, so this\nreverts\ncommit\n{bad} until we know more."),
        ("Bad change", "Take back\n\nThis reverts commits 0000000000 and {short}."),
        ("Bad change", 'Take back\n\nThis reverts commits 00000000 ("one"), {short} ("two").'),
        ("Bad change", "Take back\n\nThis reverts the following commits:\n- 00000000 one\n- {short} Bad change\n"),
        ("Bad change", "Take back\n\nThis reverts commit 0000000.\nThis reverts commit {bad}."),
        ("Bad change", 'Take back\n\nThis reverts commit {short} ("Bad change", 2026-03-02).'),
        ("Bad change", "Take back\n\nThis partially reverts commit {bad}."),
        ("Bad change", "Backed out changeset {short} for failures"),
        ("Bad change", "Back out commit {bad}"),
        ("Bad change", "Revert {short}"),
        ("Bad change", "Revert commit {short}"),
        ("Bad change", 'Revert "Bad change"'),
        ("Bad change", "revert: Bad change"),
        ("feat(api): bad", "revert: feat(api): bad\n\nRefs: {short}"),
        ("Bad change", "Revert Bad change"),
        ("Bad change (#123)", 'Revert "Bad change (#123)" (#130)\n\nReverts owner/repo#123'),
        ("Bad change (#123)", 'Revert "Bad change (#123)" (#130)'),
        ("Bad change (#123)", 'Revert "Bad change" (#130)'),
        ("Bad change (#123)", "Undo the new cache (#130)\n\nReverts #123"),
        ("Bad change (#123)", "Go back\n\nThis reverts pull request #123."),
        ("Bad change (#123)", "Go back\n\nReverts https://github.example/owner/repo/pull/123"),
        ("Merge pull request #123 from x/bad\n\nBad change", 'Revert "Bad change" (#130)'),
        ("Merge pull request #123 from x/bad\n\nBad change", 'Revert "Bad change" (#130)\n\nReverts owner/repo#123'),
        (
            "Merge branch 'bad'\n\nBad\n\nSee merge request group/sub/shop!12",
            "Go back\n\nThis reverts merge request !12",
        ),
        ("Bad change (!12)", "Go back\n\nThis reverts merge request group/shop!12"),
        ("A long subject\nover two lines", 'Revert "A long subject over two lines"'),
    ],
)
def test_revert__every_common_form_is_a_remediation(repository, bad_message, message):
    assert released_pair(repository, message, bad_message=bad_message) == [("v1.1.0", "v1.2.0")]


@pytest.mark.parametrize(
    "message",
    [
        "Prepare to revert commit {bad}",
        "This does not revert commit {bad}.",
        "Follows {bad}",
        'Revert "Something else"',
        "This reverts commit 0123456789abcdef0123456789abcdef01234567.",
        "Bring back the old page",
        "Revert to the old page",
        'Reapply "Bad change"',
        "Reverts owner/repo#999",
    ],
)
def test_revert__what_only_sounds_like_one_is_none(repository, message):
    assert released_pair(repository, message) == []


def test_revert__of_a_merge_names_the_merge_and_not_its_parent(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    parent = repository.commit("innocent", 2)
    repository.tag("v1.1.0", 3)
    repository.on("bad", fresh_from="main")
    repository.commit("bad", 4)
    repository.on("main")
    merge = repository.merge("bad", "Merge branch 'bad'", 5)
    repository.tag("v1.2.0", 6)
    repository.commit(f'Revert "Merge"\n\nThis reverts commit {merge}, reversing\nchanges made to {parent}.', 7)
    repository.tag("v1.3.0", 8)
    assert repairs(read_history(repository.path, TAGS)) == [("v1.2.0", "v1.3.0")]


def test_revert__inside_a_merged_branch_counts_where_the_merge_was_released(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit("bad", 2)
    repository.tag("v1.1.0", 3)
    repository.on("revert-it", fresh_from="main")
    repository.commit(f'Revert "bad"\n\nThis reverts commit {bad}.', 4)
    repository.on("main")
    repository.merge("revert-it", "Merge pull request #7 from x/revert-it", 5)
    repository.tag("v1.2.0", 6)
    assert repairs(read_history(repository.path, TAGS)) == [("v1.1.0", "v1.2.0")]


def test_revert_of_a_merged_revert__is_no_remediation(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit("Bad (#1)", 2)
    repository.tag("v1.1.0", 3)
    repository.on("revert-1", fresh_from="main")
    repository.commit(f'Revert "Bad (#1)"\n\nThis reverts commit {bad}.', 4)
    repository.on("main")
    merge = repository.merge("revert-1", 'Merge pull request #2 from x/revert-1\n\nRevert "Bad"', 5)
    repository.tag("v1.2.0", 6)
    repository.commit(f"Try again\n\nThis reverts commit {merge}, reversing\nchanges made to {bad}.", 7)
    repository.tag("v1.3.0", 8)
    assert repairs(read_history(repository.path, TAGS)) == [("v1.1.0", "v1.2.0")]


def test_revert__within_one_deployment_is_no_remediation(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit("bad", 2)
    repository.commit(f"This reverts commit {bad}.", 3)
    repository.tag("v1.1.0", 4)
    assert repairs(read_history(repository.path, TAGS)) == []


@pytest.mark.parametrize(
    "again",
    [
        'Revert "Revert "bad""\n\nThis reverts commit {revert}.',
        'Reapply "bad"\n\nThis reverts commit {revert}.',
        'Revert "Revert "bad""',
        'Revert "Revert "bad"" (#9)\n\nThis reverts commit {bad}.',
        'Reapply "bad"',
        "Bring it back\n\nThis reverts commit {revert}.",
    ],
)
def test_revert_of_a_revert__is_no_remediation(repository, again):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit("bad", 2)
    repository.tag("v1.1.0", 3)
    revert = repository.commit(f'Revert "bad"\n\nThis reverts commit {bad}.', 4)
    repository.tag("v1.2.0", 5)
    repository.commit(again.format(revert=revert, bad=bad), 6)
    repository.tag("v1.3.0", 7)
    assert repairs(read_history(repository.path, TAGS)) == [("v1.1.0", "v1.2.0")]


def test_revert_of_a_revert_of_something_unknown__is_no_remediation(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    revert = repository.commit("Go back\n\nThis reverts commit 0123456789.", 2)
    repository.tag("v1.1.0", 3)
    repository.commit(f"Go on\n\nThis reverts commit {revert}.", 4)
    repository.tag("v1.2.0", 5)
    history = read_history(repository.path, TAGS)
    assert repairs(history) == []
    assert any(note.startswith("1 reverts name something") for note in history.notes)


def test_revert_of_a_reapplied_change__repairs_the_deployment_that_brought_it_back(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit("bad", 2)
    repository.tag("v1.1.0", 3)
    revert = repository.commit(f"This reverts commit {bad}.", 4)
    repository.tag("v1.2.0", 5)
    again = repository.commit(f'Reapply "bad"\n\nThis reverts commit {revert}.', 6)
    repository.tag("v1.3.0", 7)
    repository.commit(f'Revert "Reapply "bad""\n\nThis reverts commit {again}.', 8)
    repository.tag("v1.4.0", 9)
    assert repairs(read_history(repository.path, TAGS)) == [("v1.1.0", "v1.2.0"), ("v1.3.0", "v1.4.0")]


def test_revert_by_subject__takes_the_latest_earlier_commit(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.commit("Update the cache", 2)
    repository.tag("v1.1.0", 3)
    repository.commit("Update the cache", 4)
    repository.tag("v1.2.0", 5)
    repository.commit('Revert "Update the cache"', 6)
    repository.tag("v1.3.0", 7)
    repository.commit("Update the cache", 8)
    assert repairs(read_history(repository.path, TAGS)) == [("v1.2.0", "v1.3.0")]


def test_revert_by_number__prefers_the_commit_on_its_own_line(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.on("release", fresh_from="main")
    repository.on("main")
    repository.commit("Bad (#5)", 2)
    repository.tag("v2.0.0", 3)
    repository.on("release")
    repository.commit("Bad (#5)", 4)
    repository.tag("v1.0.1", 5)
    repository.on("main")
    repository.commit("Go back (#6)\n\nReverts x/y#5", 6)
    repository.tag("v2.0.1", 7)
    assert repairs(read_history(repository.path, TAGS)) == [("v2.0.0", "v2.0.1")]


def test_revert__in_merges_mode_links_the_two_merges(repository):
    repository.commit("first", 0)
    bad = repository.commit("bad", 1)
    fix = repository.commit(f"This reverts commit {bad}.", 2)
    history = read_history(repository.path, MERGES)
    assert repairs(history) == [(bad, fix)]
    assert history.remediations[0]["at"] == at_hour(2)


def test_two_reverts_of_one_deployment_by_another__are_one_remediation(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad, worse = repository.commit("bad", 2), repository.commit("worse", 2)
    repository.tag("v1.1.0", 3)
    repository.commit(f"This reverts commit {bad}.", 4)
    repository.commit(f"This reverts commit {worse}.", 4)
    repository.tag("v1.2.0", 5)
    assert repairs(read_history(repository.path, TAGS)) == [("v1.1.0", "v1.2.0")]
