"""Bringing files and histories in: what is stored, what is left, and that a second time changes nothing."""

import io
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.domain import SYSTEM
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.facts import Outcome
from apps.core.problems import Conflict, Forbidden, Invalid, TooLarge
from apps.delivery.models import Change, Deployment, Remediation
from apps.integrations import operations, policies, queries
from apps.integrations.domain import csv_records, imports
from apps.integrations.domain.csv_reading import CsvKind
from apps.integrations.domain.git_history import DeploymentKind, HistoryOptions
from apps.integrations.git_reader import read_history
from apps.integrations.models import ImportRun
from apps.services.models import FactConnection
from apps.teams.queries import principal_of_secret
from tests.personas import principal_of
from tests.unit.integrations.scripted_repository import ScriptedRepository, at_hour

pytestmark = [pytest.mark.django_db, pytest.mark.sql]
NOW = datetime(2026, 8, 25, 12, tzinfo=UTC)
HEADER = "service,deployment,finished_at,status"
GOOD = "checkout-api,v{n},2026-08-{n:02}T09:40:00Z,succeeded"
LINES = [HEADER, *(GOOD.format(n=n) for n in range(1, 8))]


@pytest.fixture(autouse=True)
def played_day(touched):
    with clock.playing(NOW):
        yield


def stream_of(lines):
    return io.BytesIO("\n".join(lines).encode())


def checked(lines=LINES, *, kind=CsvKind.DEPLOYMENTS, team=None, by=SYSTEM):
    return operations.check_import(stream=stream_of(lines), kind=kind, file_name="facts.csv", team=team, by=by)


def imported(lines=LINES, *, kind=CsvKind.DEPLOYMENTS, **options):
    run = checked(lines, kind=kind)
    return operations.apply_import(run=run, stream=stream_of(lines), by=SYSTEM, **options)


def error_codes(run):
    return [(error.line, error.column, error.code) for error in queries.list_errors(run)]


# --- check ------------------------------------------------------------------------------------------------------


def test_check__counts_and_writes_no_fact(organisation):
    run = checked(
        [*LINES, "checkout-api,v9,soon,succeeded", "nobody-knows,v1,2026-08-01T00:00:00Z,succeeded", GOOD.format(n=1)]
    )
    assert (run.row_count, run.good_count, run.error_count) == (10, 7, 3)
    assert error_codes(run) == [
        (9, "finished_at", "not_a_time"),
        (10, "service", "unknown_service"),
        (11, "", "row_twice"),
    ]
    assert (run.state, run.least_at) == ("checked", datetime(2026, 8, 1, 9, 40, tzinfo=UTC))
    assert not Deployment.objects.exists()


def test_check__before_the_service_existed_is_a_located_error(organisation):
    run = checked(
        [HEADER, "checkout-api,v0,2023-12-31T22:59:59Z,succeeded", "checkout-api,v1,2023-12-31T23:00:00Z,succeeded"]
    )
    assert error_codes(run) == [(2, "finished_at", "before_service")]
    assert "began on 1 January 2024" in queries.list_errors(run)[0].sentence  # the local day, not the one in UTC


def test_check__service_names_ignore_case(organisation):
    run = imported([HEADER, GOOD.format(n=1).replace("checkout-api", "Checkout-API")])
    assert run.created_count == 1


def test_check__another_teams_service_answers_like_an_unknown_one(organisation, dee):
    lines = [
        HEADER,
        GOOD.format(n=1),
        GOOD.format(n=2).replace("checkout-api", "harbour-cluster"),
        GOOD.format(n=3).replace("checkout-api", "x"),
    ]
    run = checked(lines, team=organisation.checkout, by=principal_of(dee))
    errors = queries.list_errors(run)
    assert [error.code for error in errors] == ["unknown_service", "unknown_service"]
    assert errors[0].sentence == errors[1].sentence


@pytest.mark.parametrize(
    ("lines", "problem", "code"),
    [
        (["service,finished_at,status"], Invalid, "missing_column"),
        ([""], Invalid, "empty_file"),
    ],
)
def test_check__a_file_that_cannot_be_read_leaves_no_run(organisation, lines, problem, code):
    with pytest.raises(problem) as caught:
        checked(lines)
    assert caught.value.errors[0].code == code
    assert not ImportRun.objects.exists()


