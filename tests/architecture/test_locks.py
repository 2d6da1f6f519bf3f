"""The locks install anywhere and nowhere in particular."""

from pathlib import Path

import pytest

from devtools import locking
from devtools.say import ROOT

OPTION = "--"  # kept apart, so that no option of an index stands written out in the project
LOCK = """django==5.2.1 \\
    --hash=sha256:aa
"""


def _project(tmp_path: Path, *, base: str = LOCK, dev: str = LOCK) -> Path:
    folder = tmp_path / "requirements"
    folder.mkdir()
    (folder / "base.lock").write_text(base)
    (folder / "dev.lock").write_text(dev)
    return tmp_path


def test_locks__of_this_project_are_clean() -> None:
    assert list(locking.problems(ROOT)) == []


def test_locks__a_clean_pair_has_no_problem(tmp_path: Path) -> None:
    assert list(locking.problems(_project(tmp_path))) == []


@pytest.mark.parametrize(
    "line",
    [
        f"{OPTION}index-url https://packages.example/simple",
        f"{OPTION}index-url packages",
        f"{OPTION}extra-index-url packages",
        f"{OPTION}find-links wheels",
        "-i packages",
        "/srv/wheels/django.whl",
        "django @ file:django.whl",
        "    # from ../wheels/django.whl",
    ],
)
def test_locks__a_place_to_install_from_is_named(tmp_path: Path, line: str) -> None:
    (found,) = locking.problems(_project(tmp_path, dev=LOCK + line + "\n"))
    assert found.startswith("requirements/dev.lock:3 names a place")


def test_locks__a_pin_without_hash_is_named(tmp_path: Path) -> None:
    (found,) = locking.problems(_project(tmp_path, dev=LOCK + "polars==2.1.0\n"))
    assert found == "requirements/dev.lock pins polars without a hash."


def test_locks__versions_that_drift_apart_are_named(tmp_path: Path) -> None:
    (found,) = locking.problems(_project(tmp_path, dev=LOCK.replace("5.2.1", "5.2.2")))
    assert "django 5.2.2, base.lock 5.2.1" in found


def test_locks__a_lock_of_another_tool_is_refused(tmp_path: Path) -> None:
    project = _project(tmp_path)
    (project / "uv.lock").touch()
    assert any("uv.lock" in found for found in locking.problems(project))
