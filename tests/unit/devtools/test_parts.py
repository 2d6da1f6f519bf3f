"""The parts of a run: what waits for servers runs beside the rest, is shown when it is done, and ends with it."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from devtools import environment, serving, testing

SQLITE = testing.Part("sqlite", "SQLite", {}, dist="loadfile")
POSTGRESQL = testing.Part("postgres", "PostgreSQL", {}, beside=True)
CHROMIUM = testing.Part("e2e", "Chromium", {}, dist="load")
ALL = (SQLITE, POSTGRESQL, CHROMIUM)
# A program in the place of the interpreter: it says when it begins and ends, and reports as pytest does.
PROGRAM = """#!/bin/sh
echo "begin $PLUMBLINE_TEST_PART" >> {log}
echo "$$" > {log}.$PLUMBLINE_TEST_PART
echo "$PLUMBLINE_TEST_PART prints $*"
{step}
echo '{{"outcomes": {{"passed": 1}}}}' > "$PLUMBLINE_TEST_REPORT"
echo "end $PLUMBLINE_TEST_PART" >> {log}
"""
UNTIL = "for _ in $(seq 1200); do [ -e {log}.{part} ] && break; sleep 0.05; done"
# Nobody ends before the one beside it began: on a busy machine, too.
TOGETHER = f"""
if [ "$PLUMBLINE_TEST_PART" = sqlite ]; then {UNTIL.format(log="{log}", part="postgres")}; fi
if [ "$PLUMBLINE_TEST_PART" = postgres ]; then {UNTIL.format(log="{log}", part="e2e")}; fi"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where each part notes its begin and its end."""
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(serving, "lay_demo", lambda _folder: False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return tmp_path / "log"


def run(log: Path, *, step: str = "", options: Sequence[str] = ()) -> list[testing.Result]:
    """All parts, each of which does one step."""
    environment.PYTHON.write_text(PROGRAM.format(log=log, step=step), encoding="utf-8")
    environment.PYTHON.chmod(0o755)
    return testing._run_all(ALL, options, with_coverage=False)


def test_parts__of_a_server_run_beside_the_others(log: Path) -> None:
    results = run(log, step=TOGETHER.format(log=log))
    assert [(result.part.name, result.code, result.outcomes) for result in results] == [
        ("sqlite", 0, {"passed": 1}), ("postgres", 0, {"passed": 1}), ("e2e", 0, {"passed": 1}),
    ]  # fmt: skip
    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines.index("begin postgres") < lines.index("end sqlite")
    assert lines.index("end sqlite") < lines.index("begin e2e") < lines.index("end postgres")


def test_parts__what_runs_beside_is_shown_when_it_is_done(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(log)
    shown = [line.split(" prints")[0] for line in capfd.readouterr().out.splitlines() if line]
    assert shown == ["=== SQLite ===", "sqlite", "=== Chromium ===", "e2e", "=== PostgreSQL ===", "postgres"]


def test_parts__keep_a_file_of_tests_in_one_process(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(log)
    printed = capfd.readouterr().out
    assert "sqlite prints -m pytest -n 2 --dist loadfile\n" in printed
    assert "postgres prints -m pytest\n" in printed


@pytest.mark.parametrize("options", [["tests/unit"], ["-k", "one"]])
def test_parts__of_chosen_tests_run_one_by_one(options: list[str], log: Path) -> None:
    run(log, options=options)
    assert log.read_text(encoding="utf-8").splitlines() == [
        "begin sqlite", "end sqlite", "begin postgres", "end postgres", "begin e2e", "end e2e",
    ]  # fmt: skip


def test_parts__a_failure_beside_is_a_failure(log: Path) -> None:
    results = run(log, step='[ "$PLUMBLINE_TEST_PART" = postgres ] && exit 1')
    assert [result.code for result in results] == [0, 1, 0]


def test_parts__what_runs_beside_ends_with_an_interrupted_run(log: Path) -> None:
    interrupted = f"""
if [ "$PLUMBLINE_TEST_PART" = postgres ]; then exec sleep 600; fi
{UNTIL.format(log=log, part="postgres")}
exit {testing.INTERRUPTED}"""
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(log, step=interrupted)
    assert time.monotonic() - began < 300
    with pytest.raises(ProcessLookupError):
        os.kill(int(Path(f"{log}.postgres").read_text(encoding="utf-8")), signal.SIG_DFL)