def test_check__a_file_that_is_too_large_is_refused(organisation, monkeypatch):
    monkeypatch.setattr(csv_records, "FILE_BYTES", 100)
    with pytest.raises(TooLarge):
        checked()


def test_check__keeps_the_first_errors_and_counts_them_all(organisation, monkeypatch):
    monkeypatch.setattr(queries, "KEPT_ERRORS", 3)
    run = checked([HEADER, *["checkout-api,,soon,green"] * 5])
    assert run.error_count == 5
    assert len(queries.list_errors(run)) == 3


def test_check__belongs_to_those_who_may(organisation, dee, eli, fay, hal):
    team = organisation.checkout
    for person in (dee, hal):
        assert checked(team=team, by=principal_of(person)).good_count == 7
    for person, place in ((eli, team), (fay, None), (dee, None)):
        with pytest.raises(Forbidden):
            checked(team=place, by=principal_of(person))
    assert ImportRun.objects.count() == 2


def test_check__tokens_push_for_their_own_team(organisation):
    team, at = organisation.checkout, datetime(2025, 1, 1, tzinfo=UTC)
    tokens = {key: principal_of_secret(secret, at) for key, secret in organisation.secrets.items()}
    may = {key: policies.can_import(token, team) for key, token in tokens.items()}
    assert {key for key, is_allowed in may.items() if is_allowed} == {"push", "only_push", "organisation_push"}
    assert [key for key, token in tokens.items() if policies.can_import(token, None)] == ["organisation_push"]


def test_list_imports__shows_a_team_its_own(organisation, dee, eli, fay):
    run = checked(team=organisation.checkout)
    assert [list(queries.list_imports(principal_of(p))) for p in (dee, eli, fay)] == [[run], [], [run]]


# --- apply ------------------------------------------------------------------------------------------------------


def test_apply__stores_the_good_rows_and_says_what_was_left(organisation, touched):
    run = imported([*LINES, "checkout-api,v9,soon,succeeded"])
    assert (run.state, run.created_count, run.updated_count, run.unchanged_count, run.error_count) == (
        "applied",
        7,
        0,
        0,
        1,
    )
    assert set(Deployment.objects.values_list("key", flat=True)) == {f"v{n}" for n in range(1, 8)}
    assert Deployment.objects.filter(channel="csv", service=organisation.checkout_api).count() == 7
    assert {part.service_id for part in touched} == {organisation.checkout_api.pk}
    event = AuditEvent.objects.get(action="import.applied")
    assert run.sha256 in event.payload_text


def test_apply__twice_changes_nothing(organisation):
    imported()
    before = list(Deployment.objects.values_list("pk", "seq", "until_seq"))
    again = imported()
    assert (again.created_count, again.updated_count, again.unchanged_count) == (0, 0, 7)
    assert list(Deployment.objects.values_list("pk", "seq", "until_seq")) == before


def test_apply__an_edited_row_closes_the_old_version(organisation):
    imported()
    run = imported([HEADER, GOOD.format(n=1).replace("succeeded", "failed")])
    assert run.updated_count == 1
    assert list(Deployment.objects.filter(key="v1", until_seq=None).values_list("status", flat=True)) == ["failed"]
    assert Deployment.objects.filter(key="v1").count() == 2


def test_apply__in_chunks_gives_the_same_rows(organisation, monkeypatch):
    monkeypatch.setattr(operations, "CHUNK_ROWS", 3)
    assert imported().created_count == 7


def test_apply__needs_the_file_that_was_checked(organisation):
    run = checked()
    with pytest.raises(Conflict, match="not the file that was checked"):
        operations.apply_import(run=run, stream=stream_of([HEADER]), by=SYSTEM)
    assert not Deployment.objects.exists()


def test_apply__a_file_that_is_too_large_is_refused(organisation, monkeypatch):
    run = checked()
    monkeypatch.setattr(csv_records, "FILE_BYTES", 100)
    with pytest.raises(TooLarge):
        operations.apply_import(run=run, stream=stream_of([HEADER] * 10), by=SYSTEM)
    assert not Deployment.objects.exists()


