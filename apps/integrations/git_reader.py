"""Reads a local clone with `git` in a closed environment: no network, no hooks, no outer configuration, no names."""

import os
import subprocess
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Final, cast

from apps.integrations.domain.git_graph import Commit, CommitGraph
from apps.integrations.domain.git_history import (
    DeploymentKind,
    GitHistory,
    HistoryOptions,
    Tag,
    build_history,
    shown,
)

CHUNK_BYTES: Final = 1 << 20
LOG_FORMAT: Final = "--format=%H%x00%P%x00%at%x00%ct%x00%B"
LOG_FIELDS: Final = 5
TAG_FORMAT: Final = (
    "--format=%(refname)%00%(objecttype)%00%(objectname)%00%(taggerdate:unix)%00%(*objecttype)%00%(*objectname)"
)
SETTINGS: Final = (
    "safe.directory=*",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.useReplaceRefs=false",
    "core.attributesFile=/dev/null",
    "log.showSignature=false",
    "protocol.allow=never",
    "i18n.logOutputEncoding=UTF-8",
)


class GitError(Exception):
    """Why a history cannot be read, in one sentence that names the way out."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def read_history(path: str | Path, options: HistoryOptions) -> GitHistory:
    """Read the deployments, changes and remediations out of a local clone; writes nothing, raises `GitError`."""
    clone = _Clone(Path(path).absolute())
    clone.require_complete()
    head = clone.head_of(options.branch)
    tags, notes = ([], []) if options.deployments == DeploymentKind.MERGES else clone.tags(options.tag_glob)
    with closing(clone.commits([head, *(tag.commit for tag in tags)])) as commits:
        graph = CommitGraph(commits)
    history = build_history(graph=graph, head=head, tags=tags, options=options)
    history.notes[:0] = notes
    return history


class _Clone:
    """One local clone, asked only through commands that read."""

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise GitError("not_a_folder", f"{path} is not a folder. PATH is the top folder of a local clone.")
        self.path = path
        self.environment = _environment(path)

    def require_complete(self) -> None:
        """Refuse what is no repository, what has no commits, and shallow clones: those shorten lead times."""
        status, shallow = self._ask("rev-parse", "--is-shallow-repository")
        if status != 0:
            raise GitError(
                "not_a_repository",
                f"{self.path} is not a git repository. PATH is the top folder of a local clone, or a bare one.",
            )
        if shallow.strip() == "true":
            raise GitError(
                "shallow_clone",
                f"{self.path} is a shallow clone: its history is cut off, so lead times would be too short. "
                "Complete it with `git fetch --unshallow --tags` and run this again.",
            )
        if self._ask("rev-parse", "--verify", "--quiet", "HEAD")[0] != 0 and not self._refs():
            raise GitError("empty_repository", f"{self.path} has no commits yet. There is nothing to import.")

    def head_of(self, branch: str) -> str:
        """The commit at the tip of a branch, local or last fetched."""
        for place in ("refs/heads/", "refs/remotes/origin/", "refs/remotes/"):
            status, sha = self._ask("rev-parse", "--verify", "--quiet", f"{place}{branch}^{{commit}}")
            if status == 0:
                return sha.strip()
        raise GitError(
            "unknown_branch",
            f"There is no branch {branch} here. Known: {shown(self._branches()) or 'none'}. Name one with --branch.",
        )

    def tags(self, glob: str) -> tuple[list[Tag], list[str]]:
        """The tags whose name matches, with notes on those that lead to no commit."""
        found = [self._tag(line) for line in self._ask("for-each-ref", TAG_FORMAT, "refs/tags")[1].splitlines()]
        matching = [(name, tag) for name, tag in found if fnmatchcase(name, glob)]
        tags = [tag for _, tag in matching if tag is not None]
        if not tags:
            raise GitError("no_tags", _no_tags(glob, [name for name, _ in found]))
        astray = [name for name, tag in matching if tag is None]
        return tags, [f"Left out, as they lead to no commit: {shown(astray)}."] if astray else []

    def commits(self, heads: Sequence[str]) -> Generator[Commit]:
        """All commits reachable from these, descendants first, read as they come."""
        with tempfile.TemporaryFile() as asked:
            asked.write("".join(f"{head}\n" for head in dict.fromkeys(heads)).encode())
            asked.seek(0)
            yield from self._log(asked)

    def _log(self, asked: IO[bytes]) -> Iterator[Commit]:
        command = self._command(
            "log", "--stdin", "--date-order", "-z", "-s", "--no-show-signature", "--no-notes", "--no-decorate",
            "--no-color", "--no-mailmap", LOG_FORMAT,
        )  # fmt: skip
        with subprocess.Popen(  # noqa: S603 - a fixed program with arguments built here
            command, stdin=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment
        ) as process:
            try:
                yield from _parse(_fields(cast("IO[bytes]", process.stdout)))
            except GeneratorExit:
                process.kill()
                raise
        if process.returncode != 0:
            raise GitError(
                "unreadable",
                f"git could not read the whole history of {self.path}. `git fsck` in that folder says what is damaged.",
            )

    def _tag(self, line: str) -> tuple[str, Tag | None]:
        name, kind, sha, at, inner_kind, inner_sha = line.split("\0")
        short = name.removeprefix("refs/tags/")
        if kind == "commit":
            return short, Tag(short, sha, None)
        if inner_kind != "commit":
            inner_sha = self._ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")[1].strip()
        return short, Tag(short, inner_sha, int(at) if at else None) if inner_sha else None

    def _refs(self, *places: str) -> list[str]:
        return self._ask("for-each-ref", "--format=%(refname)", *places)[1].splitlines()

    def _branches(self) -> list[str]:
        listed = self._refs("refs/heads", "refs/remotes/origin")
        names = {name.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/") for name in listed}
        return sorted(names - {"HEAD"})

    def _command(self, *arguments: str) -> list[str]:
        settings = [part for setting in SETTINGS for part in ("-c", setting)]
        return ["git", "--no-pager", "--no-replace-objects", "-C", str(self.path), *settings, *arguments]

    def _ask(self, *arguments: str) -> tuple[int, str]:
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program with arguments built here
                self._command(*arguments), env=self.environment, capture_output=True, check=False
            )
        except FileNotFoundError as error:
            raise GitError("no_git", "The program git is not installed here, or not on the PATH.") from error
        return done.returncode, done.stdout.decode("utf-8", "replace")


def _environment(path: Path) -> dict[str, str]:
    """A closed environment: nothing of the caller's but the search path for programs."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": os.devnull,
        "XDG_CONFIG_HOME": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        # Never look above the given folder: else a plain folder inside some other clone would be read as that clone.
        "GIT_CEILING_DIRECTORIES": os.pathsep.join({str(path.parent), str(path.resolve().parent)}),
    }


def _fields(stream: IO[bytes]) -> Iterator[str]:
    rest = b""
    while chunk := stream.read(CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from (field.decode("utf-8", "replace") for field in whole)


def _parse(fields: Iterator[str]) -> Iterator[Commit]:
    for sha, parents, authored, committed, message in zip(*[fields] * LOG_FIELDS, strict=False):
        yield Commit(sha, tuple(parents.split()), int(authored or 0), int(committed or 0), message)


def _no_tags(glob: str, names: Sequence[str]) -> str:
    if not names:
        return (
            "This clone has no tags. Fetch them with `git fetch --tags`, "
            "or count merges as deployments with --deployments merges."
        )
    return f"No tag that leads to a commit matches {glob}. Known: {shown(names)}. Name a pattern with --tag-glob."
