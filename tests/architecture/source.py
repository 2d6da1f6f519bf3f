"""The project's own source as text and as syntax trees, for tests that read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("apps", "config", "devtools")
ROOMS_OF_HTTP = frozenset({"views", "api", "forms", "filters", "admin", "charts", "urls"})


def python_files(*folders: str, migrations: bool = False) -> list[Path]:
    """Python files under folders of the project, in order; dev.py and manage.py belong to none of them."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if migrations or "migrations" not in path.parts]


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file, read once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Where something stands: apps/teams/views.py:12."""
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr) else ""
    return f"{path.relative_to(ROOT)}{line}"


def room_of(path: Path) -> str:
    """The room of an app a file stands in: `views` for apps/portal/views/home.py, empty for other files."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[2] if parts[0] == "apps" and len(parts) > 2 else ""


def chain_of(node: ast.expr) -> list[str]:
    """The names of a chain: `Team.objects.filter(…).first()` is Team, objects, filter, first."""
    names: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return names[::-1]
    return [node.id, *names[::-1]]


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every text constant in a tree, docstrings included."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