def test_apply__works_once_per_run(organisation):
    run = imported()
    with pytest.raises(Conflict, match="applied"):
        operations.apply_import(run=run, stream=stream_of(LINES), by=SYSTEM)


def test_apply__belongs_to_those_who_may(organisation, eli):
    run = checked(team=organisation.checkout)
    with pytest.raises(Forbidden):
        operations.apply_import(run=run, stream=stream_of(LINES), by=principal_of(eli))
    assert not Deployment.objects.exists()


def test_apply__cut_off_between_chunks_can_be_finished(organisation, monkeypatch):
    monkeypatch.setattr(operations, "CHUNK_ROWS", 3)
    run, store, calls = checked(), operations._store_rows, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise ConnectionError("gone")
        return store(*arguments)

    monkeypatch.setattr(operations, "_store_rows", failing)
    with pytest.raises(ConnectionError):
        operations.apply_import(run=run, stream=stream_of(LINES), by=SYSTEM)
    assert Deployment.objects.count() == 3
    run.refresh_from_db()
    assert run.state == "checked"
    monkeypatch.setattr(operations, "_store_rows", store)
    run = operations.apply_import(run=run, stream=stream_of(LINES), by=SYSTEM)
    assert (run.created_count, run.unchanged_count) == (4, 3)


def test_abandon__ends_a_checked_run_and_only_that(organisation):
    run = operations.abandon_import(run=checked(), by=SYSTEM)
    assert (run.state, run.closed_by) == ("abandoned", "system")
    for act in (
        operations.abandon_import,
        lambda *, run, by: operations.apply_import(run=run, stream=stream_of(LINES), by=by),
    ):
        with pytest.raises(Conflict, match="abandoned"):
            act(run=run, by=SYSTEM)
    assert not Deployment.objects.exists()


def test_apply__a_deployment_that_names_what_it_mends_brings_the_remediation(organisation):
    lines = [f"{HEADER},remediates", GOOD.format(n=1) + ",", GOOD.format(n=2) + ",v1"]
    imported(lines)
    imported(
        ["service,failed_deployment,fixed_by_deployment,at", "Checkout-api,v1,v2,2026-08-02T09:40:00Z"],
        kind=CsvKind.REMEDIATIONS,
    )
    remediation = Remediation.objects.get()
    assert (remediation.failed, remediation.fixed_by) == ("v1", "v2")
    assert remediation.at == datetime(2026, 8, 2, 9, 40, tzinfo=UTC)


def test_apply__connects_from_the_first_row_and_is_heard_to_the_last(organisation):
    imported()
    connection = FactConnection.objects.get(source="deployments", until_seq=None)
    assert connection.connected_from == datetime(2026, 8, 1, 9, 40, tzinfo=UTC)
    assert connection.heard_at == datetime(2026, 8, 7, 9, 40, tzinfo=UTC)


def test_apply__takes_what_the_import_says_about_time_and_services(organisation):
    reach = operations.Reach(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 8, 24, tzinfo=UTC))
    imported(reach=reach, covers=[organisation.checkout_web])
    found = FactConnection.objects.filter(source="deployments", until_seq=None)
    assert {(c.service_id, c.connected_from, c.heard_at) for c in found} == {
        (service.pk, reach.connected_from, reach.complete_until)
        for service in (organisation.checkout_api, organisation.checkout_web)
    }


