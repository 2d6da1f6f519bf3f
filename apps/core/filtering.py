"""Filters and orders of API lists: what is not offered is refused, because a misspelt filter answers too much."""

from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from apps.core.fact_parsing import Fault, printable, read_instant
from apps.core.problems import Unreadable

ORDERING = "ordering"


def require_known(request: Request, known: Iterable[str] = ()) -> None:
    """Raise `Unreadable` when the address carries a parameter that is not read here."""
    offered = sorted(known)
    for name in request.query_params:
        if name in offered:
            continue
        if name == ORDERING:
            raise Unreadable("ordering_not_offered", "This list has one order; none can be chosen.")
        near = get_close_matches(name[:80], offered, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        listed = f"Known: {', '.join(offered)}." if offered else "None is read here."
        raise Unreadable("unknown_parameter", f"There is no parameter {printable(name)}.{hint} {listed}")


class InstantField(forms.Field):
    """A time with offset in an address."""

    def to_python(self, value: Any) -> datetime | None:
        """The instant; an unencoded plus arrives as a space, which the message explains."""
        if value in self.empty_values:
            return None
        try:
            return read_instant(value).astimezone(UTC)
        except Fault as fault:
            raise forms.ValidationError(f"{fault.sentence} In an address, write + as %2B.", code=fault.code) from None
        except OverflowError:
            raise forms.ValidationError("The time lies outside the calendar.", code="not_a_time") from None


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(filters.Filter):  # type: ignore[misc]
    """Compares with an instant; half-open ranges are `__gte` and `__lt`."""

    field_class = InstantField


class StrictFilterSet(filters.FilterSet):  # type: ignore[misc]
    """Base of all filter sets of the API."""

    def require_valid(self) -> None:
        """Raise `Unreadable` for the first value that cannot be read."""
        if not self.is_valid():
            name, messages = next(iter(self.errors.items()))
            raise Unreadable("parameter_invalid", f"{name}: {messages[0]}")


class StrictFilterBackend(filters.DjangoFilterBackend):  # type: ignore[misc]
    """django-filter, refusing parameters nobody declared; a single thing takes none."""

    filterset_base = StrictFilterSet

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows the address asks for."""
        if getattr(view, "detail", False):
            require_known(request)
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        own = () if filterset is None else filterset.filters
        require_known(request, {*own, *_paging_parameters(view), *_ordering_parameter(view)})
        if filterset is None:
            return queryset
        filterset.require_valid()
        rows: QuerySet[Any] = filterset.qs
        return rows


class OrderingBackend(BaseFilterBackend):
    """`ordering=name` or `-name`, of the view's `ordering_fields`; the primary key breaks ties."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows in the order asked for, else as the query has them."""
        asked = request.query_params.get(ORDERING)
        if asked is None or getattr(view, "detail", False):
            return queryset
        offered = _offered(view)
        if asked.removeprefix("-") not in offered:
            raise Unreadable("ordering_not_offered", f"Order by one of: {', '.join(offered)}.")
        return queryset.order_by(asked, "pk")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameter for the API description."""
        offered = _offered(view)
        choices = [*offered, *(f"-{name}" for name in offered)]
        parameter = {"name": ORDERING, "in": "query", "required": False, "description": "Order of the list."}
        return [{**parameter, "schema": {"type": "string", "enum": choices}}] if offered else []


def _offered(view: Any) -> tuple[str, ...]:
    return tuple(getattr(view, "ordering_fields", None) or ())


def _ordering_parameter(view: Any) -> tuple[str, ...]:
    return (ORDERING,) if _offered(view) else ()


def _paging_parameters(view: Any) -> tuple[str, ...]:
    paginator = getattr(view, "paginator", None)
    return paginator.parameters if paginator is not None else ()
