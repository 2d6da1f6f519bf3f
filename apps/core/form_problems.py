"""Refusals of an operation, put beside the fields of the form that asked for it."""

from collections.abc import Mapping

from django import forms

from apps.core.problems import ProblemError


def add_problem(form: forms.Form, problem: ProblemError, places: Mapping[str, str] | None = None) -> None:
    """Note each located fault at its field and whatever else was refused above the form.

    `places` names fields for pointers that are called otherwise; the rest of a pointer stands in the sentence.
    """
    if not problem.errors:
        form.add_error(None, problem.sentence)
    for fault in problem.errors:
        name, inside = _field_of(form, fault.pointer, places or {})
        form.add_error(name, f"At {inside}: {fault.detail}" if inside else fault.detail)


def _field_of(form: forms.Form, pointer: str, places: Mapping[str, str]) -> tuple[str | None, str]:
    """The field of a pointer and what is left of it; no field for what the form does not ask."""
    for start, name in places.items():
        if pointer == start or pointer.startswith(f"{start}/"):
            return name, pointer[len(start) :]
    head, _, rest = pointer.removeprefix("/").partition("/")
    return (head, f"/{rest}" if rest else "") if head in form.fields else (None, "")
