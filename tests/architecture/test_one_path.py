"""What is governed changes along one path: the code is walked for a second door, and every door asks for the leave."""

import ast
from collections.abc import Iterator
from pathlib import Path

from apps.governance.domain.kinds import kinds
from tests.architecture.source import calls, chain_of, place, python_files, tree_of

# Governed rows, each with the file whose operations write it.
WRITERS = {
    "MetricDefinition": "apps/metrics/operations.py",
    "DefinitionVersion": "apps/metrics/operations.py",
    "DefinitionStep": "apps/metrics/operations.py",
    "Target": "apps/metrics/operations.py",
    "TemplateVersion": "apps/scorecards/operations.py",
    "Exemption": "apps/governance/operations/exclusions.py",
    "FreezeWindow": "apps/governance/operations/exclusions.py",
    "Indicator": "apps/objectives/operations/agreeing.py",
    "IndicatorVersion": "apps/objectives/operations/agreeing.py",
    "Objective": "apps/objectives/operations/agreeing.py",
    "ObjectiveVersion": "apps/objectives/operations/agreeing.py",
    "BudgetPolicy": "apps/objectives/operations/agreeing.py",
    "BudgetPolicyVersion": "apps/objectives/operations/agreeing.py",
}
ACTIVATION = "apps/governance/operations/moving.py"
# Helpers of operations that were given the leave and asked for it first.
HELPERS = {"_move", "_step", "_standing", "_indicator", "_objective", "_policy"}


def test_code__one_place_gives_the_leave_and_applies_a_kind() -> None:
    gives, applies = [], []
    for path in python_files("apps"):
        for call in calls(tree_of(path)):
            names = chain_of(call.func)
            if names[-1:] == ["granting"]:
                gives.append(place(path))
            if names[-2:] == ["kind", "apply"]:
                applies.append(place(path))
    assert (gives, applies) == ([ACTIVATION], [ACTIVATION])


def test_code__every_door_asks_for_the_leave_first() -> None:
    found = {}
    for path in python_files("apps"):
        for function, model in _doors(path):
            found.setdefault(model, set()).add(place(path))
            assert function.name in HELPERS or _asks_first(function), f"{place(path)}: {function.name}"
    assert found == {model: {path} for model, path in WRITERS.items()}


def test_code__helpers_are_called_by_what_has_asked() -> None:
    for path in python_files("apps"):
        helping = {function.name for function, _ in _doors(path) if function.name in HELPERS}
        for function in _functions(path):
            used = {chain_of(call.func)[0] for call in calls(function) if isinstance(call.func, ast.Name)} & helping
            assert not used or function.name in HELPERS or _asks_first(function), f"{place(path)}: {function.name}"


def test_code__names_what_it_opens() -> None:
    """A door for any row at all could not be read here."""
    for path in python_files("apps"):
        for call in calls(tree_of(path)):
            if chain_of(call.func)[-1:] == ["writing"]:
                assert [type(arg) for arg in call.args] == [ast.Name], place(path, call)


def test_kinds__none_is_left_out() -> None:
    assert {kind.key for kind in kinds} == {
        "metric_definition", "target", "scorecard_template", "exemption", "freeze_window", "sli", "slo",
        "budget_policy",
    }  # fmt: skip


def test_code__a_second_door_would_be_found() -> None:
    (second,) = ast.parse("def write(row):\n    with writing(Target):\n        row.save()\n").body
    assert list(_opened(second)) == ["Target"]
    assert not _asks_first(second)


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef))


def _doors(path: Path) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Functions that open the way in for a governed row."""
    for function in _functions(path):
        for model in _opened(function):
            yield function, model


def _opened(function: ast.AST) -> Iterator[str]:
    for call in calls(function):
        named = [arg.id for arg in call.args if isinstance(arg, ast.Name)]
        if chain_of(call.func)[-1:] == ["writing"]:
            yield from (name for name in named if name in WRITERS)


def _asks_first(function: ast.FunctionDef) -> bool:
    """True when the first statement after the docstring is `require_grant(grant)`."""
    first = function.body[1 if ast.get_docstring(function) else 0]
    if not isinstance(first, ast.Expr) or not isinstance(first.value, ast.Call):
        return False
    return chain_of(first.value.func) == ["require_grant"]
