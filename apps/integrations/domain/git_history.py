"""From parsed commits and tags to deployments, changes and remediations. No text and no person leaves this file."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from apps.core.fact_parsing import CLOCK_SKEW, EARLIEST
from apps.integrations.domain.git_graph import CommitGraph, Lines
from apps.integrations.domain.git_remediations import find_repairs
from apps.integrations.domain.row_keys import hashed_key

SHOWN_NAMES: Final = 5
Row = dict[str, Any]

_VERSION = re.compile(r"(?:^|[^0-9.])(0|[1-9]\d*)\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?P<rest>[-+.a-zA-Z].*)?$")


class DeploymentKind(StrEnum):
    """What counts as a deployment in a git history."""

    TAGS = "tags"
    MERGES = "merges"


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name, the commit it leads to, and its time in seconds since 1970 (None: that of the commit)."""

    name: str
    commit: str
    at: int | None


@dataclass(frozen=True, slots=True)
class HistoryOptions:
    """How to read a history; `since` and `now` are aware instants, None for no bound."""

    service: str = ""
    deployments: DeploymentKind = DeploymentKind.TAGS
    tag_glob: str = "v*"
    branch: str = "main"
    since: datetime | None = None
    environment: str = "production"
    now: datetime | None = None


@dataclass(slots=True)
class GitHistory:
    """The rows of one history, with sentences on what was left out; all times are aware instants in UTC."""

    deployments: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    remediations: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Release:
    """One deployment to be: key, commit, time, and whether it lies inside the asked range."""

    key: str
    commit: str
    at: datetime
    is_asked: bool


def build_history(*, graph: CommitGraph, head: str, tags: Sequence[Tag], options: HistoryOptions) -> GitHistory:
    """Turn a commit graph, the head of the branch and the matching tags into fact rows."""
    if options.deployments == DeploymentKind.MERGES:
        return _MergeReader(graph, head, options).read()
    return _TagReader(graph, head, tags, options).read()


def version_of(tag: str) -> tuple[str, str]:
    """The part (major, minor, patch) and the line (major.minor) a tag names; empty where it names none."""
    match = _VERSION.search(tag)
    if match is None:
        return "", ""
    line = f"{match[1]}.{match[2]}"
    if match["rest"] and not re.match(r"\+|\.\d+$", match["rest"]):
        return "", line
    if int(match[3] or 0) > 0:
        return "patch", line
    return ("minor" if int(match[2]) > 0 else "major"), line


def instant(seconds: int) -> datetime | None:
    """Seconds since 1970 as an aware instant, or None outside the years a clock can mean (from 2000)."""
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return at if at >= EARLIEST else None


class _Reader:
    """What both readings share: options, plausible times, rows and notes."""

    def __init__(self, graph: CommitGraph, head: str, options: HistoryOptions) -> None:
        self.graph, self.head, self.options = graph, head, options
        self.history = GitHistory()
        self.lines = Lines(graph)
        self.odd_starts = self.implausible = 0

    def plausible(self, seconds: int) -> datetime | None:
        at = instant(seconds)
        if at is None or (self.options.now is not None and at > self.options.now + CLOCK_SKEW):
            return None
        return at

    def is_asked(self, at: datetime) -> bool:
        return self.options.since is None or at >= self.options.since

    def add_change(self, sha: str, deployment: str) -> bool:
        node = self.graph.nodes[sha]
        merged_at = self.plausible(node.committed)
        if merged_at is None:
            self.implausible += 1
            return False
        started_at = instant(self.lines.first_authored(sha))
        self.odd_starts += started_at is None or started_at > merged_at
        self.history.changes.append(
            {
                "key": sha,
                "kind": "merge" if len(node.parents) > 1 else "commit",
                "first_commit_at": started_at,
                "merged_at": merged_at,
                "deployment": deployment,
            }
        )
        return True

    def add_deployment(self, release: Release, kind: str, size: int) -> None:
        part, line = version_of(release.key) if kind == "tag" else ("", "")
        self.history.deployments.append(
            {
                "key": release.key,
                "finished_at": release.at,
                "environment": self.options.environment,
                "status": "succeeded",
                "commit": release.commit,
                "size": size,
                "kind": kind,
                "part": part,
                "line": line,
            }
        )

    def add_remediations(self, holder: Callable[[str], str | None]) -> None:
        finished = {row["key"]: row["finished_at"] for row in self.history.deployments}
        repairs, unresolved = find_repairs(self.graph)
        for failed, fixed_by in dict.fromkeys((holder(bad), holder(fix)) for bad, fix in repairs):
            if failed is not None and fixed_by is not None and fixed_by in finished and failed != fixed_by:
                key = hashed_key(self.options.service.lower(), failed, fixed_by)
                at = finished[fixed_by]
                self.history.remediations.append({"key": key, "at": at, "failed": failed, "fixed_by": fixed_by})
        if unresolved:
            self.note(f"{unresolved} reverts name something this history does not hold; they repair nothing here.")

    def note(self, sentence: str) -> None:
        self.history.notes.append(sentence)

    def close(self) -> GitHistory:
        if self.implausible:
            self.note(f"{self.implausible} commits are dated before 2000 or in the future and are left out.")
        if self.odd_starts:
            self.note(
                f"{self.odd_starts} changes have no usable first commit time, or one after the merge; "
                "they are kept as they are and count in no lead time."
            )
        return self.history


