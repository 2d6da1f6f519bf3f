"""News of a page and the label of a person at the same moment, on PostgreSQL: what the person says holds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection

from apps.core import clock
from apps.incidents.domain.page_news import PageNews
from apps.incidents.domain.page_words import EndReason, Label, Urgency
from apps.incidents.models import Page, PageFact
from apps.incidents.operations import oncall_recording
from apps.incidents.operations.page_labelling import label_pages, label_rule
from tests.oncall import MONDAY, item, push_token
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SOON = 1.0


def _in_thread(act: Callable[[], Any]) -> None:
    try:
        with clock.playing(MONDAY):
            act()
    finally:
        connection.close()


@pytest.mark.parametrize("label", ["", "acted"])
@pytest.mark.parametrize("whole_rule", [False, True])
def test_label__given_while_news_of_the_page_arrive(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, label: str, whole_rule: bool
) -> None:
    """The news are read before the label is given, and written after it would be, had it not to wait."""
    tool, dee = push_token(organisation.checkout), principal_of(organisation.people["dee"])
    with clock.playing(MONDAY):
        oncall_recording.receive_pages(items=[item("2026-08-19T03:00:00Z", "C")], by=tool)
    page = Page.objects.select_related("rule").get()
    are_read, is_labelled = Event(), Event()
    store = oncall_recording._store

    def store_later(*args: Any) -> None:
        are_read.set()
        is_labelled.wait(SOON)
        store(*args)

    monkeypatch.setattr(oncall_recording, "_store", store_later)

    def tell() -> None:
        news = PageNews(
            external_key=page.external_key, service="", rule="C", fired_at=page.fired_at, urgency=Urgency.HIGH,
            ended_at=page.fired_at, label=label,
        )  # fmt: skip
        oncall_recording.record_pages(channel=page.channel, news=[(page.service_id, news)], by=dee)

    def give() -> None:
        assert are_read.wait(10 * SOON)
        if whole_rule:
            span = {"start": page.fired_at, "end": MONDAY, "only_blank": False}
            label_rule(rule=page.rule, team=organisation.checkout, label=Label.COULD_WAIT, **span, by=dee)
        else:
            label_pages(team=organisation.checkout, labels={page.pk: Label.COULD_WAIT.value}, by=dee)
        is_labelled.set()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_in_thread, act) for act in (tell, give)]:
            done.result()
    page.refresh_from_db()
    assert (page.label, page.end_reason) == (Label.COULD_WAIT, EndReason.BY_ITSELF)
    assert PageFact.objects.get(until_seq=None).label == Label.COULD_WAIT
