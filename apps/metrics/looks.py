"""Definitions whose yearly look is due, as governance shows them to a reader."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from apps.accounts.domain import Principal
from apps.core import clock
from apps.governance.domain.upstairs import DueLook
from apps.metrics import policies
from apps.metrics.lifecycle_queries import Look, due_looks


def say_due_looks(rows: Iterable[Any], principal: Principal) -> list[DueLook]:
    """Longest waiting first, each with the page on which this reader may confirm it."""
    return [_due(look, principal) for look in due_looks(rows, clock.today())]


def _due(look: Look, principal: Principal) -> DueLook:
    may = policies.can_confirm_for(principal, look.owner.pk, look.lens)
    return DueLook(
        name=look.name, owner=look.owner.name, looked_on=look.looked_on, due_on=look.due_on,
        url=reverse("portal:metric", args=[look.slug]),
        confirm_url=reverse("metrics:definition-confirm", args=[look.slug]) if may else "",
    )  # fmt: skip
