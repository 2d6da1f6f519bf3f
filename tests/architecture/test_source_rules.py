"""Rules that a reviewer would repeat: which room may read rows, who writes facts, what a migration may do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.services.models import FactRow
from tests.architecture.rows import own_models
from tests.architecture.source import CODE, ROOMS_OF_HTTP, ROOT, calls, chain_of, place, python_files, room_of, texts
from tests.architecture.source import tree_of as read

MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
LOOKUPS = frozenset({"get_object_or_404", "get_list_or_404"})
WRITES = frozenset(
    {"create", "bulk_create", "acreate", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"}
)
FACT_MODELS = frozenset(model.__name__ for model in own_models() if issubclass(model, FactRow))
OTHER_MODELS = frozenset(model.__name__ for model in own_models()) - FACT_MODELS
# `publish` is the one writer; the bench fills a scratch database of its own with millions of generated rows.
FACT_WRITERS = {
    "apps/core/facts.py", "apps/core/bulk.py", "apps/portal/bench/copying.py", "apps/portal/bench/happening.py",
}  # fmt: skip
CLIENTS = frozenset({"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "smtplib", "ftplib"})


def raw_reads(tree: ast.AST) -> Iterator[ast.AST]:
    """Managers and lookups by model; `Model.objects.none()` reads nothing and only names the model for the schema."""
    harmless = {
        id(node.func.value) for node in calls(tree) if isinstance(node.func, ast.Attribute) and node.func.attr == "none"
    }
    for node in ast.walk(tree):
        is_manager = isinstance(node, ast.Attribute) and node.attr in MANAGERS and id(node) not in harmless
        is_lookup = isinstance(node, ast.Call) and chain_of(node)[-1:] and chain_of(node)[-1] in LOOKUPS
        if is_manager or is_lookup:
            yield node


def test_rooms_of_http__take_rows_from_queries_only() -> None:
    files = [path for path in python_files("apps") if room_of(path) in ROOMS_OF_HTTP]
    assert files
    found = [place(path, node) for path in files for node in raw_reads(read(path))]
    assert found == [], "Move these reads to the app's queries.py, where they know who asks."


@pytest.mark.parametrize(
    "line",
    ["Team.objects.filter(pk=1)", "team = Team._default_manager.get(pk=1)", "get_object_or_404(Team, pk=1)",
     "shortcuts.get_object_or_404(Team, pk=1)", "rows = Team.objects.none() | Team.objects.all()"],
)  # fmt: skip
def test_rooms_of_http__a_raw_read_is_found(line: str) -> None:
    assert len([*raw_reads(ast.parse(line))]) == 1


def test_rooms_of_http__naming_a_model_for_the_schema_is_allowed() -> None:
    assert [*raw_reads(ast.parse("queryset = Team.objects.none()"))] == []


def namesakes(tree: ast.AST) -> set[str]:
    """Names that a file takes from elsewhere than models: a proposed change is no fact."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and "domain" in (node.module or "")]
    return {alias.asname or alias.name for node in found for alias in node.names}


