"""Many hands at the same moment, on PostgreSQL: one revision, one publication, and an answer for everybody else."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from apps.audit import queries as audit
from apps.core import clock
from apps.core.problems import ProblemError
from apps.incidents.domain.action_drafts import EvidenceDraft
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.retro_words import SectionKey
from apps.incidents.models import Action, IncidentFact, KnownCause
from apps.incidents.operations import (
    action_opening,
    cause_linking,
    follow_up,
    retro_opening,
    retro_publishing,
    retro_saving,
    retro_waiving,
)
from apps.incidents.operations.rating import change_severity
from apps.incidents.operations.statements import record_milestone
from apps.incidents.queries import retros
from tests import measuring
from tests.follow_up import draft
from tests.incidents import NOW, at
from tests.learning import cause_of, fill, published, resolved_incident, retro_of
from tests.measuring import deployment
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


def _retro_acts(organisation: Organisation, cause: KnownCause) -> list[Callable[[], Any]]:
    """Waiving one retro, publishing another that names a cause, opening a third, and naming a moment of each."""
    ana, cy, dee = (principal_of(organisation.people[name]) for name in ("ana", "cy", "dee"))
    waived, told, small = resolved_incident(), resolved_incident(), resolved_incident(severity=4)
    for incident in (waived, told, small):
        cause_linking.confirm_cause(incident=incident, cause=cause, by=ana)
    retro = retro_waiving.ask_waiver(retro=retro_of(waived), reason="A rehearsal.", by=dee)
    written = fill(retro_of(told), ana, factor={"known_cause": str(cause)})
    read = retros.sha256_of_draft(retros.get_draft(written))
    mitigated = {"kind": MilestoneKind.MITIGATED, "at": at("10:59"), "reason": "By the log.", "by": ana}
    return [
        lambda: retro_waiving.waive_retro(retro=retro, by=cy),
        lambda: retro_publishing.publish_retro(retro=written, draft_sha256=read, by=ana),
        lambda: retro_opening.open_retro(incident=small, by=ana),
        *(partial(record_milestone, incident=incident, **mitigated) for incident in (waived, told, small)),
    ]


def _action_acts(organisation: Organisation, cause: KnownCause) -> list[Callable[[], Any]]:
    """Verifying a fix, taking another action on the cause back, and what else is said of their incident."""
    ana, dee = principal_of(organisation.people["ana"]), principal_of(organisation.people["dee"])
    retro = published(organisation, factor={"known_cause": str(cause)})
    fixed = Action.objects.get(retro=retro)
    service, key = organisation.checkout_api, f"fix-{fixed.pk}"
    measuring.publish("deployments", [deployment(service, key, at("12:00", 19), environment="production")])
    fix = EvidenceDraft("deployment", service_id=service.pk, fact_key=key)
    follow_up.finish(action=fixed, evidence=fix, by=dee)
    taken, _ = action_opening.open_action(draft=draft(), team="checkout", known_cause=str(cause), by=ana)
    follow_up.finish(action=taken, by=dee)
    later = deployment(service, key, at("12:30", 19), environment="production")
    return [
        lambda: follow_up.verify(action=fixed, by=ana),
        lambda: follow_up.take_back(action=taken, by=ana),
        lambda: change_severity(incident=retro.incident, level=1, at=at("10:20"), reason="Worse.", by=ana),
        lambda: measuring.publish("deployments", [later]),
    ]


def test_chain__is_locked_after_every_row_and_counter(organisation: Organisation) -> None:
    """Whoever waives, publishes, verifies, takes back or names a moment waits for the others, and never for ever."""
    with clock.playing(NOW):
        cause = cause_of(organisation)
        sets = [[*_retro_acts(organisation, cause), *_action_acts(organisation, cause)] for _ in range(2)]
    acts = [act for together in zip(*sets, strict=True) for act in together]

    ended = all_at_once(lambda act: act(), acts)

    assert set(ended) <= {"done", "retro_published"}  # whoever corrects after the publication is refused
    assert ended["done"] >= len(acts) - 2
    assert audit.find_fault() is None
