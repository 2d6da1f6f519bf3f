"""One good row of any model, so that a test can break exactly one thing about it."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.fields import NOT_PROVIDED

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 7, 2, 12, tzinfo=UTC)

# What a row needs beyond a value for every required field.
GIVEN: dict[str, dict[str, Any]] = {
    "metrics.definitionversion": {"number": 1, "meaning_number": 1},
    "teams.apitoken": {"expires_at": LATER},
    "delivery.deployment": {"finished_at": LATER},
    "incidents.action": {"origin": "tool"},
    "incidents.oncallprofile": {"acknowledgement_seconds": 300},
    "objectives.budgetpolicyversion": {"number": 1, "meaning_number": 1},
    "objectives.indicatorversion": {"number": 1, "meaning_number": 1},
    "objectives.objectiveversion": {"number": 1, "meaning_number": 1, "target": Decimal("0.99")},
    "objectives.policytrigger": {"rule": "at_risk"},
    "audit.headnote": {"seq": 1, "hash": "x"},
    "notifications.mail": {"address": "keeper@example.org"},
    "governance.exemption": {"expires_at": LATER},
    "governance.proposal": {"origin": "token"},
}

# Rows of a team or of somebody else: without a word they are the team's.
OF_A_TEAM = ("teams.membership", "incidents.incidentaccess")

# Far from the numbers that operations give by themselves, such as the audit chain's.
_numbers = count(10_001)


def own_models() -> Iterator[type[models.Model]]:
    """Every model that Plumbline's own apps declare."""
    for config in apps.get_app_configs():
        if config.name.startswith("apps."):
            yield from config.get_models()


class Shelf:
    """Rows by model; what a row refers to is made once and shared by all rows of the shelf."""

    def __init__(self) -> None:
        self.rows: dict[type[models.Model], models.Model] = {}

    def build(self, model: type[models.Model], **given: Any) -> models.Model:
        """A row of the model that is not stored yet."""
        wanted = {**GIVEN.get(model._meta.label_lower, {}), **given}
        required = [f for f in model._meta.concrete_fields if f.name not in wanted and _is_required(f)]
        if model._meta.label_lower in OF_A_TEAM and "team" not in wanted:
            wanted["team"] = self.one(apps.get_model("teams.Team"))
        return model(**wanted, **{field.name: self._sample(field) for field in required})

    def store(self, model: type[models.Model], **given: Any) -> models.Model:
        """A stored row, written past save() and past the managers that refuse."""
        row = self.build(model, **given)
        model._base_manager.bulk_create([row])
        return row

    def one(self, model: type[models.Model]) -> models.Model:
        """The row of the model that others refer to."""
        if model not in self.rows:
            self.rows[model] = self.store(model)
        return self.rows[model]

    def _sample(self, field: "models.Field[Any, Any]") -> Any:
        if isinstance(field, models.ForeignKey):
            return self.one(field.related_model)
        return field.choices[0][0] if field.choices else _value(field)


def _is_required(field: "models.Field[Any, Any]") -> bool:
    is_automatic = isinstance(field, models.AutoField)
    return not (is_automatic or field.null or field.default is not NOT_PROVIDED)


def _value(field: "models.Field[Any, Any]") -> Any:
    """A value of the field's type; a text or a number that must be unique is."""
    if isinstance(field, models.DateTimeField):
        return NOON
    if isinstance(field, models.DateField):
        return date(2026, 7, 1)
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.BinaryField):
        return b"x"
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    number = next(_numbers) if field.unique else 1
    return f"x{number}" if isinstance(field, models.CharField | models.TextField) else number
