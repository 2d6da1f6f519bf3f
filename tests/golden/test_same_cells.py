"""One history, one set of cells: the same on SQLite and on PostgreSQL, and from one release to the next.

Whoever moves a number here writes a line under Numbers in the changelog and notes the new figures below.
"""

import hashlib
from typing import Any

import pytest

from apps.measurements.models import MetricValue
from apps.services.models import Service
from apps.teams.models import Group, Team
from tests.computed_shop import Shop
from tests.measuring import RESULTS

pytestmark = pytest.mark.sql

CELLS = 2352
SHA256 = "e5e2203e31fbafa69ac2a25f203cef5329f67e8a6575cb47f9abc7ad25e68459"


def written(value: Any) -> str:
    """A result as text; the last bits of a logarithm belong to the machine."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


class SameCells(Shop):
    """Three months of two teams under a rate, a share and a linked duration."""

    def test_cells__have_one_digest_on_every_database(self) -> None:
        names = {("service", pk): slug for pk, slug in Service.objects.values_list("pk", "slug")}
        names |= {("team", pk): slug for pk, slug in Team.objects.values_list("pk", "slug")}
        names |= {("group", pk): slug for pk, slug in Group.objects.values_list("pk", "slug")}
        lines = []
        for slug, number, kind, pk, *rest in MetricValue.objects.values_list(*RESULTS):
            lines.append(" ".join(map(written, (slug, number, kind, names.get((kind, pk), ""), *rest))))
        found = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
        assert (len(lines), found) == (CELLS, SHA256)
