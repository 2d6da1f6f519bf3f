"""Definitions, versions, targets and templates have one way in, a proposal that comes into force, and none out."""

import copy
import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import RequestFactory

from apps.core.immutable import SideDoor, writing
from apps.governance import queries as proposals
from apps.governance.domain.kinds import Grant, Item, Op, Ungranted, granting, kinds
from apps.governance.models import Exemption, FreezeWindow
from apps.integrations.domain.csv_columns import CsvKind
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE
from apps.metrics.domain.targets import Baseline
from apps.metrics.models import Confirmation, DefinitionStep, DefinitionVersion, MetricDefinition, Target
from apps.objectives.models import (
    BudgetPolicy,
    BudgetPolicyVersion,
    Indicator,
    IndicatorVersion,
    Objective,
    ObjectiveVersion,
)
from apps.scorecards.models import TemplateVersion
from apps.scorecards.queries import get_kit
from tests.agreeing import agree, draft, newest_version, submit, target_item, version_item
from tests.leaving import LEAVING, define, deprecate, deprecation, retirement
from tests.promising import indicator_item, objective_item, policy_item, promise

pytestmark = pytest.mark.sql

TABLES = {DefinitionVersion: "name", Target: "reason"}
MODELS = pytest.mark.parametrize("model", TABLES, ids=lambda m: m.__name__)


@pytest.fixture
def rows(starter, organisation, ana):
    """One version and one target."""
    baseline = Baseline("2026-Q2", 0.22, 150, 1)
    agree(target_item("change-failure-rate", organisation.checkout, "2026-Q3", "0.187", baseline=baseline), author=ana)
    return {DefinitionVersion: starter["change-failure-rate"], Target: Target.objects.get()}


def fresh(row):
    """A copy that would be a new row."""
    new = copy.copy(row)
    new._state = copy.copy(row._state)
    new.pk, new._state.adding, new.number = None, True, row.number + 1
    return new


@MODELS
def test_models__saving_a_new_or_a_changed_row_is_refused(rows, model):
    with pytest.raises(SideDoor):
        fresh(rows[model]).save()
    with pytest.raises(SideDoor), writing(model):
        rows[model].save()
    assert model.objects.filter(definition=rows[model].definition).count() == 1


@MODELS
def test_models__delete_update_and_bulk_writes_are_refused(rows, model):
    row, column = rows[model], TABLES[model]
    for act in (
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(**{column: "x"}),
        lambda: model.objects.bulk_create([fresh(row)]),
        lambda: model.objects.bulk_update([row], [column]),
        lambda: model.objects.filter(pk=row.pk).update(**{column: "x"}),
    ):
        with pytest.raises(SideDoor):
            act()


@MODELS
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}"])
def test_database__raw_statements_are_refused(rows, model, statement):
    sql = statement.format(table=model._meta.db_table, column=TABLES[model])
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@MODELS
def test_database__replacing_a_row_is_refused(rows, model):
    table = model._meta.db_table
    columns = ", ".join(field.column for field in model._meta.concrete_fields)
    verb = "INSERT OR REPLACE INTO" if connection.vendor == "sqlite" else "INSERT INTO"
    tail = "" if connection.vendor == "sqlite" else f" ON CONFLICT (id) DO UPDATE SET {TABLES[model]} = 'x'"
    sql = f"{verb} {table} ({columns}) SELECT {columns} FROM {table} WHERE true{tail}"  # noqa: S608
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@MODELS
def test_database__the_same_number_twice_is_refused(rows, model):
    twin = fresh(rows[model])
    twin.number = rows[model].number
    with pytest.raises(IntegrityError), transaction.atomic(), writing(model):
        twin.save()


def test_database__only_the_first_version_may_be_without_a_date(rows):
    undated = fresh(rows[DefinitionVersion])
    with pytest.raises(IntegrityError), transaction.atomic(), writing(DefinitionVersion):
        undated.save()


