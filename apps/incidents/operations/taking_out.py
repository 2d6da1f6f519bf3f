"""Taking a pasted secret out of stored texts: what is replaced, and in how many columns of a row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

INSTEAD = "[redacted]"


@dataclass(frozen=True)
class Secret:
    """A text that nobody shall read here again."""

    text: str

    def out_of(self, value: Any) -> Any:
        """The same text, list or document without it."""
        if isinstance(value, str):
            return value.replace(self.text, INSTEAD)
        if isinstance(value, dict):
            return {key: self.out_of(held) for key, held in value.items()}
        return [self.out_of(held) for held in value] if isinstance(value, list) else value


def take_out(row: models.Model, names: Iterable[str], secret: Secret, *, is_written_on: bool = False) -> int:
    """Save a row without the secret; answers how many of its columns held it.

    What is written on gets a new revision, so that a page that is open with the secret in it is not saved over this.
    """
    changed = [name for name in names if secret.out_of(getattr(row, name)) != getattr(row, name)]
    for name in changed:
        setattr(row, name, _without(row, name, secret))
    if changed and is_written_on:
        row.revision += 1  # type: ignore[attr-defined]  # whatever is written on has one
        row.save(update_fields=[*changed, "revision"])
    elif changed:
        row.save(update_fields=changed)
    return len(changed)


def _without(row: models.Model, name: str, secret: Secret) -> Any:
    column = row._meta.get_field(name)
    if isinstance(column, models.URLField):
        return ""  # a part of an address leads nowhere
    value = secret.out_of(getattr(row, name))
    return value[: column.max_length] if isinstance(column, models.CharField) else value
