"""Rows that are written once: the model refuses any change, and a database trigger repeats the refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from django.db import models

_writers: ContextVar[frozenset[type]] = ContextVar("immutable_writers", default=frozenset())


class SideDoor(RuntimeError):
    """Code tried to write a row that has one way in, or to change a row that never changes."""


@contextmanager
def writing(model: type[models.Model]) -> Iterator[None]:
    """Open the one way in for new rows of `model`; only its own operation may do so."""
    token = _writers.set(_writers.get() | {model})
    try:
        yield
    finally:
        _writers.reset(token)


class ImmutableQuerySet(models.QuerySet[Any]):
    """A queryset without writing methods."""

    def _refuse(self) -> SideDoor:
        name = self.model._meta.verbose_name
        return SideDoor(f"A {name} is written once, by its own operation. Write a new one that supersedes it.")

    def update(self, **kwargs: Any) -> int:
        """Refused."""
        raise self._refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise self._refuse()

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Allowed only inside the model's own operation."""
        if self.model not in _writers.get():
            raise self._refuse()
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refused."""
        raise self._refuse()


class ImmutableModel(models.Model):
    """A row that is inserted once inside `writing(Model)` and never changed or deleted."""

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert inside the model's own operation; anything else is refused."""
        if not self._state.adding or type(self) not in _writers.get():
            raise self._refuse()
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise self._refuse()

    @classmethod
    def is_writing(cls) -> bool:
        """True inside the model's own operation."""
        return cls in _writers.get()

    def _refuse(self: Self) -> SideDoor:
        name = self._meta.verbose_name
        return SideDoor(f"A {name} is written once, by its own operation. Write a new one that supersedes it.")


class GuardedModel(models.Model):
    """A row that changes only inside `writing(Model)`, which its own operation opens, and is never deleted."""

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write inside the model's own operation; anything else is refused."""
        if type(self) not in _writers.get():
            raise self._refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise self._refuse()

    def _refuse(self: Self) -> SideDoor:
        return SideDoor(f"A {self._meta.verbose_name} is written by its own operation alone.")
