"""The second time is quick: an environment or a demonstration that is there and fits is not made again."""

import argparse
import json
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from devtools import environment, say, serving
from devtools.say import CommandError

Runs = list[list[str]]
pytestmark = pytest.mark.enable_socket  # a free port is looked for on loopback


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own with two locks and an interpreter; nothing is installed."""
    for name, text in (("base", "django==5.2.1\n"), ("dev", "django==5.2.1\npytest==8.4.0\n")):
        path = tmp_path / "requirements" / f"{name}.lock"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    python = tmp_path / ".venv" / "bin" / "python"
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", python)
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "plumbline-stamp.json")
    monkeypatch.setattr(environment, "VAR", tmp_path / "var")
    return tmp_path


@pytest.fixture
def installed(place: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """What an installation would run, in order; making the environment leaves an interpreter behind."""
    runs: Runs = []

    def run_quietly(title: str, args: Sequence[object], **more: Any) -> str:
        runs.append([str(arg) for arg in args])
        if "venv" in runs[-1]:
            environment.PYTHON.parent.mkdir(parents=True)
            environment.PYTHON.touch()
        return ""

    monkeypatch.setattr(environment, "run_quietly", run_quietly)
    monkeypatch.setattr(environment, "attempt_quietly", lambda *_given, **_more: (1, ""))
    return runs


def test_environment__is_installed_once(installed: Runs) -> None:
    environment.ensure("dev")
    assert [run[1:3] for run in installed] == [["-m", "venv"], ["-m", "pip"], ["-m", "pip"]]
    assert {"--require-hashes", "--only-binary"} <= set(installed[1])
    assert installed[2][-1] == "check"
    for kind in ("dev", "base", "dev"):  # what tests need holds what serving needs
        environment.ensure(kind)
    assert len(installed) == 3


def test_environment__what_serves_does_not_suffice_for_tests(installed: Runs) -> None:
    environment.ensure("base")
    environment.ensure("dev")
    assert [run[-1].endswith("dev.lock") for run in installed if "install" in run] == [False, True]


def test_environment__another_lock_is_installed(installed: Runs) -> None:
    environment.ensure("base")
    before = len(installed)
    environment.lock_path("base").write_text("django==5.2.2\n", encoding="utf-8")
    environment.ensure("base")
    assert len(installed) > before


def test_environment__one_that_could_not_be_finished_is_made_again(
    installed: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.ensure("base")
    environment.lock_path("base").write_text("django==5.2.2\n", encoding="utf-8")

    def fail(*given: Any, **more: Any) -> str:
        raise CommandError("No such release.")

    with monkeypatch.context() as patch:
        patch.setattr(environment, "run_quietly", fail)
        with pytest.raises(CommandError, match="No such release"):
            environment.ensure("base")
    assert not environment.STAMP.exists()
    before = len(installed)
    environment.ensure("base")
    assert len(installed) > before


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}"])
def test_environment__a_stamp_that_cannot_be_read_is_no_stamp(installed: Runs, text: str) -> None:
    environment.ensure("base")
    environment.STAMP.write_text(text, encoding="utf-8")
    before = len(installed)
    environment.ensure("base")
    assert len(installed) > before


def test_environment__a_python_without_venv_says_what_to_install(
    installed: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ensurepip", None)
    with pytest.raises(CommandError, match=r"apt-get install python3\.\d+-venv"):
        environment.ensure("base")


@pytest.fixture
def loaded(place: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """What a demonstration runs, in order; loading leaves a database behind."""
    runs: Runs = []
    (place / "apps").mkdir()
    (place / "config").mkdir()
    (place / "apps" / "rules.py").write_text("one", encoding="utf-8")
    database = place / "var" / "demo.sqlite3"

    def run(args: Sequence[object], **more: Any) -> int:
        runs.append([str(arg) for arg in args][1:])
        if "migrate" in runs[-1] and not database.exists():
            database.write_text("played", encoding="utf-8")
        return 0

    def run_keeping(kept: Path, args: Sequence[object], **more: Any) -> int:
        kept.write_text("told", encoding="utf-8")
        return run(args, **more)

    for name in serving.DEMO_CHOICES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(serving, "ROOT", place)
    monkeypatch.setattr(serving, "DEMO_DATABASE", database)
    monkeypatch.setattr(serving, "DEMO_STAMP", place / "var" / "demo-stamp.json")
    monkeypatch.setattr(serving, "DEMO_SAID", place / "var" / "demo-said.txt")
    monkeypatch.setattr(serving, "DEMO_UNTOUCHED", place / "var" / "demo-untouched.json")
    monkeypatch.setattr(serving, "free_port", lambda first: first)
    monkeypatch.setattr(serving, "run", run)
    monkeypatch.setattr(serving, "run_keeping", run_keeping)
    monkeypatch.setattr(environment, "ensure", lambda _kind: environment.PYTHON)
    return runs


FIRST = [["manage.py", "migrate", "-v", "0"], ["manage.py", "load_demo"]]
SECOND = [["manage.py", "load_demo", "--summary"]]


def show(*, fresh: bool = False) -> int:
    """dev.py demo --no-serve."""
    return serving.demo(argparse.Namespace(port=8000, fresh=fresh, no_serve=True), [])


def test_demo__is_loaded_once_and_then_shown(loaded: Runs) -> None:
    assert show() == 0
    assert loaded == FIRST
    assert show() == 0
    assert loaded == FIRST + SECOND


def test_demo__is_loaded_anew_when_asked_for_or_when_rules_changed(loaded: Runs, place: Path) -> None:
    show()
    show(fresh=True)
    (place / "apps" / "rules.py").write_text("two", encoding="utf-8")
    show()
    assert loaded == FIRST * 3


def test_demo__a_change_of_what_only_shows_loads_nothing(loaded: Runs, place: Path) -> None:
    show()
    (place / "apps" / "views.py").write_text("shown", encoding="utf-8")
    show()
    assert loaded == FIRST + SECOND


@pytest.mark.parametrize(("failing", "tried"), [("run", []), ("run_keeping", FIRST[:1])])
def test_demo__one_that_failed_is_loaded_again(
    failing: str, tried: Runs, loaded: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    show()
    with monkeypatch.context() as patch:
        patch.setattr(serving, failing, lambda *_given, **_more: 7)
        assert show(fresh=True) == 7
    assert not serving.DEMO_STAMP.exists()
    assert not serving.DEMO_UNTOUCHED.exists()
    show()
    assert loaded == [*FIRST, *tried, *FIRST]


def test_demo__never_drops_a_database_that_somebody_named(
    loaded: Runs, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show()
    monkeypatch.setenv("DATABASE_URL", "postgres://127.0.0.1/mine")
    serving.DEMO_DATABASE.write_text("kept", encoding="utf-8")
    show()
    assert loaded == FIRST * 2
    assert serving.DEMO_DATABASE.read_text(encoding="utf-8") == "kept"
    assert "mine" not in json.dumps(json.loads(serving.DEMO_STAMP.read_text(encoding="utf-8")))


@pytest.fixture
def laid(loaded: Runs, place: Path) -> Path:
    """A folder of tests, once the demonstration is loaded."""
    show()
    folder = place / "tests"
    folder.mkdir()
    return folder


def test_demo__serves_the_tests_while_its_sources_stand(laid: Path) -> None:
    assert serving.lay_demo(laid)
    assert {path.name: path.read_text(encoding="utf-8") for path in laid.iterdir()} == {
        "demo.sqlite3": "played", "demo-said.txt": "told",
    }  # fmt: skip


@pytest.mark.parametrize("changed", ["apps/rules.py", "apps/views.py", "requirements/base.lock", "config/new.py"])
def test_demo__of_other_sources_serves_no_test(changed: str, laid: Path, place: Path) -> None:
    (place / changed).write_text("another", encoding="utf-8")
    assert not serving.lay_demo(laid)
    assert list(laid.iterdir()) == []


@pytest.mark.parametrize("changed", ["demo.sqlite3", "demo.sqlite3-wal"])
def test_demo__that_somebody_wrote_to_serves_no_test(changed: str, laid: Path, place: Path) -> None:
    (place / "var" / changed).write_text("signed meanwhile", encoding="utf-8")
    assert not serving.lay_demo(laid)
    assert list(laid.iterdir()) == []


def test_demo__of_another_day_or_address_serves_no_test(
    laid: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.demo(argparse.Namespace(port=8001, fresh=True, no_serve=True), [])
    assert not serving.lay_demo(laid)
    monkeypatch.setenv("PLUMBLINE_AS_OF", "2026-08-25T12:00:00+02:00")
    show(fresh=True)
    assert not serving.lay_demo(laid)
    monkeypatch.delenv("PLUMBLINE_AS_OF")
    show(fresh=True)
    assert serving.lay_demo(laid)


def test_run_keeping__prints_and_keeps_what_is_printed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = say.run_keeping(
        place / "kept.txt", [sys.executable, "-c", "print('one'); print('two'); raise SystemExit(4)"]
    )
    assert (code, capsys.readouterr().out) == (4, "one\ntwo\n")
    assert (place / "kept.txt").read_text(encoding="utf-8") == "one\ntwo\n"


def test_port__the_first_free_one_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = taken.getsockname()[1]
        found = serving.free_port(first)
    assert found > first
    assert capsys.readouterr().out == f"Port {first} is taken; using {found}.\n"
