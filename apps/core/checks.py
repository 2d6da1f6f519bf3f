"""System checks of the house: what is measured names no person, and whoever serves owns nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Warned
from django.db import DatabaseError, models

from apps.core.fact_sources import PERSON_WORDS, FactSource, sources
from apps.core.serving import REMEDY, list_role_problems


@register("facts")
def check_facts_name_no_person(*_: Any, **__: Any) -> list[CheckMessage]:
    """System check: no fact source has a field that speaks of a person or a row that leads to one."""
    return list(person_problems(sources))


def person_problems(found: Iterable[FactSource]) -> Iterator[CheckMessage]:
    """Fields whose key is a person's word, and paths of references that end at the user model."""
    for source in found:
        words = [f.name for f in source.fields if PERSON_WORDS.intersection(f.name.lower().split("_"))]
        paths = [*_paths_to_people(source.model, source.key)]
        for place in [*(f"{source.key}.{name}" for name in words), *paths]:
            hint = "Facts measure systems and teams, never individuals. Leave the field out."
            yield Error(f"{place} speaks of a person", hint=hint, id="facts.E001")


def _paths_to_people(model: Any, path: str, seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """Chains of references, many-to-many ones included, by which a row of the model leads to a person."""
    if model is None or model in seen:
        return
    for field in (*model._meta.fields, *model._meta.many_to_many):
        target = field.related_model if isinstance(field, models.ForeignKey | models.ManyToManyField) else None
        if target is get_user_model():
            yield f"{path}.{field.name}"
        elif target is not None:
            yield from _paths_to_people(target, f"{path}.{field.name}", seen | {model})


@register("serving", deploy=True)
def check_serving_role(*_: Any, **__: Any) -> list[CheckMessage]:
    """Deployment check: the role that serves cannot undo what is written once; an error where settings demand it."""
    try:
        problems = list_role_problems()
    except DatabaseError as error:
        return [Warned(f"The database role could not be looked at: {error}", id="serving.W002")]
    if settings.PLUMBLINE_REQUIRE_SERVING_ROLE:
        return [Error(problem, hint=REMEDY, id="serving.E001") for problem in problems]
    return [Warned(problem, hint=REMEDY, id="serving.W001") for problem in problems]
