"""The commands `import_csv` and `import_git`: what they print, store and refuse."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.core import clock
from apps.delivery.models import Change, Deployment
from apps.integrations import queries
from apps.integrations.models import ImportRun
from apps.services.models import FactConnection
from tests.unit.integrations.scripted_repository import CANARY, ScriptedRepository, at_hour

pytestmark = pytest.mark.django_db
CONTENT = """service;deployment;finished_at;status;author
checkout-api;v1;2026-08-01T09:40:00Z;succeeded;Canary Kanarski
checkout-api;v2;tomorrow;succeeded;Canary Kanarski
nobody;v3;2026-08-01T09:40:00Z;succeeded;Canary Kanarski
"""


@pytest.fixture(autouse=True)
def played_day(touched):
    with clock.playing(datetime(2026, 8, 25, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "releases.csv"
    path.write_text(CONTENT, encoding="utf-8")
    return path


@pytest.fixture
def repository(tmp_path):
    repository = ScriptedRepository(tmp_path / "clone")
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    repository.commit("second", 2)
    repository.tag("v1.1.0", 30)
    return repository


def run(*arguments):
    out, err = StringIO(), StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err, no_color=True)
    return out.getvalue(), err.getvalue()


def test_import_csv__stores_good_rows_and_locates_the_others(organisation, file):
    out, err = run("import_csv", "deployments", file)
    assert "Dropped, as facts hold no persons: author." in out
    assert "3 rows: 1 created, 0 updated, 0 unchanged, 2 left." in out
    assert "line 3, column finished_at: finished_at is no time such as" in err
    assert 'Found: "tomorrow"' in err
    assert "line 4, column service: No service of this name" in err
    assert CANARY not in out + err
    assert Deployment.objects.get().key == "v1"


def test_import_csv__says_when_it_shows_only_the_first_errors(organisation, file, monkeypatch):
    monkeypatch.setattr(queries, "KEPT_ERRORS", 1)
    _, err = run("import_csv", "deployments", file)
    assert "Shown: the first 1 errors; 2 rows are left in all." in err


def test_import_csv__dry_run_stores_nothing(organisation, file):
    out, _ = run("import_csv", "deployments", file, "--dry-run")
    assert "3 rows: 1 good, 2 left. Nothing stored." in out
    assert not Deployment.objects.exists()
    assert not ImportRun.objects.exists()


def test_import_csv__takes_channel_and_reach(organisation, file):
    run(
        "import_csv", "deployments", file, "--channel", "pipeline", "--connected-from", "2026-01-01",
        "--complete-until", "2026-08-24T12:00:00+02:00", "--covers", "all",
    )  # fmt: skip
    found = FactConnection.objects.filter(source="deployments", channel="pipeline", until_seq=None)
    assert found.count() == 3
    assert {(c.connected_from, c.heard_at) for c in found} == {
        (datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 8, 24, 10, tzinfo=UTC))
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["deployments", "nowhere.csv"], "cannot be read"),
        (["weather", "nowhere.csv"], "invalid choice"),
        (["deployments", "nowhere.csv", "--connected-from", "2026-13-01"], "is no day"),
        (["deployments", "nowhere.csv", "--complete-until", "2026-01-01T00:00:00"], "needs its offset"),
    ],
)
def test_import_csv__refuses_with_a_sentence(organisation, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("import_csv", *arguments)


def test_import_csv__missing_column_is_one_sentence(organisation, file):
    with pytest.raises(CommandError, match="needs the columns change, merged_at"):
        run("import_csv", "changes", file)


def test_import_git__stores_and_counts(organisation, repository):
    out, _ = run("import_git", repository.path, "--service", "checkout-api")
    assert "deployments: 2 created, 0 updated, 0 unchanged" in out
    assert "changes: 1 created" in out
    assert "holds no changes" in out
    assert Change.objects.get().deployment == "v1.1.0"
    again, _ = run("import_git", repository.path, "--service", "checkout-api")
    assert "deployments: 0 created, 0 updated, 2 unchanged" in again


def test_import_git__dry_run_stores_nothing(organisation, repository):
    out, _ = run("import_git", repository.path, "--service", "checkout-api", "--dry-run")
    assert "deployments: 2 read" in out
    assert "Nothing stored." in out
    assert not Deployment.objects.exists()


def test_import_git__takes_its_options(organisation, repository):
    repository.git("branch", "-m", "trunk")
    run(
        "import_git", repository.path, "--service", "checkout-api", "--deployments", "merges", "--branch", "trunk",
        "--environment", "staging", "--since", at_hour(1).isoformat(),
    )  # fmt: skip
    deployment = Deployment.objects.get()
    assert (deployment.kind, deployment.environment, deployment.finished_at) == ("merge", "staging", at_hour(2))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--service", "nobody"], "There is no service nobody. Known: checkout-api"),
        (["--service", "checkout-api", "--branch", "trunk"], "Name one with --branch"),
        (["--service", "checkout-api", "--tag-glob", "x*"], "Name a pattern with --tag-glob"),
    ],
)
def test_import_git__refuses_with_a_sentence(organisation, repository, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("import_git", repository.path, *arguments)


def test_import_git__mixing_kinds_is_refused(organisation, repository):
    run("import_git", repository.path, "--service", "checkout-api")
    with pytest.raises(CommandError, match="Counting both would count twice"):
        run("import_git", repository.path, "--service", "checkout-api", "--deployments", "merges")