def test_run__database_refuses_what_cannot_be(organisation):
    run = checked()
    for change in ({"state": "applied"}, {"closed_at": NOW}, {"row_count": 99}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImportRun.objects.filter(pk=run.pk).update(**change)


@pytest.mark.parametrize("state", [state.value for state in imports.ImportState])
def test_states__only_a_checked_run_is_applied(state):
    assert (imports.apply_problem(state, checked_sha256="a", sha256="a") is None) == (state == "checked")
    assert (imports.abandon_problem(state) is None) == (state == "checked")


# --- git --------------------------------------------------------------------------------------------------------

TAGS = HistoryOptions(service="checkout-api", now=NOW)


@pytest.fixture
def repository(tmp_path):
    repository = ScriptedRepository(tmp_path / "clone")
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    bad = repository.commit("bad", 2)
    repository.tag("v1.1.0", 3)
    repository.commit(f"This reverts commit {bad}.", 4)
    repository.tag("v1.2.0", 5)
    return repository


def git_import(organisation, repository, options=TAGS):
    history = read_history(repository.path, options)
    return operations.import_git_history(service=organisation.checkout_api, history=history, options=options, by=SYSTEM)


def test_git__stores_all_three_sources(organisation, repository):
    done = git_import(organisation, repository)
    assert {source: counts[Outcome.CREATED] for source, counts in done.counts.items()} == {
        "deployments": 3,
        "changes": 2,
        "remediations": 1,
    }
    assert Change.objects.filter(deployment="v1.1.0", channel="git").count() == 1
    assert Remediation.objects.get().failed == "v1.1.0"
    assert AuditEvent.objects.filter(action="git_history.imported").count() == 1


def test_git__twice_changes_nothing(organisation, repository):
    git_import(organisation, repository)
    again = git_import(organisation, repository)
    assert {outcome for counts in again.counts.values() for outcome in counts} == {Outcome.UNCHANGED}


def test_git__moved_tag_updates_its_row_and_vanished_tag_stays(organisation, repository):
    git_import(organisation, repository)
    repository.commit("forgotten", 6)
    repository.tag("v1.2.0", 7, force=True)
    repository.git("tag", "-d", "v1.0.0")
    done = git_import(organisation, repository)
    assert done.counts["deployments"][Outcome.UPDATED] >= 1
    current = Deployment.objects.filter(until_seq=None)
    assert current.get(key="v1.2.0").finished_at == at_hour(7)
    assert current.filter(key="v1.0.0").exists()
    assert any("no tag of this clone any more: v1.0.0" in note for note in done.notes)


def test_git__a_tag_from_before_the_asked_date_has_not_vanished(organisation, repository):
    git_import(organisation, repository)
    done = git_import(organisation, repository, HistoryOptions(service="checkout-api", since=at_hour(4)))
    assert not any("no tag of this clone" in note for note in done.notes)


def test_git__all_three_sources_are_connected_even_without_a_row(organisation, tmp_path):
    repository = ScriptedRepository(tmp_path / "calm")
    repository.commit("first", 0)
    repository.tag("v1.0.0", 1)
    git_import(organisation, repository)
    found = FactConnection.objects.filter(until_seq=None, channel="git")
    assert {(c.source, c.connected_from, c.heard_at) for c in found} == {
        (source, at_hour(1), at_hour(1)) for source in ("deployments", "changes", "remediations")
    }


def test_git__tags_and_merges_of_one_service_are_not_mixed(organisation, repository):
    git_import(organisation, repository)
    with pytest.raises(Conflict, match="--deployments tags"):
        git_import(organisation, repository, HistoryOptions(service="checkout-api", deployments=DeploymentKind.MERGES))
    assert not Deployment.objects.filter(kind="merge").exists()


def test_git__rows_before_the_service_are_left_out_and_counted(organisation, repository):
    service = organisation.checkout_api
    service.began_on = at_hour(24).date()
    service.save()
    done = git_import(organisation, repository)
    assert not Deployment.objects.exists()
    assert any(note.startswith("3 deployments lie before checkout-api began") for note in done.notes)


def test_git__names_no_column_can_hold_are_left_out_and_counted(organisation, repository):
    repository.commit("long", 6)
    repository.tag("v" + "1" * 201, 7)
    done = git_import(organisation, repository)
    assert Deployment.objects.count() == 3
    assert any(note.startswith("1 deployments have a name over 200 characters") for note in done.notes)
    assert any(note.startswith("1 changes have a name over 200 characters") for note in done.notes)


def test_git__belongs_to_those_who_may(organisation, repository, dee):
    history = read_history(repository.path, TAGS)
    with pytest.raises(Forbidden):
        operations.import_git_history(
            service=organisation.checkout_api, history=history, options=TAGS, by=principal_of(dee)
        )
