"""What is measured names no person, and the start says so when a source does."""

from dataclasses import replace

import pytest
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from apps.accounts.models import User
from apps.core.checks import person_problems
from apps.core.fact_sources import FactField, FactSource, FieldType, sources
from apps.delivery.facts import DEPLOYMENTS


def with_field(name: str) -> FactSource:
    """Deployments with one more field."""
    return replace(DEPLOYMENTS, fields=(*DEPLOYMENTS.fields, FactField(name, FieldType.CODE, "One more.")))


def found(source: FactSource) -> list[str]:
    """Places the check names."""
    return [problem.msg.split()[0] for problem in person_problems([source])]


def test_sources__of_this_project_name_no_person() -> None:
    assert sources.keys()
    assert list(person_problems(sources)) == []


@pytest.mark.parametrize(
    "name", ["author", "assignee", "reviewer", "actor", "login", "email", "name", "merge_author", "Reviewer_Login"]
)
def test_sources__a_person_in_a_field_is_found(name: str) -> None:
    assert found(with_field(name)) == [f"deployments.{name}"]


@pytest.mark.parametrize("name", ["first_review_at", "environment", "authorised", "line"])
def test_sources__a_word_that_only_looks_alike_is_none(name: str) -> None:
    assert found(with_field(name)) == []


@isolate_apps("apps.delivery")
def test_sources__a_row_that_leads_to_a_person_is_found_however_far() -> None:
    class Pipeline(models.Model):  # noqa: DJ008
        kept_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "delivery"

    class Run(models.Model):  # noqa: DJ008
        pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="+")
        watchers = models.ManyToManyField(User, related_name="+")

        class Meta:
            app_label = "delivery"

    assert found(replace(DEPLOYMENTS, model=Run)) == ["deployments.pipeline.kept_by", "deployments.watchers"]


def test_start__is_stopped_by_a_source_with_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sources._sources, "deployments", with_field("author"))
    (problem,) = run_checks(tags=["facts"])
    assert (problem.id, problem.is_serious()) == ("facts.E001", True)