def fact_writes(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that make, change or remove rows of a fact source, by its class or by `source.model`."""
    models = FACT_MODELS - namesakes(tree)
    for node in calls(tree):
        chain = chain_of(node)
        is_made = chain[-1:] == [chain[0]] and chain[0] in models if chain else False
        by_class = bool(chain) and chain[0] in models and bool(WRITES.intersection(chain[1:]))
        by_source = "model" in chain[1:] and bool(MANAGERS.intersection(chain)) and bool(WRITES.intersection(chain))
        in_bulk = chain[-1:] == ["insert_rows"] and not _names_another_model(node)
        if is_made or by_class or by_source or in_bulk:
            yield node


def _names_another_model(node: ast.Call) -> bool:
    """Whether the rows are plainly of a model that holds no facts: slices of counts, days of budgets."""
    return bool(node.args) and isinstance(node.args[0], ast.Name) and node.args[0].id in OTHER_MODELS


def test_facts__have_one_writer() -> None:
    files = [path for path in python_files("apps") if place(path) not in FACT_WRITERS]
    found = [place(path, node) for path in files for node in fact_writes(read(path))]
    assert found == [], "Facts go through apps.core.facts.publish, or nobody recomputes what they change."


@pytest.mark.parametrize(
    "line",
    ["Deployment(key='a')", "Deployment.objects.create(key='a')", "Change.objects.filter(pk=1).update(size=2)",
     "source.model._default_manager.filter(pk=1).delete()", "bulk.insert_rows(model, [], [])",
     "insert_rows(Deployment, [], [])"],
)  # fmt: skip
def test_facts__a_second_writer_is_found(line: str) -> None:
    assert [*fact_writes(ast.parse(line))]


def test_facts__reading_them_is_open() -> None:
    lines = "Deployment.objects.filter(pk=1).count()\nsource.model._default_manager.filter(until_seq=None)"
    assert [*fact_writes(ast.parse(lines))] == []


def test_facts__rows_of_other_models_may_come_in_bulk() -> None:
    assert [*fact_writes(ast.parse("insert_rows(Sample, [], [])"))] == []


def test_facts__no_statement_writes_their_tables() -> None:
    tables = "|".join(model._meta.db_table for model in own_models() if issubclass(model, FactRow))
    wanted = re.compile(rf"\b(INSERT INTO|UPDATE|DELETE FROM|COPY)\s+\"?({tables})\b", re.IGNORECASE)
    found = [
        place(path, node)
        for path in python_files("apps")
        for node in texts(read(path))
        if wanted.search(str(node.value))
    ]
    assert found == []


def test_network__has_one_door() -> None:
    found = [
        f"{place(path, node)} {name}"
        for path in python_files("apps", "config")
        if place(path) != "apps/core/outbound.py"
        for node in ast.walk(read(path))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _imported(node)
        if name in CLIENTS
    ]
    assert found == [], "Outbound traffic goes through apps.core.outbound."


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]


def test_migrations__only_add_and_can_go_back() -> None:
    found = [f"{place(path)} {problem}" for path in _migrations() for problem in _unsafe(read(path))]
    assert found == []


@pytest.mark.parametrize(
    "operation",
    ["migrations.RunSQL('SELECT 1')", "migrations.RunPython(fill)", "migrations.RunSQL('DELETE FROM teams_team', '')",
     "migrations.RunSQL('TRUNCATE teams_team', '')", "migrations.RunSQL('DROP TABLE a CASCADE', '')",
     "migrations.RenameField('team', 'a', 'b')"],
)  # fmt: skip
def test_migrations__an_unsafe_operation_is_found(operation: str) -> None:
    assert [*_unsafe(ast.parse(operation))]


def _migrations() -> list[Path]:
    return [path for path in python_files("apps", migrations=True) if "migrations" in path.parts]


def _unsafe(tree: ast.AST) -> Iterator[str]:
    for node in calls(tree):
        name = (chain_of(node) or [""])[-1]
        if name in ("RunSQL", "RunPython") and len(node.args) + len(node.keywords) < 2:
            yield f"{name} without the way back"
        if name in ("RenameField", "RenameModel"):
            yield f"{name}: old code still asks for the old name"
    for text in texts(tree):
        if re.search(r"\bTRUNCATE\b|\bCASCADE\b|\bDELETE FROM \w+\s*;?\s*$", str(text.value), re.IGNORECASE):
            yield f"statement {text.value!r}"


def test_code__has_no_note_to_do_something_later() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    files = [*python_files(*CODE, "tests"), *(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.[cj]s*")]
    others = [path for path in files if path != Path(__file__)]
    found = [place(path) for path in others if words.search(path.read_text(encoding="utf-8"))]
    assert found == []
