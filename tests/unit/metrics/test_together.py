"""A hundred proposals for one short name at the same moment, on PostgreSQL: one definition, one version, no crash."""

import pytest

from apps.audit.models import AuditEvent
from apps.governance import operations as governance
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE
from apps.metrics.models import DefinitionVersion, MetricDefinition
from tests.agreeing import REASON, starter_item
from tests.personas import Organisation
from tests.unit.governance.test_parallel import PEOPLE, all_at_once, stewards

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_slug__asked_for_by_a_hundred_at_once_has_one_version(organisation: Organisation) -> None:
    asked = Asked(
        (starter_item(CHANGE_FAILURE_RATE, organisation.checkout),), REASON, Category.NEW_NEED, from_beginning=True
    )
    ended = all_at_once(lambda by: governance.adopt_kit(asked=asked, by=by), stewards())
    assert (MetricDefinition.objects.count(), DefinitionVersion.objects.count()) == (1, 1)
    assert sum(ended.values()) == PEOPLE
    assert set(ended) == {"done", "slug_taken"}
    assert ended["done"] == Proposal.objects.count()
    assert Proposal.objects.filter(state="activated").count() == 1
    assert AuditEvent.objects.filter(action="definition.version_adopted").count() == 1
