"""The tower stands: import contracts, doors between apps, no import hidden in a function."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
DOORS = {"domain", "models", "policies", "queries", "operations"}


def _lint(root: Path) -> str:
    """The report of all contracts of pyproject.toml over the packages under `root`."""
    done = subprocess.run([LINT_IMPORTS, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A copy of the tower with nothing in its rooms, to break one contract at a time."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ["config", "apps", *(f"apps/{path.name}" for path in _apps())]:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    return tmp_path


def _apps() -> list[Path]:
    return sorted(path.parent for path in (ROOT / "apps").glob("*/__init__.py"))


def test_contracts__hold() -> None:
    report = _lint(ROOT)
    assert " 0 broken." in report, report


def test_contracts__hold_in_an_empty_house(small_house: Path) -> None:
    report = _lint(small_house)
    assert " 0 broken." in report, report


@pytest.mark.parametrize(
    ("contract", "path", "text"),
    [
        ("Apps import downwards only", "apps/core/paging.py", "import apps.teams"),
        ("Apps import downwards only", "apps/annotations/models.py", "import apps.delivery"),
        ("Apps import downwards only", "apps/leaderboards/__init__.py", ""),
        ("Rooms import downwards only", "apps/teams/queries.py", "from apps.teams import views"),
        ("domain.py is pure", "apps/teams/domain.py", "from django.db import models"),
        ("Apps never import config", "apps/teams/queries.py", "import config"),
    ],
)
def test_contracts__each_breaks_when_its_rule_is_broken(small_house: Path, contract: str, path: str, text: str) -> None:
    (small_house / path).parent.mkdir(exist_ok=True)
    (small_house / "apps/teams/views.py").touch()
    (small_house / path).write_text(text + "\n")
    report = _lint(small_house)
    assert f"{contract} BROKEN" in report, report
    assert " 1 broken." in report, report


def test_doors__apps_see_of_each_other_only_what_is_open() -> None:
    graph = grimp.build_graph("apps", "config", exclude_type_checking_imports=True, cache_dir=None)
    assert [*_through_walls(graph)] == []


def test_doors__a_look_into_a_closed_room_is_found() -> None:
    graph = grimp.ImportGraph()
    graph.add_import(importer="apps.portal.views", imported="apps.teams.forms", line_number=1, line_contents="")
    graph.add_import(importer="apps.portal.views", imported="apps.teams.queries", line_number=2, line_contents="")
    graph.add_import(importer="apps.portal.views", imported="apps.core.paging", line_number=3, line_contents="")
    (found,) = _through_walls(graph)
    assert found.startswith("apps.portal.views imports apps.teams.forms: open are ")


def _through_walls(graph: grimp.ImportGraph) -> Iterator[str]:
    for importer in sorted(module for module in graph.modules if module.startswith("apps.")):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            if _is_through_wall(importer.split("."), imported.split(".")):
                yield f"{importer} imports {imported}: open are {', '.join(sorted(DOORS))} (core is open)"


def _is_through_wall(importer: list[str], imported: list[str]) -> bool:
    if imported[0] != "apps" or len(imported) < 2 or imported[1] in (importer[1], "core"):
        return False
    return len(imported) < 3 or imported[2] not in DOORS


def test_functions__import_nothing() -> None:
    files = [path for folder in ("apps", "config") for path in sorted((ROOT / folder).rglob("*.py"))]
    found = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in _hidden_imports(path.read_text(), path)]
    assert found == [], "Move these imports to the top of the module; a cycle means a rule lives in the wrong room."


def test_functions__a_hidden_import_is_found() -> None:
    assert [*_hidden_imports("def f():\n    if True:\n        import os\n", Path("views.py"))] == [3]


def test_functions__an_app_may_register_itself_when_django_is_ready() -> None:
    ready = "class A:\n    def ready(self):\n        from apps.a import facts\n"
    assert [*_hidden_imports(ready, Path("apps.py"))] == []
    assert [*_hidden_imports(ready, Path("views.py"))] == [3]


def _hidden_imports(text: str, path: Path) -> Iterator[int]:
    """Lines of imports inside functions; only AppConfig.ready must import late, as models are not loaded before."""
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if path.name == "apps.py" and function.name == "ready":
            continue
        yield from (node.lineno for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))
