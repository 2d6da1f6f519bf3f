"""The one way in for facts: versions, identity, what receivers hear; on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.core import facts
from apps.core.bulk import select_pairs
from apps.core.fact_sources import FactSource
from apps.core.facts import Outcome
from apps.delivery.facts import CHANGES, DEPLOYMENTS
from apps.delivery.models import Deployment
from tests.personas import make_service
from tests.services import examples

AT = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.sql


def row(service, key: str = "v1", **fields: Any) -> dict[str, Any]:
    return {"key": key, "service": service.pk, "finished_at": AT, **fields}


def publish(source: FactSource, channel: str, rows: list[dict[str, Any]]) -> list[Outcome]:
    """Facts of one source alone."""
    (outcomes,) = facts.publish(channel, [(source, rows)])
    return outcomes


@pytest.fixture
def service(db):
    return make_service("checkout-api", "Checkout API", None)


def test_publish__keeps_identity_through_edits_and_fills_defaults(service, touched):
    assert publish(DEPLOYMENTS, "api", [row(service)]) == [Outcome.CREATED]
    assert publish(DEPLOYMENTS, "api", [row(service, size=2)]) == [Outcome.UPDATED]
    assert publish(DEPLOYMENTS, "api", [row(service, size=2)]) == [Outcome.UNCHANGED]
    old, new = Deployment.objects.order_by("pk")
    assert (old.fact, old.until_seq, new.until_seq) == (new.fact, new.seq, None)
    assert (new.environment, new.status, new.labels, new.commit, new.automated) == (
        "production", "succeeded", [], "", None,
    )  # fmt: skip


def test_publish__the_same_key_of_another_service_or_channel_is_another_fact(service, touched):
    other = make_service("checkout-web", "Checkout web", None)
    publish(DEPLOYMENTS, "api", [row(service), row(other)])
    publish(DEPLOYMENTS, "csv", [row(service)])
    assert Deployment.objects.filter(until_seq=None).count() == 3


def test_publish__says_the_old_and_the_new_instants(service, touched):
    publish(DEPLOYMENTS, "api", [row(service, started_at=AT - timedelta(hours=1))])
    touched.clear()
    later = AT + timedelta(days=9)
    publish(DEPLOYMENTS, "api", [row(service, finished_at=later)])
    (heard,) = touched
    assert (heard.service_id, heard.keys) == (service.pk, {"v1"})
    assert heard.instants == {AT, AT - timedelta(hours=1), later}


def test_publish__of_two_sources_is_told_at_once_and_answered_in_order(service, touched, monkeypatch):
    times = []
    monkeypatch.setattr(facts, "_receivers", [*facts._receivers, lambda told: times.append(len(told))])
    change = {"key": "c1", "service": service.pk, "merged_at": AT, "deployment": "v1"}
    batches = [(DEPLOYMENTS, [row(service), row(service)]), (CHANGES, [change])]
    assert facts.publish("api", batches) == [[Outcome.UNCHANGED, Outcome.CREATED], [Outcome.CREATED]]
    assert ({heard.source.key for heard in touched}, times) == ({"changes", "deployments"}, [2])
    assert facts.publish("api", batches) == [[Outcome.UNCHANGED] * 2, [Outcome.UNCHANGED]]
    assert times == [2]


def test_publish__says_what_the_old_and_the_new_version_name(service, touched):
    change = {"key": "c1", "service": service.pk, "merged_at": AT, "deployment": "v1"}
    publish(CHANGES, "api", [change])
    touched.clear()
    publish(CHANGES, "api", [change | {"deployment": "v2"}, change | {"key": "c2", "deployment": ""}])
    (heard,) = touched
    assert heard.named == {("deployments", "v1"), ("deployments", "v2")}


def test_select_pairs__finds_current_rows_of_exactly_those_pairs(service, touched):
    other = make_service("checkout-web", "Checkout web", None)
    publish(DEPLOYMENTS, "api", [row(s, key) for s in (service, other) for key in ("v1", "v2")])
    publish(DEPLOYMENTS, "api", [row(service, "v1", size=2)])
    publish(DEPLOYMENTS, "csv", [row(service, "v1")])
    pairs = [(service.pk, "v1"), (other.pk, "v2"), (other.pk, "v9")]

    def found(channel: str = "") -> list[tuple[int, str, str]]:
        rows = select_pairs(Deployment, "key", pairs, channel)
        return sorted(rows.values_list("service_id", "key", "channel"))

    assert found("api") == [(service.pk, "v1", "api"), (other.pk, "v2", "api")]
    assert found() == [(service.pk, "v1", "api"), (service.pk, "v1", "csv"), (other.pk, "v2", "api")]
    assert list(select_pairs(Deployment, "key", [])) == []


def test_publish__without_a_receiver_stores_nothing(service, monkeypatch):
    monkeypatch.setattr(facts, "_receivers", [])
    with pytest.raises(RuntimeError, match="unheard"), transaction.atomic():
        publish(DEPLOYMENTS, "api", [row(service)])
    assert not Deployment.objects.exists()


def test_withdraw__closes_what_is_current_and_a_new_fact_may_take_the_key(service, touched):
    publish(DEPLOYMENTS, "api", [row(service)])
    assert facts.withdraw(DEPLOYMENTS, "api", [(service.pk, "v1"), (service.pk, "v9")]) == 1
    assert facts.withdraw(DEPLOYMENTS, "api", [(service.pk, "v1")]) == 0
    assert publish(DEPLOYMENTS, "api", [row(service)]) == [Outcome.CREATED]
    old, new = Deployment.objects.order_by("pk")
    assert old.fact != new.fact


def test_publish__texts_that_mean_something_to_a_stream_arrive_as_sent(service, touched):
    texts = ["\\N", "a\tb", "a\nb", "\\.", "'\"", '{"a": [null]}', "ünï😀", ","]
    rows = [row(service, f"k{index}{text}", commit=text, labels=[text, "x"]) for index, text in enumerate(texts)]
    publish(DEPLOYMENTS, "api", rows)
    found = Deployment.objects.order_by("pk").values_list("key", "commit", "labels")
    assert list(found) == [(r["key"], r["commit"], r["labels"]) for r in rows]
    assert publish(DEPLOYMENTS, "api", rows) == [Outcome.UNCHANGED] * len(rows)


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.sampled_from(["", "v1"])), min_size=1, max_size=8
)


class AnyBatches(TestCase):
    """Whatever batches come, the current rows are those of the last word on each key."""

    @settings(max_examples=examples(25))
    @given(st.lists(ROWS, min_size=1, max_size=4))
    def test_publish__the_last_word_on_each_key_stands(self, batches: list[list[tuple[str, int, str]]]) -> None:
        """One version is current per key, and each version was replaced by the next."""
        heard: list[facts.Touched] = []
        before, facts._receivers = facts._receivers, [heard.extend]
        try:
            service = make_service("checkout-api", "Checkout API", None)
            expected = {}
            for batch in batches:
                rows = [
                    {"key": k, "service": service.pk, "merged_at": AT, "size": n, "deployment": d} for k, n, d in batch
                ]
                publish(CHANGES, "api", rows)
                expected |= {k: (n, d) for k, n, d in batch}
        finally:
            facts._receivers = before
        stored = CHANGES.model.objects.all()
        assert {r.key: (r.size, r.deployment) for r in stored if r.until_seq is None} == expected
        for key in expected:
            versions = sorted((r.seq, r.until_seq or 0) for r in stored if r.key == key)
            assert [until for _, until in versions[:-1]] == [seq for seq, _ in versions[1:]]
