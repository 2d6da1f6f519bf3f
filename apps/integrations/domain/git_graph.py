"""The commit graph of one history: who came from whom, which line a commit is on, what a merge brought in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from apps.integrations.domain.git_reverts import Reading, read_message

NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as read: ids, author and committer time in seconds since 1970, and its message (used, not kept)."""

    sha: str
    parents: tuple[str, ...]
    authored: int
    committed: int
    message: str


@dataclass(slots=True)
class Node:
    """A commit in the graph; `rank` grows from ancestors to descendants."""

    parents: tuple[str, ...]
    authored: int
    committed: int
    reading: Reading
    rank: int


class CommitGraph:
    """All commits of one history, by id; built from commits given descendants first."""

    def __init__(self, commits: Iterable[Commit]) -> None:
        self.nodes: dict[str, Node] = {}
        for count, commit in enumerate(commits):
            reading = read_message(commit.message)
            self.nodes[commit.sha] = Node(commit.parents, commit.authored, commit.committed, reading, -count)

    def first_parent(self, sha: str) -> str | None:
        """The commit this one was built on, or None for a root."""
        parents = self.nodes[sha].parents
        return parents[0] if parents and parents[0] in self.nodes else None

    def claim(self, start: str, owner: str, holders: dict[str, str]) -> int:
        """Give every commit reachable from here and held by nobody to this owner; the number given."""
        before = len(holders)
        stack = [start]
        while stack:
            sha = stack.pop()
            if sha not in holders and sha in self.nodes:
                holders[sha] = owner
                stack.extend(self.nodes[sha].parents)
        return len(holders) - before

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether the first commit is reachable from the second; looks no further back than the first."""
        floor, stack, seen = self.nodes[old].rank, [new], {new}
        while stack:
            sha = stack.pop()
            if sha == old:
                return True
            later = [p for p in self.nodes[sha].parents if p not in seen and self.is_after(p, floor)]
            seen.update(later)
            stack.extend(later)
        return False

    def is_after(self, sha: str, rank: int) -> bool:
        """Whether this commit is known and has at least this rank."""
        return sha in self.nodes and self.nodes[sha].rank >= rank


@dataclass(slots=True)
class Line:
    """One first-parent line: its commits from the fork on, and the place at which each commit entered it."""

    base: "Line | None"
    fork: int
    commits: list[str]
    entered: dict[str, int]

    def holds(self, sha: str, place: int) -> bool:
        """Whether this commit is reachable from the line's commit at this place."""
        line = self
        while line.entered.get(sha, place + 1) > place:
            if line.base is None:
                return False
            line, place = line.base, line.fork
        return True


class Lines:
    """All first-parent lines asked for; a later one forks from where it meets an earlier one."""

    def __init__(self, graph: CommitGraph) -> None:
        self.graph = graph
        self.places: dict[str, tuple[Line, int]] = {}
        self.earliest: dict[str, int] = {}
        self.main: Line | None = None

    def add(self, head: str) -> list[str]:
        """Add the first-parent line that ends here; its new commits, oldest first."""
        fresh: list[str] = []
        sha: str | None = head
        while sha is not None and sha not in self.places:
            fresh.append(sha)
            sha = self.graph.first_parent(sha)
        fresh.reverse()
        line = self._line_at(sha)
        self.main = self.main or line
        for commit in fresh:
            self._append(line, commit)
        return fresh

    def first_authored(self, sha: str) -> int:
        """The earliest author time that this commit brought to its line, in seconds since 1970."""
        return self.earliest[sha]

    def bringer(self, sha: str) -> str | None:
        """The commit of the first line added that brought this commit in, or None where none did."""
        line = self.main
        return line.commits[line.entered[sha]] if line is not None and sha in line.entered else None

    def _line_at(self, sha: str | None) -> Line:
        if sha is None:
            return Line(None, NOWHERE, [], {})
        line, place = self.places[sha]
        if place == len(line.commits) - 1:
            return line
        return Line(line, place, [], {})

    def _append(self, line: Line, sha: str) -> None:
        place = len(line.commits)
        line.commits.append(sha)
        self.places[sha] = (line, place)
        line.entered[sha] = place
        node = self.graph.nodes[sha]
        brought = self._bring(line, place, list(node.parents[1:]))
        self.earliest[sha] = node.authored if brought is None else brought

    def _bring(self, line: Line, place: int, stack: list[str]) -> int | None:
        """Mark all commits that enter the line here; their earliest author time."""
        earliest: int | None = None
        while stack:
            sha = stack.pop()
            if sha not in self.graph.nodes or line.holds(sha, place):
                continue
            line.entered[sha] = place
            node = self.graph.nodes[sha]
            earliest = node.authored if earliest is None else min(earliest, node.authored)
            stack.extend(node.parents)
        return earliest
