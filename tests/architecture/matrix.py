"""The access matrix as it is written in access_matrix.toml."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MATRIX = tomllib.loads(Path(__file__).with_name("access_matrix.toml").read_text(encoding="utf-8"))
PRINCIPALS: list[str] = MATRIX["principals"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ADMIN: dict[str, str] = MATRIX["admin"]


@dataclass(frozen=True)
class Entry:
    """A method of a path, the row that says who gets what, and its status for each principal."""

    method: str
    pattern: str
    row: str
    statuses: dict[str, int]

    @property
    def surface(self) -> str:
        """`page` or `api`."""
        return self.row.split()[0]

    @property
    def shape(self) -> str:
        """The access shape its route has to declare."""
        return self.row.split()[1].rstrip(":")

    @property
    def is_of_a_team(self) -> bool:
        """Whether it opens a row that other teams must not even know of."""
        return self.statuses["member_b"] == 404 and self.statuses["tl_a"] != 404

    @property
    def names_an_object(self) -> bool:
        """Whether the path holds a key that differs between teams."""
        return "{" in self.pattern


def entries() -> Iterator[Entry]:
    """Every line of the matrix but Django's admin."""
    for method in METHODS:
        for pattern, row in MATRIX[method.lower()].items():
            yield Entry(method, pattern, row, _statuses(row))


def _statuses(row: str) -> dict[str, int]:
    statuses = [int(status) for status in MATRIX["rows"][row].split()]
    return dict(zip(PRINCIPALS, statuses, strict=True))