def test_database__no_version_has_the_meaning_of_a_later_one(rows):
    version = fresh(rows[DefinitionVersion])
    version.number, version.meaning_number = 1, 2
    version.definition = MetricDefinition.objects.exclude(pk=version.definition_id).first()
    with pytest.raises(IntegrityError), transaction.atomic(), writing(DefinitionVersion):
        version.save()


def _grant(proposal):
    """A leave that nobody gave."""
    return Grant(proposal.pk, proposal.number, "Because.", None, None, None)


def _leaving(organisation, *, is_deprecated):
    """A definition that nothing depends on."""
    ana = organisation.people["ana"]
    found = MetricDefinition.objects.filter(slug=LEAVING).first() or define(organisation.checkout, ana)
    if is_deprecated and found.lifecycle == "active":
        deprecate(ana)


def _deprecation(organisation):
    _leaving(organisation, is_deprecated=False)
    return deprecation()


def _retirement(organisation):
    _leaving(organisation, is_deprecated=True)
    return retirement()


def _move(organisation):
    _leaving(organisation, is_deprecated=False)
    newest = newest_version(LEAVING)
    return Item("metric_definition", Op.CHANGE, LEAVING, {
        "lens": "learning", "slug": "other-share", "name": newest.name,
        "spec": json.loads(newest.spec_text), "contract": newest.contract,
    })  # fmt: skip


def _promise(organisation):
    if not Indicator.objects.exists():
        promise(organisation, indicator_item())
    return objective_item()


# By kind and, where it is not the making of one, by what is done.
CONTENTS = {
    "metric_definition deprecate": _deprecation,
    "metric_definition retire": _retirement,
    "metric_definition move": _move,
    "metric_definition": lambda one: version_item("reviews", CHANGE_FAILURE_RATE.spec, owner=one.checkout),
    "target": lambda one: target_item(
        "change-failure-rate", one.checkout, "2026-Q4", "0.187", baseline=Baseline("2026-Q2", 0.22, 150, 1)
    ),
    "scorecard_template": lambda _: Item("scorecard_template", Op.CREATE, "product", {
        "slots": get_kit("product")["slots"]
    }),
    "exemption": lambda _: Item("exemption", Op.CREATE, "", {
        "kind": "exclude_data", "team": "checkout", "definitions": ["change-failure-rate"],
        "starts_at": "2026-07-06", "expires_at": "2026-08-03",
    }),
    "freeze_window": lambda _: Item("freeze_window", Op.CREATE, "", {
        "name": "launch freeze", "team": "checkout", "starts_on": "2026-07-09", "last_on": "2026-07-16",
    }),
    "sli": lambda _: indicator_item(),
    "slo": _promise,
    "budget_policy": lambda _: policy_item(),
}  # fmt: skip
MODELS_OF_KINDS = (
    MetricDefinition, DefinitionVersion, DefinitionStep, Confirmation, Target, TemplateVersion, Exemption, FreezeWindow,
    Indicator, IndicatorVersion, Objective, ObjectiveVersion, BudgetPolicy, BudgetPolicyVersion,
)  # fmt: skip


@pytest.mark.parametrize("kind", CONTENTS)
def test_operations__write_nothing_outside_an_activation(rows, organisation, ana, kind):
    change = proposals.read_change(CONTENTS[kind](organisation))
    before = counts()
    grant = _grant(rows[DefinitionVersion].proposal)
    apply = kinds.get(kind.partition(" ")[0]).apply
    with pytest.raises(Ungranted):
        apply(change, grant)
    with granting(_grant(rows[DefinitionVersion].proposal)), pytest.raises(Ungranted):
        apply(change, grant)
    assert counts() == before


def counts():
    """How many governed rows there are, and where each definition stands."""
    return [*(model.objects.count() for model in MODELS_OF_KINDS), *MetricDefinition.objects.order_by("pk").values()]


