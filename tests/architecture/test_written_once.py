"""What is written once: the code refuses to change it, and so does the database when the code is passed by."""

import pytest
from django.db import DatabaseError, connection, models, transaction

from apps.core.immutable import ImmutableModel, SideDoor
from tests.architecture.rows import Shelf, own_models

WRITTEN_ONCE = {
    "audit.auditevent", "governance.comment", "governance.exemption",
    "governance.freezewindow", "governance.proposalrevision", "governance.signature", "measurements.restatement",
    "incidents.actiondate", "incidents.actionevidence", "incidents.causestatuschange", "incidents.changelink",
    "incidents.maturitythresholds", "incidents.milestone", "incidents.oncallprofile", "incidents.pagelabel",
    "incidents.severitychange", "incidents.severitypolicy",
    "metrics.confirmation", "metrics.definitionstep",
    "metrics.definitionversion", "metrics.target",
    "objectives.budgetdecision", "objectives.budgetevaluation", "objectives.budgetpolicyversion",
    "objectives.decisionsignature", "objectives.indicatorversion", "objectives.objectiveversion",
    "reviews.agendaitem", "reviews.decision", "reviews.deferral", "reviews.followup",
    "reviews.keptdefinition", "reviews.reviewitem", "reviews.reviewsignature", "scorecards.cellnote",
    "scorecards.scorecard", "scorecards.scorecardcell", "scorecards.templateversion", "teams.workingagreement",
}  # fmt: skip
MODELS = {m._meta.label_lower: m for m in own_models() if issubclass(m, ImmutableModel)}
pytestmark = [pytest.mark.sql, pytest.mark.django_db]
each_model = pytest.mark.parametrize("label", sorted(MODELS))


def test_written_once__are_the_tables_the_design_names() -> None:
    assert set(MODELS) == WRITTEN_ONCE


@each_model
def test_written_once__save_and_delete_are_refused(label: str) -> None:
    row = Shelf().store(MODELS[label])
    for act in (row.save, row.delete):
        with pytest.raises(SideDoor):
            act()


@each_model
def test_written_once__a_new_row_has_one_way_in(label: str) -> None:
    row = Shelf().build(MODELS[label])
    with pytest.raises(SideDoor):
        row.save()
    with pytest.raises(SideDoor):
        MODELS[label].objects.bulk_create([row])


@each_model
def test_written_once__querysets_do_not_write(label: str) -> None:
    model = MODELS[label]
    row, field = Shelf().store(model), _plain_field(model)
    acts = (
        lambda: model.objects.update(**{field: "changed"}),
        lambda: model.objects.all().delete(),
        lambda: model.objects.bulk_update([row], [field]),
    )
    for act in acts:
        with pytest.raises(SideDoor):
            act()


@each_model
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_written_once__the_database_refuses_sql(label: str, statement: str) -> None:
    model = MODELS[label]
    row = Shelf().store(model)
    column = model._meta.get_field(_plain_field(model)).column
    _refused_by_database(statement.format(table=model._meta.db_table, column=f'"{column}"'))
    assert model._base_manager.get(pk=row.pk) == row


@each_model
@pytest.mark.parametrize(
    "statement", ["INSERT OR REPLACE INTO {table} SELECT * FROM {table}", "REPLACE INTO {table} SELECT * FROM {table}"]
)
def test_written_once__sqlite_refuses_to_replace_a_row(label: str, statement: str) -> None:
    """A replaced row is deleted without its trigger unless the connection says `recursive_triggers`."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such statement")
    model = MODELS[label]
    row, table = Shelf().store(model), model._meta.db_table
    key = model._meta.pk.column
    for act in (statement, "UPDATE OR REPLACE {table} SET {key} = {key}"):
        _refused_by_database(act.format(table=table, key=key))
    assert model._base_manager.get(pk=row.pk) == row


@each_model
def test_written_once__postgresql_refuses_an_upsert(label: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's own form is tried above")
    model = MODELS[label]
    Shelf().store(model)
    table, key, column = model._meta.db_table, model._meta.pk.column, model._meta.get_field(_plain_field(model)).column
    upsert = 'INSERT INTO {0} SELECT * FROM {0} ON CONFLICT ({1}) DO UPDATE SET "{2}" = EXCLUDED."{2}"'
    _refused_by_database(upsert.format(table, key, column))


@each_model
@pytest.mark.postgres
def test_written_once__the_database_refuses_to_empty_the_table(label: str) -> None:
    Shelf().store(MODELS[label])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a row just written still waits for its references
    _refused_by_database(f"TRUNCATE {MODELS[label]._meta.db_table} CASCADE")


@each_model
def test_written_once__the_managers_below_are_refused_by_the_database(label: str) -> None:
    model = MODELS[label]
    Shelf().store(model)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        model._base_manager.update(**{_plain_field(model): "changed"})


def _plain_field(model: type[models.Model]) -> str:
    """A text of the model that no constraint and no reference speaks of; a closed list where there is no other."""
    texts = [f for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField)]
    return min((f for f in texts if not f.unique), key=lambda f: bool(f.choices)).name


def _refused_by_database(statement: str) -> None:
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
