"""Many hands at the same moment, on PostgreSQL: one revision, one publication, and an answer for everybody else."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from apps.core import clock
from apps.core.problems import ProblemError
from apps.incidents.domain.retro_words import SectionKey
from apps.incidents.models import Action, IncidentFact
from apps.incidents.operations import cause_linking, retro_publishing, retro_saving
from apps.incidents.queries import retros
from tests.incidents import NOW
from tests.learning import cause_of, fill, resolved_incident, retro_of
from tests.personas import Organisation, principal_of

AT_ONCE = 12
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def all_at_once(act: Callable[[Any], Any], of: Iterable[Any]) -> Counter[str]:
    """How each call ended: `done`, or the code of its refusal."""

    def one(it: Any) -> str:
        try:
            with clock.playing(NOW):
                act(it)
        except ProblemError as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, of))


def test_save__twelve_on_one_revision(organisation: Organisation) -> None:
    with clock.playing(NOW):
        retro = retro_of(resolved_incident())
    dee = principal_of(organisation.people["dee"])

    def save(number: int) -> None:
        texts = {"what_happened": f"Text {number}"}
        retro_saving.save_section(retro=retro, key=SectionKey.SUMMARY, texts=texts, revision=1, by=dee)

    assert all_at_once(save, range(AT_ONCE)) == {"done": 1, "revision_conflict": AT_ONCE - 1}
    assert retros.get_section(retro, "summary").revision == 2


def test_publish__by_two_leads_and_the_same_click_again(organisation: Organisation) -> None:
    leads = [principal_of(organisation.people[name]) for name in ("ana", "cy")]
    with clock.playing(NOW):
        retro = fill(retro_of(resolved_incident()), leads[0])
        read = retros.sha256_of_draft(retros.get_draft(retro))

    def publish(number: int) -> None:
        retro_publishing.publish_retro(retro=retro, draft_sha256=read, by=leads[number % 2])

    assert all_at_once(publish, range(AT_ONCE)) == {"done": 1, "retro_published": AT_ONCE - 1}
    assert (len(retros.list_snapshots(retro)), Action.objects.count()) == (1, 1)


def test_settle__causes_and_incidents_in_either_order_wait_for_each_other_and_never_for_ever(
    organisation: Organisation,
) -> None:
    ana = principal_of(organisation.people["ana"])
    with clock.playing(NOW):
        first, second = cause_of(organisation, title="One"), cause_of(organisation, title="Two")
        one, two = (resolved_incident(day=day) for day in (4, 5))
    pairs = [(one, first), (two, second), (one, second), (two, first)]

    def confirm(number: int) -> None:
        incident, cause = pairs[number % 4]
        cause_linking.confirm_cause(incident=incident, cause=cause, by=ana)

    assert all_at_once(confirm, range(AT_ONCE)) == {"done": 4, "state_forbids": AT_ONCE - 4}
    assert IncidentFact.objects.filter(until_seq=None).exclude(known_cause="").count() == 2