@pytest.mark.parametrize("kind", CONTENTS)
def test_operations__a_draft_and_a_submission_write_nothing(rows, organisation, kind):
    item, gus = CONTENTS[kind](organisation), organisation.people["gus"]
    before = counts()
    submit(draft(item, author=gus), gus)
    assert counts() == before


def test_definition__is_neither_made_nor_changed_nor_deleted_by_hand(rows, organisation):
    definition = rows[DefinitionVersion].definition
    definition.lens = "learning"
    fresh_one = MetricDefinition(slug="new", lens="flow", owner_team=organisation.checkout)
    for act in (
        definition.save,
        definition.delete,
        fresh_one.save,
        lambda: MetricDefinition.objects.update(lens="learning"),
        lambda: MetricDefinition.objects.bulk_create([fresh_one]),
        lambda: MetricDefinition.objects.create(slug="new", lens="flow"),
        MetricDefinition.objects.all().delete,
    ):
        with pytest.raises(SideDoor):
            act()


def test_template__is_not_written_by_hand():
    with pytest.raises(SideDoor):
        TemplateVersion.objects.create(team_type="product", number=1, slots=[], effective_from=date(2026, 7, 1))


def test_code__one_operation_each_opens_the_way_in():
    opened = {}
    for path in Path("apps").rglob("*.py"):
        for name in re.findall(
            r"writing\((MetricDefinition|DefinitionVersion|DefinitionStep|Confirmation|Target|TemplateVersion)\)",
            path.read_text(),
        ):
            opened.setdefault(name, set()).add(path.as_posix())
    wanted = {"apps/metrics/operations.py"}
    names = ("MetricDefinition", "DefinitionVersion", "DefinitionStep", "Confirmation", "Target")
    assert opened == dict.fromkeys(names, wanted) | {"TemplateVersion": {"apps/scorecards/operations.py"}}


def test_api__takes_no_write(rows, api_client_as):
    before = counts()
    for persona in ("push", "hal", "gus"):
        client = api_client_as(persona)
        for path in (
            "/api/v1/metric-definitions/", "/api/v1/metric-definitions/change-failure-rate/", "/api/v1/targets/",
            "/api/v1/metric-definitions/change-failure-rate/versions/1/", "/api/v1/scorecard-templates/",
            "/api/v1/exemptions/", "/api/v1/exemptions/1/", "/api/v1/freeze-windows/", "/api/v1/freeze-windows/1/",
        ):  # fmt: skip
            for verb in (client.post, client.put, client.patch, client.delete):
                assert verb(path, {}, format="json").status_code in (401, 403, 404, 405)
    assert counts() == before


def test_command__is_for_a_steward_alone(starter, organisation):
    before = counts()
    with pytest.raises(CommandError, match="may do this"):
        call_command("adopt_starter", by="hal@example.org", owner="checkout")
    assert counts() == before


def test_import__of_facts_knows_no_governed_kind():
    assert {kind.value for kind in CsvKind}.isdisjoint(kind.key for kind in kinds)


def test_contents__try_every_act_on_a_definition():
    acts = {Op.CREATE: "", Op.CHANGE: " move", Op.DEPRECATE: " deprecate", Op.RETIRE: " retire"}
    assert {f"metric_definition{acts[op]}" for op in kinds.get("metric_definition").ops} <= set(CONTENTS)


def test_contents__try_every_kind():
    assert {name.partition(" ")[0] for name in CONTENTS} == {kind.key for kind in kinds}


def test_demonstration__everything_governed_came_by_a_proposal_in_force(demo):
    for model in MODELS_OF_KINDS:
        if any(field.name == "proposal" for field in model._meta.fields):
            assert model.objects.count() > 0, model
            assert {row.proposal.state for row in model.objects.select_related("proposal")} == {"activated"}, model


@pytest.mark.parametrize("model", MODELS_OF_KINDS, ids=lambda m: m.__name__)
def test_admin__looks_and_never_touches(hal, model):
    request = RequestFactory().get("/")
    request.user = hal
    page = site._registry[model]
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
