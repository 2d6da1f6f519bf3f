"""What `dev.py test` says at the end: how much passed, and what nobody could prove on this machine."""

import pytest

from devtools import testing

NEEDS = {"PostgreSQL": 214, "Redis": 31, "Chromium": 9}
SQLITE = testing.Part("sqlite", "SQLite", {})
POSTGRESQL = testing.Part("postgres", "PostgreSQL", {})
SERVERS = {"PostgreSQL", "Redis"}


def passed(part: testing.Part, code: int = 0) -> testing.Result:
    """A part that ran to its end."""
    return testing.Result(part, code, {"passed": 5}, NEEDS)


def test_close__without_servers_says_what_is_not_proven(capsys: pytest.CaptureFixture[str]) -> None:
    assert testing._close([passed(SQLITE)], expected=SERVERS, strict=False) == 0
    assert capsys.readouterr().out.endswith("NOT PROVEN HERE: 214 tests need PostgreSQL, 31 need Redis\n")


def test_close__all_of_it_is_asked_for_and_not_proven(capsys: pytest.CaptureFixture[str]) -> None:
    results = [passed(SQLITE), passed(POSTGRESQL)]
    assert testing._close(results, expected=SERVERS | {"Chromium"}, strict=True) == testing.NOT_PROVEN == 3
    assert "NOT PROVEN HERE: 9 tests need Chromium, 31 need Redis" in capsys.readouterr().out


def test_close__everything_ran(capsys: pytest.CaptureFixture[str]) -> None:
    assert testing._close([passed(SQLITE), passed(POSTGRESQL)], expected={"PostgreSQL"}, strict=True) == 0
    assert "NOT PROVEN" not in capsys.readouterr().out


def test_close__a_failure_counts_more_than_what_is_missing() -> None:
    assert testing._close([passed(SQLITE, code=1)], expected=SERVERS, strict=True) == 1
