"""What dev.py prints while other programs run: a title at once, progress on what takes long, failures whole."""

import sys

import pytest

from devtools import say

QUICK = [sys.executable, "-S", "-c", "print('kept')"]
LONG = [sys.executable, "-S", "-c", "import time; time.sleep(1.4)"]
FAILING = [sys.executable, "-S", "-c", "import sys; print('\\n'.join(map(str, range(60)))); sys.exit(4)"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds are a fifth of one here, and a line stands each third of a second."""
    monkeypatch.setattr(say, "QUIET_SECONDS", 0.2)
    monkeypatch.setattr(say, "LINE_EVERY_SECONDS", 0.3)


def test_quick__one_line_and_the_output_for_the_caller(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(say, "QUIET_SECONDS", 30.0)
    assert say.run_quietly("Looking", QUICK) == "kept\n"
    assert capsys.readouterr().out == "Looking ...\n"


@pytest.mark.usefixtures("impatient")
def test_long__says_how_long_it_takes_while_it_runs_and_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    say.run_quietly("Installing", LONG)
    first, *between, last = capsys.readouterr().out.splitlines()
    assert (first, last) == ("Installing ...", f"Installing: done after {last.split()[-2]} s")
    assert between
    assert all(line.startswith("  Installing: ") and line.endswith(" s") for line in between)


@pytest.mark.usefixtures("impatient")
def test_long__on_a_terminal_one_line_is_written_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    say.run_quietly("Installing", LONG)
    out = capsys.readouterr().out
    assert "\r  Installing: 1 s " in out
    assert "\r\033[K" in out


def test_bars__progress_is_owed_from_two_seconds_on() -> None:
    assert say.QUIET_SECONDS == 2.0


def test_failing__ends_the_command_with_the_end_of_its_output() -> None:
    with pytest.raises(say.CommandError) as caught:
        say.run_quietly("Migrating", FAILING)
    said = str(caught.value).splitlines()
    assert (said[0], said[-2], said[-1]) == ("20", "59", "Migrating: failed with exit code 4.")
    assert caught.value.code == 1


def test_environment__a_value_of_none_takes_a_variable_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "of the caller")
    asked = [sys.executable, "-S", "-c", "import os; print(os.environ.get('DATABASE_URL'))"]
    assert say.run_quietly("Asking", asked, env={"DATABASE_URL": None}) == "None\n"
