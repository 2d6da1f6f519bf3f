"""People are of our own kind from the first migration on: no database ever held Django's user in their place."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.migrations.loader import MigrationLoader

from apps.accounts.models import User

FIRST = ("accounts", "0001_initial")


def test_user__is_made_by_the_first_migration_of_all() -> None:
    loader = MigrationLoader(None)
    before = {app for app, _ in loader.graph.forwards_plan(FIRST)} - {"accounts"}
    assert before <= {"auth", "contenttypes"}
    state = loader.project_state(FIRST)
    assert state.models["accounts", "user"].options.get("swappable") is None
    assert get_user_model() is User
    assert settings.AUTH_USER_MODEL == "accounts.User"


def test_user__every_migration_that_names_people_comes_after_it() -> None:
    loader = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    naming = [key for key, migration in loader.disk_migrations.items() if key[0] in ours and _names_people(migration)]
    assert len(naming) > len(ours) / 2
    assert [key for key in naming if FIRST not in loader.graph.forwards_plan(key)] == []


def test_user__django_makes_no_table_of_its_own_for_people() -> None:
    state = MigrationLoader(None).project_state()
    assert ("auth", "user") in state.models
    assert state.apps.get_model("auth", "User")._meta.swapped == "accounts.User"


def _names_people(migration: object) -> bool:
    """Whether a field of the migration leads to a person."""
    fields = [field for operation in getattr(migration, "operations", ()) for field in _fields(operation)]
    return any(str(getattr(field.remote_field, "model", "")).lower() == "accounts.user" for field in fields)


def _fields(operation: object) -> list[Any]:
    made = [field for _, field in getattr(operation, "fields", ()) or ()]
    return [*made, operation.field] if hasattr(operation, "field") else made
