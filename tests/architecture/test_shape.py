"""The shape of the source: small files, small functions, names that say what is inside, a sentence on each."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tests.architecture.source import CODE, ROOT, place, python_files, tree_of

LONGEST_FILE = 400
GRAB_BAGS = frozenset({"utils.py", "helpers.py", "actions.py", "common.py", "misc.py", "tools.py"})
TESTED = ("apps", "config", "devtools", "tests")


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_files__are_short() -> None:
    counts = {place(path): _lines(path) for path in python_files(*TESTED)}
    assert {name: count for name, count in counts.items() if count > LONGEST_FILE} == {}, "Split them by meaning."
    assert quantiles(counts.values(), n=10)[-1] <= 250


def test_functions__are_short() -> None:
    counts = [_length(node) for path in python_files(*CODE) for node in _functions(tree_of(path))]
    assert median(counts) <= 9
    assert quantiles(counts, n=10)[-1] <= 30


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _length(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_files__have_a_name_of_their_own() -> None:
    everywhere = [place(path) for path in python_files(*TESTED) if path.name in GRAB_BAGS]
    rooms = [place(path) for path in sorted((ROOT / "apps").glob("*/services.py"))]
    assert everywhere + rooms == [], "Shared tools are modules of one purpose; writes stand in operations.py."


def test_public_names__are_said_in_a_sentence() -> None:
    bare = [name for path in python_files(*CODE) for name in _bare(path)]
    assert bare == []


def _bare(path: Path) -> Iterator[str]:
    """Public functions, classes and methods of public classes without a docstring; inner ones are nobody's door."""
    for node in tree_of(path).body:
        inner = node.body if isinstance(node, ast.ClassDef) and _is_public(node) else []
        for found in [node, *inner]:
            if isinstance(found, ast.FunctionDef | ast.ClassDef) and _is_public(found) and not ast.get_docstring(found):
                yield f"{place(path, found)} {found.name}"


def _is_public(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return not node.name.startswith("_") and node.name != "Meta"


def test_modules__say_what_they_hold() -> None:
    for path in python_files(*TESTED):
        text = path.read_text(encoding="utf-8")
        assert not text.strip() or ast.get_docstring(tree_of(path)), f"{place(path)} begins without a sentence"
