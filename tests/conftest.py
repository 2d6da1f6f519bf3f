"""Selection of tests by the servers that are here; fixtures are in tests/personas.py and tests/demo_database.py."""

import os
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck, settings

from tests import services

pytest_plugins = [name for name in ("tests.personas", "tests.demo_database", "tests.kept_schema") if find_spec(name)]

# A shared machine may be slow for a moment; a timed assert would say nothing about the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("nightly", settings.get_profile("suite"), max_examples=2000)
# Few tables are filled; to TRUNCATE all of them and their indexes takes seconds.
_EMPTY = """DO $$ DECLARE one text; is_filled boolean; filled text[] := '{{}}'; BEGIN
  FOREACH one IN ARRAY ARRAY[{names}] LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO is_filled;
    IF is_filled THEN
      filled := filled || one;
      EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', one);
    END IF;
  END LOOP;
  FOREACH one IN ARRAY filled LOOP EXECUTE format('DELETE FROM %I', one); END LOOP;
  SET CONSTRAINTS ALL IMMEDIATE;
  FOREACH one IN ARRAY filled LOOP EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', one); END LOOP;
END $$"""
# Written by the migrations alone, and looked up again after each flush.
_FIXED = {"django_content_type", "auth_permission"}
REPORT = pytest.StashKey[services.Report]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Switches that dev.py test passes on."""
    parser.addoption("--nightly", action="store_true", help="also run the tests marked nightly")
    parser.addoption(
        "--update-budgets", action="store_true", help="rewrite tests/query_budgets.json from what is counted"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose the examples hypothesis tries, open the report dev.py asked for."""
    settings.load_profile("nightly" if config.getoption("--nightly") else "suite")
    if path := os.environ.get("PLUMBLINE_TEST_REPORT"):
        config.stash[REPORT] = services.Report(Path(path))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what belongs to the running part; open loopback to tests that speak to a server."""
    nightly = config.getoption("--nightly")
    if report := config.stash.get(REPORT, None):
        report.write_needs(
            services.needs([item for item in items if nightly or not item.get_closest_marker("nightly")])
        )
    running = services.part()
    kept = [item for item in items if not running or services.belongs(item, running=running, nightly=nightly)]
    held = set(kept)
    dropped = [item for item in items if item not in held]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept
    # Playing the story takes a minute: whoever needs it begins, and the other process has enough to do meanwhile.
    items.sort(key=lambda item: "demo_database" not in getattr(item, "fixturenames", ()))
    for item in items:
        _prepare(item, nightly=nightly)


def _prepare(item: pytest.Item, *, nightly: bool) -> None:
    own = services.marks(item)
    if own & {"redis", "e2e"}:
        item.add_marker(pytest.mark.allow_hosts(services.LOOPBACK))
    reason = services.missing(item) or ("long: --nightly runs it" if "nightly" in own and not nightly else None)
    if reason:
        item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Hand the outcomes to dev.py."""
    if report := config.stash.get(REPORT, None):
        report.write(terminalreporter.stats)


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Address of a Redis the test may write to."""
    return services.redis_url()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of the browser for the journeys."""
    return services.chromium()


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_after_committed_tests() -> Iterator[None]:
    """Tables that are written once refuse to lose rows; the flush between tests on PostgreSQL may empty them.

    Only their owner may switch the triggers, which any role that made the test database is.
    """

    def empty(_self: DatabaseOperations, _style: Any, tables: Collection[str], **_options: Any) -> list[str]:
        return [_EMPTY.format(names=", ".join(f"'{name}'" for name in sorted({*tables} - _FIXED)))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", empty)
        yield
