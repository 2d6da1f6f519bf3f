"""Which commit repaired which: reverts matched to what they take back."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from apps.integrations.domain.git_graph import CommitGraph
from apps.integrations.domain.git_reverts import Undoing, bare_subject, is_revert_by_subject, is_undoing_title


def find_repairs(graph: CommitGraph) -> tuple[list[tuple[str, str]], int]:
    """Pairs (reverted commit, reverting commit), oldest revert first, and the number of reverts of things unknown.

    A commit that takes back a revert brings the old change back; it repairs nothing.
    """
    targets = _Targets(graph)
    undoing = sorted((n.rank, sha, n.reading.undoes) for sha, n in graph.nodes.items() if n.reading.undoes is not None)
    reverts: dict[str, bool] = {}
    pairs: list[tuple[str, str]] = []
    unresolved = 0
    for _, sha, undoes in undoing:
        title = graph.nodes[sha].reading.title
        found = targets.of(sha, undoes)
        repaired = [] if _is_reapply(title, undoes) else [old for old in found if not reverts.get(old, False)]
        pairs += [(old, sha) for old in repaired]
        unresolved += undoes.is_certain and not found
        reverts[sha] = bool(repaired) if found else _is_revert(title, undoes)
    return pairs, unresolved


def _is_revert(title: str, undoes: Undoing) -> bool:
    """Whether a commit whose target is unknown still counts as a revert when it is itself taken back."""
    if undoes.is_reapply or not undoes.is_certain:
        return False
    return is_revert_by_subject(title) or not undoes.subject


def _is_reapply(title: str, undoes: Undoing) -> bool:
    """Whether the title alone says that a change comes back, whatever commit is named."""
    return undoes.is_reapply or (is_undoing_title(title) and not is_revert_by_subject(title))


class _Targets:
    """Finds the commits a revert names: by id, by request number, by subject; in this order."""

    def __init__(self, graph: CommitGraph) -> None:
        self.graph = graph
        self.shas = sorted(graph.nodes)
        self.subjects: dict[str, list[str]] = defaultdict(list)
        self.pulls: dict[int, list[str]] = defaultdict(list)
        self.requests: dict[int, list[str]] = defaultdict(list)
        self._index()

    def _index(self) -> None:
        wanted = {n.reading.undoes.subject for n in self.graph.nodes.values() if n.reading.undoes is not None}
        wanted |= {bare_subject(subject) for subject in wanted}
        for sha, node in self.graph.nodes.items():
            named = {node.reading.subject, node.reading.title}
            for subject in (named | {bare_subject(name) for name in named}) & wanted:
                self.subjects[subject].append(sha)
            for number in node.reading.pulls:
                self.pulls[number].append(sha)
            for number in node.reading.merge_requests:
                self.requests[number].append(sha)

    def of(self, sha: str, undoes: Undoing) -> list[str]:
        """The commits that this one takes back, as far as they are known."""
        found = self._by_sha(sha, undoes) or self._by_number(sha, undoes) or self._by_subject(sha, undoes)
        return list(dict.fromkeys(found))

    def _by_sha(self, sha: str, undoes: Undoing) -> list[str]:
        found = (self._expand(prefix) for prefix in undoes.shas)
        return [full for full in found if full is not None and full != sha]

    def _by_number(self, sha: str, undoes: Undoing) -> list[str]:
        numbered = [self.pulls.get(n, []) for n in undoes.pulls] + [
            self.requests.get(n, []) for n in undoes.merge_requests
        ]
        found = (self._latest_before(sha, candidates) for candidates in numbered)
        return [old for old in found if old is not None]

    def _by_subject(self, sha: str, undoes: Undoing) -> list[str]:
        for subject in dict.fromkeys((undoes.subject, bare_subject(undoes.subject))):
            old = self._latest_before(sha, self.subjects.get(subject, []) if subject else [])
            if old is not None:
                return [old]
        return []

    def _expand(self, prefix: str) -> str | None:
        """The one commit whose id starts so; None where there is none, or more than one."""
        place = bisect_left(self.shas, prefix)
        matches = [sha for sha in self.shas[place : place + 2] if sha.startswith(prefix)]
        return matches[0] if len(matches) == 1 else None

    def _latest_before(self, sha: str, candidates: Iterable[str]) -> str | None:
        """The latest earlier commit of these, one on the revert's own line of descent first."""
        nodes = self.graph.nodes
        earlier = [old for old in candidates if nodes[old].rank < nodes[sha].rank]
        earlier.sort(key=lambda old: nodes[old].rank, reverse=True)
        if len(earlier) > 1:
            return next((old for old in earlier if self.graph.is_ancestor(old, sha)), earlier[0])
        return earlier[0] if earlier else None
