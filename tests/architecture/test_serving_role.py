"""On PostgreSQL a role that owns nothing serves the whole portal, and can neither lift a refusal nor empty a table."""

from collections.abc import Iterator
from io import StringIO

import pytest
from celery.signals import beat_init, worker_init
from django.core.checks import ERROR, WARNING
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.audit import queries as audit
from apps.core.checks import check_serving_role
from apps.core.immutable import ImmutableModel, writing
from apps.core.serving import list_role_problems, require_serving_role
from apps.governance.models import Exemption
from apps.measurements.models import MetricValue
from apps.portal.queries.readiness import list_obstacles
from config.celery_app import refuse_owner
from tests.architecture.rows import own_models
from tests.architecture.world import build_world, on_monday

ROLE = "plumbline_serving_test"
ONCE = sorted(model._meta.db_table for model in own_models() if issubclass(model, ImmutableModel))
pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def said() -> Iterator[str]:
    """The test runs as a role with what `grant_app_role` gives; role and grants are rolled back."""
    printed = StringIO()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN")
        cursor.execute(f"GRANT {ROLE} TO CURRENT_USER")
        call_command("grant_app_role", ROLE, stdout=printed)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    yield printed.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def refused(statement: str) -> str:
    """Why the database refuses a statement to this role."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


def test_serving_role__runs_every_write_of_a_measured_organisation(said: str) -> None:
    assert f"only add to {len(ONCE)}." in said
    with connection.cursor() as cursor:
        assert cursor.execute("SELECT current_user").fetchone()[0] == ROLE
    with on_monday():
        build_world()
    assert MetricValue.objects.count() > 100
    assert audit.find_fault() is None
    assert audit.get_head().seq > 20


@pytest.mark.parametrize("table", ONCE)
def test_serving_role__cannot_change_what_is_written_once(said: str, table: str) -> None:
    for act in ("UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
        key = "seq" if table == "audit_auditevent" else "id"
        assert "permission denied" in refused(act.format(table, key, key))
    for act in (
        "ALTER TABLE {} DISABLE TRIGGER USER", "ALTER TABLE {} DISABLE TRIGGER ALL", "DROP TABLE {} CASCADE",
        "DROP TRIGGER {}_refuse_change ON {}",
    ):  # fmt: skip
        assert "must be owner" in refused(act.format(table, table))


def test_serving_role__cannot_go_around_the_triggers(said: str) -> None:
    assert "permission denied" in refused("SET session_replication_role = replica")
    function = "CREATE OR REPLACE FUNCTION plumbline_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    why = refused(f"{function} $$ BEGIN RETURN NULL; END $$")
    assert "must be owner" in why or "permission denied" in why
    assert "permission denied" in refused("DELETE FROM django_migrations")


def test_serving_role__owns_no_table(said: str) -> None:
    with connection.cursor() as cursor:
        owned = cursor.execute("SELECT relname FROM pg_class WHERE relowner = %s::regrole", [ROLE]).fetchall()
    assert owned == []


def test_grant__a_role_that_does_not_exist_is_named() -> None:
    with pytest.raises(CommandError, match="no_such_role"):
        call_command("grant_app_role", "no_such_role")


def test_serving_role__ends_an_exemption_and_changes_nothing_else_of_it(said: str) -> None:
    with on_monday():
        world = build_world()
    row = Exemption.objects.get(number=world.places["quay"].keys["exemption_number"])
    assert "permission denied" in refused("UPDATE governance_exemption SET reason = 'x'")
    owner = world.organisation.people["ana"]
    with writing(Exemption):
        row.end(ended_at=row.starts_at, ended_by_id=owner.pk, ended_proposal_id=row.proposal_id, ended_seq=row.seq)
    assert Exemption.objects.get(pk=row.pk).ended_at == row.starts_at
    assert "written once" in refused("UPDATE governance_exemption SET ended_at = NULL")


def test_start__a_role_that_owns_nothing_may_serve(said: str, settings) -> None:
    settings.PLUMBLINE_REQUIRE_SERVING_ROLE = True
    assert list_role_problems() == []
    assert check_serving_role() == []
    require_serving_role()


def test_start__the_owner_is_refused_by_every_process(settings) -> None:
    (problem,) = list_role_problems()
    assert "written once" in problem
    assert [(found.id, found.level) for found in check_serving_role()] == [("serving.W001", WARNING)]
    require_serving_role()  # development and tests run as the owner
    settings.PLUMBLINE_REQUIRE_SERVING_ROLE = True
    assert [(found.id, found.level) for found in check_serving_role()] == [("serving.E001", ERROR)]
    with pytest.raises(ImproperlyConfigured, match="Plumbline does not start:"):
        require_serving_role()
    for signal in (worker_init, beat_init):
        assert refuse_owner in signal._live_receivers(None)
    with pytest.raises(SystemExit, match="grant_app_role"):
        refuse_owner()


def test_start__rights_beyond_the_granted_ones_are_refused(said: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"GRANT DELETE ON audit_auditevent TO {ROLE}")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    assert list_role_problems() == ["The database role may change tables that are written once: audit_auditevent."]


def test_ready__says_that_the_role_owns_too_much(settings) -> None:
    assert list_obstacles() == []
    settings.PLUMBLINE_REQUIRE_SERVING_ROLE = True
    assert "written once" in list_obstacles()[0]


def test_grant__makes_the_role_with_the_password_of_a_file(tmp_path) -> None:
    secret = tmp_path / "app_password"
    secret.write_text("long-and-random", encoding="utf-8")
    for _ in range(2):
        call_command("grant_app_role", ROLE, "--password-file", str(secret), stdout=StringIO())
    with connection.cursor() as cursor:
        found = cursor.execute("SELECT rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s", [ROLE])
        assert found.fetchone() == (True, False, False)
    for text, path in (("", secret), ("x", tmp_path / "missing")):
        secret.write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match="Nothing was granted"):
            call_command("grant_app_role", ROLE, "--password-file", str(path))
