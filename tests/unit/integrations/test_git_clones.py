"""What is kept of a clone, and which clones are refused."""

import json
import subprocess

import pytest

from apps.integrations import git_reader
from apps.integrations.domain.git_history import (
    HistoryOptions,
    version_of,
)
from apps.integrations.domain.git_reverts import read_message
from apps.integrations.git_reader import GitError, read_history
from tests.unit.integrations.histories import MERGES, TAGS
from tests.unit.integrations.scripted_repository import CANARY, CANARY_MAIL, ScriptedRepository


def test_rows__hold_no_person_and_no_text(repository):
    repository.commit(f"first by {CANARY}", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit(f"bad\n\nSigned-off-by: {CANARY} <{CANARY_MAIL}>", 2)
    repository.tag("v1.1.0", 3)
    repository.commit(f'Revert "bad" by {CANARY}\n\nThis reverts commit {bad}.', 4)
    repository.tag("v1.2.0", 5)
    for options in (TAGS, MERGES):
        history = read_history(repository.path, options)
        kept = json.dumps(
            [history.deployments, history.changes, history.remediations, history.notes], default=str
        ).lower()
        assert history.remediations
        assert "canar" not in kept
        assert "kanarski" not in kept


def test_read_twice__gives_equal_rows(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.commit("second", 2)
    assert read_history(repository.path, TAGS) == read_history(repository.path, TAGS)


def refusal(path, options=TAGS):
    with pytest.raises(GitError) as caught:
        read_history(path, options)
    return caught.value


def test_shallow_clone__is_refused_with_its_remedy(repository, tmp_path):
    repository.commit("first", 0)
    repository.commit("second", 1)
    repository.tag("v1.0.0", 2)
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{repository.path}", str(tmp_path / "shallow")], check=True
    )
    problem = refusal(tmp_path / "shallow")
    assert problem.code == "shallow_clone"
    assert "git fetch --unshallow" in problem.sentence


def test_not_a_repository__is_refused(tmp_path):
    assert refusal(tmp_path).code == "not_a_repository"
    assert refusal(tmp_path / "nowhere").code == "not_a_folder"


def test_folder_inside_a_clone__is_not_taken_for_the_clone(repository):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    inner = repository.path / "docs"
    inner.mkdir()
    assert refusal(inner).code == "not_a_repository"


def test_empty_repository__is_refused(repository):
    assert refusal(repository.path).code == "empty_repository"


def test_unknown_branch__names_the_option_and_the_branches(repository):
    repository.commit("first", 0)
    problem = refusal(repository.path, HistoryOptions(branch="trunk"))
    assert problem.code == "unknown_branch"
    assert "Known: main" in problem.sentence
    assert "--branch" in problem.sentence


def test_no_tags__names_the_remedies(repository):
    repository.commit("first", 0)
    assert "--deployments merges" in refusal(repository.path).sentence
    repository.tag("release-1", 1)
    problem = refusal(repository.path)
    assert problem.code == "no_tags"
    assert "release-1" in problem.sentence
    assert "--tag-glob" in problem.sentence


def test_damaged_repository__is_refused_and_not_half_read(repository):
    first = repository.commit("first", 0)
    repository.commit("second", 1)
    repository.tag("v1.0.0", 2)
    (repository.path / ".git" / "objects" / first[:2] / first[2:]).unlink()
    assert refusal(repository.path).code == "unreadable"


def test_reading_given_up__leaves_no_program_behind(repository):
    head = repository.commit("first", 0)
    repository.commit("second", 1)
    commits = git_reader._Clone(repository.path).commits([repository.git("rev-parse", "HEAD")])
    assert next(commits).parents == (head,)
    commits.close()
    assert list(commits) == []


def test_git_missing__is_said(repository, monkeypatch):
    repository.commit("first", 0)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert refusal(repository.path).code == "no_git"


def test_clone__with_only_the_fetched_branch_is_read(repository, tmp_path):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(repository.path), str(bare)], check=True)
    assert read_history(bare, TAGS).deployments == read_history(repository.path, TAGS).deployments


def test_configuration_of_the_clone__starts_no_program(repository, tmp_path):
    marker, program = tmp_path / "ran", tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\necho ran >> {marker}\n")
    program.chmod(0o755)
    signed = "tree {tree}\nauthor A <a@x> 1772409600 +0000\ncommitter A <a@x> 1772409600 +0000\ngpgsig x\n\nsigned\n"
    repository.commit("first", 0)
    tree = repository.git("rev-parse", "HEAD^{tree}")
    made = subprocess.run(
        ["git", "-C", str(repository.path), "hash-object", "-t", "commit", "-w", "--stdin"],
        input=signed.format(tree=tree), capture_output=True, text=True, check=True,
    )  # fmt: skip
    repository.git("update-ref", "refs/heads/main", made.stdout.strip())
    repository.tag("v1.0.0")
    for key in ("core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand", "core.editor", "pager.log"):
        repository.git("config", key, str(program))
    repository.git("config", "log.showSignature", "true")
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (repository.path / ".git" / "hooks" / hook).write_text(program.read_text())
        (repository.path / ".git" / "hooks" / hook).chmod(0o755)
    marker.unlink(missing_ok=True)
    assert len(read_history(repository.path, TAGS).deployments) == 1
    assert not marker.exists()


def test_environment_of_the_caller__changes_nothing(repository, tmp_path, monkeypatch):
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    expected = read_history(repository.path, TAGS)
    other = ScriptedRepository(tmp_path / "other")
    other.commit("other", 0)
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "log.showSignature")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "nonsense")
    assert read_history(repository.path, TAGS) == expected


def test_replaced_commits__are_read_as_they_were_made(repository):
    first = repository.commit("first", 0)
    second = repository.commit("second", 1)
    repository.git("replace", "--graft", second)
    history = read_history(repository.path, MERGES)
    assert [row["key"] for row in history.changes] == [first, second]


@pytest.mark.parametrize(
    "message",
    [
        "Take back\n\nreverts commits" + " " * 60_000 + "x",
        "Revert " + '"Revert ' * 8_000 + '"' * 8_000,
        "refs:" + "\n" * 60_000 + "revert",
        "reverts " + "a/" * 30_000,
        "reverts commit " + "abcdef0, " * 7_000,
        "reverts " * 8_000,
    ],
)
def test_read_message__odd_messages_are_read_without_looking_back_and_forth(message):
    # A pattern that tried every split of these would run for minutes.
    assert len(read_message(message * 4).subject) <= 1_000


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("v1.1.10", ("patch", "1.1")),
        ("v5.2", ("minor", "5.2")),
        ("v5.0", ("major", "5.0")),
        ("10.24.0", ("minor", "10.24")),
        ("6.0.0", ("major", "6.0")),
        ("release-2.3.4", ("patch", "2.3")),
        ("api@2.3.0", ("minor", "2.3")),
        ("v1.2.3+build5", ("patch", "1.2")),
        ("v2.0.0-rc1", ("", "2.0")),
        ("v2.0rc1", ("", "2.0")),
        ("nightly", ("", "")),
        ("2026.01.15", ("", "")),
        ("v1", ("", "")),
    ],
)
def test_version_of__reads_part_and_line(tag, expected):
    assert version_of(tag) == expected
