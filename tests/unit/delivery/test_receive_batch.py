"""Fifty senders of one idempotency key at once: one batch is stored and all hear its answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.accounts.domain import Principal, PrincipalKind, Scope
from apps.core import facts
from apps.delivery import operations
from apps.delivery.models import BatchReceipt, Deployment
from tests.personas import make_organisation

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def token(monkeypatch):
    monkeypatch.setattr(facts, "_receivers", [lambda _: None])
    team = make_organisation().checkout
    return Principal(
        kind=PrincipalKind.TOKEN, key="token:1", token_id=1, scopes=frozenset({Scope.PUSH}), token_team_id=team.pk
    )


def items(*keys: str) -> list[dict[str, object]]:
    return [
        {"source": "deployments", "key": key, "service": "checkout-api", "finished_at": "2026-03-02T10:00:00Z"}
        for key in keys
    ]


def in_threads(calls):
    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(run, calls))


def test_receive_batch__fifty_at_once_with_one_key_store_once(token):
    def send():
        return operations.receive_batch(items=items("v1", "v2"), idempotency_key="run-1", by=token)

    answers = in_threads([send] * 50)
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["results"] == [{"outcome": "created"}] * 2
    assert (Deployment.objects.count(), BatchReceipt.objects.count()) == (2, 1)


def test_receive_batch__mixed_batches_at_once_wait_for_each_other_without_deadlock(token):
    def sender(number: int):
        batch = items(*(f"v{n}" for n in range(20)))
        for index, item in enumerate(batch):
            if (index + number) % 2:
                item |= {"source": "changes", "merged_at": item.pop("finished_at"), "size": number}
            if index % 3:
                item["service"] = "checkout-web"
        return lambda: operations.receive_batch(items=batch[:: -1 if number % 3 else 1], by=token)

    answers = in_threads([sender(number) for number in range(24)])
    assert all(answer["rejected"] == 0 for answer in answers)
    current = Deployment.objects.filter(until_seq=None)
    assert current.count() == current.values("service", "channel", "key").distinct().count() == 20