class _MergeReader(_Reader):
    """Each first-parent commit of the branch is a deployment and a change."""

    def read(self) -> GitHistory:
        line = self.lines.add(self.head)
        for sha in line:
            at = self.plausible(self.graph.nodes[sha].committed)
            if at is None:
                self.implausible += 1
            elif self.is_asked(at):
                self.add_deployment(Release(sha, sha, at, True), "merge", 1)
                self.add_change(sha, sha)
        self.note("Deployments are inferred: each first-parent commit of the branch counts as one, and as a change.")
        self.add_remediations(self.lines.bringer)
        return self.close()


class _TagReader(_Reader):
    """Each tag is a deployment and holds what is reachable from it and from no earlier one."""

    def __init__(self, graph: CommitGraph, head: str, tags: Sequence[Tag], options: HistoryOptions) -> None:
        super().__init__(graph, head, options)
        self.releases = self._order(tags)
        self.holders: dict[str, str] = {}

    def _order(self, tags: Sequence[Tag]) -> list[Release]:
        releases, odd = [], []
        for tag in tags:
            at = self.plausible(tag.at if tag.at is not None else self.graph.nodes[tag.commit].committed)
            if at is None:
                odd.append(tag.name)
            else:
                releases.append(Release(tag.name, tag.commit, at, self.is_asked(at)))
        if odd:
            self.note(f"Left out, as dated before 2000 or in the future: {shown(odd)}.")
        return sorted(releases, key=lambda release: (release.at, self.graph.nodes[release.commit].rank, release.key))

    def read(self) -> GitHistory:
        self.lines.add(self.head)
        for release in self.releases:
            self.lines.add(release.commit)
        for number, release in enumerate(self.releases):
            self._read_release(release, is_first=number == 0)
        self._read_unreleased()
        self.add_remediations(self.holders.get)
        return self.close()

    def _read_release(self, release: Release, *, is_first: bool) -> None:
        taken = self.graph.claim(release.commit, release.key, self.holders)
        held = self._first_parents(release.commit, lambda sha: self.holders[sha] == release.key)
        if is_first:
            self.note(f"The first tag, {release.key}, holds no changes: {taken} commits before it are not counted.")
            held = []
        if release.is_asked:
            size = sum(self.add_change(sha, release.key) for sha in held)
            self.add_deployment(release, "tag", size)

    def _read_unreleased(self) -> None:
        waiting = self._first_parents(self.head, lambda sha: sha not in self.holders)
        count = sum(self.add_change(sha, "") for sha in waiting if self._is_recent(sha))
        if count:
            self.note(f"{count} changes on the branch are in no tag yet.")

    def _is_recent(self, sha: str) -> bool:
        at = instant(self.graph.nodes[sha].committed)
        return at is None or self.is_asked(at)

    def _first_parents(self, start: str, belongs: Callable[[str], bool]) -> list[str]:
        """The first-parent commits from here back, oldest first, for as long as they belong."""
        found: list[str] = []
        sha: str | None = start
        while sha is not None and belongs(sha):
            found.append(sha)
            sha = self.graph.first_parent(sha)
        return found[::-1]


def shown(names: Iterable[str]) -> str:
    """A few names for a sentence, with the number of those not shown."""
    listed = sorted(names)
    more = len(listed) - SHOWN_NAMES
    return ", ".join(listed[:SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
